/** The products that were sold before a day, in the order of their ids: elsewhere they are called by their place in it. */
import type { Column } from '../../kernels/column.ts';
import { gather } from '../../kernels/gather.ts';
import { groupRows } from '../../kernels/groups.ts';
import { rowNumbers, sortRows } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { decodeRuns } from '../../lake/assemble.ts';
import type { Rows } from '../../lake/slab.ts';
import { readSlices, type Slice } from '../../lake/slice.ts';
import type { CustomerBlock } from '../customers/analysis.ts';
import { customerLines } from '../customers/lines.ts';
import { createResults } from '../customers/results.ts';
import type { TaskContext } from '../registry.ts';

export interface ProductsOutput {
  /** Distinct product ids. */
  readonly slices: readonly Slice[];
}

export interface ProductsShared {
  /** Only what was sold before this day counts. Days since 1970-01-01. */
  readonly end: number;
}

/** The products of a block, each at least once. */
export async function products(
  { slices }: CustomerBlock,
  context: TaskContext<ProductsShared>,
): Promise<ProductsOutput> {
  const { kernels, shared } = context;
  const results = createResults(context, 'products.bin');
  for await (const { rows } of customerLines(context, slices, ['customer_id', 'product_id', 'sales_day']))
    results.add(distinct(kernels, soldBefore(kernels, rows, shared.end)));
  return { slices: await results.close() };
}

function soldBefore(kernels: Kernels, { length, columns }: Rows, end: number): Rows {
  const days = (columns.sales_day as Column & { readonly type: 'date' }).values;
  const picks = rowNumbers(kernels, length).filter(row => days[row]! < end);
  return { length: picks.length, columns: { product_id: gather(kernels, columns.product_id!, picks) } };
}

export interface CatalogueInput {
  readonly slices: readonly Slice[];
}

export interface CatalogueOutput {
  /** One column: product_id, rising, each once. */
  readonly slices: readonly Slice[];
  readonly products: number;
}

/** The products of all blocks, in order. */
export async function catalogue({ slices }: CatalogueInput, context: TaskContext): Promise<CatalogueOutput> {
  const { kernels } = context;
  const own = distinct(kernels, await readCatalogue(context, slices));
  const order = sortRows(kernels, rowNumbers(kernels, own.length), [own.columns.product_id!]);
  const results = createResults(context, 'catalogue.bin');
  results.add({ length: own.length, columns: { product_id: gather(kernels, own.columns.product_id!, order) } });
  return { slices: await results.close(), products: own.length };
}

/** A column of product ids, in the kernels' memory. */
export async function readCatalogue(
  { kernels, lake }: Pick<TaskContext, 'kernels' | 'lake'>,
  slices: readonly Slice[],
): Promise<Rows> {
  return decodeRuns(kernels, await readSlices(kernels, lake, slices));
}

function distinct(kernels: Kernels, { length, columns }: Rows): Rows {
  const { first } = groupRows(kernels, [columns.product_id!], length);
  return { length: first.length, columns: { product_id: gather(kernels, columns.product_id!, first) } };
}
