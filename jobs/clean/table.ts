import { UserError } from '../../base/errors.ts';
import { TABLE_ROWS_MAX } from '../../base/limits.ts';
import type { Contract } from '../../datasets/contract.ts';
import { fault } from '../../kernels/faults.ts';
import { type KeyOwners, keyOwners } from '../../kernels/keys.ts';
import { allocInt32s } from '../../kernels/place.ts';
import { sortRows } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { addCounts, type Counts, NO_RECORDS } from '../../lake/manifest.ts';
import { encodeRun, slabCuts } from '../../lake/run.ts';
import { packSlices } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { recordRejects, tableReading } from './chunk.ts';
import { checkReferences } from './conform.ts';
import { displayText } from './display.ts';
import { tableLookups } from './lookups.ts';
import { columnOrder } from './order.ts';
import { type ChunkInput, chunkInput, type FilePlan } from './plan.ts';
import { type ChunkRecords, type Replaced, readChunk, replacedValues, type TableReading } from './read.ts';
import { encodeRejects, type Reject, type RejectSlice } from './rejects.ts';
import { createSlices, type SliceWriter } from './slices.ts';
import { type CleanedTable, loadTables, type TableFiles } from './tables.ts';
import type { Evaluation } from './values.ts';

export interface TableInput {
  readonly table: string;
  readonly files: readonly Omit<FilePlan, 'generation'>[];
  /** The tables that this one references, cleaned before. */
  readonly references: TableFiles;
  /** The columns to sort each chunk's rows by. */
  readonly order: readonly string[];
}

export interface TableShared {
  readonly tables: Contract['tables'];
}

export interface TableOutput {
  readonly cleaned: CleanedTable;
  readonly balances: readonly (Counts & { readonly file: string })[];
  readonly rejects: readonly RejectSlice[];
  readonly replaced: readonly Replaced[];
}

/** A table on its way, chunk by chunk: of its rows only hashes of their keys and contents stay in memory. */
interface Progress {
  readonly seen: SeenKeys;
  readonly kept: SliceWriter<null>;
  readonly rejected: SliceWriter<{ readonly file: string; readonly range: number }>;
  readonly replaced: Replaced[];
}

/** Cleans one table other than the sale lines': reads its files, resolves keys that come twice, checks references. */
export async function table(input: TableInput, context: TaskContext<TableShared>): Promise<TableOutput> {
  const { shared, kernels } = context;
  assertFewRows(input);
  const tables = await loadTables(context, input.references, shared.tables, tableLookups(shared, input.table));
  const reading = tableReading({ ...(shared as Contract), sale: { from: '' } as Contract['sale'] }, input.table);
  const progress: Progress = {
    seen: seenKeys(input, keyOwners(kernels, recordsOf(input))),
    kept: createSlices(context, 'table.bin'),
    rejected: createSlices(context, 'rejects.slab'),
    replaced: [],
  };
  const { kept, rejected, replaced } = progress;
  try {
    const balances: (Counts & { file: string })[] = [];
    for (const file of input.files) {
      let counts: Counts = NO_RECORDS;
      for (const piece of file.chunks) {
        const mark = kernels.mark();
        const chunk = chunkInput(file, piece);
        const records = await readChunk(context, chunk, reading);
        const evaluation = {
          kernels,
          contract: shared,
          table: input.table,
          rows: records.rows,
          tables,
          found: new Map(),
        };
        const rejects = chunkRejects(records, chunk, reading.contract.key, progress.seen, evaluation);
        counts = addCounts(
          counts,
          await takeChunk(evaluation, { records, rejects, reading, order: input.order }, progress),
        );
        kernels.release(mark);
      }
      balances.push({ file: file.file, ...counts });
    }
    const slices = (await kept.close()).map(({ slice }) => slice);
    const cleaned = { rows: slices.reduce((sum, { rows }) => sum + rows, 0), slices };
    const rejects = (await rejected.close()).map(({ name, slice }) => ({ ...name, slice }));
    return { cleaned, balances, rejects, replaced };
  } catch (error) {
    await Promise.all([kept.abort(), rejected.abort()]);
    throw error;
  }
}

const recordsOf = ({ files }: TableInput): number => files.reduce((sum, { records }) => sum + records, 0);

function assertFewRows(input: TableInput): void {
  const records = recordsOf(input);
  if (records <= TABLE_ROWS_MAX) return;
  throw new UserError({
    code: 'E_MEMORY',
    what: `the table ${input.table} has ${records} records: more than the ${TABLE_ROWS_MAX} that a table which is not that of the sale lines may have`,
    where: input.files.map(({ file }) => file).join(', '),
    why: 'the hashes of all its keys are held in the memory of one task, to find those that come twice',
    unchanged: 'nothing was published; what was finished is kept',
    next: 'leave out the records that no sale refers to, then run again',
    exitCode: 1,
  });
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

interface ChunkResult {
  readonly records: ChunkRecords;
  readonly rejects: readonly Reject[];
  readonly reading: TableReading;
  readonly order: readonly string[];
}

/** Writes what is kept of a chunk as a run, and what is not. */
async function takeChunk(
  { kernels }: Evaluation,
  { records, rejects, reading, order }: ChunkResult,
  { kept, rejected, replaced }: Progress,
): Promise<Counts> {
  const { file, rows } = records;
  const { $line: _line, $offset: _offset, $length: _length, ...columns } = rows.columns;
  const picks = without(kernels, rows.length, rejects);
  if (picks.length > 0) {
    const sorted = sortRows(kernels, picks, columnOrder(order).columns(kernels, rows));
    const run = encodeRun(kernels, { ...rows, columns }, sorted, slabCuts([{ name: null, end: sorted.length }]));
    await kept.add(run.bytes, run.slices);
  }
  if (rejects.length > 0) {
    const { packed, slices } = packSlices(encodeRejects(kernels, [{ file, rows, rejects }]));
    await rejected.add(packed, slices);
  }
  replaced.push(...replacedValues(records, reading));
  const duplicate = rejects.filter(({ code }) => code === fault('E_DUP_ROW')).length;
  const quarantined = rejects.length - duplicate;
  return { read: rows.length, kept: rows.length - rejects.length, duplicate, quarantined };
}

/** The rows that are left when rejects, at most one a row, are taken out. */
function without(kernels: Kernels, length: number, rejects: readonly Reject[]): Int32Array {
  const left = allocInt32s(kernels, length);
  let kept = 0;
  let next = 0;
  for (let row = 0; row < length; row++) {
    if (rejects[next]?.row === row) next++;
    else left[kept++] = row;
  }
  return left.subarray(0, kept);
}

/** The keys of a table's records so far. Records are numbered through all chunks. */
interface SeenKeys {
  readonly owners: KeyOwners;
  /** Of each record: hash of its fields, and the number of its line. */
  readonly content: BigUint64Array;
  readonly line: Uint32Array;
  /** Chunks in order, with the number of the first record of each. */
  readonly chunks: { readonly start: number; readonly file: string }[];
  records: number;
}

function seenKeys(input: TableInput, owners: KeyOwners): SeenKeys {
  const records = recordsOf(input);
  return { owners, content: new BigUint64Array(records), line: new Uint32Array(records), chunks: [], records: 0 };
}

/** The first record of a key wins; equal ones after it are duplicates, others conflicts. */
function keyRejects(records: ChunkRecords, key: readonly string[], seen: SeenKeys): Reject[] {
  const columns = key.map(name => records.rows.columns[name]!);
  const { batch, firstLine, file, fault: faults } = records;
  const start = seen.records;
  seen.chunks.push({ start, file });
  seen.content.set(records.contents(), start);
  for (let row = 0; row < batch.records; row++) seen.line[start + row] = firstLine + batch.line[row]!;
  seen.records += batch.records;
  const pairs = seen.owners.claim(columns, faults);
  const rejects: Reject[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const [row, first] = [pairs[i]!, pairs[i + 1]!];
    const same = seen.content[first] === seen.content[start + row];
    const value = columns.map(column => displayText(column, row)).join(', ');
    const winner = { file: seen.chunks.findLast(chunk => chunk.start <= first)!.file, line: seen.line[first]! };
    rejects.push({ row, code: fault(same ? 'E_DUP_ROW' : 'E_DUP_KEY'), column: key.join(', '), value, winner });
  }
  return rejects;
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
