/** What is known of each customer from when and how much was bought: what segments and models of value are made of. */
import { type Column, type FixedColumn, halves } from '../../kernels/column.ts';
import { type Groups, groupRows } from '../../kernels/groups.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import type { CustomerBlock, Periods } from './analysis.ts';
import { activityRows } from './cohort.ts';
import { type Cohorts, createCohorts } from './cohorts.ts';
import { type CustomerRows, customerLines } from './lines.ts';
import { profileRows } from './profiles.ts';
import { createResults } from './results.ts';

export type ProfileInput = CustomerBlock;

export interface ProfileOutput {
  readonly block: number;
  readonly customers: number;
  /** Orders in which something was bought, on whatever day, and lines on which. */
  readonly orders: number;
  readonly bought: number;
  /** PROFILE_COLUMNS, sorted by customer. */
  readonly slices: readonly Slice[];
  /** The activity of their cohorts, on all days; null if an amount is too large for a decimal. */
  readonly cohorts: readonly Slice[] | null;
}

const LINE_COLUMNS = ['customer_id', 'sales_day', 'order_id', 'net_amount_base', 'is_return'];

/** One row a customer who bought or gave back anything before the analysis day. */
export async function profile({ block, slices }: ProfileInput, context: TaskContext<Periods>): Promise<ProfileOutput> {
  const { kernels, shared } = context;
  const results = createResults(context, 'profile.bin');
  const cohorts = createCohorts();
  let [customers, orders, bought] = [0, 0, 0];
  for await (const lines of customerLines(context, slices, LINE_COLUMNS)) {
    const mark = kernels.mark();
    const groups = ordersOf(kernels, lines.rows);
    addToCohorts(cohorts, lines, groups);
    // Rows behind the last start come again with the next piece.
    const end = lines.starts.at(-1)!;
    const own = orderRows(groups, lines.rows, end);
    const rows = profileRows(kernels, lines, own, shared);
    orders += own.length;
    bought += end - countSet(returnedOf(lines.rows), end);
    customers += rows.length;
    results.add(rows);
    kernels.release(mark);
  }
  const activity = activityRows(cohorts.activity());
  const ofCohorts = createResults(context, 'cohorts.bin');
  if (activity) ofCohorts.add(activity);
  const written = await ofCohorts.close();
  return { block, customers, orders, bought, slices: await results.close(), cohorts: activity && written };
}

/** Lines of one customer's order, those that take goods back apart. */
function ordersOf(kernels: Kernels, { length, columns }: CustomerRows['rows']): Groups {
  const { customer_id, order_id, is_return } = columns;
  return groupRows(kernels, [customer_id!, order_id!, is_return!], length);
}

function addToCohorts(cohorts: Cohorts, { rows, starts }: CustomerRows, { ids, first }: Groups): void {
  const days = (rows.columns.sales_day as Column & { readonly type: 'date' }).values;
  const amounts = halves(rows.columns.net_amount_base as FixedColumn);
  cohorts.add({ starts, days, orders: ids, orderCount: first.length, amounts, returned: returnedOf(rows) });
}

/** The first line before `end` of each order in which something was bought, rising; over the first lines of all. */
function orderRows({ first }: Groups, rows: CustomerRows['rows'], end: number): Int32Array {
  const returned = returnedOf(rows);
  let orders = 0;
  // In place, since what is kept moves to the front; `filter` takes six times as long.
  for (let i = 0; i < first.length; i++) {
    const row = first[i]!;
    if (row >= end) break;
    if (((returned[row >> 3]! >> (row & 7)) & 1) === 0) first[orders++] = row;
  }
  return first.subarray(0, orders);
}

const returnedOf = ({ columns }: CustomerRows['rows']): Uint8Array =>
  (columns.is_return as Column & { readonly type: 'boolean' }).values;

function countSet(bits: Uint8Array, length: number): number {
  let count = 0;
  for (let row = 0; row < length; row++) count += (bits[row >> 3]! >> (row & 7)) & 1;
  return count;
}
