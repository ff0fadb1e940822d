import { fixedColumn, type Int32Column, int32Column, setBit } from '../../kernels/column.ts';
import { rowNumbers } from '../../kernels/sort.ts';
import type { Slice } from '../../lake/slice.ts';
import type { CustomerBlock } from '../customers/analysis.ts';
import { createResults } from '../customers/results.ts';
import type { TaskContext } from '../registry.ts';
import { countItemsets } from './counting.ts';
import { itemsetsOf } from './itemsets.ts';
import { readBaskets, readResults } from './read.ts';

export interface CountShared {
  readonly asOf: number;
  /** Of ProductsOutput. */
  readonly products: readonly Slice[];
  /** Of CandidatesOutput. */
  readonly candidates: readonly Slice[];
}

export interface CountOutput {
  /** For each candidate: baskets (int32), and rest (decimal): see countItemsets. */
  readonly slices: readonly Slice[];
}

/** Counts all candidates in the baskets of a block. */
export async function count(block: CustomerBlock, context: TaskContext<CountShared>): Promise<CountOutput> {
  const { kernels, shared } = context;
  const rows = await readResults(context, shared.candidates);
  const sets = itemsetsOf(rows, rowNumbers(kernels, rows.length));
  const products = (await readResults(context, shared.products)).columns.product_id!;
  const own = await readBaskets(context, block, { asOf: shared.asOf, products });
  const { baskets, rests } = countItemsets(own, sets, products.length);
  const counted: Int32Column = { ...int32Column(rows.length), values: baskets };
  counted.validity.fill(255);
  const rest = fixedColumn('decimal', rows.length);
  rests.forEach((value, set) => {
    if (value === null) return;
    rest.values[set] = value;
    setBit(rest.validity, set);
  });
  const results = createResults(context, 'counts.bin');
  results.add({ length: rows.length, columns: { baskets: counted, rest } });
  return { slices: await results.close() };
}
