import type { Contract } from '../../datasets/contract.ts';
import { salesTable } from '../../datasets/sales.ts';
import { type Column, type FixedColumn, halves, numberAt, textColumn, valueText } from '../../kernels/column.ts';
import { constantText } from '../../kernels/constant.ts';
import { dayText } from '../../kernels/dates.ts';
import { fault } from '../../kernels/faults.ts';
import { gather } from '../../kernels/gather.ts';
import { amountText } from '../../kernels/money.ts';
import { allocInt32s } from '../../kernels/place.ts';
import { dayColumn, sumOf, wideColumn } from '../../kernels/rows.ts';
import { sortRows } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { PartitionFile } from '../../lake/manifest.ts';
import { encodeParquet } from '../../lake/parquet/write.ts';
import { decodeRuns } from '../../lake/run.ts';
import { decodeSlab, type Rows } from '../../lake/slab.ts';
import { readSlice, readSlices, type Slice } from '../../lake/slice.ts';
import type { ObjectStore } from '../../lake/store.ts';
import type { TaskContext } from '../registry.ts';
import { type Conformed, conform, saleIds } from './conform.ts';
import { displayText } from './display.ts';
import { derivedDimensions, type MemberRows, memberRows, writeMembers } from './members.ts';
import { type FileRejects, gatherRows, type Reject, type RejectSlice, writeRejects } from './rejects.ts';
import { keysOf } from './table.ts';
import { loadTables, type TableFiles } from './tables.ts';
import { columnOf } from './values.ts';

export interface DayInput {
  readonly days: readonly {
    readonly day: number;
    /** The day's records, one slice a chunk, in file order. */
    readonly slices: readonly { readonly file: string; readonly slice: Slice }[];
    /** Records of the day that lose to another with their key. */
    readonly losers: readonly Slice[];
  }[];
}

export interface DayShared {
  readonly contract: Contract;
  readonly tables: TableFiles;
}

/** One count a slice of the input, in its order. */
export interface SliceCounts {
  readonly kept: number;
  readonly duplicate: number;
  readonly quarantined: number;
}

export interface DayOutput {
  readonly parts: readonly PartitionFile[];
  readonly counts: readonly (readonly SliceCounts[])[];
  /** Sum of net_amount_base of what was kept. */
  readonly net: string;
  readonly rejects: readonly RejectSlice[];
  /** Members of dimensions that only the sale lines know, by dimension. */
  readonly members: Readonly<Record<string, Slice>>;
}

/** The records of a task's days, sorted by day, customer, sale, and place in the files. */
interface SortedDays {
  readonly rows: Rows;
  /** Number of the slice that each row is from, over all days. */
  readonly slice: Int32Array;
  /** Where each day's rows begin, and the end of the last. */
  readonly starts: readonly number[];
}

/** Merges days: drops records that lost their key, checks references, computes amounts, writes one part file a day. */
export async function day(input: DayInput, context: TaskContext<DayShared>): Promise<DayOutput> {
  const { shared, lake, kernels, write } = context;
  const { contract } = shared;
  const tables = await loadTables(kernels, lake, shared.tables, keysOf(contract));
  const sorted = await sortDays(kernels, lake, input, contract);
  const { rows } = sorted;
  const rejects = new Map<number, Reject>();
  for (const reject of await loserRejects(lake, input, contract, sorted)) rejects.set(reject.row, reject);
  const conformed = conform(kernels, contract, rows, tables);
  addFaults(rejects, conformed, rows);
  const files = fileColumn(kernels, input, sorted);
  const columns = { ...conformed.columns, source_file: files, source_line: rows.columns.$line! };
  const kept = keptRows(kernels, rows.length, rejects);
  const writes: Promise<PartitionFile>[] = [];
  input.days.forEach(({ day }, i) => {
    const own = rowsBetween(kept, sorted.starts[i]!, sorted.starts[i + 1]!);
    if (own.length === 0) return;
    const partition = dayText(day);
    // Of a day from which nothing is dropped, the columns are as they should be.
    const part =
      own.length === rows.length
        ? { length: rows.length, columns }
        : gatherRows(kernels, { length: rows.length, columns }, own);
    const bytes = encodeParquet(kernels, salesTable(contract), part);
    // Days are written while the next are encoded: most of the time of a small file is waiting for the disk.
    const written = write(`${partition}.parquet`, bytes, own.length).then(file => ({ ...file, partition }));
    // A write that fails while the next day is encoded is heard of at the end; until then it must not end the process.
    written.catch(() => undefined);
    writes.push(written);
  });
  return {
    parts: await Promise.all(writes),
    counts: countSlices(input, sorted, rejects),
    net: amountText(sumOf(conformed.columns.net_amount_base as FixedColumn, kept)),
    rejects: await writeRejects(kernels, rejectsByFile(input, sorted, rejects), write),
    members: await writeMembers(membersOf(kernels, input, contract, { sorted, kept, files }), write),
  };
}

/** What the kept rows, in file order, say of dimensions that have no file of their own. */
function membersOf(
  kernels: Kernels,
  input: DayInput,
  contract: Contract,
  { sorted, kept, files }: { sorted: SortedDays; kept: Int32Array; files: Column },
): MemberRows[] {
  if (derivedDimensions(contract).length === 0) return [];
  const { rows } = sorted;
  const inFileOrder = sortRows(kernels, kept, [fileRanks(kernels, input, sorted), rows.columns.$line!]);
  return memberRows(kernels, contract, gatherRows(kernels, rows, inFileOrder), gather(kernels, files, inFileOrder));
}

/** Reads the slices of all days and brings their rows into order. */
async function sortDays(kernels: Kernels, lake: ObjectStore, input: DayInput, contract: Contract): Promise<SortedDays> {
  const slices = input.days.flatMap(({ slices }) => slices.map(({ slice }) => slice));
  const unsorted = decodeRuns(kernels, await readSlices(kernels, lake, slices));
  const { length } = unsorted;
  const sliceOf = allocInt32s(kernels, length);
  const identity = allocInt32s(kernels, length);
  let row = 0;
  slices.forEach((slice, number) => {
    sliceOf.fill(number, row, row + slice.rows);
    row += slice.rows;
  });
  for (let i = 0; i < length; i++) identity[i] = i;
  const { sale } = contract;
  const day = input.days.length > 1 ? [dayColumn(kernels, columnOf(unsorted, sale.sold))] : [];
  // The slices are in file order, and sorting leaves equal rows in theirs: what is left is the place in the files.
  const by = [...day, columnOf(unsorted, sale.customer_id), saleIds(contract, { kernels, rows: unsorted })];
  const order = sortRows(kernels, identity, by);
  const starts = [0];
  for (const { slices: own } of input.days)
    starts.push(starts.at(-1)! + own.reduce((sum, { slice }) => sum + slice.rows, 0));
  const slice = allocInt32s(kernels, length);
  for (let i = 0; i < length; i++) slice[i] = sliceOf[order[i]!]!;
  return { rows: gatherRows(kernels, unsorted, order), slice, starts };
}

/** Rejects for the records that clean.keys found to lose. */
async function loserRejects(
  lake: ObjectStore,
  { days }: DayInput,
  contract: Contract,
  { rows, slice, starts }: SortedDays,
): Promise<Reject[]> {
  const fileOf = days.flatMap(({ slices }) => slices.map(({ file }) => file));
  const line = halves(rows.columns.$line as FixedColumn);
  const { key } = contract.tables[contract.sale.from]!;
  const rejects: Reject[] = [];
  for (const [i, { losers }] of days.entries()) {
    const lost = (await Promise.all(losers.map(async loser => decodeSlab(await readSlice(lake, loser))))).flatMap(
      losersIn,
    );
    const byPlace = Map.groupBy(lost, loser => loser.line);
    if (lost.length === 0) continue;
    for (let row = starts[i]!; row < starts[i + 1]!; row++) {
      const found = byPlace.get(numberAt(line, row))?.find(({ file }) => file === fileOf[slice[row]!]);
      if (!found) continue;
      const value = key.map(name => displayText(rows.columns[name]!, row)).join(', ');
      rejects.push({ row, code: found.code, column: key.join(', '), value, winner: found.winner });
    }
  }
  return rejects;
}

interface Loser {
  readonly file: string;
  readonly line: number;
  readonly code: number;
  readonly winner: { readonly file: string; readonly line: number };
}

/** The inverse of what clean.keys writes. */
function losersIn({ length, columns }: Rows): Loser[] {
  const text = (name: string, row: number) => valueText(columns[name]!, row)!;
  return Array.from({ length }, (_, row) => ({
    file: text('file', row),
    line: Number(text('line', row)),
    code: Number(text('code', row)),
    winner: { file: text('winner_file', row), line: Number(text('winner_line', row)) },
  }));
}

/** Rejects for the rows that cannot become a sale line. A record that has lost its key is no longer looked at. */
function addFaults(rejects: Map<number, Reject>, conformed: Conformed, rows: Rows): void {
  for (const { row, code, column } of conformed.faults) {
    if (rejects.has(row)) continue;
    const value = column === null ? null : displayText(rows.columns[column]!, row);
    rejects.set(row, { row, code, column, value });
  }
}

function keptRows(kernels: Kernels, length: number, rejects: ReadonlyMap<number, Reject>): Int32Array {
  const kept = allocInt32s(kernels, length);
  let size = 0;
  for (let row = 0; row < length; row++) if (!rejects.has(row)) kept[size++] = row;
  return kept.subarray(0, size);
}

/** Those of rising row numbers that are in [start, end). */
function rowsBetween(rows: Int32Array, start: number, end: number): Int32Array {
  const first = rows.findIndex(row => row >= start);
  if (first < 0) return rows.subarray(0, 0);
  let last = first;
  while (last < rows.length && rows[last]! < end) last++;
  return rows.subarray(first, last);
}

/** The name of each row's raw file. */
function fileColumn(kernels: Kernels, { days }: DayInput, { slice }: SortedDays): Column {
  const names = days.flatMap(({ slices }) => slices.map(({ file }) => file));
  if (new Set(names).size === 1) return constantText(kernels, names[0]!, slice.length);
  return gather(kernels, textColumn(names), slice);
}

/** The place of each row's file in the order of files, as a column to sort by. */
function fileRanks(kernels: Kernels, { days }: DayInput, { slice }: SortedDays): Column {
  const names = days.flatMap(({ slices }) => slices.map(({ file }) => Buffer.from(file)));
  const ranks = names.map(name => names.filter(other => Buffer.compare(other, name) < 0).length);
  return wideColumn(
    kernels,
    slice.map(number => ranks[number]!),
    0,
  );
}

const DUPLICATE = fault('E_DUP_ROW');

function countSlices({ days }: DayInput, { slice }: SortedDays, rejects: ReadonlyMap<number, Reject>): SliceCounts[][] {
  let number = 0;
  const counts = days.map(({ slices }) =>
    slices.map(({ slice: { rows } }) => ({ number: number++, kept: rows, duplicate: 0, quarantined: 0 })),
  );
  const all = counts.flat();
  for (const { row, code } of rejects.values()) {
    const own = all[slice[row]!]!;
    own.kept--;
    if (code === DUPLICATE) own.duplicate++;
    else own.quarantined++;
  }
  return counts.map(day => day.map(({ kept, duplicate, quarantined }) => ({ kept, duplicate, quarantined })));
}

function rejectsByFile(
  { days }: DayInput,
  { rows, slice }: SortedDays,
  rejects: ReadonlyMap<number, Reject>,
): FileRejects[] {
  const fileOf = days.flatMap(({ slices }) => slices.map(({ file }) => file));
  const groups = Map.groupBy(rejects.values(), ({ row }) => fileOf[slice[row]!]!);
  return [...groups].map(([file, own]) => ({ file, rows, rejects: own.sort((a, b) => a.row - b.row) }));
}
