import type { Contract } from '../../datasets/contract.ts';
import { salesTable } from '../../datasets/sales.ts';
import {
  type Column,
  type FixedColumn,
  halves,
  isFixed,
  isValid,
  numberAt,
  type TextColumn,
  valueText,
} from '../../kernels/column.ts';
import { dayText } from '../../kernels/dates.ts';
import { fault } from '../../kernels/faults.ts';
import { gather } from '../../kernels/gather.ts';
import { amountText } from '../../kernels/money.ts';
import type { PartitionFile } from '../../lake/manifest.ts';
import { encodeParquet } from '../../lake/parquet/write.ts';
import { decodeSlab, type Rows } from '../../lake/slab.ts';
import { readSlice, readSlices, type Slice } from '../../lake/slice.ts';
import type { ObjectStore } from '../../lake/store.ts';
import type { TaskContext } from '../registry.ts';
import { conform } from './conform.ts';
import { displayText } from './display.ts';
import { type MemberRows, memberRows, writeMembers } from './members.ts';
import { concatRows, type FileRejects, gatherRows, type Reject, type RejectSlice, writeRejects } from './rejects.ts';
import { keysOf } from './table.ts';
import { loadTables, type TableFiles } from './tables.ts';
import { fixedText } from './values.ts';

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
  /** Sum of net_amount_base of what was kept. */
  readonly net: string;
}

export interface DayOutput {
  readonly parts: readonly PartitionFile[];
  readonly counts: readonly (readonly SliceCounts[])[];
  readonly rejects: readonly RejectSlice[];
  /** Members of dimensions that only the sale lines know, by dimension. */
  readonly members: Readonly<Record<string, Slice>>;
}

/** Merges days: drops records that lost their key, checks references, computes amounts, writes one part file a day. */
export async function day(
  input: DayInput,
  { shared, lake, kernels, write }: TaskContext<DayShared>,
): Promise<DayOutput> {
  const { contract } = shared;
  const tables = await loadTables(lake, shared.tables, keysOf(contract));
  const writes: Promise<PartitionFile>[] = [];
  const counts: SliceCounts[][] = [];
  const rejected: FileRejects[] = [];
  const members: MemberRows[] = [];
  const sources = await readSlices(
    lake,
    input.days.flatMap(({ slices }) => slices.map(({ slice }) => slice)),
  );
  for (const { day, slices, losers } of input.days) {
    const rows = concatRows(slices.map(({ slice }) => decodeSlab(sources.get(slice.key)!)));
    const lost = await loserRejects(lake, losers, contract, slices, rows);
    const conformed = conform(contract, rows, tables);
    const rejects = new Map(lost.map(reject => [reject.row, reject]));
    for (let row = 0; row < rows.length; row++) {
      const code = conformed.fault[row]!;
      if (code === 0 || rejects.has(row)) continue;
      const column = conformed.faultColumn[row] ?? null;
      const value = column === null ? null : displayText(rows.columns[column]!, row);
      rejects.set(row, { row, code, column, value });
    }
    const kept = Int32Array.from({ length: rows.length }, (_, row) => row).filter(row => !rejects.has(row));
    const files = fileColumn(slices);
    const columns = { ...conformed.columns, source_file: files, source_line: rows.columns.$line! };
    if (kept.length > 0) {
      const order = sortKept(kept, columns);
      const partition = dayText(day);
      const bytes = encodeParquet(kernels, salesTable(contract), gatherColumns(columns, order));
      // Days are written while the next are merged: most of the time of a small file is waiting for the disk.
      const written = write(`${partition}.parquet`, bytes, kept.length).then(part => ({ ...part, partition }));
      // A write that fails while the next day is merged is heard of at the end; until then it must not end the process.
      written.catch(() => undefined);
      writes.push(written);
      members.push(...memberRows(contract, gatherRows(rows, kept), gather(files, kept)));
    }
    counts.push(countSlices(slices, rejects, conformed.columns.net_amount_base as FixedColumn));
    rejected.push(...rejectsByFile(slices, rows, rejects));
  }
  const parts = await Promise.all(writes);
  return { parts, counts, rejects: await writeRejects(rejected, write), members: await writeMembers(members, write) };
}

type Slices = DayInput['days'][number]['slices'];

/** Rejects for the records that clean.keys found to lose. */
async function loserRejects(
  lake: ObjectStore,
  losers: readonly Slice[],
  contract: Contract,
  slices: Slices,
  rows: Rows,
): Promise<Reject[]> {
  if (losers.length === 0) return [];
  const rowOf = new Map<string, number>();
  const line = halves(rows.columns.$line as FixedColumn);
  let row = 0;
  for (const { file, slice } of slices) {
    for (let end = row + slice.rows; row < end; row++) rowOf.set(`${file}:${numberAt(line, row)}`, row);
  }
  const { key } = contract.tables[contract.sale.from]!;
  const rejects: Reject[] = [];
  for (const slice of losers) {
    const { length, columns } = decodeSlab(await readSlice(lake, slice));
    const text = (name: string, at: number) => valueText(columns[name]!, at)!;
    for (let at = 0; at < length; at++) {
      const found = rowOf.get(`${text('file', at)}:${text('line', at)}`)!;
      const winner = { file: text('winner_file', at), line: Number(text('winner_line', at)) };
      const value = key.map(name => displayText(rows.columns[name]!, found)).join(', ');
      rejects.push({ row: found, code: Number(text('code', at)), column: key.join(', '), value, winner });
    }
  }
  return rejects;
}

function fileColumn(slices: Slices): Column {
  return concatRows(
    slices.map(({ file, slice }) => ({ length: slice.rows, columns: { file: fixedText(file, slice.rows) } })),
  ).columns.file!;
}

function gatherColumns(columns: Readonly<Record<string, Column>>, rows: Int32Array): Rows {
  return gatherRows({ length: rows.length, columns }, rows);
}

/** By customer, then sale, then place in the files: an order that no chunk or thread can change. */
function sortKept(kept: Int32Array, columns: Readonly<Record<string, Column>>): Int32Array {
  const orders = [columns.customer_id!, columns.sale_id!, columns.source_file!, columns.source_line!].map(comparer);
  return Int32Array.from(kept).sort((a, b) => {
    for (const order of orders) {
      const difference = order(a, b);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

export function comparer(column: Column): (a: number, b: number) => number {
  if (column.type === 'text') return textComparer(column);
  if (!isFixed(column)) {
    const numbers: ArrayLike<number> = column.values;
    return (a, b) => numbers[a]! - numbers[b]!;
  }
  const { values } = column;
  const half = halves(column);
  return (a, b) => {
    const difference = numberAt(half, a) - numberAt(half, b);
    // Doubles beyond 53 bits may look equal: then the integers decide.
    return difference !== 0 ? difference : values[a]! < values[b]! ? -1 : values[a]! > values[b]! ? 1 : 0;
  };
}

/** By the bytes of the UTF-8 text; null first. */
function textComparer({ offsets, bytes, ...column }: TextColumn): (a: number, b: number) => number {
  return (a, b) => {
    const present = Number(isValid(column, a)) - Number(isValid(column, b));
    if (present !== 0) return present;
    let i = offsets[a]!;
    let j = offsets[b]!;
    const [endA, endB] = [offsets[a + 1]!, offsets[b + 1]!];
    for (; i < endA && j < endB; i++, j++) if (bytes[i] !== bytes[j]) return bytes[i]! - bytes[j]!;
    return endA - i - (endB - j);
  };
}

function countSlices(slices: Slices, rejects: ReadonlyMap<number, Reject>, net: FixedColumn): SliceCounts[] {
  let row = 0;
  return slices.map(({ slice }) => {
    let duplicate = 0;
    let quarantined = 0;
    let sum = 0n;
    for (let end = row + slice.rows; row < end; row++) {
      const reject = rejects.get(row);
      if (!reject) sum += net.values[row]!;
      else if (isDuplicate(reject)) duplicate++;
      else quarantined++;
    }
    return { kept: slice.rows - duplicate - quarantined, duplicate, quarantined, net: amountText(sum) };
  });
}

const DUPLICATE = fault('E_DUP_ROW');
const isDuplicate = ({ code }: Reject): boolean => code === DUPLICATE;

function rejectsByFile(slices: Slices, rows: Rows, rejects: ReadonlyMap<number, Reject>): FileRejects[] {
  const sorted = [...rejects.values()].sort((a, b) => a.row - b.row);
  const byFile = new Map<string, Reject[]>();
  let start = 0;
  for (const { file, slice } of slices) {
    const end = start + slice.rows;
    const own = sorted.filter(({ row }) => row >= start && row < end);
    if (own.length > 0) byFile.set(file, [...(byFile.get(file) ?? []), ...own]);
    start = end;
  }
  return [...byFile].map(([file, own]) => ({ file, rows, rejects: own }));
}
