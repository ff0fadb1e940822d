/** Stand-in until the WASM reader lands: the plain reader behind its interface. */
import type { Column } from './column.ts';
import { type ColumnReader, convertColumn, unescapeQuotes } from './convert.ts';
import { addBytes, finishHash, startHash } from './hash.ts';
import type { LineLimits } from './lines.ts';
import { indexFields } from './records.ts';
import type { Kernels } from './wasm.ts';

export interface ReadInput {
  readonly address: number;
  readonly size: number;
  readonly delimiter: number;
  readonly limits: LineLimits;
  readonly readers: readonly (ColumnReader | null)[];
  readonly hashed: readonly number[] | null;
}

export interface RecordBatch {
  readonly records: number;
  readonly columns: readonly (Column | null)[];
  readonly fault: Uint8Array;
  readonly faultColumn: Int16Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly line: Int32Array;
  readonly content: BigUint64Array | null;
}

export function readRecords(kernels: Kernels, input: ReadInput): RecordBatch {
  const bytes = Buffer.from(kernels.bytes.buffer as ArrayBuffer, input.address, input.size);
  const index = indexFields(bytes, input.readers.length, input.delimiter, input.limits);
  const fault = index.fault.slice(0, index.records);
  const faultColumn = new Int16Array(index.records).fill(-1);
  const columns = input.readers.map((reader, column) =>
    reader ? convertColumn({ bytes, index, column, reader, faults: { code: fault, column: faultColumn } }) : null,
  );
  const content = new BigUint64Array(index.records);
  const lanes = new Uint32Array(4);
  for (let record = 0; record < index.records; record++) {
    startHash(lanes);
    for (const column of input.hashed ?? []) {
      const cell = record * index.columns + column;
      addBytes(lanes, bytes, index.start[cell]!, index.end[cell]!);
    }
    finishHash(lanes);
    content[record] = (BigInt(lanes[0]!) << 32n) | BigInt(lanes[1]!);
  }
  const { records } = index;
  return {
    records,
    columns,
    fault,
    faultColumn,
    start: index.recordStart.slice(0, records),
    end: index.recordEnd.slice(0, records),
    line: index.line.slice(0, records),
    content,
  };
}

export function fieldAt(record: Uint8Array, column: number, delimiter: number): Uint8Array | null {
  const bytes = Buffer.from(record);
  const limits = { recordBytes: 1 << 30, multilineBytes: 1 << 30 };
  const index = indexFields(bytes, column + 1, delimiter, limits);
  if (index.records === 0) return null;
  const [start, end] = [index.start[column]!, index.end[column]!];
  return index.escaped[column] === 1 ? unescapeQuotes(bytes, start, end) : bytes.subarray(start, end);
}
