/**
 * How far the total of a hold-out may be from what was expected: a band that should hold the truth in 95 of 100 cases, if
 * customers behave as the models say. Its variance is what customers vary by, each being independent of the others when the
 * parameters are given,
 *
 *   purchases  Σ Var(X) = Σ E[X²] − E[X]²
 *   value      Σ Var(V) = Σ E[X] E[M²]/p + E[X²] E[M²] − E[X]² E[M]²    V the sum of X values, gammas of shape p and mean M
 *
 * with the moments of each customer's own posterior, and on top what the parameters are uncertain by: g' C g, where C is
 * the covariance of their logarithms, from the likelihood's curvature, and g is how the expected total changes with them.
 * What the models leave out, such as seasons and fashions that all customers follow, is not in it.
 */
import { type Bgnbd, bgnbdOf, logsOf, probabilityAlive } from './bgnbd.ts';
import type { Estimate } from './estimate.ts';
import { Forecast, remembered } from './forecast.ts';
import { expectedSquare, expectedValue, type GammaGamma, gammaGammaOf } from './gammagamma.ts';
import type { Observed } from './population.ts';

export interface Models {
  readonly purchases: Estimate<Bgnbd> & { readonly ok: true };
  readonly spending: Estimate<GammaGamma>;
}

/** A value a customer. */
export interface Expected {
  /** Purchases in the days to come. */
  readonly purchases: Float64Array;
  /** What one of them brings; null where spending has no model. */
  readonly worth: Float64Array | null;
}

/** Where the total should have been, and whether it was. */
export interface Band {
  readonly low: number;
  readonly high: number;
  readonly isInside: boolean;
}

export interface Variances {
  readonly purchases: number;
  /** Null where spending has no model, infinite where it has one without a variance. */
  readonly value: number | null;
}

/** Of the normal distribution, which sums over hundreds of customers are close to. */
const DEVIATIONS_95 = 1.959964;

export function bandOf(predicted: number, variance: number, actual: number): Band {
  const deviation = DEVIATIONS_95 * Math.sqrt(variance);
  const [low, high] = [Math.max(0, predicted - deviation), predicted + deviation];
  return { low, high, isInside: actual >= low && actual <= high };
}

export const expectedOf = (observed: Observed, { purchases, spending }: Models, days: number): Expected => ({
  purchases: purchasesOf(observed, purchases.model, days),
  worth: spending.ok ? worthOf(observed, spending.model) : null,
});

/** Variances of the totals around what is expected, by customers and by parameters. */
export function variancesOf(observed: Observed, models: Models, expected: Expected, days: number): Variances {
  const { purchases, spending } = models;
  const own = customerVariances(observed, models, expected, days);
  const { ticks } = purchases.model;
  const slopes = slopesOf(logsOf(purchases.model), logs => {
    const moved = purchasesOf(observed, bgnbdOf(logs, ticks), days);
    return [sumOf(moved), expected.worth === null ? 0 : sumOfProducts(moved, expected.worth)];
  });
  const [ofPurchases, ofValue] = [0, 1].map(total =>
    quadratic(
      purchases.covariance,
      slopes.map(slope => slope[total]!),
    ),
  ) as [number, number];
  const uncertain = { purchases: own.purchases + ofPurchases, value: null };
  if (!spending.ok) return uncertain;
  const spent = slopesOf(Object.values(spending.model).map(Math.log), logs => [
    sumOfProducts(expected.purchases, worthOf(observed, gammaGammaOf(logs))),
  ]);
  const ofWorth = quadratic(
    spending.covariance,
    spent.map(([slope]) => slope!),
  );
  return { ...uncertain, value: own.value! + ofValue + ofWorth };
}

function purchasesOf({ repeats, recency, age }: Observed, model: Bgnbd, days: number): Float64Array {
  const forecast = new Forecast(model);
  const mean = remembered((x, time) => forecast.mean(x, time, days));
  const purchases = new Float64Array(repeats.length);
  for (let row = 0; row < repeats.length; row++) {
    const alive = probabilityAlive(model, repeats[row]!, recency[row]!, age[row]!);
    purchases[row] = alive * mean(repeats[row]!, age[row]!);
  }
  return purchases;
}

const worthOf = ({ repeats, mean }: Observed, model: GammaGamma): Float64Array =>
  mean.map((own, row) => expectedValue(model, repeats[row]!, own));

/** What customers vary by, the parameters being given. */
function customerVariances(
  { repeats, recency, age, mean }: Observed,
  { purchases, spending }: Models,
  expected: Expected,
  days: number,
): Variances {
  const forecast = new Forecast(purchases.model);
  const squareOf = remembered((x, time) => forecast.square(x, time, days));
  let [ofPurchases, ofValue] = [0, 0];
  for (let row = 0; row < repeats.length; row++) {
    const [x, first] = [repeats[row]!, expected.purchases[row]!];
    const square = probabilityAlive(purchases.model, x, recency[row]!, age[row]!) * squareOf(x, age[row]!);
    ofPurchases += square - first * first;
    if (!spending.ok) continue;
    const [worth, worthSquare] = [expected.worth![row]!, expectedSquare(spending.model, x, mean[row]!)];
    ofValue += (first / spending.model.p + square) * worthSquare - first * first * worth * worth;
  }
  return { purchases: ofPurchases, value: spending.ok ? ofValue : null };
}

/** How much each total changes with each logarithm, by differences to both sides. */
function slopesOf(logs: readonly number[], totals: (logs: number[]) => number[]): number[][] {
  const step = 1e-4;
  return logs.map((_, moved) => {
    const at = (by: number) => totals(logs.map((value, index) => (index === moved ? value + by : value)));
    const [above, below] = [at(step), at(-step)];
    return above.map((value, total) => (value - below[total]!) / (2 * step));
  });
}

/** g' C g. */
function quadratic(covariance: readonly (readonly number[])[], slopes: readonly number[]): number {
  let sum = 0;
  for (const [i, row] of covariance.entries()) {
    for (const [j, value] of row.entries()) sum += slopes[i]! * value * slopes[j]!;
  }
  return sum;
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

function sumOfProducts(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < a.length; row++) sum += a[row]! * b[row]!;
  return sum;
}
