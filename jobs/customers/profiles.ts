/** Lines of customers → a profile each. Typed arrays only: there may be as many customers as lines. */
import type { ColumnType } from '../../base/table.ts';
import {
  type Column,
  type DateColumn,
  type DoubleColumn,
  dateColumn,
  doubleColumn,
  type FixedColumn,
  fixedColumn,
  halves,
  type Int32Column,
  int32Column,
  setBit,
  setNumber,
} from '../../kernels/column.ts';
import { gather } from '../../kernels/gather.ts';
import { allocInt32s } from '../../kernels/place.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Rows } from '../../lake/slab.ts';
import type { Periods } from './analysis.ts';
import type { CustomerRows } from './lines.ts';
import { createSums } from './sums.ts';

/**
 * Of what was sold before the analysis day. A purchase is a line that is no return; a purchase day is a day with one.
 * Amounts are exact; `…_value` adds up the lines that are no returns.
 */
export const PROFILE_COLUMNS = {
  /** Of purchases; of a customer who only gave back, of those lines: such a customer has no orders and no purchase days. */
  first_day: 'date',
  last_day: 'date',
  /** Orders in which something was bought. */
  orders: 'int64',
  /** Returns included. */
  lines: 'int64',
  /** Of all lines, returns taken off. */
  net: 'decimal',
  purchase_days: 'int32',
  /** What was bought on the purchase days behind the first. */
  repeat_value: 'decimal',
  /** Days between two purchase days, the median; null for fewer than two of them. */
  median_gap: 'double',
  /** The same of the days before `calibration`: no purchase days there mean that the customer came later. */
  calibration_days: 'int32',
  calibration_last_day: 'date',
  calibration_repeat_value: 'decimal',
  /** Purchase days from `calibration` on, and what was bought on them. */
  holdout_days: 'int32',
  holdout_value: 'decimal',
} as const satisfies Readonly<Record<string, ColumnType>>;

/**
 * One row a customer who has a line before the analysis day.
 * @param orders the first line of each order in which something was bought, rising; by row of `lines`
 */
export function profileRows(kernels: Kernels, lines: CustomerRows, orders: Int32Array, periods: Periods): Rows {
  const { rows, starts } = lines;
  const count = starts.length - 1;
  const out = createColumns(count);
  const picks = allocInt32s(kernels, count);
  const addLines = lineAdder(rows, out, periods);
  const { values: days } = rows.columns.sales_day as DateColumn;
  const bought = halves(out.orders);
  let customers = 0;
  let order = 0;
  for (let customer = 0; customer < count; customer++) {
    const [from, to] = [starts[customer]!, starts[customer + 1]!];
    const first = order;
    while (order < orders.length && orders[order]! < to) order++;
    if (days[from]! >= periods.asOf) continue;
    let late = order;
    while (late > first && days[orders[late - 1]!]! >= periods.asOf) late--;
    addLines(from, to, customers);
    setNumber(bought, customers, late - first);
    picks[customers++] = from;
  }
  const customer_id = gather(kernels, rows.columns.customer_id!, picks.subarray(0, customers));
  const rest = Object.entries(out).map(([name, column]) => [name, shortened(column, customers)]);
  return { length: customers, columns: { customer_id, ...Object.fromEntries(rest) } };
}

type Columns = ReturnType<typeof createColumns>;

/** All values are there but those of two columns. */
function createColumns(count: number) {
  const known = <Of extends Column>(column: Of): Of => {
    column.validity.fill(255);
    return column;
  };
  return {
    first_day: known(dateColumn(count)),
    last_day: known(dateColumn(count)),
    orders: known(fixedColumn('int64', count)),
    lines: known(fixedColumn('int64', count)),
    net: known(fixedColumn('decimal', count)),
    purchase_days: known(int32Column(count)),
    repeat_value: known(fixedColumn('decimal', count)),
    median_gap: doubleColumn(count),
    calibration_days: known(int32Column(count)),
    calibration_last_day: dateColumn(count),
    calibration_repeat_value: known(fixedColumn('decimal', count)),
    holdout_days: known(int32Column(count)),
    holdout_value: known(fixedColumn('decimal', count)),
  } satisfies Record<keyof typeof PROFILE_COLUMNS, FixedColumn | DateColumn | Int32Column | DoubleColumn>;
}

/** What a line's amount is added to: a purchase is on the first purchase day or later, and before `calibration` or not. */
const LATER = 1;
const HELD_OUT = 2;
const RETURNS = 4;
/** The sums that make each amount, a bit each. */
const NET = 0b11111;
const REPEATED = 0b01010;
const CALIBRATED = 0b00010;
const HOLDOUT = 0b01100;

/** Puts the lines [from, to) of one customer, as far as they are before the analysis day, into row `at` of the columns. */
function lineAdder({ length, columns }: Rows, out: Columns, { asOf, calibration }: Periods) {
  const { values: days } = columns.sales_day as DateColumn;
  const { values: returned } = columns.is_return as Column & { readonly type: 'boolean' };
  const amounts = halves(columns.net_amount_base as FixedColumn);
  const [lines, net, repeated] = [halves(out.lines), halves(out.net), halves(out.repeat_value)];
  const [calibrated, heldOut] = [halves(out.calibration_repeat_value), halves(out.holdout_value)];
  const purchases = new Int32Array(length);
  const sums = createSums(RETURNS + 1);
  return (from: number, to: number, at: number): void => {
    let count = 0;
    let row = from;
    for (; row < to && days[row]! < asOf; row++) {
      const day = days[row]!;
      let part = RETURNS;
      if (((returned[row >> 3]! >> (row & 7)) & 1) === 0) {
        if (count === 0 || purchases[count - 1] !== day) purchases[count++] = day;
        part = (count > 1 ? LATER : 0) + (day >= calibration ? HELD_OUT : 0);
      }
      sums.add(part, amounts[row * 2]! >>> 0, amounts[row * 2 + 1]!);
    }
    setNumber(lines, at, row - from);
    sums.write(NET, net, at);
    sums.write(REPEATED, repeated, at);
    sums.write(CALIBRATED, calibrated, at);
    sums.write(HOLDOUT, heldOut, at);
    sums.clear();
    out.first_day.values[at] = count > 0 ? purchases[0]! : days[from]!;
    out.last_day.values[at] = count > 0 ? purchases[count - 1]! : days[row - 1]!;
    writeDays(out, at, purchases.subarray(0, count), calibration);
  };
}

/** @param days the purchase days, rising; they become the days between them */
function writeDays(out: Columns, at: number, days: Int32Array, calibration: number): void {
  const count = days.length;
  let early = count;
  while (early > 0 && days[early - 1]! >= calibration) early--;
  out.purchase_days.values[at] = count;
  out.calibration_days.values[at] = early;
  out.holdout_days.values[at] = count - early;
  if (early > 0) {
    out.calibration_last_day.values[at] = days[early - 1]!;
    setBit(out.calibration_last_day.validity, at);
  }
  if (count < 2) return;
  for (let i = 0; i + 1 < count; i++) days[i] = days[i + 1]! - days[i]!;
  out.median_gap.values[at] = medianOf(days.subarray(0, count - 1));
  setBit(out.median_gap.validity, at);
}

/** Sorts the values. Most customers have a few: for these, insertion beats the language's own sort. */
function medianOf(values: Int32Array): number {
  const { length } = values;
  if (length > 32) values.sort();
  else {
    for (let i = 1; i < length; i++) {
      const value = values[i]!;
      let to = i;
      for (; to > 0 && values[to - 1]! > value; to--) values[to] = values[to - 1]!;
      values[to] = value;
    }
  }
  const middle = length >> 1;
  return length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

function shortened(column: Columns[keyof Columns], length: number): Column {
  const values = column.values.subarray(0, length);
  return { ...column, length, values, validity: column.validity.subarray(0, (length + 7) >> 3) } as Column;
}
