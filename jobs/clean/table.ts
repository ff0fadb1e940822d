import { UserError } from '../../base/errors.ts';
import { TABLE_ROWS_MAX } from '../../base/limits.ts';
import type { Contract } from '../../datasets/contract.ts';
import { type Column, type FixedColumn, halves, isFixed, numberAt, textAt, valueText } from '../../kernels/column.ts';
import { fault } from '../../kernels/faults.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { addCounts, type Counts, NO_RECORDS, type PartFile } from '../../lake/manifest.ts';
import { decodeSlab, encodeSlab, type Rows } from '../../lake/slab.ts';
import type { TaskContext } from '../registry.ts';
import { recordRejects, tableReading } from './chunk.ts';
import { checkReferences } from './conform.ts';
import { displayText } from './display.ts';
import { type ChunkInput, chunkInput, type FilePlan } from './plan.ts';
import { type ChunkRecords, type Replaced, readChunk, replacedValues, type TableReading } from './read.ts';
import {
  concatRows,
  type EncodedRejects,
  encodeRejects,
  gatherRows,
  type Reject,
  type RejectSlice,
  writeEncodedRejects,
} from './rejects.ts';
import { loadTables, type TableFiles } from './tables.ts';
import { type Evaluation, emptyColumns } from './values.ts';

export interface TableInput {
  readonly table: string;
  readonly files: readonly Omit<FilePlan, 'generation'>[];
  /** The tables that this one references, cleaned before. */
  readonly references: TableFiles;
}

export interface TableShared {
  readonly tables: Contract['tables'];
}

export interface TableOutput {
  readonly file: PartFile;
  readonly balances: readonly (Counts & { readonly file: string })[];
  readonly rejects: readonly RejectSlice[];
  readonly replaced: readonly Replaced[];
}

/** What a table has come to, chunk by chunk; nothing of it is in the kernels' memory, which need not hold all chunks. */
interface Progress {
  readonly seen: SeenKeys;
  readonly kept: Uint8Array[];
  readonly rejected: EncodedRejects[];
  readonly replaced: Replaced[];
}

/** Cleans one small table as a whole: reads its files, resolves keys that come twice, checks references. */
export async function table(input: TableInput, context: TaskContext<TableShared>): Promise<TableOutput> {
  const { shared, lake, kernels, write, scratch } = context;
  const contract = shared as unknown as Contract;
  const tables = await loadTables(kernels, lake, input.references, keysOf(shared));
  const reading = tableReading({ ...contract, sale: { from: '' } as Contract['sale'] }, input.table);
  const progress: Progress = {
    seen: { winners: new Map(), chunks: [], records: 0 },
    kept: [],
    rejected: [],
    replaced: [],
  };
  const balances: (Counts & { file: string })[] = [];
  for (const file of input.files) {
    let counts: Counts = NO_RECORDS;
    for (const piece of file.chunks) {
      const mark = kernels.mark();
      const records = await readChunk(context, chunkInput(file, piece), reading);
      const evaluation = { kernels, contract, table: input.table, rows: records.rows, tables, found: new Map() };
      const rejects = chunkRejects(records, chunkInput(file, piece), reading.contract.key, progress.seen, evaluation);
      counts = addCounts(counts, takeChunk(evaluation, { records, rejects, reading }, progress));
      kernels.release(mark);
    }
    balances.push({ file: file.file, ...counts });
  }
  const { kept, rejected, replaced } = progress;
  const rows =
    kept.length > 0 ? concatRows(kept.map(decodeSlab)) : { length: 0, columns: emptyColumns(reading.contract.columns) };
  return {
    file: await write(`${input.table}.slab`, encodeSlab(rows), rows.length),
    balances,
    rejects: await writeEncodedRejects(rejected, scratch),
    replaced,
  };
}

/** What is wrong with the records of a chunk: at most one reject each, in their order. */
function chunkRejects(
  records: ChunkRecords,
  chunk: ChunkInput,
  key: readonly string[],
  seen: SeenKeys,
  evaluation: Evaluation,
): Reject[] {
  const rejects = recordRejects(records, chunk);
  rejects.push(...keyRejects(records, key, seen));
  rejects.push(...referenceRejects(evaluation, rejects));
  return rejects.sort((a, b) => a.row - b.row);
}

/** Takes what is kept of a chunk, and what is not, out of the kernels' memory. */
function takeChunk(
  { kernels }: Evaluation,
  { records, rejects, reading }: { records: ChunkRecords; rejects: readonly Reject[]; reading: TableReading },
  { kept, rejected, replaced }: Progress,
): Counts {
  const { file, rows } = records;
  kept.push(encodeSlab(without(kernels, rows, rejects)));
  rejected.push(...encodeRejects(kernels, [{ file, rows, rejects }]));
  replaced.push(...replacedValues(records, reading));
  const duplicate = rejects.filter(({ code }) => code === fault('E_DUP_ROW')).length;
  const quarantined = rejects.length - duplicate;
  return { read: rows.length, kept: rows.length - rejects.length, duplicate, quarantined };
}

/** The rows that are left when rejects, at most one a row, are taken out: nearly always all of them. */
function without(kernels: Kernels, rows: Rows, rejects: readonly Reject[]): Rows {
  if (rejects.length === 0) return rows;
  const lost = new Set(rejects.map(({ row }) => row));
  const left = new Int32Array(rows.length - lost.size);
  for (let row = 0, to = 0; row < rows.length; row++) if (!lost.has(row)) left[to++] = row;
  return gatherRows(kernels, rows, left);
}

export const keysOf = ({ tables }: { tables: Contract['tables'] }): Record<string, readonly string[]> =>
  Object.fromEntries(Object.entries(tables).map(([name, { key }]) => [name, key]));

/** The keys of a table's records so far. Records are numbered through all chunks. */
interface SeenKeys {
  /** The number of the first record with each key. */
  readonly winners: Map<Key, number>;
  /** Chunks in order, with the number of the first record of each. */
  readonly chunks: SeenChunk[];
  records: number;
}

interface SeenChunk {
  readonly start: number;
  readonly file: string;
  /** Of each record: hash of its fields, and the number of its line. */
  readonly content: BigUint64Array;
  readonly line: BigInt64Array;
}

/** A form that is equal for equal keys. */
type Key = string | number | bigint;

/** The first record of a key wins; equal ones after it are duplicates, others conflicts. */
function keyRejects(records: ChunkRecords, key: readonly string[], seen: SeenKeys): Reject[] {
  const columns = key.map(name => records.rows.columns[name]!);
  const keyAt = keyReader(columns);
  const rejects: Reject[] = [];
  const start = seen.records;
  const { values: line } = records.rows.columns.$line as FixedColumn;
  const content = records.contents();
  seen.chunks.push({ start, file: records.file, content: content.slice(), line: line.slice() });
  seen.records += records.rows.length;
  assertFewRows(seen.records);
  for (let row = 0; row < records.rows.length; row++) {
    if (records.fault[row] !== 0) continue;
    const id = keyAt(row);
    const number = seen.winners.get(id);
    if (number === undefined) {
      seen.winners.set(id, start + row);
      continue;
    }
    const first = seen.chunks.findLast(chunk => chunk.start <= number)!;
    const before = number - first.start;
    const same = first.content[before] === content[row];
    const value = columns.map(column => displayText(column, row)).join(', ');
    const winner = { file: first.file, line: Number(first.line[before]) };
    rejects.push({ row, code: fault(same ? 'E_DUP_ROW' : 'E_DUP_KEY'), column: key.join(', '), value, winner });
  }
  return rejects;
}

function assertFewRows(rows: number): void {
  if (rows <= TABLE_ROWS_MAX) return;
  throw new UserError({
    code: 'E_MEMORY',
    what: `a table other than that of the sale lines has more than ${TABLE_ROWS_MAX} records`,
    unchanged: 'nothing was published; what was finished is kept',
    next: 'leave out the records that no sale refers to',
    exitCode: 1,
  });
}

/** Most keys are one whole number or one text, which are keys of a map as they are. */
function keyReader(columns: readonly Column[]): (row: number) => Key {
  const [column] = columns;
  if (columns.length > 1 || !column || !(column.type === 'text' || isFixed(column)))
    return row => JSON.stringify(columns.map(part => valueText(part, row)));
  if (column.type === 'text') return row => textAt(column, row)!;
  const half = halves(column);
  return row => {
    const number = numberAt(half, row);
    return Number.isSafeInteger(number) ? number : column.values[row]!;
  };
}

function referenceRejects(evaluation: Evaluation, before: readonly Reject[]): Reject[] {
  const lost = new Set(before.map(({ row }) => row));
  const rejects: Reject[] = [];
  checkReferences(evaluation, (row, code, column) => {
    if (lost.has(row)) return;
    lost.add(row);
    rejects.push({ row, code, column, value: displayText(evaluation.rows.columns[column]!, row) });
  });
  return rejects;
}
