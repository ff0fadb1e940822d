import { type Column, type Int32Column, int32Column } from '../../kernels/column.ts';
import { groupRows } from '../../kernels/groups.ts';
import { rowNumbers, sortRows } from '../../kernels/sort.ts';
import type { Slice } from '../../lake/slice.ts';
import { gatherRows } from '../clean/rejects.ts';
import { createResults } from '../customers/results.ts';
import type { TaskContext } from '../registry.ts';
import { readResults } from './read.ts';

export interface ProductsInput {
  /** Of the items of all blocks. */
  readonly slices: readonly Slice[];
  /** Baskets that a product must be in. */
  readonly least: number;
}

export interface ProductsOutput {
  readonly products: number;
  /** product_id and baskets, sorted by product_id: a row's number is the number of the item. */
  readonly slices: readonly Slice[];
}

/** The products that are in enough baskets to be in a rule. */
export async function products({ slices, least }: ProductsInput, context: TaskContext): Promise<ProductsOutput> {
  const { kernels } = context;
  const { length, columns } = await readResults(context, slices);
  const product = columns.product_id as Column;
  const { ids, first } = groupRows(kernels, [product], length);
  const parts = (columns.baskets as Int32Column).values;
  const baskets = int32Column(length);
  // The sum of a product's rows stands in the first of them.
  for (let row = 0; row < length; row++) baskets.values[first[ids[row]!]!]! += parts[row]!;
  baskets.validity.fill(255);
  const frequent = first.filter(row => baskets.values[row]! >= least);
  const rows = gatherRows(kernels, { length, columns: { product_id: product, baskets } }, frequent);
  const results = createResults(context, 'products.bin');
  const order = sortRows(kernels, rowNumbers(kernels, rows.length), [rows.columns.product_id!]);
  results.add(gatherRows(kernels, rows, order));
  return { products: rows.length, slices: await results.close() };
}
