import type { Slice } from '../../lake/slice.ts';
import type { CustomerBlock } from '../customers/analysis.ts';
import { createResults } from '../customers/results.ts';
import type { TaskContext } from '../registry.ts';
import { rowsOfItemsets } from './itemsets.ts';
import { mineItemsets } from './mining.ts';
import { readBaskets, readResults } from './read.ts';

export interface LocalShared {
  readonly asOf: number;
  /** Of ProductsOutput. */
  readonly products: readonly Slice[];
  /** Baskets in all, and those of them that a set must be in. */
  readonly total: number;
  readonly least: number;
  /** Sets that a block may hand in. */
  readonly most: number;
}

export interface LocalOutput {
  /** Null when there are too many. */
  readonly itemsets: number | null;
  readonly slices: readonly Slice[];
}

/**
 * The sets of products that could be in enough baskets, since they are in this block's share of them. What is in `least` of
 * all baskets is in its share of at least one block, so that nothing is missed (Savasere, Omiecinski, Navathe 1995).
 */
export async function local(block: CustomerBlock, context: TaskContext<LocalShared>): Promise<LocalOutput> {
  const { asOf, total, least, most } = context.shared;
  const products = (await readResults(context, context.shared.products)).columns.product_id!;
  const baskets = await readBaskets(context, block, { asOf, products });
  // A product of whole numbers is exact, and division rounds to nearest: a whole quotient is never rounded up.
  const share = Math.max(1, Math.ceil((least * baskets.count) / total));
  const sets = mineItemsets(baskets, { itemCount: products.length, least: share, most });
  if (sets === null) return { itemsets: null, slices: [] };
  const rows = rowsOfItemsets(sets);
  const results = createResults(context, 'itemsets.bin');
  results.add(rows);
  return { itemsets: rows.length, slices: await results.close() };
}
