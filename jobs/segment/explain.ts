/** The rows of rfm_cut: why customers have their scores or clusters. */
import { type CutPoints, countUpTo, SCORES, scoreOfSpan, wholeUnits } from './cutpoints.ts';
import type { Clusters } from './kmeans.ts';
import { type ByMeasure, MEASURES, type Measure, MILLIONTHS, type Values } from './measures.ts';
import type { Tiles } from './ntile.ts';

/** Amounts in millionths of the measure's unit. */
export interface ExplainedCut {
  readonly measure: Measure;
  readonly score: number;
  readonly lower: bigint | null;
  readonly upper: bigint | null;
  readonly centroid: bigint | null;
  readonly customers: number;
  readonly note: string | null;
}

export const EMPTY_SCORE = 'nobody has this score: there are too few different values';

export function cutRows(cuts: CutPoints, sorted: Values): ExplainedCut[] {
  return MEASURES.flatMap(measure => {
    const limits = wholeUnits(cuts[measure], measure);
    const upTo = [0, ...limits.map(limit => countUpTo(sorted[measure], limit)), sorted[measure].length];
    return spans(cuts[measure]).map(({ lower, upper }, span): ExplainedCut => {
      const customers = upTo[span + 1]! - upTo[span]!;
      const note = customers === 0 ? EMPTY_SCORE : null;
      return { measure, score: scoreOfSpan(span, measure), lower, upper, centroid: null, customers, note };
    });
  });
}

const spans = (cuts: readonly bigint[]) =>
  Array.from({ length: cuts.length + 1 }, (_, span) => ({ lower: cuts[span - 1] ?? null, upper: cuts[span] ?? null }));

export function tileRows(tiles: Tiles, { recency }: Values): ExplainedCut[] {
  const count = recency.length;
  return MEASURES.flatMap(measure => {
    // From bad to good: of recency the first tile has the greatest values.
    const ends = tiles[measure].map(({ value }) => value * MILLIONTHS[measure]);
    return spans(ends).map(({ lower, upper }, tile): ExplainedCut => {
      const [low, high] = measure === 'recency' ? [upper, lower] : [lower, upper];
      const customers = Math.floor(count / SCORES) + (tile < count % SCORES ? 1 : 0);
      const isSplit = [tile - 1, tile].some(end => {
        const { taken, equals } = tiles[measure][end] ?? { taken: 0, equals: 0 };
        return taken < equals;
      });
      const note = isSplit ? 'customers with a value that equals a bound stand on both sides of it' : null;
      return { measure, score: tile + 1, lower: low, upper: high, centroid: null, customers, note };
    });
  });
}

export function clusterRows(
  { ranges }: Clusters,
  sizes: readonly number[],
  means: readonly ByMeasure<bigint | null>[],
): ExplainedCut[] {
  return MEASURES.flatMap(measure =>
    sizes.map((customers, cluster): ExplainedCut => {
      const note = ranges[measure] === 0 ? 'left out: half of the customers have equal values' : null;
      const common = { measure, score: cluster + 1, lower: null, upper: null };
      return {
        ...common,
        centroid: means[cluster]![measure],
        customers,
        note: customers === 0 ? 'nobody is in it' : note,
      };
    }),
  );
}
