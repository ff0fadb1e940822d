/** How a day that is too large is cut into key ranges, by its sorted slices alone: one of them is in memory at a time. */
import type { Column } from '../../kernels/column.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { addSizes, assembleRows, columnsOf, type RowsSize, type RunColumns, sizeOfRows } from '../../lake/assemble.ts';
import { type PlacedSlab, readSlices, type Slice } from '../../lake/slice.ts';
import type { ObjectStore } from '../../lake/store.ts';
import {
  chooseSplitters,
  firstNotBelow,
  keyAt,
  orderColumns,
  orderNames,
  type SaleOrder,
  type SortKey,
} from './order.ts';

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

/** Cuts a day into ranges of keys, and finds each range in each slice. */
export async function cutRanges(
  context: Context,
  slices: readonly NumberedSlice[],
  { sale, pieces }: { readonly sale: SaleOrder; readonly pieces: number },
): Promise<{ columns: RunColumns; ranges: readonly KeyRange[] }> {
  const { kernels } = context;
  const splitters = chooseSplitters(await sampleKeys(context, slices, sale, pieces), pieces);
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
      const keys = keyColumns(kernels, slab, sale);
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
  sale: SaleOrder,
  pieces: number,
): Promise<SortKey[]> {
  const rows = slices.reduce((sum, { slice }) => sum + slice.rows, 0);
  const runs = new Set(slices.map(({ source }) => source)).size;
  const step = Math.max(1, Math.floor(rows / (pieces * runs * SAMPLES)));
  const sample: SortKey[] = [];
  let next = 0;
  for (const { slice } of slices) {
    await withSlab(context, slice, slab => {
      const keys = keyColumns(context.kernels, slab, sale);
      for (; next < slice.rows; next += step) sample.push(copied(keyAt(keys, next)));
      next -= slice.rows;
    });
  }
  return sample;
}

const copied = (key: SortKey): SortKey => key.map(part => (part instanceof Buffer ? Buffer.from(part) : part));

function keyColumns(kernels: Kernels, slab: PlacedSlab, sale: SaleOrder): Column[] {
  const names = orderNames(sale);
  const wanted = columnsOf(kernels, slab).filter(({ name }) => names.includes(name));
  const assembly = assembleRows(kernels, wanted, sizeOfRows(kernels, slab));
  assembly.append(slab);
  return orderColumns(kernels, sale, assembly.rows);
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
