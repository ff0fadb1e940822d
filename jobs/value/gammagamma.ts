/**
 * Gamma-Gamma, a model of what customers spend on a day of purchase: a customer's values are Gamma(p, ν) distributed
 * around an own mean p/ν, and ν is Gamma(q, γ) distributed over customers.
 * P. Fader, B. Hardie: The Gamma-Gamma Model of Monetary Value, note 025 at brucehardie.com (2013).
 */
import { digamma, lnGamma } from './gamma.ts';
import { covarianceAt, minimise, type Objective } from './minimise.ts';

export interface GammaGamma {
  readonly p: number;
  readonly q: number;
  /** In units of money; `v` in some tables. */
  readonly gamma: number;
}

/** A row a customer who came back, with a mean above 0. */
export interface Spending {
  readonly repeats: Int32Array;
  /** Mean value of the repeat purchases. */
  readonly mean: Float64Array;
}

export interface GammaGammaFit {
  readonly converged: boolean;
  readonly model: GammaGamma;
  readonly logLikelihood: number;
  /** Of the logarithms of p, q and γ; null where the likelihood has no maximum. */
  readonly covariance: readonly (readonly number[])[] | null;
  readonly steps: number;
}

/** Parameters of maximum likelihood, found on their logarithms, with money in units of the average mean. */
export function fitGammaGamma({ repeats, mean }: Spending): GammaGammaFit {
  const count = repeats.length;
  const unit = mean.reduce((sum, value) => sum + value, 0) / count;
  const objective = spendingObjective({ repeats, mean: mean.map(value => value / unit) });
  const { at, value, converged, steps } = minimise(objective, [Math.log(2), Math.log(3), 0]);
  const model = gammaGammaOf([at[0]!, at[1]!, at[2]! + Math.log(unit)]);
  const covariance = converged ? covarianceAt(objective, at, count) : null;
  return { converged, model, logLikelihood: -(value + Math.log(unit)) * count, covariance, steps };
}

/** The model whose parameters have these logarithms, in the order of the covariance. */
export function gammaGammaOf(logs: ArrayLike<number>): GammaGamma {
  return { p: Math.exp(logs[0]!), q: Math.exp(logs[1]!), gamma: Math.exp(logs[2]!) };
}

/**
 * What a customer is expected to spend on a day of purchase: the own mean, drawn the more to that of all the fewer
 * repeat purchases there are. A mean below 0, of one who takes back more than is bought, counts as 0. Needs q > 1.
 */
export function expectedValue({ p, q, gamma }: GammaGamma, repeats: number, mean: number): number {
  return (p * (gamma + repeats * Math.max(0, mean))) / (p * repeats + q - 1);
}

/** The mean of the square of what `expectedValue` is the mean of; infinite where the tail is too heavy for one. */
export function expectedSquare({ p, q, gamma }: GammaGamma, repeats: number, mean: number): number {
  const shape = p * repeats + q;
  const rate = p * (gamma + repeats * Math.max(0, mean));
  return shape > 2 ? (rate * rate) / ((shape - 1) * (shape - 2)) : Number.POSITIVE_INFINITY;
}

/** The mean negative log-likelihood, as a function of the logarithms of p, q and γ. */
export function spendingObjective({ repeats, mean }: Spending): Objective {
  const count = repeats.length;
  const repeatsMax = repeats.reduce((most, x) => Math.max(most, x), 0);
  const customersOf = new Float64Array(repeatsMax + 1);
  // ln L = ln Γ(px+q)/(Γ(px)Γ(q)) + q ln γ − ln z − q ln(xz) − (px+q) ln(1 + γ/(xz)): what has x alone is summed by x.
  const total = mean.map((value, row) => value * repeats[row]!);
  let [lnMeans, lnTotals] = [0, 0];
  for (let row = 0; row < count; row++) {
    customersOf[repeats[row]!]!++;
    lnMeans += Math.log(mean[row]!);
    lnTotals += Math.log(total[row]!);
  }
  return (at, gradient) => {
    const { p, q, gamma } = gammaGammaOf(at);
    let sum = -lnMeans - q * lnTotals;
    let [ofP, ofQ, ofGamma] = [0, -lnTotals, 0];
    for (let row = 0; row < count; row++) {
      const x = repeats[row]!;
      const ln = Math.log1p(gamma / total[row]!);
      sum -= (p * x + q) * ln;
      ofP -= x * ln;
      ofQ -= ln;
      ofGamma -= (p * x + q) / (gamma + total[row]!);
    }
    const [lnGammaQ, psiQ] = [lnGamma(q), digamma(q)];
    for (let x = 1; x <= repeatsMax; x++) {
      const weight = customersOf[x]!;
      if (weight === 0) continue;
      const psi = digamma(p * x + q);
      sum += weight * (lnGamma(p * x + q) - lnGamma(p * x) - lnGammaQ + q * at[2]!);
      ofP += weight * x * (psi - digamma(p * x));
      ofQ += weight * (psi - psiQ + at[2]!);
      ofGamma += (weight * q) / gamma;
    }
    gradient[0] = (-ofP * p) / count;
    gradient[1] = (-ofQ * q) / count;
    gradient[2] = (-ofGamma * gamma) / count;
    return -sum / count;
  };
}
