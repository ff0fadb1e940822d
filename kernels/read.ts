/**
 * Bytes of a chunk → typed columns of its records, and what is wrong with each: records.ts and convert.ts in compiled
 * code. A piece of some thousand fields is indexed, then each column of it is converted while the caches still hold it.
 */
import type { Column } from './column.ts';
import { FAULTS } from './faults.ts';
import type { LineLimits } from './lines.ts';
import type { ColumnReader } from './reader.ts';
import { indexFields, unescapeQuotes } from './records.ts';
import { refusePattern } from './refuse.ts';
import { type ColumnKernels, Sink } from './sink.ts';
import type { Kernels } from './wasm.ts';

export interface ReadInput {
  /** Address and size of the chunk's bytes in the kernels' memory. */
  readonly address: number;
  readonly size: number;
  /** A byte that is no quote, line feed or carriage return. */
  readonly delimiter: number;
  readonly limits: LineLimits;
  /** One a column of the file, in its order; null for columns that are not read. */
  readonly readers: readonly (ColumnReader | null)[];
  /** Positions of the columns whose fields, as they stand in the file without quotes, make records equal: see `content`. */
  readonly hashed: readonly number[] | null;
}

/** Views of the kernels' memory: good until it is released. */
export interface RecordBatch {
  readonly records: number;
  /** One a column of the file; null where it is not read. A record that is refused as a whole has null values. */
  readonly columns: readonly (Column | null)[];
  /** Index in FAULTS of the first fault of each record, or 0. Uint8, [records]. */
  readonly fault: Uint8Array;
  /** Position of the column at fault, or −1. Int16, [records]. */
  readonly faultColumn: Int16Array;
  /** The record's bytes in the chunk, line end included. Int32, [records]. */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Lines before the record's first, in this chunk. Int32, [records]. */
  readonly line: Int32Array;
  /** 64-bit hash of the `hashed` fields, their sizes included. Unspecified for records that are refused as a whole. [records]. */
  readonly content: BigUint64Array | null;
}

interface Exports extends ColumnKernels {
  csvPieceBytes(): number;
  csvLines(start: number, end: number): number;
  csvIndex(chunk: number): void;
  csvContent(chunk: number, column: number, hashes: number): void;
  csvContentEnd(chunk: number, hashes: number): void;
}

/** Words of the kernels' description of a chunk, and some of their places in it: see kernels/assembly/csv/layout.ts. */
const CHUNK_WORDS = 27;
const STARTS = 10;
const POSITION = 17;
const RECORDS = 18;
const COUNT = 22;

/** Values of 32 bits are the most that a limit can say. */
const LIMIT_MAX = 2 ** 30;

/**
 * Reads the records of a chunk, which begins where a record does and ends where one does, as the planner cuts them.
 * What is allocated for the result stays allocated. Throws RangeError when the kernels' memory is too small for it.
 */
export function readRecords(kernels: Kernels, input: ReadInput): RecordBatch {
  const { address, size, readers, hashed } = input;
  const exports = kernels.exports as unknown as Exports;
  const capacity = exports.csvLines(address, address + size);
  const content = hashed ? kernels.allocZeroed(capacity * 8) : 0;
  const { chunk, state } = placeChunk(kernels, input, capacity);
  const sinks = readers.map((reader, column) => reader && new Sink(kernels, reader, column, capacity));
  for (let position = address; position < address + size; position = state[POSITION]!) {
    exports.csvIndex(chunk);
    const next = state[POSITION]!;
    const piece = {
      records: state[COUNT]!,
      size: next - position,
      before: position - address,
      behind: address + size - next,
    };
    for (const sink of sinks) sink?.convert(exports, chunk, piece);
    for (const column of hashed ?? []) exports.csvContent(chunk, column, content);
    if (hashed) exports.csvContentEnd(chunk, content);
  }
  const records = state[RECORDS]!;
  const { buffer } = kernels.bytes;
  const [start, end, line, codes, positions] = state.subarray(STARTS, STARTS + 5);
  const fault = new Uint8Array(buffer, codes, records);
  const faultColumn = new Int16Array(buffer, positions, records);
  const columns = sinks.map((sink, column) => {
    const read = sink ? sink.finish(records) : null;
    const pattern = readers[column]?.pattern;
    if (!sink || !pattern || read?.type !== 'text') return read;
    return refusePattern(read, pattern, { column, defaulted: sink.defaulted, faults: { fault, faultColumn } });
  });
  return {
    records,
    columns,
    fault,
    faultColumn,
    start: new Int32Array(buffer, start, records),
    end: new Int32Array(buffer, end, records),
    line: new Int32Array(buffer, line, records),
    content: hashed ? new BigUint64Array(buffer, content, records) : null,
  };
}

/** Lays out what the kernels know of a chunk. */
function placeChunk(kernels: Kernels, input: ReadInput, capacity: number): { chunk: number; state: Int32Array } {
  const { address, size, delimiter, limits, readers } = input;
  const columns = readers.length;
  const recordBytes = Math.min(limits.recordBytes, LIMIT_MAX);
  const multilineBytes = Math.min(limits.multilineBytes, LIMIT_MAX);
  // No field is longer than this, unless its record is refused before anything looks into it.
  const fieldBytes = Math.min(size, recordBytes + multilineBytes + 2) + 16;
  const digits = Math.max(0, ...readers.map(reader => reader?.digits ?? 0));
  const pieceBytes = (kernels.exports as unknown as Exports).csvPieceBytes();
  const tableRecords = Math.ceil(pieceBytes / columns) + 1;
  // One before, one behind for each end, and what is written eight at a time beyond the last.
  const marksBytes = (pieceBytes + 16) * 4;
  const marks = kernels.alloc(marksBytes);
  const chunk = kernels.alloc(CHUNK_WORDS * 4);
  const state = new Int32Array(kernels.bytes.buffer, chunk, CHUNK_WORDS);
  const faultColumns = kernels.alloc(capacity * 2);
  kernels.bytes.fill(0xff, faultColumns, faultColumns + capacity * 2);
  state.set([
    address,
    address + size,
    columns,
    delimiter,
    recordBytes,
    multilineBytes,
    marks + 4,
    marks + marksBytes,
    kernels.alloc(tableRecords * columns * 8),
    tableRecords,
    kernels.alloc(capacity * 4),
    kernels.alloc(capacity * 4),
    kernels.alloc(capacity * 4),
    kernels.alloc(capacity),
    faultColumns,
    kernels.alloc(fieldBytes * 7 + digits),
    fieldBytes,
    address,
  ]);
  state.fill(0, RECORDS);
  return { chunk, state };
}

/**
 * The bytes of a field as they stand in the file, quotes taken off, for messages; null when the record has no such field.
 * `record` has the bytes of one record.
 */
export function fieldAt(record: Uint8Array, column: number, delimiter: number): Uint8Array | null {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  const index = indexFields(bytes, column + 1, delimiter, { recordBytes: bytes.length, multilineBytes: bytes.length });
  const code = FAULTS[index.fault[0] ?? 0]!;
  if (index.records !== 1 || code === 'E_COLS_FEW' || code === 'E_QUOTE') return null;
  const [start, end] = [index.start[column]!, index.end[column]!];
  return index.escaped[column] === 1 ? unescapeQuotes(bytes, start, end) : bytes.subarray(start, end);
}
