/** The rows of profiles in the making: a customer's lines are added in the order of days. */
import type { ColumnType } from '../../base/table.ts';
import {
  type Column,
  dateColumn,
  doubleColumn,
  type FixedColumn,
  fixedColumn,
  int32Column,
  setBit,
} from '../../kernels/column.ts';
import { gather } from '../../kernels/gather.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Rows } from '../../lake/slab.ts';
import type { Periods } from './analysis.ts';

/**
 * Of what was sold before the analysis day. A purchase is a line that is no return; a purchase day is a day with one.
 * Amounts are exact; `…_value` adds up the lines that are no returns.
 */
export const PROFILE_COLUMNS = {
  /** Of purchases; of a customer who only gave back, of those lines. */
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

type Profile = { [Name in keyof typeof PROFILE_COLUMNS]: number | bigint | null };

export interface Profiles {
  /** A line of the customer, with the halves of its net amount, the low one without its sign. In the order of days. */
  line(day: number, isReturn: boolean, low: number, high: number): void;
  /** An order in which the customer bought something. */
  order(day: number): void;
  /** The customer whose id is at `row` has no more lines. */
  end(row: number): void;
  /** The customers who have a line. */
  finish(kernels: Kernels): Rows;
}

/** `ids` has the customers' ids, and `count` is how many customers there are at most. */
export function createProfiles(ids: Column, count: number, { calibration, asOf }: Periods): Profiles {
  const picks = new Int32Array(count);
  const columns = Object.fromEntries(
    Object.entries(PROFILE_COLUMNS).map(([name, type]) => [name, newColumn(type, count)]),
  ) as Record<keyof Profile, WritableColumn>;
  let customers = 0;
  let own = newCustomer();
  return {
    line(day, isReturn, low, high) {
      own.lines++;
      own.net.add(low, high);
      if (own.lines === 1) own.firstLine = day;
      own.lastLine = day;
      if (isReturn) return;
      const isNew = own.days.at(-1) !== day;
      if (isNew) own.days.push(day);
      if (day >= calibration) own.holdout.add(low, high);
      else if (own.days.length > 1) own.calibrated.add(low, high);
      if (own.days.length > 1) own.repeated.add(low, high);
    },
    order(day) {
      if (day < asOf) own.orders++;
    },
    end(row) {
      if (own.lines > 0) {
        const found = profileOf(own, calibration);
        for (const name of PROFILE_NAMES) write(columns[name], customers, found[name]);
        picks[customers++] = row;
      }
      own = newCustomer();
    },
    finish(kernels) {
      const customer_id = gather(kernels, ids, picks.subarray(0, customers));
      const rest = Object.entries(columns).map(([name, column]) => [name, shortened(column, customers)]);
      return { length: customers, columns: { customer_id, ...Object.fromEntries(rest) } };
    },
  };
}

const PROFILE_NAMES = Object.keys(PROFILE_COLUMNS) as (keyof Profile)[];

interface Customer {
  readonly days: number[];
  readonly net: Sum;
  readonly repeated: Sum;
  readonly calibrated: Sum;
  readonly holdout: Sum;
  firstLine: number;
  lastLine: number;
  lines: number;
  orders: number;
}

const newCustomer = (): Customer => ({
  days: [],
  net: new Sum(),
  repeated: new Sum(),
  calibrated: new Sum(),
  holdout: new Sum(),
  firstLine: 0,
  lastLine: 0,
  lines: 0,
  orders: 0,
});

/** Exact sums of 64-bit values by their halves. */
class Sum {
  #low = 0;
  #high = 0;

  add(low: number, high: number): void {
    this.#low += low;
    this.#high += high;
    if (this.#low < CARRIED) return;
    this.#high += CARRIED / 2 ** 32;
    this.#low -= CARRIED;
  }

  get total(): bigint {
    return BigInt(this.#high) * 2n ** 32n + BigInt(this.#low);
  }
}

/** Below it doubles count exactly. */
const CARRIED = 2 ** 52;

function profileOf(own: Customer, calibration: number): Profile {
  const { days } = own;
  const calibrated = days.filter(day => day < calibration);
  return {
    first_day: days[0] ?? own.firstLine,
    last_day: days.at(-1) ?? own.lastLine,
    orders: own.orders,
    lines: own.lines,
    net: own.net.total,
    purchase_days: days.length,
    repeat_value: own.repeated.total,
    median_gap: medianGap(days),
    calibration_days: calibrated.length,
    calibration_last_day: calibrated.at(-1) ?? null,
    calibration_repeat_value: own.calibrated.total,
    holdout_days: days.length - calibrated.length,
    holdout_value: own.holdout.total,
  };
}

function medianGap(days: readonly number[]): number | null {
  if (days.length < 2) return null;
  const gaps = days.slice(1).map((day, i) => day - days[i]!);
  gaps.sort((a, b) => a - b);
  const middle = gaps.length >> 1;
  return gaps.length % 2 === 1 ? gaps[middle]! : (gaps[middle - 1]! + gaps[middle]!) / 2;
}

type WritableColumn = ReturnType<typeof newColumn>;

function newColumn(type: ColumnType, length: number) {
  if (type === 'date') return dateColumn(length);
  if (type === 'int32') return int32Column(length);
  if (type === 'double') return doubleColumn(length);
  return fixedColumn(type as FixedColumn['type'], length);
}

function write(column: WritableColumn, row: number, value: number | bigint | null): void {
  if (value === null) return;
  if (column.values instanceof BigInt64Array) column.values[row] = BigInt(value);
  else column.values[row] = Number(value);
  setBit(column.validity, row);
}

function shortened(column: WritableColumn, length: number): Column {
  const values = column.values.subarray(0, length);
  return { ...column, length, values, validity: column.validity.subarray(0, (length + 7) >> 3) } as Column;
}
