/**
 * BG/NBD, a model of when customers come back and when they stop: while alive a customer buys at a rate λ, and after
 * each purchase leaves for good with probability p; λ is gamma distributed over customers, p beta distributed.
 * P. Fader, B. Hardie, K. Lee: "Counting Your Customers" the Easy Way, Marketing Science 24 (2005), 275-284.
 */
import { digamma, lnGamma } from './gamma.ts';
import type { GroupedHistories } from './histories.ts';
import { covarianceAt, minimise, type Objective } from './minimise.ts';

/** Time is counted in `ticks` a unit: 7 where histories are in days and α is in weeks, in which it is of the size of 1. */
export interface Bgnbd {
  /** λ ~ Gamma(r, α). */
  readonly r: number;
  readonly alpha: number;
  /** p ~ Beta(a, b). */
  readonly a: number;
  readonly b: number;
  readonly ticks: number;
}

export interface BgnbdFit {
  readonly converged: boolean;
  readonly model: Bgnbd;
  /** Per unit of time. */
  readonly logLikelihood: number;
  /** Of the logarithms of r, α, a and b; null where the likelihood has no maximum. */
  readonly covariance: readonly (readonly number[])[] | null;
  readonly steps: number;
}

/** Parameters of maximum likelihood, found on their logarithms. There must be a customer who came back. */
export function fitBgnbd(histories: GroupedHistories, ticks: number): BgnbdFit {
  const { repeats, age, customers } = histories;
  let [count, ages, purchases] = [0, 0, 0];
  for (let row = 0; row < customers.length; row++) {
    count += customers[row]!;
    ages += customers[row]! * age[row]!;
    purchases += customers[row]! * repeats[row]!;
  }
  const objective = meanNegativeLogLikelihood(histories, ticks);
  // The rate of all customers together, and a fifth of them leaving at each purchase.
  const start = [1, Math.max(1e-3, ages / purchases / ticks), 0.5, 2].map(Math.log);
  const { at, value, converged, steps } = minimise(objective, start);
  const covariance = converged ? covarianceAt(objective, at, count) : null;
  return { converged, model: bgnbdOf(at, ticks), logLikelihood: -value * count, covariance, steps };
}

/** The model whose parameters have these logarithms, in the order of the covariance. */
export function bgnbdOf(logs: ArrayLike<number>, ticks: number): Bgnbd {
  return {
    r: Math.exp(logs[0]!),
    alpha: Math.exp(logs[1]!),
    a: Math.exp(logs[2]!),
    b: Math.exp(logs[3]!),
    ticks,
  };
}

export const logsOf = ({ r, alpha, a, b }: Bgnbd): number[] => [r, alpha, a, b].map(Math.log);

/**
 * The probability that a customer has not left: 1 / (1 + e^D), where D is the logarithm of how much likelier the
 * purchases are if the last one was the end. It is 1 for whoever bought once, since one leaves at a repeat purchase only.
 */
export function probabilityAlive(
  { r, alpha, a, b, ticks }: Bgnbd,
  repeats: number,
  recency: number,
  age: number,
): number {
  if (repeats === 0) return 1;
  const odds =
    Math.log(a / (b + repeats - 1)) + (r + repeats) * Math.log((alpha + age / ticks) / (alpha + recency / ticks));
  return 1 / (1 + Math.exp(odds));
}

/**
 * As a function of the logarithms of r, α, a, b:
 *
 *   ln L = ln Γ(r+x)/Γ(r) · α^r · Γ(a+b) Γ(b+x) / (Γ(b) Γ(a+b+x)) − (r+x) ln(α+T) + ln(1 + e^D)
 *
 * with D as above, and 0 instead of e^D for x = 0. What depends on one whole number is computed once for each: the gamma
 * functions on x, the logarithms on a time. What is left for a history is an exponential and a logarithm.
 */
export function meanNegativeLogLikelihood(histories: GroupedHistories, ticks: number): Objective {
  const { repeats, customers, repeatsMax, ageMax } = histories;
  const customersOf = new Float64Array(repeatsMax + 1);
  for (let row = 0; row < repeats.length; row++) customersOf[repeats[row]!]! += customers[row]!;
  const count = customersOf.reduce((sum, number) => sum + number, 0);
  const lnTime = new Float64Array(ageMax + 1);
  const lnLeft = new Float64Array(repeatsMax + 1);
  return (at, gradient) => {
    const model = bgnbdOf(at, ticks);
    for (let time = 0; time <= ageMax; time++) lnTime[time] = Math.log(model.alpha + time / ticks);
    for (let x = 1; x <= repeatsMax; x++) lnLeft[x] = Math.log(model.a / (model.b + x - 1));
    gradient.fill(0);
    const sum = addTimes(histories, model, { lnTime, lnLeft }, gradient) + addRepeats(customersOf, model, gradient);
    const { r, alpha, a, b } = model;
    for (const [i, parameter] of [r, alpha, a, b].entries()) gradient[i]! *= -parameter / count;
    return -sum / count;
  };
}

/** What has a time in it: the last two terms. Adds their slopes to the gradient, by the parameters themselves. */
function addTimes(
  { repeats, recency, age, customers }: GroupedHistories,
  { r, alpha, a, b, ticks }: Bgnbd,
  { lnTime, lnLeft }: { readonly lnTime: Float64Array; readonly lnLeft: Float64Array },
  gradient: Float64Array,
): number {
  let [sum, ofR, ofAlpha, ofA, ofB] = [0, 0, 0, 0, 0];
  for (let row = 0; row < repeats.length; row++) {
    const x = repeats[row]!;
    const weight = customers[row]!;
    const power = r + x;
    const lnAge = lnTime[age[row]!]!;
    const inverseAge = 1 / (alpha + age[row]! / ticks);
    let [term, slopeR, slopeAlpha] = [-power * lnAge, -lnAge, -power * inverseAge];
    if (x > 0) {
      const longer = lnAge - lnTime[recency[row]!]!;
      const odds = lnLeft[x]! + power * longer;
      const small = Math.exp(-Math.abs(odds));
      // The probability of having left, e^D / (1 + e^D).
      const left = odds > 0 ? 1 / (1 + small) : small / (1 + small);
      term += Math.log1p(small) + (odds > 0 ? odds : 0);
      slopeR += left * longer;
      slopeAlpha += left * power * (inverseAge - 1 / (alpha + recency[row]! / ticks));
      ofA += (weight * left) / a;
      ofB -= (weight * left) / (b + x - 1);
    }
    sum += weight * term;
    ofR += weight * slopeR;
    ofAlpha += weight * slopeAlpha;
  }
  for (const [i, slope] of [ofR, ofAlpha, ofA, ofB].entries()) gradient[i]! += slope;
  return sum;
}

/** What has no time in it. Adds its slopes to the gradient, by the parameters themselves. */
function addRepeats(customersOf: Float64Array, { r, alpha, a, b }: Bgnbd, gradient: Float64Array): number {
  const lnAlpha = Math.log(alpha);
  const shared = r * lnAlpha - lnGamma(r) + lnGamma(a + b) - lnGamma(b);
  const [psiR, psiB, psiAB] = [digamma(r), digamma(b), digamma(a + b)];
  let sum = 0;
  for (let x = 0; x < customersOf.length; x++) {
    const weight = customersOf[x]!;
    if (weight === 0) continue;
    const psiABX = digamma(a + b + x);
    sum += weight * (shared + lnGamma(r + x) + lnGamma(b + x) - lnGamma(a + b + x));
    gradient[0]! += weight * (digamma(r + x) - psiR + lnAlpha);
    gradient[1]! += (weight * r) / alpha;
    gradient[2]! += weight * (psiAB - psiABX);
    gradient[3]! += weight * (psiAB - psiB + digamma(b + x) - psiABX);
  }
  return sum;
}
