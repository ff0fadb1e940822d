/**
 * Four clusters of customers by k-means, on measures that are scaled by their median and interquartile range (RobustScaler).
 *
 * Lloyd, S. (1982): Least squares quantization in PCM. IEEE Transactions on Information Theory 28(2).
 *
 * Nothing is left to chance or to the order of customers: it starts at the four points whose measures are the quantiles at
 * 7/8, 5/8, 3/8 and 1/8 (recency at 1/8 … 7/8), a customer as near to two centroids belongs to the first, and a centroid is
 * an exact sum divided once.
 */
import { createSums } from '../customers/sums.ts';
import { quantile } from './cutpoints.ts';
import { type ByMeasure, byMeasure, halvesOf, MEASURES, type Measure, MILLIONTHS, type Values } from './measures.ts';

const CLUSTERS = 4;

/** Rounds after which it ends even if customers still change their cluster. */
const ROUNDS_MAX = 300;

/** By cluster, the most valuable first: that whose centroid has the greatest frequency + monetary − recency, scaled. */
export interface Clusters {
  readonly medians: ByMeasure<number>;
  /** Interquartile ranges. A measure whose range is nought tells no customers apart, and is left out as Spark does. */
  readonly ranges: ByMeasure<number>;
  /** Scaled, in the order of MEASURES. [CLUSTERS][3] */
  readonly centroids: readonly (readonly number[])[];
}

export interface ClusterFit extends Clusters {
  /** Customers by cluster. */
  readonly sizes: readonly number[];
  /** The mean of each measure by cluster, in millionths of its unit; null of a cluster without customers. */
  readonly means: readonly ByMeasure<bigint | null>[];
}

/** @param sorted the same values, each measure rising by itself */
export function fitClusters(values: Values, sorted: Values): ClusterFit {
  const at = (measure: Measure, part: number) => Number(quantile(sorted[measure], { part, of: 8 }, measure)) / 1e6;
  const medians = byMeasure(measure => at(measure, 4));
  const ranges = byMeasure(measure => at(measure, 6) - at(measure, 2));
  const scale = (measure: Measure, value: number) =>
    ranges[measure] === 0 ? 0 : (value - medians[measure]) / ranges[measure];
  let centroids = [7, 5, 3, 1].map(part =>
    MEASURES.map(measure => scale(measure, at(measure, measure === 'recency' ? 8 - part : part))),
  );
  const points = scaledPoints(values, { medians, ranges });
  const clusters = new Uint8Array(values.recency.length).fill(CLUSTERS);
  for (let round = 0; assign(points, centroids, clusters) && round < ROUNDS_MAX; round++) {
    const means = meansOf(values, clusters);
    const moved = centroids.map((old, cluster) =>
      MEASURES.map((measure, i) => {
        const { sum, count } = means[cluster]!;
        return count === 0 ? old[i]! : scale(measure, Number(sum[measure] * MILLIONTHS[measure]) / 1e6 / count);
      }),
    );
    centroids = bestFirst(moved);
  }
  const totals = meansOf(values, clusters);
  return { medians, ranges, centroids, sizes: totals.map(({ count }) => count), means: totals.map(roundedMeans) };
}

/** The number of the centroid that is nearest, from 0; the scaled measures are at `points[at]` and behind it. */
export function nearest(points: Float64Array, at: number, centroids: readonly (readonly number[])[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let cluster = 0; cluster < centroids.length; cluster++) {
    const centroid = centroids[cluster]!;
    const r = points[at]! - centroid[0]!;
    const f = points[at + 1]! - centroid[1]!;
    const m = points[at + 2]! - centroid[2]!;
    const distance = r * r + f * f + m * m;
    if (distance < least) [best, least] = [cluster, distance];
  }
  return best;
}

/** The measures of customers, scaled, one behind the other. [customers × 3] */
export function scaledPoints(values: Values, { medians, ranges }: Pick<Clusters, 'medians' | 'ranges'>): Float64Array {
  const count = values.recency.length;
  const points = new Float64Array(count * MEASURES.length);
  MEASURES.forEach((measure, i) => {
    const range = ranges[measure];
    if (range === 0) return;
    const own = values[measure];
    const unit = 1e6 / Number(MILLIONTHS[measure]);
    for (let row = 0; row < count; row++)
      points[row * MEASURES.length + i] = (Number(own[row]!) / unit - medians[measure]) / range;
  });
  return points;
}

/** Gives each customer its cluster; tells whether any has another than before. */
function assign(points: Float64Array, centroids: readonly (readonly number[])[], clusters: Uint8Array): boolean {
  let changed = false;
  for (let row = 0; row < clusters.length; row++) {
    const cluster = nearest(points, row * MEASURES.length, centroids);
    if (clusters[row] === cluster) continue;
    clusters[row] = cluster;
    changed = true;
  }
  return changed;
}

interface Total {
  readonly count: number;
  /** In whole units of each measure. */
  readonly sum: ByMeasure<bigint>;
}

function meansOf(values: Values, clusters: Uint8Array): Total[] {
  const counts = new Array<number>(CLUSTERS).fill(0);
  for (const cluster of clusters) counts[cluster]!++;
  const sums = byMeasure(measure => {
    const totals = createSums(CLUSTERS);
    const half = halvesOf(values[measure]);
    for (let row = 0; row < clusters.length; row++)
      totals.add(clusters[row]!, half[row * 2]! >>> 0, half[row * 2 + 1]!);
    return counts.map((_, cluster) => totals.total(cluster));
  });
  return counts.map((count, cluster) => ({ count, sum: byMeasure(measure => sums[measure][cluster]!) }));
}

/**
 * By value; of equal ones the one that was before stays before. In each round, since the order decides where a customer
 * belongs who is as near to two: numbered only at the end, customers would be counted in another cluster than they get.
 */
function bestFirst(centroids: readonly number[][]): number[][] {
  const value = ([recency, frequency, monetary]: readonly number[]) => frequency! + monetary! - recency!;
  return centroids.toSorted((a, b) => value(b) - value(a));
}

const roundedMeans = ({ count, sum }: Total): ByMeasure<bigint | null> =>
  byMeasure(measure => (count === 0 ? null : rounded(sum[measure] * MILLIONTHS[measure], BigInt(count))));

/** The nearest whole number, half away from zero. */
const rounded = (sum: bigint, count: bigint): bigint =>
  sum < 0n ? -((-sum * 2n + count) / (2n * count)) : (sum * 2n + count) / (2n * count);
