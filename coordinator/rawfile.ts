/** A raw file as it is now, decompressed if it is compressed: its lines, and the bytes of its records. It may have changed since the run that read it. */
import { isUtf8 } from 'node:buffer';
import { errnoOf } from '../base/errors.ts';
import { RAW_TEXT_BYTES_MAX, SCAN_READ_BYTES } from '../base/limits.ts';
import { LINE_LIMITS } from '../jobs/clean/scan.ts';
import { displayBytes } from '../kernels/encoding.ts';
import { scanRecords } from '../kernels/lines.ts';
import { type Content, openContent } from './content.ts';

export interface RawFile {
  /** The first record, its line end included. */
  header(): Promise<Buffer>;
  /** The record's bytes, or null if the file no longer has them there. */
  record(place: RecordPlace): Promise<Buffer | null>;
  /** The record that line `line` is part of, or how many lines the file has if those are fewer. */
  recordAt(line: number): Promise<FoundRecord | { readonly lines: number }>;
  /** When the file was written last, in milliseconds since 1970. */
  readonly modifiedAt: number;
  close(): Promise<void>;
}

export interface RecordPlace {
  readonly byte_offset: number | string;
  readonly byte_length: number | string;
  /** As the run saw it, cut at 8 KiB. */
  readonly original: string;
}

export interface FoundRecord {
  readonly line: number;
  readonly text: string;
  /** It has no character but its line end: no record. */
  readonly blank: boolean;
  /** Records and blank lines before it; 0 is the header. */
  readonly index: number;
}

/** Opens a file of the folder that a run read, or gives null if it is gone. */
export async function openRawFile(folder: string, name: string, delimiter: string): Promise<RawFile | null> {
  try {
    const file = await openContent(folder, name);
    return {
      modifiedAt: file.modifiedAt,
      header: async () => readHeader(file, delimiter),
      record: place => readRecord(file, place),
      recordAt: line => findRecord(file, delimiter, line),
      close: () => file.close(),
    };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR' || errnoOf(error) === 'EACCES') return null;
    throw error;
  }
}

/** The text that was kept is of one of these. */
const ENCODINGS = ['utf-8', 'windows-1252', 'latin1'] as const;

async function readRecord(file: Content, { byte_offset, byte_length, original }: RecordPlace): Promise<Buffer | null> {
  const length = Number(byte_length);
  const bytes = await file.read(Number(byte_offset), length);
  const start = bytes.subarray(0, RAW_TEXT_BYTES_MAX);
  const texts = ENCODINGS.map(encoding => displayBytes(start, encoding).replace(/\r?\n$/, ''));
  return bytes.length === length && texts.includes(original) ? bytes : null;
}

async function readHeader(file: Content, delimiter: string): Promise<Buffer> {
  const { record } = await scan(file, delimiter, found => !found.blank);
  return record?.bytes ?? Buffer.alloc(0);
}

async function findRecord(
  file: Content,
  delimiter: string,
  line: number,
): Promise<FoundRecord | { readonly lines: number }> {
  const { record, lines } = await scan(file, delimiter, (found, height) => line < found.line + height);
  if (!record) return { lines };
  const { bytes, ...place } = record;
  return { ...place, text: displayBytes(bytes, isUtf8(bytes) ? 'utf-8' : 'windows-1252').replace(/\r?\n$/, '') };
}

type Scanned = Omit<FoundRecord, 'text'> & { readonly bytes: Buffer };

/** Goes through the records, by the rules of the planner, until `stop` likes one; else says how many lines there are. */
async function scan(
  file: Content,
  delimiter: string,
  stop: (record: Scanned, height: number) => boolean,
): Promise<{ record: Scanned | null; lines: number }> {
  const options = { start: 0, delimiter: delimiter.charCodeAt(0), limits: LINE_LIMITS };
  let held = Buffer.alloc(0);
  let line = 1;
  let index = 0;
  for (let at = 0; ; ) {
    const piece = await file.read(at, SCAN_READ_BYTES);
    at += piece.length;
    const final = piece.length === 0;
    const bytes = Buffer.concat([held, piece]);
    const scanned: { stopped: Scanned | null; from: number; lines: number } = { stopped: null, from: 0, lines: 0 };
    const { end } = scanRecords(bytes, { ...options, final }, (recordEnd, _records, lines) => {
      const record = bytes.subarray(scanned.from, recordEnd);
      const height = lines - scanned.lines;
      const found = {
        line,
        index,
        bytes: record,
        blank: /^(\xef\xbb\xbf)?\r?\n?$/.test(record.toString('latin1', 0, 6)),
      };
      if (stop(found, height)) scanned.stopped = found;
      line += height;
      index++;
      scanned.from = recordEnd;
      scanned.lines = lines;
      return scanned.stopped === null;
    });
    if (scanned.stopped) return { record: scanned.stopped, lines: line };
    if (final) return { record: null, lines: line - 1 };
    held = Buffer.from(bytes.subarray(end));
  }
}
