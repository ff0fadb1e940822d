/** A CSV file as batches of typed columns: how jobs/clean reads a chunk, without a lake and without a plan. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CHUNK_BYTES, QUOTED_FIELD_BYTES_MAX, RECORD_BYTES_MAX } from '../base/limits.ts';
import type { TableContract } from '../datasets/contract.ts';
import { compileColumn } from '../jobs/clean/compile.ts';
import { LINE_LIMITS } from '../jobs/clean/scan.ts';
import type { Column } from '../kernels/column.ts';
import { fault } from '../kernels/faults.ts';
import { type RecordBatch, readRecords } from '../kernels/read.ts';
import type { Kernels } from '../kernels/wasm.ts';

/** Typed columns by name; only the first `records` rows are whole records of this batch. */
export interface Batch {
  readonly records: number;
  readonly columns: Readonly<Record<string, Column>>;
  /** Index in FAULTS of what is wrong with a record, or 0. */
  readonly fault: Uint8Array;
}

export interface CsvRange {
  readonly path: string;
  /** Bytes [start, end) of the file, at record ends. (Default: all behind the header) */
  readonly start?: number;
  readonly end?: number;
}

const COMMA = 0x2c;
const E_QUOTE = fault('E_QUOTE');
const HEADER_BYTES = 65_536;

/** Where the records begin, and the names of the columns. The headers of these files have no quotes. */
export function readHeader(path: string): { readonly names: readonly string[]; readonly end: number } {
  const file = openSync(path, 'r');
  const bytes = Buffer.alloc(HEADER_BYTES);
  const size = readSync(file, bytes, 0, HEADER_BYTES, 0);
  closeSync(file);
  const end = bytes.subarray(0, size).indexOf(10) + 1;
  return { names: bytes.toString('latin1', 0, end).trim().split(','), end };
}

/** Calls `onBatch` for each piece of the range, until it returns false. Batches stay good until the next one. */
export function readBatches(
  kernels: Kernels,
  { path, start, end }: CsvRange,
  table: TableContract,
  onBatch: (batch: Batch) => unknown,
): void {
  const header = readHeader(path);
  const readers = header.names.map(name => compileColumn(table.columns[name]!, table, false));
  const mark = kernels.mark();
  const address = kernels.alloc(CHUNK_BYTES);
  const piece = kernels.bytes.subarray(address, address + CHUNK_BYTES);
  const file = openSync(path, 'r');
  const last = end ?? fstatSync(file).size;
  const behindPiece = kernels.mark();
  let filled = 0;
  for (let at = start ?? header.end; at < last || filled > 0; ) {
    const read = readSync(file, piece, filled, Math.min(piece.length - filled, last - at), at);
    at += read;
    filled += read;
    const batch = readRecords(kernels, {
      address,
      size: filled,
      delimiter: COMMA,
      limits: LINE_LIMITS,
      readers,
      hashed: null,
    });
    const records = at >= last ? batch.records : wholeRecords(batch, filled);
    const columns = Object.fromEntries(header.names.map((name, column) => [name, batch.columns[column]!]));
    if (onBatch({ records, columns, fault: batch.fault }) === false) break;
    const consumed = at >= last ? filled : batch.start[records]!;
    if (consumed === 0) throw new Error(`${path}: a record is longer than ${CHUNK_BYTES} bytes`);
    piece.copyWithin(0, consumed, filled);
    filled -= consumed;
    kernels.release(behindPiece);
  }
  closeSync(file);
  kernels.release(mark);
}

/** Ranges of about `size` bytes that end at line ends, which are record ends where no field is quoted. */
export function lineRanges(path: string, size: number): { readonly start: number; readonly end: number }[] {
  const file = openSync(path, 'r');
  const { size: total } = fstatSync(file);
  const bytes = Buffer.alloc(HEADER_BYTES);
  const ranges = [];
  for (let start = readHeader(path).end; start < total; ) {
    const aim = start + size;
    const read = aim < total ? readSync(file, bytes, 0, HEADER_BYTES, aim) : 0;
    const end = aim < total ? aim + bytes.subarray(0, read).indexOf(10) + 1 : total;
    ranges.push({ start, end });
    start = end;
  }
  closeSync(file);
  return ranges;
}

/**
 * How many records of a piece are whole. The last one is cut by the end of the piece; where that end is in a quoted field,
 * the field seems not to end, and its record and all behind it are read again with the next piece.
 */
function wholeRecords({ records, fault, start }: RecordBatch, filled: number): number {
  let whole = records - 1;
  const uncertain = filled - RECORD_BYTES_MAX - QUOTED_FIELD_BYTES_MAX;
  for (let record = whole; record >= 0 && start[record]! >= uncertain; record--)
    if (fault[record] === E_QUOTE) whole = record;
  return whole;
}
