/** The bytes of a chunk → typed columns of its records, and what is wrong with each. */
import { invariant } from '../../base/errors.ts';
import type { TableContract } from '../../datasets/contract.ts';
import { type Column, fixedColumn, halves, setBit, setNumber, type TextColumn } from '../../kernels/column.ts';
import { convertColumn, unescapeQuotes } from '../../kernels/convert.ts';
import { displayBytes, type Encoding } from '../../kernels/encoding.ts';
import { type FieldIndex, indexFields } from '../../kernels/records.ts';
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
  readonly encoding: Encoding;
  readonly bytes: Buffer;
  readonly index: FieldIndex;
  /** All records: the contract's columns by name, and `$line`, `$offset`, `$length`. */
  readonly rows: Rows;
  /** Index in FAULTS of what is wrong with a record, or 0. */
  readonly fault: Uint8Array;
  /** Position in the file of the column at fault, or −1. */
  readonly faultColumn: Int16Array;
  /** Positions in the file of the columns that are read, in the contract's order: what makes records equal. */
  readonly positions: readonly number[];
}

/** Reads a chunk into the kernels' memory, where its bytes stay until the caller releases them. */
export async function readChunk(
  context: Pick<TaskContext, 'raw' | 'lake' | 'kernels'>,
  chunk: ChunkInput,
  reading: TableReading,
): Promise<ChunkRecords> {
  const { file, start, end, header } = chunk;
  const { kernels } = context;
  const bytes = Buffer.from(kernels.bytes.buffer, kernels.alloc(end - start), end - start);
  await readRawInto(context, chunk, { start, end }, bytes);
  if (checksum(kernels, bytes) !== chunk.checksum) throw changed(file);
  const delimiter = (reading.contract.delimiter ?? ',').charCodeAt(0);
  const index = indexFields(bytes, header.length, delimiter, LINE_LIMITS);
  invariant(
    index.records === chunk.records,
    `${file} bytes ${start}–${end}: the planner counted ${chunk.records} records, the reader ${index.records}`,
  );
  const fault = index.fault.slice(0, index.records);
  const faultColumn = new Int16Array(index.records).fill(-1);
  const columns: Record<string, Column> = {};
  header.forEach((name, column) => {
    const contract = name === null ? undefined : reading.contract.columns[name];
    if (name === null || !contract || contract.kind === 'ignore') return;
    const reader = compileColumn(contract, reading.contract, reading.required.includes(name));
    columns[name] = convertColumn({ bytes, index, column, reader, faults: { code: fault, column: faultColumn } });
  });
  const rows = { length: index.records, columns: { ...columns, ...positions(index, chunk) } };
  const names = Object.keys(reading.contract.columns).filter(name => columns[name]);
  const order = names.map(name => header.indexOf(name));
  return {
    file,
    encoding: reading.contract.encoding ?? 'utf-8',
    bytes,
    index,
    rows,
    fault,
    faultColumn,
    positions: order,
  };
}

/** `$line`, `$offset` and `$length`: where each record is in its file. */
function positions(index: FieldIndex, { start, firstLine }: ChunkInput): Record<string, Column> {
  const column = (value: (record: number) => number) => {
    const out = fixedColumn('int64', index.records);
    const half = halves(out);
    for (let record = 0; record < index.records; record++) {
      setNumber(half, record, value(record));
      setBit(out.validity, record);
    }
    return out;
  };
  return {
    $line: column(record => firstLine + index.line[record]!),
    $offset: column(record => start + index.recordStart[record]!),
    $length: column(record => index.recordEnd[record]! - index.recordStart[record]!),
  };
}

/** The text of a field as it stands in the file, quotes taken off; at most 200 characters. For messages. */
export function fieldText({ bytes, index, encoding }: ChunkRecords, record: number, column: number): string {
  const cell = record * index.columns + column;
  const start = index.start[cell]!;
  const end = Math.min(index.end[cell]!, start + 200);
  const source = index.escaped[cell] === 1 ? unescapeQuotes(bytes, start, end) : bytes.subarray(start, end);
  return displayBytes(source, encoding);
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
