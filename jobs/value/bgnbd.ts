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
 * As a function of the logarithms of r, α, a, b. All that depends on one whole number is computed once for each: the
 * gamma functions on x, the logarithms on a time. What is left for a history is an exponential and a logarithm.
 */
export function meanNegativeLogLikelihood(histories: GroupedHistories, ticks: number): Objective {
  const { repeats, recency, age, customers, repeatsMax, ageMax } = histories;
  const customersOf = new Float64Array(repeatsMax + 1);
  for (let row = 0; row < repeats.length; row++) customersOf[repeats[row]!]! += customers[row]!;
  const count = customersOf.reduce((sum, number) => sum + number, 0);
  const lnTime = new Float64Array(ageMax + 1);
  const inverseTime = new Float64Array(ageMax + 1);
  const lnLeft = new Float64Array(repeatsMax + 1);
  return (at, gradient) => {
    const { r, alpha, a, b } = bgnbdOf(at, ticks);
    for (let time = 0; time <= ageMax; time++) {
      lnTime[time] = Math.log(alpha + time / ticks);
      inverseTime[time] = 1 / (alpha + time / ticks);
    }
    for (let x = 1; x <= repeatsMax; x++) lnLeft[x] = Math.log(a / (b + x - 1));
    let [sum, ofR, ofAlpha, ofA, ofB] = [0, 0, 0, 0, 0];
    // ln L = ln Γ(r+x)/Γ(r) · α^r · Γ(a+b)Γ(b+x)/(Γ(b)Γ(a+b+x)) − (r+x) ln(α+T) + ln(1 + e^D), with D as above and 0
    // instead of e^D for x = 0. The share that has left is e^D / (1 + e^D).
    for (let row = 0; row < repeats.length; row++) {
      const x = repeats[row]!;
      const weight = customers[row]!;
      const power = r + x;
      const lnAge = lnTime[age[row]!]!;
      let [term, slopeR, slopeAlpha] = [-power * lnAge, -lnAge, -power * inverseTime[age[row]!]!];
      if (x > 0) {
        const longer = lnAge - lnTime[recency[row]!]!;
        const odds = lnLeft[x]! + power * longer;
        const small = Math.exp(-Math.abs(odds));
        const left = odds > 0 ? 1 / (1 + small) : small / (1 + small);
        term += Math.log1p(small) + (odds > 0 ? odds : 0);
        slopeR += left * longer;
        slopeAlpha += left * power * (inverseTime[age[row]!]! - inverseTime[recency[row]!]!);
        ofA += weight * left;
        ofB -= (weight * left * b) / (b + x - 1);
      }
      sum += weight * term;
      ofR += weight * slopeR;
      ofAlpha += weight * slopeAlpha;
    }
    const shared = r * at[1]! - lnGamma(r) + lnGamma(a + b) - lnGamma(b);
    const [psiR, psiB, psiAB] = [digamma(r), digamma(b), digamma(a + b)];
    for (let x = 0; x <= repeatsMax; x++) {
      const weight = customersOf[x]!;
      if (weight === 0) continue;
      sum += weight * (shared + lnGamma(r + x) + lnGamma(b + x) - lnGamma(a + b + x));
      const psiABX = digamma(a + b + x);
      ofR += weight * (digamma(r + x) - psiR + at[1]!);
      ofAlpha += (weight * r) / alpha;
      ofA += weight * a * (psiAB - psiABX);
      ofB += weight * b * (psiAB - psiB + digamma(b + x) - psiABX);
    }
    gradient[0] = (-ofR * r) / count;
    gradient[1] = (-ofAlpha * alpha) / count;
    gradient[2] = -ofA / count;
    gradient[3] = -ofB / count;
    return -sum / count;
  };
}
