/**
 * How well the models would have foretold the second part of the sales from the first: fitted to the first alone, for
 * the customers who had bought in it.
 *
 * The totals have a band that should hold the truth in 95 of 100 such cases, if customers behave as the models say.
 * Its variance is what customers vary by, each being independent of the others when the parameters are given,
 *
 *   purchases  Σ Var(X)  = Σ E[X²] − E[X]²
 *   value      Σ Var(V)  = Σ E[X] E[M²]/p + E[X²] E[M²] − E[X]² E[M]²     V the sum of X values of mean M, a gamma of shape p
 *
 * with the moments of each customer's own posterior, and on top what the parameters are uncertain by: g' C g, where C is
 * the covariance of their logarithms, from the likelihood's curvature, and g is how the expected total changes with them.
 * What the models leave out, such as seasons and fashions that all customers follow, is not in it.
 */
import { amountText } from '../../kernels/money.ts';
import { type Bgnbd, bgnbdOf, logsOf, probabilityAlive } from './bgnbd.ts';
import { type Estimate, pearson } from './estimate.ts';
import { Forecast, remembered } from './forecast.ts';
import { expectedSquare, expectedValue, type GammaGamma, gammaGammaOf } from './gammagamma.ts';
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

/** Where the total should have been, and whether it was. */
export interface Band {
  readonly low: number;
  readonly high: number;
  readonly isInside: boolean;
}

interface Models {
  readonly purchases: Estimate<Bgnbd> & { readonly ok: true };
  readonly spending: Estimate<GammaGamma>;
}

/** Of the normal distribution, which sums over hundreds of customers are close to. */
const DEVIATIONS_95 = 1.959964;

const BUCKETS = 8;

/** @param days that the second part has */
export function holdoutOf(held: HeldOut, { purchases, spending }: Models, days: number): Holdout {
  const spendingModel = spending.ok ? spending.model : null;
  const expected = expectations(held, purchases.model, spendingModel, days);
  const buckets = Array.from({ length: BUCKETS }, (_, bucket) =>
    bucketOf(
      bucket === BUCKETS - 1 ? `${bucket}+` : String(bucket),
      held,
      expected,
      row => Math.min(held.repeats[row]!, BUCKETS - 1) === bucket,
    ),
  ).filter(({ customers }) => customers > 0);
  const total = bucketOf('all', held, expected, () => true);
  const spread = variances(held, { purchases, spending }, days);
  const actualValue = Number(total.actualValue);
  return {
    buckets,
    total,
    purchases: bandOf(total.predicted, spread.purchases, total.actual),
    value:
      total.predictedValue !== null && Number.isFinite(spread.value)
        ? bandOf(total.predictedValue, spread.value, actualValue)
        : null,
    correlation: pearson(expected.purchases, held.purchases),
  };
}

interface Expectations {
  readonly purchases: Float64Array;
  /** Null where spending has no model. */
  readonly value: Float64Array | null;
}

/** What each customer was expected to buy. */
function expectations(held: HeldOut, model: Bgnbd, spending: GammaGamma | null, days: number): Expectations {
  const forecast = new Forecast(model);
  const mean = remembered((repeats, age) => forecast.mean(repeats, age, days));
  const { repeats, recency, age, mean: spent } = held;
  const purchases = new Float64Array(repeats.length);
  const value = spending === null ? null : new Float64Array(repeats.length);
  for (let row = 0; row < repeats.length; row++) {
    const alive = probabilityAlive(model, repeats[row]!, recency[row]!, age[row]!);
    purchases[row] = alive * mean(repeats[row]!, age[row]!);
    if (spending !== null) value![row] = purchases[row]! * expectedValue(spending, repeats[row]!, spent[row]!);
  }
  return { purchases, value };
}

function bucketOf(bucket: string, held: HeldOut, expected: Expectations, has: (row: number) => boolean): HoldoutBucket {
  let [customers, predicted, actual, predictedValue, actualValue] = [0, 0, 0, 0, 0n];
  for (let row = 0; row < held.repeats.length; row++) {
    if (!has(row)) continue;
    customers++;
    predicted += expected.purchases[row]!;
    actual += held.purchases[row]!;
    predictedValue += expected.value?.[row] ?? 0;
    actualValue += held.value[row]!;
  }
  const known = expected.value === null ? null : predictedValue;
  return { bucket, customers, predicted, actual, predictedValue: known, actualValue: amountText(actualValue) };
}

interface Variances {
  readonly purchases: number;
  /** Infinite or NaN where there is none. */
  readonly value: number;
}

function variances(held: HeldOut, { purchases, spending }: Models, days: number): Variances {
  const own = customerVariances(held, purchases.model, spending.ok ? spending.model : null, days);
  const logs = [...logsOf(purchases.model), ...(spending.ok ? Object.values(spending.model).map(Math.log) : [])];
  const covariance = [purchases.covariance, ...(spending.ok ? [spending.covariance] : [])];
  const slopes = totalSlopes(logs, at => {
    const model = bgnbdOf(at, purchases.model.ticks);
    const expected = expectations(held, model, spending.ok ? gammaGammaOf(at.slice(4)) : null, days);
    return { purchases: sumOf(expected.purchases), value: expected.value === null ? 0 : sumOf(expected.value) };
  });
  return {
    purchases:
      own.purchases +
      quadratic(
        covariance,
        slopes.map(slope => slope.purchases),
      ),
    value:
      own.value +
      quadratic(
        covariance,
        slopes.map(slope => slope.value),
      ),
  };
}

/** What customers vary by, the parameters being given. */
function customerVariances(held: HeldOut, model: Bgnbd, spending: GammaGamma | null, days: number): Variances {
  const forecast = new Forecast(model);
  const mean = remembered((repeats, age) => forecast.mean(repeats, age, days));
  const square = remembered((repeats, age) => forecast.square(repeats, age, days));
  const { repeats, recency, age, mean: spent } = held;
  let [ofPurchases, ofValue] = [0, 0];
  for (let row = 0; row < repeats.length; row++) {
    const [x, time] = [repeats[row]!, age[row]!];
    const alive = probabilityAlive(model, x, recency[row]!, time);
    const [first, second] = [alive * mean(x, time), alive * square(x, time)];
    ofPurchases += second - first * first;
    if (spending === null) continue;
    const [value, valueSquare] = [expectedValue(spending, x, spent[row]!), expectedSquare(spending, x, spent[row]!)];
    ofValue += (first / spending.p + second) * valueSquare - first * first * value * value;
  }
  return { purchases: ofPurchases, value: ofValue };
}

/** How much the totals change with each logarithm, by differences to both sides. */
function totalSlopes(logs: readonly number[], totals: (at: number[]) => Variances): Variances[] {
  const step = 1e-4;
  return logs.map((_, moved) => {
    const at = (by: number) => totals(logs.map((value, index) => (index === moved ? value + by : value)));
    const [above, below] = [at(step), at(-step)];
    return {
      purchases: (above.purchases - below.purchases) / (2 * step),
      value: (above.value - below.value) / (2 * step),
    };
  });
}

/** g' C g, with C made of blocks along its diagonal: the two models are fitted apart. */
function quadratic(blocks: readonly (readonly (readonly number[])[])[], slopes: readonly number[]): number {
  let sum = 0;
  let from = 0;
  for (const block of blocks) {
    for (const [i, row] of block.entries()) {
      for (const [j, value] of row.entries()) sum += slopes[from + i]! * value * slopes[from + j]!;
    }
    from += block.length;
  }
  return sum;
}

function bandOf(predicted: number, variance: number, actual: number): Band {
  const deviation = DEVIATIONS_95 * Math.sqrt(variance);
  const [low, high] = [Math.max(0, predicted - deviation), predicted + deviation];
  return { low, high, isInside: actual >= low && actual <= high };
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
