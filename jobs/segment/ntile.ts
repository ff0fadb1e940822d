/**
 * Scores of as equal numbers of customers as can be, as SQL's ntile(5) gives them. Equal values get different scores where
 * the numbers ask for it, so customers are counted: those of equal values in the order of blocks and ids.
 */
import { countUpTo, SCORES } from './cutpoints.ts';
import { type ByMeasure, byMeasure, MEASURES, type Measure, type Values } from './measures.ts';

/** Of each measure where the first four tiles end, from bad to good: recency falls, the others rise. */
export type Tiles = ByMeasure<readonly TileEnd[]>;

export interface TileEnd {
  /** The last value of the tile. */
  readonly value: bigint;
  /** How many customers with this value are in this tile or before it. */
  readonly taken: number;
  /** How many customers have this value. */
  readonly equals: number;
}

/** How many ends all measures have together. */
export const TILE_ENDS = MEASURES.length * (SCORES - 1);

export const tilesOf = (sorted: Values): Tiles =>
  byMeasure(measure => {
    const values = sorted[measure];
    const count = values.length;
    return [1, 2, 3, 4].map((tile): TileEnd => {
      const end = tile * Math.floor(count / SCORES) + Math.min(tile, count % SCORES);
      const value = values[measure === 'recency' ? count - end : end - 1]!;
      const [upTo, less] = [countUpTo(values, value), countUpTo(values, value - 1n)];
      return { value, taken: end - (measure === 'recency' ? count - upTo : less), equals: upTo - less };
    });
  });

/** Customers who have another score than one with an equal recency, frequency or monetary value. */
export function countSplit(values: Values, tiles: Tiles): number {
  const split = byMeasure(
    measure => new Set(tiles[measure].filter(({ taken, equals }) => taken < equals).map(({ value }) => value)),
  );
  let count = 0;
  for (let row = 0; row < values.recency.length; row++)
    if (MEASURES.some(measure => split[measure].has(values[measure][row]!))) count++;
  return count;
}

/** How many of the values [from, to) are equal to each end: measure by measure. [TILE_ENDS] */
export const countEquals = (values: Values, tiles: Tiles, from: number, to: number): number[] =>
  MEASURES.flatMap(measure =>
    tiles[measure].map(({ value }) =>
      values[measure].subarray(from, to).reduce((n, own) => (own === value ? n + 1 : n), 0),
    ),
  );

/**
 * Gives each customer a score by a measure; must be asked for all customers in order.
 * @param before how many customers who are equal to each end of the measure were scored elsewhere, before the first one here
 */
export function tileScorer(
  ends: readonly TileEnd[],
  measure: Measure,
  before: readonly number[],
): (values: BigInt64Array, row: number) => number {
  const seen = [...before];
  return (values, row) => {
    const value = values[row]!;
    let score = 1;
    ends.forEach((end, i) => {
      if (value === end.value) {
        if (seen[i]!++ >= end.taken) score++;
      } else if (value > end.value === (measure !== 'recency')) score++;
    });
    return score;
  };
}
