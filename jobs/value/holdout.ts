/**
 * How well the models would have foretold the second part of the sales from the first: fitted to the first alone, for
 * the customers who had bought in it.
 */
import { amountText } from '../../kernels/money.ts';
import { type Band, bandOf, type Expected, expectedOf, type Models, variancesOf } from './band.ts';
import { pearson } from './estimate.ts';
import type { HeldOut } from './population.ts';

export interface Holdout {
  /** By the number of repeat purchases in the first part: 0, 1 … 6, 7+. Only those that there are. */
  readonly buckets: readonly HoldoutBucket[];
  readonly total: HoldoutBucket;
  readonly purchases: Band;
  /** Null where spending has no model, or one whose variance is infinite. */
  readonly value: Band | null;
  /** Of predicted and actual purchases, over customers. */
  readonly correlation: number;
}

export interface HoldoutBucket {
  readonly bucket: string;
  readonly customers: number;
  readonly predicted: number;
  readonly actual: number;
  readonly predictedValue: number | null;
  /** An amount. */
  readonly actualValue: string;
}

/** The last one has all who bought more often. */
const BUCKETS = 8;

/** @param days that the second part has */
export function holdoutOf(held: HeldOut, models: Models, days: number): Holdout {
  const expected = expectedOf(held, models, days);
  const sums = Array.from({ length: BUCKETS }, (_, repeats) =>
    newSums(repeats === BUCKETS - 1 ? `${repeats}+` : `${repeats}`),
  );
  const all = newSums('all');
  for (let row = 0; row < held.repeats.length; row++) {
    for (const own of [sums[Math.min(held.repeats[row]!, BUCKETS - 1)]!, all]) addCustomer(own, held, expected, row);
  }
  const [total, ...buckets] = [all, ...sums.filter(({ customers }) => customers > 0)].map(
    ({ predictedValue, actualValue, ...own }): HoldoutBucket => ({
      ...own,
      predictedValue: expected.worth === null ? null : predictedValue,
      actualValue: amountText(actualValue),
    }),
  ) as [HoldoutBucket, ...HoldoutBucket[]];
  const variances = variancesOf(held, models, expected, days);
  return {
    buckets,
    total,
    purchases: bandOf(total.predicted, variances.purchases, total.actual),
    value:
      variances.value !== null && Number.isFinite(variances.value)
        ? bandOf(total.predictedValue!, variances.value, Number(total.actualValue))
        : null,
    correlation: pearson(expected.purchases, held.purchases),
  };
}

type Sums = ReturnType<typeof newSums>;

const newSums = (bucket: string) => ({
  bucket,
  customers: 0,
  predicted: 0,
  actual: 0,
  predictedValue: 0,
  actualValue: 0n,
});

function addCustomer(sums: Sums, held: HeldOut, { purchases, worth }: Expected, row: number): void {
  sums.customers++;
  sums.predicted += purchases[row]!;
  sums.actual += held.purchases[row]!;
  sums.predictedValue += worth === null ? 0 : purchases[row]! * worth[row]!;
  sums.actualValue += held.value[row]!;
}
