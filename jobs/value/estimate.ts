/** The two models of a period, or why there is none: nothing is penalised, shrunk or guessed to get one anyway. */
import { type Bgnbd, fitBgnbd } from './bgnbd.ts';
import { fitGammaGamma, type GammaGamma, type Spending } from './gammagamma.ts';
import { groupHistories } from './histories.ts';
import type { Observed } from './population.ts';

export type Estimate<Model> =
  | {
      readonly ok: true;
      readonly model: Model;
      readonly logLikelihood: number;
      readonly customers: number;
      /** Of the logarithms of the parameters. */
      readonly covariance: readonly (readonly number[])[];
    }
  | Refusal;

/** A sentence for people, without a capital or a full stop. */
export interface Refusal {
  readonly ok: false;
  readonly reason: string;
}

/** Days in a unit of α. */
const WEEK = 7;

/** With fewer, the spread of rates between customers cannot be told from chance. */
const REPEAT_CUSTOMERS_MIN = 200;
/** Purchases that a history must have room for, at the pace of half of the customers. */
const GAPS_MIN = 3;
/** Beyond it, what customers spend is not independent of how often they buy, which the product of the models takes it for. */
const CORRELATION_MAX = 0.3;

/**
 * @param medianGap days that customers usually leave between purchases, or null
 * @param days that the period has
 */
export function estimatePurchases(observed: Observed, medianGap: number | null, days: number): Estimate<Bgnbd> {
  const few = tooFewRepeat(observed);
  if (few !== null) return few;
  if (medianGap !== null && days < GAPS_MIN * medianGap) {
    return refusal(
      `${days} days of sales are less than ${GAPS_MIN} times the ${medianGap} days that customers leave between two purchases`,
    );
  }
  const { converged, covariance, ...fit } = fitBgnbd(groupHistories(observed), WEEK);
  const { r, alpha, a, b } = fit.model;
  if (!converged || covariance === null) {
    return refusal(
      `no rate of buying and leaving fits best: the search ended at ${parametersText({ r, alpha, a, b })}`,
    );
  }
  return { ok: true, ...fit, covariance, customers: observed.repeats.length };
}

export type SpendingEstimate = Estimate<GammaGamma> & {
  /** Of repeat purchases and their mean value; null where there are too few customers. */
  readonly correlation: number | null;
};

export function estimateSpending(observed: Observed): SpendingEstimate {
  const few = tooFewRepeat(observed);
  if (few !== null) return { ...few, correlation: null };
  const spending = spendingOf(observed);
  const correlation = pearson(spending.repeats, spending.mean);
  if (Math.abs(correlation) > CORRELATION_MAX) {
    return {
      ...refusal(
        `customers who buy more often spend ${correlation > 0 ? 'more' : 'less'} at a time (correlation ` +
          `${correlation.toFixed(2)}, at most ±${CORRELATION_MAX}), and the model takes the two for independent`,
      ),
      correlation,
    };
  }
  const { converged, covariance, ...fit } = fitGammaGamma(spending);
  const { p, q, gamma } = fit.model;
  if (!converged || covariance === null) {
    return {
      ...refusal(`no spread of spending fits best: the search ended at ${parametersText({ p, q, gamma })}`),
      correlation,
    };
  }
  if (q <= 1) {
    return {
      ...refusal(`spending differs so much between customers that there is no mean (q = ${q.toPrecision(3)})`),
      correlation,
    };
  }
  return { ok: true, ...fit, covariance, customers: spending.repeats.length, correlation };
}

/** Customers who came back and paid more than nothing for it. */
function spendingOf({ repeats, mean }: Observed): Spending {
  const chosen = { repeats: new Int32Array(repeats.length), mean: new Float64Array(repeats.length) };
  let count = 0;
  for (let row = 0; row < repeats.length; row++) {
    if (repeats[row] === 0 || !(mean[row]! > 0)) continue;
    chosen.repeats[count] = repeats[row]!;
    chosen.mean[count++] = mean[row]!;
  }
  return { repeats: chosen.repeats.subarray(0, count), mean: chosen.mean.subarray(0, count) };
}

function tooFewRepeat({ repeats }: Observed): Refusal | null {
  let count = 0;
  for (let row = 0; row < repeats.length; row++) if (repeats[row]! > 0) count++;
  if (count >= REPEAT_CUSTOMERS_MIN) return null;
  return refusal(
    `${count} of ${repeats.length} customers bought on more than one day, and ${REPEAT_CUSTOMERS_MIN} are needed`,
  );
}

/** The correlation of two lists; 0 where one of them does not vary. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const count = a.length;
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let [products, squaresA, squaresB] = [0, 0, 0];
  for (let row = 0; row < count; row++) {
    const [fromA, fromB] = [a[row]! - meanA, b[row]! - meanB];
    products += fromA * fromB;
    squaresA += fromA * fromA;
    squaresB += fromB * fromB;
  }
  return squaresA > 0 && squaresB > 0 ? products / Math.sqrt(squaresA * squaresB) : 0;
}

/** The middle value, or null of none. */
export function median(values: Float64Array): number | null {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) sum += values[row]!;
  return sum / values.length;
}

const refusal = (reason: string): Refusal => ({ ok: false, reason });

const parametersText = (parameters: Readonly<Record<string, number>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} = ${value.toPrecision(3)}`)
    .join(', ');
