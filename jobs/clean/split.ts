/** How runs that are too large to be read at once are cut into key ranges, by their slices alone: one is in memory at a time. */
import { DAY_BYTES_AT_ONCE } from '../../base/limits.ts';
import type { Column } from '../../kernels/column.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import {
  addSizes,
  assembleRows,
  columnsOf,
  decodeRuns,
  type RowsSize,
  type RunColumns,
  sizeOfRows,
} from '../../lake/assemble.ts';
import type { Rows } from '../../lake/slab.ts';
import { type PlacedSlab, readSlices, type Slice, sizeOfSlice } from '../../lake/slice.ts';
import type { ObjectStore } from '../../lake/store.ts';
import { chooseSplitters, firstNotBelow, keyAt, type RowOrder, type SortKey } from './order.ts';

export interface Context {
  readonly kernels: Kernels;
  readonly lake: ObjectStore;
}

export interface NumberedSlice {
  readonly slice: Slice;
  /** Number of the first chunk of its run. */
  readonly source: number;
}

/** Rows [from, to) of a slice. */
interface RangePart extends NumberedSlice {
  readonly from: number;
  readonly to: number;
}

export interface KeyRange {
  readonly parts: RangePart[];
  size: RowsSize;
}

/** How many pieces runs are worked on in. The bytes of columns are at most those of the slices and 8 a value. */
export function pieceCount(
  slices: readonly Slice[],
  { rowsAtOnce, columns }: { rowsAtOnce: number; columns: number },
): number {
  const rows = sumOf(slices.map(slice => slice.rows));
  const bytes = sumOf(slices.map(sizeOfSlice)) + rows * columns * 8;
  const load = Math.max(rows / rowsAtOnce, bytes / DAY_BYTES_AT_ONCE);
  // Half of what fits: samples do not cut exactly, and a range with many records of one key may be larger than others.
  return load <= 1 ? 1 : Math.ceil(load * 2);
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/**
 * The rows of runs, key range by key range in rising order; all rows with one key are in one range. The memory of a range is
 * given back when the next is asked for.
 */
export async function* rowsByRange(
  context: Context,
  slices: readonly Slice[],
  { order, pieces }: { readonly order: RowOrder; readonly pieces: number },
): AsyncGenerator<Rows> {
  const { kernels, lake } = context;
  const mark = kernels.mark();
  if (slices.length > 0 && pieces === 1) yield decodeRuns(kernels, await readSlices(kernels, lake, slices));
  kernels.release(mark);
  if (slices.length === 0 || pieces === 1) return;
  const numbered = slices.map((slice, source) => ({ slice, source }));
  const { columns, ranges } = await cutRanges(context, numbered, { order, pieces });
  for (const { size, parts } of ranges) {
    if (size.rows === 0) continue;
    const assembly = assembleRows(kernels, columns, size);
    for (const { slice, from, to } of parts) await withSlab(context, slice, slab => assembly.append(slab, from, to));
    yield assembly.rows;
    kernels.release(mark);
  }
}

/** Cuts runs into ranges of keys, and finds each range in each slice. */
export async function cutRanges(
  context: Context,
  slices: readonly NumberedSlice[],
  { order, pieces }: { readonly order: RowOrder; readonly pieces: number },
): Promise<{ columns: RunColumns; ranges: readonly KeyRange[] }> {
  const { kernels } = context;
  const splitters = chooseSplitters(await sampleKeys(context, slices, order, pieces), pieces);
  const ranges = Array.from(
    { length: splitters.length + 1 },
    (): KeyRange => ({
      parts: [],
      size: { rows: 0, texts: {} },
    }),
  );
  let columns: RunColumns = [];
  for (const numbered of slices) {
    await withSlab(context, numbered.slice, slab => {
      columns = columnsOf(kernels, slab);
      const keys = keyColumns(kernels, slab, order);
      let from = 0;
      ranges.forEach((range, i) => {
        const splitter = splitters[i];
        const to = splitter ? firstNotBelow(keys, numbered.slice.rows, splitter) : numbered.slice.rows;
        if (to === from) return;
        range.parts.push({ ...numbered, from, to });
        range.size = addSizes(range.size, sizeOfRows(kernels, slab, from, to));
        from = to;
      });
    });
  }
  return { columns, ranges };
}

/** Samples for each piece and run: a range may miss one a run at each end, so pieces are this exact in the worst case. */
const SAMPLES = 8;

/** Every so-manieth key. The rows are counted on from slice to slice, so that small slices count as much as large ones. */
async function sampleKeys(
  context: Context,
  slices: readonly NumberedSlice[],
  order: RowOrder,
  pieces: number,
): Promise<SortKey[]> {
  const rows = slices.reduce((sum, { slice }) => sum + slice.rows, 0);
  const runs = new Set(slices.map(({ source }) => source)).size;
  const step = Math.max(1, Math.floor(rows / (pieces * runs * SAMPLES)));
  const sample: SortKey[] = [];
  let next = 0;
  for (const { slice } of slices) {
    await withSlab(context, slice, slab => {
      const keys = keyColumns(context.kernels, slab, order);
      for (; next < slice.rows; next += step) sample.push(copied(keyAt(keys, next)));
      next -= slice.rows;
    });
  }
  return sample;
}

const copied = (key: SortKey): SortKey => key.map(part => (part instanceof Buffer ? Buffer.from(part) : part));

function keyColumns(kernels: Kernels, slab: PlacedSlab, { names, columns }: RowOrder): Column[] {
  const wanted = columnsOf(kernels, slab).filter(({ name }) => names.includes(name));
  const assembly = assembleRows(kernels, wanted, sizeOfRows(kernels, slab));
  assembly.append(slab);
  return columns(kernels, assembly.rows);
}

/** Reads a slice into the kernels' memory for as long as it is used. */
export async function withSlab<Result>(
  { kernels, lake }: Context,
  slice: Slice,
  use: (slab: PlacedSlab) => Result,
): Promise<Result> {
  const mark = kernels.mark();
  const [slab] = await readSlices(kernels, lake, [slice]);
  const result = use(slab!);
  kernels.release(mark);
  return result;
}
