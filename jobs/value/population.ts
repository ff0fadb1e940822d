/** The customers that models are fitted to, gathered from the profiles of all blocks. */
import {
  type Column,
  type DateColumn,
  type FixedColumn,
  halves,
  type Int32Column,
  isValid,
  numberAt,
} from '../../kernels/column.ts';
import { SCALE } from '../../kernels/money.ts';
import type { Rows } from '../../lake/slab.ts';
import type { Periods } from '../customers/analysis.ts';
import type { Histories } from './histories.ts';

/** A row a customer who has bought in the period. Times are days. */
export interface Observed extends Histories {
  /** Mean value of the repeat purchases; 0 where there are none. */
  readonly mean: Float64Array;
}

/** The same of the days before `calibration`, with what followed from it on. */
export interface HeldOut extends Observed {
  readonly purchases: Int32Array;
  /** Scaled by 10⁶. */
  readonly value: BigInt64Array;
}

export interface Population {
  readonly all: Observed;
  readonly calibrated: HeldOut;
  /** The customers' median gaps, of those who have one. */
  readonly gaps: Float64Array;
}

export interface PopulationBuilder {
  /** Adds the first `count` of rows that have the columns of POPULATION_COLUMNS. */
  add(rows: Rows, count: number): void;
  finish(): Population;
}

/** What is read of a profile. */
export const POPULATION_COLUMNS = [
  'customer_id',
  'first_day',
  'last_day',
  'purchase_days',
  'repeat_value',
  'median_gap',
  'calibration_days',
  'calibration_last_day',
  'calibration_repeat_value',
  'holdout_days',
  'holdout_value',
];

/** @param customersMax of all blocks */
export function createPopulation(customersMax: number, { asOf, calibration }: Periods): PopulationBuilder {
  const all = observedOf(customersMax);
  const calibrated = {
    ...observedOf(customersMax),
    purchases: new Int32Array(customersMax),
    value: new BigInt64Array(customersMax),
  };
  const gaps = new Float64Array(customersMax);
  let [customers, early, withGap] = [0, 0, 0];
  return {
    add({ columns }, count) {
      const wholeOf = profileReader(columns, { days: 'purchase_days', last: 'last_day', value: 'repeat_value' }, asOf);
      const earlyOf = profileReader(
        columns,
        { days: 'calibration_days', last: 'calibration_last_day', value: 'calibration_repeat_value' },
        calibration,
      );
      const gap = columns.median_gap as Column & { readonly type: 'double' };
      const purchases = columns.holdout_days as Int32Column;
      const value = columns.holdout_value as FixedColumn;
      for (let row = 0; row < count; row++) {
        if (isValid(gap, row)) gaps[withGap++] = gap.values[row]!;
        if (wholeOf(row, all, customers)) customers++;
        if (!earlyOf(row, calibrated, early)) continue;
        calibrated.purchases[early] = purchases.values[row]!;
        calibrated.value[early] = value.values[row]!;
        early++;
      }
    },
    finish: () => ({
      all: shortened(all, customers),
      calibrated: {
        ...shortened(calibrated, early),
        purchases: calibrated.purchases.subarray(0, early),
        value: calibrated.value.subarray(0, early),
      },
      gaps: gaps.subarray(0, withGap),
    }),
  };
}

/**
 * Reads x, t_x, T and the mean value from a profile into a place of `into`; says whether the customer had bought by then.
 * @param end the first day that is not observed: T is the days to the last one that is
 */
export function profileReader(
  columns: Rows['columns'],
  names: { readonly days: string; readonly last: string; readonly value: string },
  end: number,
): (row: number, into: Observed, at: number) => boolean {
  const days = (columns[names.days] as Int32Column).values;
  const first = (columns.first_day as DateColumn).values;
  const last = (columns[names.last] as DateColumn).values;
  const value = halves(columns[names.value] as FixedColumn);
  return (row, into, at) => {
    if (days[row] === 0) return false;
    const repeats = days[row]! - 1;
    into.repeats[at] = repeats;
    into.recency[at] = last[row]! - first[row]!;
    into.age[at] = end - 1 - first[row]!;
    into.mean[at] = repeats === 0 ? 0 : numberAt(value, row) / SCALE / repeats;
    return true;
  };
}

/** Places for so many customers. */
export const observedOf = (customers: number): Observed => ({
  repeats: new Int32Array(customers),
  recency: new Int32Array(customers),
  age: new Int32Array(customers),
  mean: new Float64Array(customers),
});

const shortened = ({ repeats, recency, age, mean }: Observed, length: number): Observed => ({
  repeats: repeats.subarray(0, length),
  recency: recency.subarray(0, length),
  age: age.subarray(0, length),
  mean: mean.subarray(0, length),
});
