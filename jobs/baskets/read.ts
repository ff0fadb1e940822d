/** The baskets of a customer block. An order of several customers is a basket of each: a block has no others' lines. */
import type { Column, DateColumn, FixedColumn } from '../../kernels/column.ts';
import { concat } from '../../kernels/gather.ts';
import { groupRows } from '../../kernels/groups.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { decodeRuns } from '../../lake/assemble.ts';
import type { Rows } from '../../lake/slab.ts';
import { readSlices, type Slice } from '../../lake/slice.ts';
import type { CustomerBlock } from '../customers/analysis.ts';
import { type CustomerRows, customerLines } from '../customers/lines.ts';
import type { TaskContext } from '../registry.ts';
import { type Baskets, basketsOf, joinBaskets } from './baskets.ts';

type Context = Pick<TaskContext, 'kernels' | 'lake'>;

const LINE_COLUMNS = ['customer_id', 'sales_day', 'order_id', 'product_id', 'net_amount_base', 'is_return'];

/** The lines of a block piece by piece: see customerLines. */
export const basketLines = (context: Context, { slices }: CustomerBlock): AsyncGenerator<CustomerRows> =>
  customerLines(context, slices, LINE_COLUMNS);

/** What was bought before the day `asOf`; `items` has the item of each line, or −1. */
export function basketsIn(
  kernels: Kernels,
  { length, columns }: Rows,
  asOf: number,
  { items, itemCount }: { readonly items: Int32Array; readonly itemCount: number },
): Baskets {
  const { ids, first } = groupRows(kernels, [columns.customer_id!, columns.order_id!], length);
  const days = (columns.sales_day as DateColumn).values;
  const returned = (columns.is_return as Column & { readonly type: 'boolean' }).values;
  const orders = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    const isReturn = ((returned[row >> 3]! >> (row & 7)) & 1) === 1;
    orders[row] = isReturn || days[row]! >= asOf ? -1 : ids[row]!;
  }
  const amounts = (columns.net_amount_base as FixedColumn).values;
  return basketsOf({ orders, ordersMax: first.length, items, itemCount, amounts });
}

/** All baskets of a block, of which `products` are the items. */
export async function readBaskets(
  context: Context,
  block: CustomerBlock,
  { asOf, products }: { readonly asOf: number; readonly products: Column },
): Promise<Baskets> {
  const { kernels } = context;
  const itemCount = products.length;
  const parts: Baskets[] = [];
  for await (const { rows } of basketLines(context, block)) {
    const items = itemsIn(kernels, rows.columns.product_id!, products);
    parts.push(basketsIn(kernels, rows, asOf, { items, itemCount }));
  }
  return joinBaskets(parts);
}

/** The row of each value among `products`, which are all different, or −1. */
function itemsIn(kernels: Kernels, values: Column, products: Column): Int32Array {
  // Groups are numbered in the order of their first rows: those of the products have the products' numbers.
  const { ids } = groupRows(kernels, [concat([products, values])], products.length + values.length);
  return ids.subarray(products.length).map(id => (id < products.length ? id : -1));
}

/** What earlier tasks have handed on, in the kernels' memory. */
export async function readResults({ kernels, lake }: Context, slices: readonly Slice[]): Promise<Rows> {
  return decodeRuns(kernels, await readSlices(kernels, lake, slices));
}
