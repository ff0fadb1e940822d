/** Where one score ends and the next begins. */
import { parseAmount } from '../../kernels/money.ts';
import { type ByMeasure, byMeasure, MEASURES, type Measure, MILLIONTHS, type Values } from './measures.ts';

export const SCORES = 5;

/**
 * The quantile at `part / of` of rising values, in millionths of the measure's unit, rounded down: type 7 of Hyndman and
 * Fan (1996), which R takes by default. It is between two neighbours where it is at no value.
 */
export function quantile(sorted: BigInt64Array, { part, of }: { part: number; of: number }, measure: Measure): bigint {
  const place = BigInt(sorted.length - 1) * BigInt(part);
  const [below, rest] = [place / BigInt(of), place % BigInt(of)];
  const low = sorted[Number(below)]! * MILLIONTHS[measure];
  if (rest === 0n) return low;
  const high = sorted[Number(below) + 1]! * MILLIONTHS[measure];
  return low + ((high - low) * rest) / BigInt(of);
}

/** Four rising thresholds a measure, in millionths. A value that is equal to one belongs to what is below it. */
export type CutPoints = ByMeasure<readonly bigint[]>;

export const quantileCuts = (sorted: Values): CutPoints =>
  byMeasure(measure => [1, 2, 3, 4].map(part => quantile(sorted[measure], { part, of: SCORES }, measure)));

/** @param texts exact decimals, four rising ones a measure */
export function fixedCuts(texts: ByMeasure<readonly string[]>): CutPoints {
  const cuts = byMeasure(measure => texts[measure].map(parseAmount));
  for (const measure of MEASURES) {
    const own = cuts[measure];
    if (own.length !== SCORES - 1 || own.some((cut, i) => i > 0 && cut <= own[i - 1]!))
      throw new Error(`cuts of ${measure}: expected four rising numbers, not ${texts[measure].join(', ')}`);
  }
  return cuts;
}

/** The greatest whole number of units up to each cut point: values are compared with it. */
export const wholeUnits = (cuts: readonly bigint[], measure: Measure): bigint[] =>
  cuts.map(cut => floorOf(cut, MILLIONTHS[measure]));

function floorOf(value: bigint, by: bigint): bigint {
  const whole = value / by;
  return value % by < 0n ? whole - 1n : whole;
}

/** How many of rising values are at most `limit`. */
export function countUpTo(sorted: BigInt64Array, limit: bigint): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The score of each of the five spans between cut points, from the lowest values to the highest. */
export const scoreOfSpan = (span: number, measure: Measure): number =>
  measure === 'recency' ? SCORES - span : span + 1;

/** How many of the cut points (in whole units, rising) each value is above. */
export function spanCounter(cuts: readonly bigint[]): (half: Int32Array, row: number) => number {
  const limits = BigInt64Array.from(cuts);
  const words = new Int32Array(limits.buffer);
  return (half, row) => {
    const low = half[row * 2]! >>> 0;
    const high = half[row * 2 + 1]!;
    let span = 0;
    for (let cut = 0; cut < limits.length; cut++) {
      const other = words[cut * 2 + 1]!;
      if (high > other || (high === other && low > words[cut * 2]! >>> 0)) span++;
    }
    return span;
  };
}
