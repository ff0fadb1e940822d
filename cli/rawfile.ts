/** A raw file as it is now: its lines, and the bytes of its records. It may have changed since the run that read it. */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../base/errors.ts';
import { QUOTED_FIELD_BYTES_MAX, RAW_TEXT_BYTES_MAX } from '../base/limits.ts';

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
export async function openRawFile(folder: string, name: string): Promise<RawFile | null> {
  try {
    const file = await open(join(folder, name), 'r');
    const modifiedAt = (await file.stat()).mtimeMs;
    return {
      modifiedAt,
      header: async () => readHeader(file),
      record: place => readRecord(file, place),
      recordAt: line => findRecord(file, line),
      close: () => file.close(),
    };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR' || errnoOf(error) === 'EACCES') return null;
    throw error;
  }
}

async function readRecord(
  file: FileHandle,
  { byte_offset, byte_length, original }: RecordPlace,
): Promise<Buffer | null> {
  const length = Number(byte_length);
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, Number(byte_offset));
  const seen = bytes
    .subarray(0, Math.min(bytesRead, RAW_TEXT_BYTES_MAX))
    .toString('utf8')
    .replace(/\r?\n$/, '');
  return bytesRead === length && seen === original ? bytes : null;
}

async function readHeader(file: FileHandle): Promise<Buffer> {
  const { record } = await scan(file, found => !found.blank);
  return record?.bytes ?? Buffer.alloc(0);
}

async function findRecord(file: FileHandle, line: number): Promise<FoundRecord | { readonly lines: number }> {
  const { record, lines } = await scan(file, (found, height) => line < found.line + height);
  if (!record) return { lines };
  const { bytes, ...place } = record;
  return { ...place, text: bytes.toString('utf8').replace(/\r?\n$/, '') };
}

const READ_BYTES = 1 << 20;
const NEWLINE = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;

type Scanned = Omit<FoundRecord, 'text'> & { readonly bytes: Buffer };

/** Goes through the records until `stop` likes one; else says how many lines there are. */
async function scan(
  file: FileHandle,
  stop: (record: Scanned, height: number) => boolean,
): Promise<{ record: Scanned | null; lines: number }> {
  let held = Buffer.alloc(0);
  let line = 1;
  let index = 0;
  for (let at = 0; ; ) {
    const piece = Buffer.alloc(READ_BYTES);
    const { bytesRead } = await file.read(piece, 0, READ_BYTES, at);
    at += bytesRead;
    const final = bytesRead === 0;
    const bytes = Buffer.concat([held, piece.subarray(0, bytesRead)]);
    let start = 0;
    while (start < bytes.length) {
      const end = recordEnd(bytes, start, final);
      if (end === null) break;
      const record = bytes.subarray(start, end);
      const height = countLines(record);
      const found = { line, index, bytes: record, blank: isBlank(record) };
      if (stop(found, height)) return { record: found, lines: line };
      line += height;
      index++;
      start += record.length;
    }
    if (final) return { record: null, lines: line - 1 };
    held = bytes.subarray(start);
  }
}

/** Any of them may be the file's: nobody uses one of the others beside a quote. */
const DELIMITERS = new Set([...',;|\t'].map(sign => sign.charCodeAt(0)));

/**
 * Where the record ends that begins at `start`, or null if the bytes do not tell yet. As in a run, a quote opens a
 * field only as its first byte, and one that is not closed properly is a mistake: the record is its first line.
 */
function recordEnd(bytes: Buffer, start: number, final: boolean): number | null {
  const lineEnd = bytes.indexOf(NEWLINE, start);
  if (lineEnd < 0) return final ? bytes.length : null;
  const firstLine = lineEnd + 1;
  if (bytes.subarray(start, lineEnd).indexOf(QUOTE) < 0) return firstLine;
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) {
      const after = closingQuote(bytes, at) + 1;
      if (after === 0 && !final && bytes.length - lineEnd < QUOTED_FIELD_BYTES_MAX) return null;
      if (after === 0 || after - lineEnd > QUOTED_FIELD_BYTES_MAX) return firstLine;
      at = bytes[after] === CR ? after + 1 : after;
      if (at < bytes.length && bytes[at] !== NEWLINE && !DELIMITERS.has(bytes[at]!)) return firstLine;
    }
    while (at < bytes.length && bytes[at] !== NEWLINE && !DELIMITERS.has(bytes[at]!)) at++;
    if (bytes[at] === NEWLINE) return at + 1;
  }
  return final ? bytes.length : null;
}

/** Where the quoted field ends that begins at `open`: at the first quote that is not doubled. -1 if nowhere. */
function closingQuote(bytes: Buffer, open: number): number {
  let at = bytes.indexOf(QUOTE, open + 1);
  while (at >= 0 && bytes[at + 1] === QUOTE) at = bytes.indexOf(QUOTE, at + 2);
  return at;
}

const BLANK_BYTES_MAX = 80;

const isBlank = (record: Buffer): boolean =>
  record[0]! <= SPACE && record.length < BLANK_BYTES_MAX && record.toString('latin1').trim() === '';

/** Line ends in the record; its last line may have none. */
function countLines(record: Buffer): number {
  let lines = 0;
  for (let at = record.indexOf(NEWLINE); at >= 0; at = record.indexOf(NEWLINE, at + 1)) lines++;
  return Math.max(1, record.at(-1) === NEWLINE ? lines : lines + 1);
}
