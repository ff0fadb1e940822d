import { expect, it } from 'vitest';
import {
  type Column,
  dateColumn,
  doubleColumn,
  int32Column,
  numberColumn,
  setBit,
  textColumn,
} from '../../kernels/column.ts';
import { createPopulation } from './population.ts';

const PERIODS = { first: 100, asOf: 200, calibration: 150 };

/** First day, days with a purchase and the last of them in all, in the first period and behind it, and values. */
const PROFILES = {
  customer_id: ['both', 'early', 'new', 'returner', 'next piece'],
  first_day: [100, 120, 160, 170, 100],
  last_day: [190, 140, 199, 170, 100],
  purchase_days: [5, 2, 2, 0, 1],
  repeat_value: [40_000_000, 7_000_000, -1_000_000, 0, 0],
  median_gap: [20, 20, 39, null, null],
  calibration_days: [3, 2, 0, 0, 1],
  calibration_last_day: [149, 140, null, null, 100],
  calibration_repeat_value: [10_000_000, 7_000_000, 0, 0, 0],
  holdout_days: [2, 0, 2, 0, 0],
  holdout_value: [30_000_000, 0, 3_000_000, 0, 0],
} as const;

function columnOf(name: string, values: readonly (string | number | null)[]): Column {
  if (name === 'customer_id') return textColumn(values as readonly string[]);
  if (name.endsWith('value')) return numberColumn('decimal', values as readonly number[]);
  const make =
    name === 'median_gap' ? doubleColumn : name.endsWith('last_day') || name === 'first_day' ? dateColumn : int32Column;
  const column = make(values.length);
  values.forEach((value, row) => {
    if (value === null) return;
    column.values[row] = value as number;
    setBit(column.validity, row);
  });
  return column;
}

const rows = {
  length: PROFILES.customer_id.length,
  columns: Object.fromEntries(Object.entries(PROFILES).map(([name, values]) => [name, columnOf(name, values)])),
};

it('has whoever bought in each period, and leaves out the rows that come again with the next piece', () => {
  const builder = createPopulation(9, PERIODS);
  builder.add(rows, 4);
  const { all, calibrated, gaps } = builder.finish();
  expect(all).toEqual({
    repeats: Int32Array.of(4, 1, 1),
    recency: Int32Array.of(90, 20, 39),
    // To the day before the analysis day, which is the last that could have had a purchase.
    age: Int32Array.of(99, 79, 39),
    mean: Float64Array.of(10, 7, -1),
  });
  expect(calibrated).toEqual({
    repeats: Int32Array.of(2, 1),
    recency: Int32Array.of(49, 20),
    age: Int32Array.of(49, 29),
    mean: Float64Array.of(5, 7),
    purchases: Int32Array.of(2, 0),
    value: BigInt64Array.of(30_000_000n, 0n),
  });
  expect(gaps).toEqual(Float64Array.of(20, 20, 39));
});

it('is the same from one piece or several', () => {
  const [once, twice] = [createPopulation(10, PERIODS), createPopulation(10, PERIODS)];
  once.add(rows, 5);
  twice.add(rows, 2);
  const rest = {
    length: 3,
    columns: Object.fromEntries(
      Object.entries(PROFILES).map(([name, values]) => [name, columnOf(name, values.slice(2))]),
    ),
  };
  twice.add(rest, 3);
  expect(twice.finish()).toEqual(once.finish());
});
