/** Recency, frequency and monetary value of customers, as whole numbers of their units. */
import { type DateColumn, type FixedColumn, setNumber } from '../../kernels/column.ts';
import type { Rows } from '../../lake/slab.ts';

/** Days from the last purchase to the analysis day; orders; net sales in millionths of the base currency. */
export const MEASURES = ['recency', 'frequency', 'monetary'] as const;

export type Measure = (typeof MEASURES)[number];

export type ByMeasure<T> = Readonly<Record<Measure, T>>;

/** A value of each customer, in the same order for each measure. */
export type Values = ByMeasure<BigInt64Array>;

/** Millionths in a unit of each measure. */
export const MILLIONTHS: ByMeasure<bigint> = { recency: 1_000_000n, frequency: 1_000_000n, monetary: 1n };

export const byMeasure = <T>(make: (measure: Measure) => T): ByMeasure<T> => ({
  recency: make('recency'),
  frequency: make('frequency'),
  monetary: make('monetary'),
});

/** The columns of profiles that measures are made of. */
export const MEASURE_COLUMNS = ['last_day', 'orders', 'net'] as const;

export const newValues = (customers: number): Values => byMeasure(() => new BigInt64Array(customers));

/** Puts the measures of profiles from row `at` on. */
export function setMeasures({ length, columns }: Rows, asOf: number, values: Values, at = 0): void {
  const { values: days } = columns.last_day as DateColumn;
  values.frequency.set((columns.orders as FixedColumn).values, at);
  values.monetary.set((columns.net as FixedColumn).values, at);
  const recency = halvesOf(values.recency);
  for (let row = 0; row < length; row++) setNumber(recency, at + row, asOf - days[row]!);
}

export const halvesOf = (values: BigInt64Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, values.length * 2);
