/** The bytes of a chunk → typed columns of its records, and what is wrong with each. */
import { invariant } from '../../base/errors.ts';
import type { TableContract } from '../../datasets/contract.ts';
import type { Column, TextColumn } from '../../kernels/column.ts';
import { displayBytes, type Encoding } from '../../kernels/encoding.ts';
import { allocInt32s } from '../../kernels/place.ts';
import { fieldAt, type RecordBatch, readRecords } from '../../kernels/read.ts';
import { dayColumn, wideColumn, zeroRows } from '../../kernels/rows.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Rows } from '../../lake/slab.ts';
import type { TaskContext } from '../registry.ts';
import { compileColumn } from './compile.ts';
import type { ChunkInput } from './plan.ts';
import { checksum, LINE_LIMITS } from './scan.ts';
import { changed, readRawInto } from './source.ts';

/** What decides how the bytes of a table are read; part of the identity of the tasks that read them. */
export interface TableReading {
  readonly table: string;
  readonly contract: Pick<TableContract, 'columns' | 'key' | 'encoding' | 'delimiter'>;
  /** Columns that must have a value though the contract does not say so: a sale needs its ids and its day. */
  readonly required: readonly string[];
}

export interface ChunkRecords {
  readonly file: string;
  /** Number of the chunk's first line in the file. */
  readonly firstLine: number;
  readonly encoding: Encoding;
  readonly delimiter: number;
  /** The chunk, in the kernels' memory. */
  readonly bytes: Uint8Array;
  readonly batch: RecordBatch;
  /** A hash of each record's fields: equal records have equal ones. Few chunks need them, and they take time. */
  contents(): BigUint64Array;
  /** All records: the contract's columns by name, and `$line`, `$offset`, `$length`. */
  readonly rows: Rows;
  /** Index in FAULTS of what is wrong with a record, or 0. */
  readonly fault: Uint8Array;
  /** Position in the file of the column at fault, or −1. */
  readonly faultColumn: Int16Array;
}

/** Reads the records of a chunk into the kernels' memory. */
export async function readChunk(
  context: Pick<TaskContext, 'raw' | 'lake' | 'kernels'>,
  chunk: ChunkInput,
  reading: TableReading,
): Promise<ChunkRecords> {
  const { file, start, end, header, firstLine } = chunk;
  const { contract } = reading;
  const { kernels } = context;
  const address = kernels.alloc(end - start);
  const bytes = kernels.bytes.subarray(address, address + end - start);
  await readRawInto(context, chunk, { start, end }, bytes);
  if (checksum(kernels, bytes) !== chunk.checksum) throw changed(file);
  const delimiter = (contract.delimiter ?? ',').charCodeAt(0);
  const readers = header.map(name => {
    const column = name === null ? undefined : contract.columns[name];
    if (name === null || !column || column.kind === 'ignore') return null;
    return compileColumn(column, contract, reading.required.includes(name));
  });
  // In the contract's order, so that two files with their columns in different orders can hold equal records.
  const hashed = Object.keys(contract.columns).flatMap(name => {
    const position = header.indexOf(name);
    return position >= 0 && readers[position] ? [position] : [];
  });
  const chunkBytes = { address, size: bytes.length, delimiter, limits: LINE_LIMITS };
  const batch = readRecords(kernels, { ...chunkBytes, readers, hashed: null });
  invariant(
    batch.records === chunk.records,
    `${file} bytes ${start}–${end}: the planner counted ${chunk.records} records, the reader ${batch.records}`,
  );
  // In the contract's order, whatever the file's: rows of several files become one table.
  const columns: Record<string, Column> = {};
  for (const name of Object.keys(contract.columns)) {
    const column = batch.columns[header.indexOf(name)];
    if (column) columns[name] = column;
  }
  let contents: BigUint64Array | undefined;
  return {
    file,
    firstLine,
    encoding: contract.encoding ?? 'utf-8',
    delimiter,
    bytes,
    batch,
    contents() {
      const nothing = readers.map(() => null);
      contents ??= readRecords(kernels, { ...chunkBytes, readers: nothing, hashed }).content!;
      return contents;
    },
    rows: { length: batch.records, columns: { ...columns, ...positions(kernels, batch, chunk) } },
    fault: batch.fault,
    faultColumn: batch.faultColumn,
  };
}

/** `$line`, `$offset` and `$length`: where each record is in its file. */
function positions(kernels: Kernels, batch: RecordBatch, { start, firstLine }: ChunkInput): Record<string, Column> {
  const lengths = allocInt32s(kernels, batch.records);
  for (let record = 0; record < batch.records; record++) lengths[record] = batch.end[record]! - batch.start[record]!;
  return {
    $line: wideColumn(kernels, batch.line, firstLine),
    $offset: wideColumn(kernels, batch.start, start),
    $length: wideColumn(kernels, lengths, 0),
  };
}

/** The records that become sale lines unless another one has their key, in file order. */
export interface GoodRecords {
  readonly records: ChunkRecords;
  readonly good: Int32Array;
  /** Day of each record, good or not. */
  readonly day: Column & { readonly type: 'date' };
}

export function goodRecords(kernels: Kernels, records: ChunkRecords, sold: string): GoodRecords {
  const day = dayColumn(kernels, records.rows.columns[sold]!);
  return { records, good: zeroRows(kernels, records.fault), day };
}

/** The text of a field as it stands in the file, quotes taken off; at most 200 characters. For messages. */
export function fieldText({ bytes, batch, encoding, delimiter }: ChunkRecords, record: number, column: number): string {
  const field = fieldAt(bytes.subarray(batch.start[record]!, batch.end[record]!), column, delimiter);
  return field === null ? '' : displayBytes(field.subarray(0, 200), encoding);
}

/** Values of a column in which bytes were not valid and U+FFFD stands for them, as the contract allows. */
export interface Replaced {
  readonly table: string;
  readonly column: string;
  readonly values: number;
}

const REPLACEMENT = Buffer.from('\ufffd');

export function replacedValues({ rows }: ChunkRecords, { table, contract }: TableReading): Replaced[] {
  return Object.entries(contract.columns).flatMap(([column, { invalidBytes }]) => {
    const found = rows.columns[column];
    if (invalidBytes !== 'replace' || found?.type !== 'text') return [];
    const values = countValuesWith(found, REPLACEMENT);
    return values > 0 ? [{ table, column, values }] : [];
  });
}

/** How many values hold these bytes. A search over all of them at once: nearly always there are none. */
function countValuesWith({ bytes, offsets, length }: TextColumn, wanted: Buffer): number {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, offsets[length]!);
  let count = 0;
  let row = 0;
  for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, offsets[row]!)) {
    while (offsets[row + 1]! <= at) row++;
    count++;
    row++;
  }
  return count;
}
