/**
 * The records of days in order, as many at a time as fit into memory. Days that fit are read and sorted at once. A larger
 * one is worked through key range by key range, every range small enough: a sample of the keys of all slices gives
 * splitters, and as each slice is sorted, a range is a run of rows in it. Only one slice is in memory besides the range's
 * rows. (Samplesort: Frazer and McKellar, 1970.)
 */
import type { Contract } from '../../datasets/contract.ts';
import type { Column, Int32Column } from '../../kernels/column.ts';
import { dayColumn } from '../../kernels/rows.ts';
import { rowNumbers, sortRows } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { assembleRows, decodeRuns } from '../../lake/assemble.ts';
import type { Rows } from '../../lake/slab.ts';
import { readSlices, type Slice } from '../../lake/slice.ts';
import { orderColumns, type SaleOrder, saleOrder } from './order.ts';
import { gatherRows } from './rejects.ts';
import { type Context, cutRanges, type NumberedSlice, pieceCount, withSlab } from './split.ts';
import { columnOf } from './values.ts';

/** Records of one day in order, from one chunk or from several whose runs were merged. */
export interface DayRun {
  /** The raw file of each chunk, in file order; `$source` of a record is the number of its chunk here. */
  readonly files: readonly string[];
  /** One behind the other. */
  readonly slices: readonly Slice[];
}

export interface DayRuns {
  readonly day: number;
  /** In file order. */
  readonly runs: readonly DayRun[];
}

export interface Sorting {
  /** What the records are brought together by; a block takes the place of a day. */
  readonly by: 'day' | 'customer block';
  readonly sale: SaleOrder & { readonly sold: string };
  /** Columns of a record. */
  readonly columns: number;
  /** Most records that are read and sorted at once. */
  readonly rowsAtOnce: number;
}

export function sortingOf({ tables, sale }: Contract, rowsAtOnce: number): Sorting {
  const { from, customer_id, sale_id, sold } = sale;
  return {
    by: 'day',
    sale: { customer_id, sale_id, sold },
    columns: Object.keys(tables[from]!.columns).length,
    rowsAtOnce,
  };
}

/** Records of some days, or of a key range of one; no key is in two pieces. */
export interface SortedPiece {
  /** Without `$source`. */
  readonly rows: Rows;
  /** Number of the chunk that each row is from: through the runs of all days, in their order. */
  readonly source: Int32Array;
  /** Number of the first day, and where each day's rows begin, and the end of the last. */
  readonly day: number;
  readonly starts: readonly number[];
  /** Whether it is a whole day or several, and not a range of one. */
  readonly isWhole: boolean;
}

/**
 * All records of the days, sorted by day, customer, sale, and place in the files. The memory of a piece is given back
 * when the next one is asked for. Records of one customer and sale stay together, however many there are.
 */
export async function* sortedPieces(
  context: Context,
  days: readonly DayRuns[],
  sorting: Sorting,
): AsyncGenerator<SortedPiece> {
  const { kernels } = context;
  const all = piecesOf(days, sorting) === 1 ? [days] : days.map(day => [day]);
  let first: First = { day: 0, source: 0 };
  for (const batch of all) {
    const pieces = piecesOf(batch, sorting);
    const mark = kernels.mark();
    if (pieces === 1) yield await loadWhole(context, batch, sorting, first);
    else yield* splitDay(context, batch[0]!, { ...sorting, pieces }, first);
    kernels.release(mark);
    const sources = sumOf(batch.flatMap(({ runs }) => runs.map(({ files }) => files.length)));
    first = { day: first.day + batch.length, source: first.source + sources };
  }
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

const slicesOf = (days: readonly DayRuns[]): Slice[] =>
  days.flatMap(({ runs }) => runs.flatMap(({ slices }) => slices));

const piecesOf = (days: readonly DayRuns[], sorting: Sorting): number => pieceCount(slicesOf(days), sorting);

/** Where the days' chunks begin to count. */
interface First {
  readonly day: number;
  readonly source: number;
}

async function loadWhole(
  { kernels, lake }: Context,
  days: readonly DayRuns[],
  { sale }: Sorting,
  { day, source }: First,
): Promise<SortedPiece> {
  const slices = numbered(days, source);
  const placed = await readSlices(
    kernels,
    lake,
    slices.map(({ slice }) => slice),
  );
  const unsorted = decodeRuns(kernels, placed);
  addSources(
    unsorted,
    slices.map(({ slice: { rows }, source }) => ({ rows, source })),
  );
  const starts = [0];
  for (const one of days) starts.push(starts.at(-1)! + sumOf(slicesOf([one]).map(({ rows }) => rows)));
  const byDay = days.length > 1 ? [dayColumn(kernels, columnOf(unsorted, sale.sold))] : [];
  return { ...sorted(kernels, unsorted, byDay, sale), day, starts, isWhole: true };
}

function numbered(days: readonly DayRuns[], first: number): NumberedSlice[] {
  let source = first;
  return days.flatMap(({ runs }) =>
    runs.flatMap(({ files, slices }) => {
      const own = source;
      source += files.length;
      return slices.map(slice => ({ slice, source: own }));
    }),
  );
}

/** Makes numbers within runs numbers within all of them. */
function addSources({ columns }: Rows, parts: readonly { readonly rows: number; readonly source: number }[]): void {
  const { values } = columns.$source as Int32Column;
  let row = 0;
  for (const { rows, source } of parts) for (const end = row + rows; row < end; row++) values[row]! += source;
}

/** The runs are in file order, and sorting leaves equal rows in theirs: what is left is the place in the files. */
function sorted(kernels: Kernels, unsorted: Rows, byDay: readonly Column[], sale: SaleOrder) {
  const order = sortRows(kernels, rowNumbers(kernels, unsorted.length), [
    ...byDay,
    ...orderColumns(kernels, sale, unsorted),
  ]);
  const { length, columns } = gatherRows(kernels, unsorted, order);
  const { $source, ...others } = columns;
  return { rows: { length, columns: others }, source: ($source as Int32Column).values };
}

/** The records of one day, key range by key range. */
async function* splitDay(
  context: Context,
  day: DayRuns,
  sorting: Sorting & { readonly pieces: number },
  first: First,
): AsyncGenerator<SortedPiece> {
  const { kernels } = context;
  const slices = numbered([day], first.source);
  const { columns, ranges } = await cutRanges(context, slices, {
    order: saleOrder(sorting.sale),
    pieces: sorting.pieces,
  });
  for (const { size, parts } of ranges) {
    const mark = kernels.mark();
    const assembly = assembleRows(kernels, columns, size);
    for (const { slice, from, to } of parts)
      await withSlab(context, slice, slab => void assembly.append(slab, from, to));
    addSources(
      assembly.rows,
      parts.map(({ from, to, source }) => ({ rows: to - from, source })),
    );
    const piece = sorted(kernels, assembly.rows, [], sorting.sale);
    yield { ...piece, day: first.day, starts: [0, size.rows], isWhole: false };
    kernels.release(mark);
  }
}
