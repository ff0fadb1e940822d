import { createHash } from 'node:crypto';
import { UserError } from '../../base/errors.ts';
import { CHUNK_BYTES_MAX, QUOTED_FIELD_BYTES_MAX, RECORD_BYTES_MAX, SCAN_READ_BYTES } from '../../base/limits.ts';
import { type LineLimits, type Scan, scanRecords } from '../../kernels/lines.ts';
import { type ByteRange, NoObjectError, type ObjectStore } from '../../lake/store.ts';
import type { TaskContext } from '../registry.ts';
import type { ChunkPlan, FileScan } from './plan.ts';

export interface ScanInput {
  readonly file: string;
  readonly size: number;
  /** The store's name for this content: an unchanged file is not scanned again. */
  readonly generation: string;
  readonly delimiter: string;
}

export interface ScanShared {
  readonly chunkBytes: number;
}

export const LINE_LIMITS: LineLimits = { recordBytes: RECORD_BYTES_MAX, multilineBytes: QUOTED_FIELD_BYTES_MAX };

/** Counts the records of a raw file, hashes it, and cuts it into chunks at record ends. The header is no record. */
export async function scan(input: ScanInput, { shared, raw }: TaskContext<ScanShared>): Promise<FileScan> {
  const { file, size } = input;
  const delimiter = input.delimiter.charCodeAt(0);
  const cutter = createCutter(shared.chunkBytes);
  let pending: Buffer = Buffer.alloc(0);
  let headerSeen = false;
  for (let at = 0; at < size || pending.length > 0; ) {
    const piece = await readRaw(raw, file, { start: at, end: Math.min(size, at + SCAN_READ_BYTES) });
    if (piece.length === 0 && at < size) throw changed(file);
    at += piece.length;
    const bytes = pending.length > 0 ? Buffer.concat([pending, piece]) : piece;
    const final = at >= size;
    let start = 0;
    if (!headerSeen) {
      // The header is the first record that is not blank; everything up to its end belongs to no chunk.
      const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
      const header = scanRecords(
        bytes,
        { start: mark, final, delimiter, limits: LINE_LIMITS },
        (_end, records) => records === 0,
      );
      if (header.records === 0 && !final) {
        pending = grown(bytes, file);
        continue;
      }
      headerSeen = true;
      start = header.end;
      cutter.begin(bytes.subarray(0, start), header.lines);
    }
    let added: Scan = { end: start, records: 0, lines: 0 };
    const addUpTo = (next: Scan) => {
      cutter.add(bytes.subarray(added.end, next.end), next.records - added.records, next.lines - added.lines);
      added = next;
    };
    const scanned = scanRecords(bytes, { start, final, delimiter, limits: LINE_LIMITS }, (end, records, lines) => {
      if (cutter.open() + end - added.end >= shared.chunkBytes) {
        addUpTo({ end, records, lines });
        cutter.cut();
      }
      return true;
    });
    addUpTo(scanned);
    pending = grown(bytes.subarray(scanned.end), file);
    if (final) break;
  }
  await assertUnchanged(raw, input);
  return cutter.finish(size);
}

/** Collects bytes into chunks. */
function createCutter(chunkBytes: number) {
  const whole = createHash('sha256');
  const chunks: ChunkPlan[] = [];
  let hash = createHash('sha256');
  let start = 0;
  let end = 0;
  let line = 1;
  let firstLine = 1;
  let records = 0;
  const cutter = {
    open: () => end - start,
    begin(header: Uint8Array, lines: number) {
      whole.update(header);
      start = end = header.length;
      line = firstLine = 1 + lines;
    },
    add(bytes: Uint8Array, addedRecords: number, lines: number) {
      whole.update(bytes);
      hash.update(bytes);
      end += bytes.length;
      records += addedRecords;
      line += lines;
    },
    cut() {
      if (records > 0) chunks.push({ start, end, firstLine, records, sha256: hash.digest('hex') });
      hash = createHash('sha256');
      start = end;
      firstLine = line;
      records = 0;
    },
    finish(size: number): FileScan {
      cutter.cut();
      const total = chunks.reduce((sum, chunk) => sum + chunk.records, 0);
      return { size, sha256: whole.digest('hex'), records: total, lines: line - 1, chunks };
    },
  };
  if (chunkBytes > CHUNK_BYTES_MAX) throw new RangeError(`chunkBytes ${chunkBytes} is over ${CHUNK_BYTES_MAX}`);
  return cutter;
}

function grown(rest: Buffer, file: string): Buffer {
  if (rest.length <= CHUNK_BYTES_MAX) return rest;
  throw new UserError({
    code: 'E_LONG',
    what: `${file} has no line break in ${CHUNK_BYTES_MAX} bytes`,
    why: 'this does not look like a CSV file: records end at line feeds',
    next: 'take the file out of the folder, or convert its line ends',
    exitCode: 2,
  });
}

/** A file that changes while it is read would give counts of one content and rows of another. */
export async function assertUnchanged(
  raw: ObjectStore,
  { file, generation }: Pick<ScanInput, 'file' | 'generation'>,
): Promise<void> {
  const now = await raw.stat(file);
  if (now?.generation !== generation) throw changed(file);
}

/** Reads raw bytes. A file that was there and is gone has changed, too. */
export async function readRaw(raw: ObjectStore, file: string, range: ByteRange): Promise<Buffer> {
  try {
    return await raw.read(file, range);
  } catch (error) {
    throw error instanceof NoObjectError ? changed(file) : error;
  }
}

export const changed = (file: string): UserError =>
  new UserError({
    code: 'E_CHANGED',
    what: `${file} changed while it was being read`,
    unchanged: 'nothing was published; what other files gave is kept',
    next: 'wait until the file is complete, then run again',
    exitCode: 1,
  });
