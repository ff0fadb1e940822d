/** How sure a difference is: the paired bootstrap (Efron and Tibshirani 1993, chapter 16). */

/** Mean of the differences, and the bounds between which 95 % of the means of resampled customers lie. */
export interface Interval {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

const RESAMPLES = 1000;

/** `differences` has one for each customer: how much better one list is than the other. The same differences, the same interval. */
export function bootstrap(differences: Float64Array): Interval {
  const { length } = differences;
  if (length === 0) return { mean: 0, lower: 0, upper: 0 };
  const next = generator();
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += differences[Math.floor((next() / 4_294_967_296) * length)]!;
    return sum / length;
  }).sort();
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / length;
  return { mean, lower: means[RESAMPLES * 0.025]!, upper: means[RESAMPLES * 0.975 - 1]! };
}

/** Whole numbers below 2³² that are as good as random: xorshift32 (Marsaglia 2003) from a fixed beginning. */
function generator(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
