import { int32Column } from '../../kernels/column.ts';
import { gather } from '../../kernels/gather.ts';
import { groupRows } from '../../kernels/groups.ts';
import type { Slice } from '../../lake/slice.ts';
import type { CustomerBlock } from '../customers/analysis.ts';
import { createResults } from '../customers/results.ts';
import type { TaskContext } from '../registry.ts';
import type { Baskets } from './baskets.ts';
import { basketLines, basketsIn } from './read.ts';

export interface ItemsShared {
  /** Nothing that was bought on this day or later is looked at. */
  readonly asOf: number;
}

export interface ItemsOutput {
  readonly baskets: number;
  /** Baskets of two products and more. */
  readonly several: number;
  /** product_id, and in how many baskets it is: a product may come several times. */
  readonly slices: readonly Slice[];
}

/** Counts the baskets of a block, and those with each product. */
export async function items(block: CustomerBlock, context: TaskContext<ItemsShared>): Promise<ItemsOutput> {
  const { kernels, shared } = context;
  const results = createResults(context, 'items.bin');
  let [baskets, several] = [0, 0];
  for await (const { rows } of basketLines(context, block)) {
    const product = rows.columns.product_id!;
    const { ids, first } = groupRows(kernels, [product], rows.length);
    const own = basketsIn(kernels, rows, shared.asOf, { items: ids, itemCount: first.length });
    const counts = countItems(own, first.length);
    baskets += own.count;
    several += counts.several;
    results.add({
      length: first.length,
      columns: {
        product_id: gather(kernels, product, first),
        baskets: { ...int32Column(first.length), values: counts.baskets, validity: allSet(first.length) },
      },
    });
  }
  return { baskets, several, slices: await results.close() };
}

function countItems({ items }: Baskets, itemCount: number): { baskets: Int32Array; several: number } {
  const baskets = new Int32Array(itemCount);
  let several = 0;
  let size = 0;
  for (const item of items) {
    if (item >= 0) {
      baskets[item]!++;
      size++;
    } else {
      if (size > 1) several++;
      size = 0;
    }
  }
  return { baskets, several };
}

const allSet = (length: number): Uint8Array => new Uint8Array((length + 7) >> 3).fill(255);
