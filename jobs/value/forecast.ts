/**
 * How many purchases a customer of the BG/NBD model makes in a time to come, on average and in square.
 *
 * A customer who is alive after x purchases in T is like a new one of a model with r + x, α + T, a and b + x (by
 * conjugacy), so all that is needed is a new customer's purchases X(t). Given p, with w = p·t/α,
 *
 *   E[X(t)]        = (1 − (1 + w)^−r) / p
 *   E[X(t)(X(t)−1)] = 2 (1 − p) / p² · (1 − (1 + w)^−(r+1) · (1 + (r+1) w))
 *
 * of which the mean over p ~ Beta(a, b) is taken. The first is the paper's Gauss hypergeometric function by Euler's
 * integral; its series would want another form where t is long against α + T, and where a is near 1. The integral is
 * taken by the trapezoidal rule over y = ln(p / (1 − p)), where the integrand is analytic in a strip of half-width π
 * and falls exponentially on both sides, so that the error falls exponentially too (Trefethen & Weideman, The
 * Exponentially Convergent Trapezoidal Rule, SIAM Review 56, 2014). All terms are positive. Relative error: 1e-10.
 */
import type { Bgnbd } from './bgnbd.ts';

const STEP = 1 / 4;
/** Steps are finer where a and b are so large that the density is narrow: this share of its standard deviation. */
const STEP_OF_DEVIATION = 0.4;
/** Below this y, p is too small to matter to the functions above, and beyond the other, 1 − p; both ends are one node. */
const LOWEST = -50;
const HIGHEST = 40;
/** Nodes with less than this share of the largest weight are left out. */
const WEIGHT_MIN = 1e-19;

/** Points and weights, of sum 1, for means over p ~ Beta(a, b). */
export interface BetaNodes {
  readonly p: Float64Array;
  /** 1 − p, which p near 1 cannot tell. */
  readonly rest: Float64Array;
  readonly weight: Float64Array;
}

export function betaNodes(a: number, b: number): BetaNodes {
  const step = Math.min(STEP, STEP_OF_DEVIATION * Math.sqrt(1 / a + 1 / b));
  const steps = Math.ceil((HIGHEST - LOWEST) / step);
  const nodes: { p: number; rest: number; ln: number }[] = [];
  for (let index = 0; index <= steps; index++) {
    const y = LOWEST + index * step;
    const [p, rest] = [1 / (1 + Math.exp(-y)), 1 / (1 + Math.exp(y))];
    // What lies beyond an end falls by an equal factor a step: its sum is a geometric series.
    const ending = index === 0 ? -Math.expm1(-a * step) : index === steps ? -Math.expm1(-b * step) : 1;
    nodes.push({ p, rest, ln: -a * Math.log1p(Math.exp(-y)) - b * Math.log1p(Math.exp(y)) - Math.log(ending) });
  }
  const most = nodes.reduce((largest, { ln }) => Math.max(largest, ln), Number.NEGATIVE_INFINITY);
  const kept = nodes.filter(({ ln }) => Math.exp(ln - most) > WEIGHT_MIN);
  const sum = kept.reduce((total, { ln }) => total + Math.exp(ln - most), 0);
  return {
    p: Float64Array.from(kept, ({ p }) => p),
    rest: Float64Array.from(kept, ({ rest }) => rest),
    weight: Float64Array.from(kept, ({ ln }) => Math.exp(ln - most) / sum),
  };
}

/** Expected purchases of customers who are alive, as `probabilityAlive` tells the probability of. */
export class Forecast {
  readonly #model: Bgnbd;
  readonly #nodes: (BetaNodes | undefined)[] = [];

  constructor(model: Bgnbd) {
    this.#model = model;
  }

  /** E[X] over the next `ticks`, of a customer alive after `repeats` in `age`. */
  mean(repeats: number, age: number, ticks: number): number {
    const { r, alpha, ticks: unit } = this.#model;
    const { p, weight } = this.#nodesOf(repeats);
    const ratio = ticks / unit / (alpha + age / unit);
    const power = -(r + repeats);
    let sum = 0;
    for (let node = 0; node < p.length; node++) {
      sum += (weight[node]! * -Math.expm1(power * Math.log1p(p[node]! * ratio))) / p[node]!;
    }
    return sum;
  }

  /** E[X²] over the next `ticks`, of the same customer. */
  square(repeats: number, age: number, ticks: number): number {
    const { r, alpha, ticks: unit } = this.#model;
    const { p, rest, weight } = this.#nodesOf(repeats);
    const ratio = ticks / unit / (alpha + age / unit);
    let sum = 0;
    for (let node = 0; node < p.length; node++) {
      sum += (weight[node]! * 2 * rest[node]! * pairs(r + repeats, p[node]! * ratio)) / (p[node]! * p[node]!);
    }
    return sum + this.mean(repeats, age, ticks);
  }

  #nodesOf(repeats: number): BetaNodes {
    const { a, b } = this.#model;
    this.#nodes[repeats] ??= betaNodes(a, b + repeats);
    return this.#nodes[repeats]!;
  }
}

/** E[X(t)] of a customer who has just bought for the first time. */
export const expectedPurchases = (model: Bgnbd, ticks: number): number => new Forecast(model).mean(0, 0, ticks);

/** 1 − (1 + w)^−(r+1) · (1 + (r+1) w); by its series where the difference would have no digits left. */
function pairs(r: number, w: number): number {
  if ((r + 3) * w > 1e-3) return 1 - Math.exp(-(r + 1) * Math.log1p(w)) * (1 + (r + 1) * w);
  return r * (r + 1) * w * w * (1 / 2 - (r + 2) * w * (1 / 3 - ((r + 3) * w) / 8));
}

/** Values that depend on the repeat purchases and the age only, each computed once. */
export function remembered(compute: (repeats: number, age: number) => number): typeof compute {
  const known: Map<number, number>[] = [];
  return (repeats, age) => {
    known[repeats] ??= new Map();
    const found = known[repeats].get(age);
    if (found !== undefined) return found;
    const value = compute(repeats, age);
    known[repeats].set(age, value);
    return value;
  };
}
