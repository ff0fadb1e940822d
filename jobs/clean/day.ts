import type { Contract } from '../../datasets/contract.ts';
import { salesTable } from '../../datasets/sales.ts';
import { type Column, type FixedColumn, textColumn } from '../../kernels/column.ts';
import { constantText } from '../../kernels/constant.ts';
import { dayText } from '../../kernels/dates.ts';
import { fault } from '../../kernels/faults.ts';
import { gather } from '../../kernels/gather.ts';
import { amountText } from '../../kernels/money.ts';
import { allocInt32s } from '../../kernels/place.ts';
import { sumOf, wideColumn } from '../../kernels/rows.ts';
import { firstIndex, sortRows } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { PartitionFile } from '../../lake/manifest.ts';
import type { Rows } from '../../lake/slab.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { type Conformed, conform } from './conform.ts';
import { type BlockSlices, type DayLines, writeBlocks } from './customers.ts';
import { displayText } from './display.ts';
import { type LookupTables, saleLookups } from './lookups.ts';
import { loserRejects } from './lost.ts';
import { derivedDimensions, type MemberRows, memberRows, writeMembers } from './members.ts';
import { createParts, type Parts } from './parts.ts';
import { type DayRuns, type SortedPiece, sortedPieces, sortingOf } from './pieces.ts';
import { type FileRejects, gatherRows, type Reject, type RejectSlice, writeRejects } from './rejects.ts';
import { loadTables, type TableFiles } from './tables.ts';

export interface DayInput {
  readonly days: readonly (DayRuns & {
    /** Records of the day that lose to another with their key. */
    readonly losers: readonly Slice[];
  })[];
}

export interface DayShared {
  readonly contract: Contract;
  readonly tables: TableFiles;
  /** Most records that are sorted at once; nothing that is published depends on it. */
  readonly rowsAtOnce: number;
  /** How many customer blocks there are, when lines are wanted by customer too. */
  readonly customerBlocks?: number;
}

/** One count a chunk of the input, through the runs of all days, in their order. */
export interface SourceCounts {
  kept: number;
  duplicate: number;
  quarantined: number;
}

export interface DayOutput {
  readonly parts: readonly PartitionFile[];
  readonly counts: readonly Readonly<SourceCounts>[];
  /** Sum of net_amount_base of what was kept. */
  readonly net: string;
  readonly rejects: readonly RejectSlice[];
  /** Members of dimensions that only the sale lines know, by dimension, piece by piece. */
  readonly members: readonly Readonly<Record<string, readonly Slice[]>>[];
  /** The same lines by customer block, piece by piece, when they are wanted. */
  readonly customers?: readonly (readonly BlockSlices[])[];
}

interface DayTask extends TaskContext<DayShared> {
  readonly input: DayInput;
  readonly tables: LookupTables;
  /** The raw file of each chunk. */
  readonly files: readonly string[];
}

/** A piece of which it is known which rows become lines of the fact. */
interface MergedPiece {
  readonly piece: SortedPiece;
  /** The columns of fct_sales. */
  readonly columns: Readonly<Record<string, Column>>;
  readonly kept: Int32Array;
  readonly rejects: ReadonlyMap<number, Reject>;
}

/** Merges days: drops records that lost their key, checks references, computes amounts, writes one part file a day. */
export async function day(input: DayInput, context: TaskContext<DayShared>): Promise<DayOutput> {
  const { shared, kernels } = context;
  const { contract, rowsAtOnce, customerBlocks } = shared;
  const tables = await loadTables(context, shared.tables, contract.tables, saleLookups(contract));
  const files = input.days.flatMap(({ runs }) => runs.flatMap(run => run.files));
  const task: DayTask = { ...context, input, tables, files };
  const counts = files.map((): SourceCounts => ({ kept: 0, duplicate: 0, quarantined: 0 }));
  const rejects: RejectSlice[] = [];
  const members: Record<string, readonly Slice[]>[] = [];
  const customers: BlockSlices[][] = [];
  const parts = createParts(context, salesTable(contract));
  let net = 0n;
  try {
    let number = 0;
    for await (const piece of sortedPieces(context, input.days, sortingOf(contract, rowsAtOnce))) {
      const merged = await mergePiece(task, piece);
      await addParts(parts, task, merged);
      addCounts(counts, merged);
      net += sumOf(merged.columns.net_amount_base as FixedColumn, merged.kept);
      const name = (file: string) => (number === 0 ? file : `${number}-${file}`);
      const scratch: DayTask['scratch'] = (file, bytes, rows) => context.scratch(name(file), bytes, rows);
      rejects.push(...(await writeRejects(kernels, rejectsByFile(task, merged), scratch)));
      members.push(await writeMembers(kernels, contract, pieceMembers(task, merged), scratch));
      if (customerBlocks) customers.push(await writeBlocks(kernels, linesOf(merged), customerBlocks, scratch));
      number++;
    }
    const output = { parts: await parts.finish(), counts, net: amountText(net), rejects, members };
    return customerBlocks ? { ...output, customers } : output;
  } catch (error) {
    await parts.abort();
    throw error;
  }
}

async function mergePiece(task: DayTask, piece: SortedPiece): Promise<MergedPiece> {
  const { kernels, shared, tables, input, files } = task;
  const { rows, source, day, starts } = piece;
  const rejects = new Map<number, Reject>();
  const { key } = shared.contract.tables[shared.contract.sale.from]!;
  for (let i = 0; i + 1 < starts.length; i++) {
    const range = { rows, start: starts[i]!, end: starts[i + 1]!, fileOf: (row: number) => files[source[row]!]! };
    for (const reject of await loserRejects(task, input.days[day + i]!.losers, key, range))
      rejects.set(reject.row, reject);
  }
  const conformed = conform(kernels, shared.contract, rows, tables);
  addFaults(rejects, conformed, rows);
  const columns = {
    ...conformed.columns,
    source_file: fileColumn(kernels, files, source),
    source_line: rows.columns.$line!,
  };
  return { piece, columns, kept: keptRows(kernels, rows.length, rejects), rejects };
}

/** The name of each row's raw file: mostly there is only one. */
function fileColumn(kernels: Kernels, files: readonly string[], source: Int32Array): Column {
  if (new Set(files).size === 1) return constantText(kernels, files[0]!, source.length);
  return gather(kernels, textColumn(files), source);
}

async function addParts(parts: Parts, { input }: DayTask, { piece, columns, kept }: MergedPiece): Promise<void> {
  const { rows, day, starts, isWhole } = piece;
  for (let i = 0; i + 1 < starts.length; i++) {
    const own = rowsBetween(kept, starts[i]!, starts[i + 1]!);
    await parts.add(dayText(input.days[day + i]!.day), { length: rows.length, columns }, own, isWhole);
  }
}

const linesOf = ({ piece: { starts }, columns, kept }: MergedPiece): DayLines => ({
  columns,
  kept,
  isOneDay: starts.length === 2,
});

/** Rejects for the rows that cannot become a sale line. A record that has lost its key is no longer looked at. */
function addFaults(rejects: Map<number, Reject>, conformed: Conformed, rows: Rows): void {
  for (const { row, code, column } of conformed.faults) {
    if (rejects.has(row)) continue;
    const value = column === null ? null : displayText(rows.columns[column]!, row);
    rejects.set(row, { row, code, column, value });
  }
}

function keptRows(kernels: Kernels, length: number, rejects: ReadonlyMap<number, Reject>): Int32Array {
  const kept = allocInt32s(kernels, length - rejects.size);
  let size = 0;
  let row = 0;
  for (const end of [...rejects.keys()].sort((a, b) => a - b).concat(length)) {
    while (row < end) kept[size++] = row++;
    row = end + 1;
  }
  return kept;
}

/** Those of rising row numbers that are in [start, end). */
function rowsBetween(rows: Int32Array, start: number, end: number): Int32Array {
  const before = (limit: number) => firstIndex(rows.length, i => rows[i]! >= limit);
  return rows.subarray(before(start), before(end));
}

const DUPLICATE = fault('E_DUP_ROW');

function addCounts(counts: readonly SourceCounts[], { piece: { source }, kept, rejects }: MergedPiece): void {
  const all = new Int32Array(counts.length);
  for (let i = 0; i < kept.length; i++) all[source[kept[i]!]!]!++;
  all.forEach((rows, i) => {
    counts[i]!.kept += rows;
  });
  for (const { row, code } of rejects.values()) {
    const own = counts[source[row]!]!;
    if (code === DUPLICATE) own.duplicate++;
    else own.quarantined++;
  }
}

function rejectsByFile({ files }: DayTask, { piece: { rows, source }, rejects }: MergedPiece): FileRejects[] {
  const groups = Map.groupBy(
    [...rejects.values()].sort((a, b) => a.row - b.row),
    ({ row }) => files[source[row]!]!,
  );
  return [...groups].map(([file, own]) => ({ file, rows, rejects: own }));
}

/** The members that the kept rows describe, each at its first place in the files. */
function pieceMembers(
  { kernels, shared: { contract }, files }: DayTask,
  { piece, columns, kept }: MergedPiece,
): MemberRows[] {
  if (derivedDimensions(contract).length === 0) return [];
  const { rows, source } = piece;
  const names = [...new Set(files)].map(file => Buffer.from(file)).sort(Buffer.compare);
  const rankOf = new Map(names.map((name, rank) => [name.toString(), rank]));
  const ranks = files.map(file => rankOf.get(file)!);
  const rank = wideColumn(
    kernels,
    source.map(number => ranks[number]!),
    0,
  );
  const inFileOrder = sortRows(kernels, kept, [rank, rows.columns.$line!]);
  const sorted = gatherRows(kernels, rows, inFileOrder);
  return memberRows(kernels, contract, sorted, gather(kernels, columns.source_file!, inFileOrder));
}
