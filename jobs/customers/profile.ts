/** What is known of each customer from when and how much was bought: what segments and models of value are made of. */
import { type Column, type FixedColumn, halves } from '../../kernels/column.ts';
import { groupRows } from '../../kernels/groups.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import type { CustomerBlock, Periods } from './analysis.ts';
import { type CustomerRows, customerLines } from './lines.ts';
import { createProfiles, type Profiles } from './profiles.ts';
import { createResults } from './results.ts';

export type ProfileInput = CustomerBlock;

export interface ProfileOutput {
  readonly block: number;
  readonly customers: number;
  /** PROFILE_COLUMNS, sorted by customer. */
  readonly slices: readonly Slice[];
}

const LINE_COLUMNS = ['customer_id', 'sales_day', 'order_id', 'net_amount_base', 'is_return'];

/** One row a customer who bought or gave back anything before the analysis day. */
export async function profile({ block, slices }: ProfileInput, context: TaskContext<Periods>): Promise<ProfileOutput> {
  const { kernels, shared } = context;
  const results = createResults(context, 'profile.bin');
  let customers = 0;
  for await (const lines of customerLines(context, slices, LINE_COLUMNS)) {
    const rows = profilesOf(kernels, lines, shared).finish(kernels);
    customers += rows.length;
    results.add(rows);
  }
  return { block, customers, slices: await results.close() };
}

function profilesOf(kernels: Kernels, { rows, starts }: CustomerRows, periods: Periods): Profiles {
  const { columns } = rows;
  const days = (columns.sales_day as Column & { readonly type: 'date' }).values;
  const returned = (columns.is_return as Column & { readonly type: 'boolean' }).values;
  const amounts = halves(columns.net_amount_base as FixedColumn);
  const orders = orderRows(kernels, rows);
  const profiles = createProfiles(columns.customer_id!, starts.length - 1, periods);
  let order = 0;
  for (let customer = 0; customer + 1 < starts.length; customer++) {
    const end = starts[customer + 1]!;
    for (let row = starts[customer]!; row < end && days[row]! < periods.asOf; row++) {
      const isReturn = ((returned[row >> 3]! >> (row & 7)) & 1) === 1;
      profiles.line(days[row]!, isReturn, amounts[row * 2]! >>> 0, amounts[row * 2 + 1]!);
    }
    for (; order < orders.length && orders[order]! < end; order++) profiles.order(days[orders[order]!]!);
    profiles.end(starts[customer]!);
  }
  return profiles;
}

/** The first line of each order in which something was bought, rising. */
function orderRows(kernels: Kernels, { length, columns }: CustomerRows['rows']): Int32Array {
  const { customer_id, order_id, is_return } = columns;
  const { first } = groupRows(kernels, [customer_id!, order_id!, is_return!], length);
  const returned = (is_return as Column & { readonly type: 'boolean' }).values;
  return first.filter(row => ((returned[row >> 3]! >> (row & 7)) & 1) === 0);
}
