import { describe, expect, it } from 'vitest';
import { below, between, listOf, seeded } from '../../test/random.ts';
import { type ClusterFit, fitClusters, nearest, scaledPoints } from './kmeans.ts';
import { byMeasure, MEASURES, type Values } from './measures.ts';

const sorted = (values: Values): Values => byMeasure(measure => values[measure].slice().sort());
const fitted = (values: Values): ClusterFit => fitClusters(values, sorted(values));

/** Customers of four kinds that are far apart: [recency, orders, money], the best kind first. */
const KINDS = [
  [3, 60, 9_000],
  [15, 30, 4_000],
  [40, 12, 1_500],
  [90, 2, 200],
] as const;

function fourKinds(seed: number, count: number): { values: Values; kinds: number[] } {
  const random = seeded(seed);
  const kinds = listOf(count, () => below(random, 4));
  const around = (at: number) => BigInt(KINDS[at]![0] + between(random, 0, 2));
  return {
    kinds,
    values: {
      recency: BigInt64Array.from(kinds, around),
      frequency: BigInt64Array.from(kinds, kind => BigInt(KINDS[kind]![1] + between(random, 0, 1))),
      monetary: BigInt64Array.from(kinds, kind => BigInt(KINDS[kind]![2] * 1_000_000 + below(random, 9_999_999))),
    },
  };
}

const clustersOf = (values: Values, found: ClusterFit): number[] => {
  const points = scaledPoints(values, found);
  return [...values.recency.keys()].map(row => nearest(points, row * 3, found.centroids));
};

describe('k-means of four kinds of customers', () => {
  it('finds them, the most valuable first, with exact means', () => {
    const { values, kinds } = fourKinds(1, 400);
    const found = fitted(values);
    expect(clustersOf(values, found)).toEqual(kinds);
    expect(found.sizes).toEqual([0, 1, 2, 3].map(kind => kinds.filter(each => each === kind).length));
    const own = [...values.monetary].filter((_, row) => kinds[row] === 2);
    const sum = own.reduce((total, value) => total + value, 0n);
    const count = BigInt(own.length);
    expect(found.means[2]!.monetary).toBe((sum * 2n + count) / (2n * count));
  });

  it('does not depend on the order of customers, to the last bit', () => {
    const { values } = fourKinds(2, 300);
    const random = seeded(3);
    const order = listOf(300, row => row).sort(() => random() - 0.5);
    const shuffled = byMeasure(measure => BigInt64Array.from(order, row => values[measure][row]!));
    expect(fitted(shuffled)).toEqual(fitted(values));
  });
});

describe('k-means of any customers', () => {
  it('ends where each is nearest to its centroid and each centroid is the mean of its customers', () => {
    const random = seeded(4);
    for (let i = 0; i < 60; i++) {
      const count = between(random, 1, 80);
      const spread = between(random, 1, 100);
      const values = byMeasure(() => BigInt64Array.from(listOf(count, () => BigInt(below(random, spread)))));
      const found = fitted(values);
      const clusters = clustersOf(values, found);
      expect(found.sizes).toEqual([0, 1, 2, 3].map(cluster => clusters.filter(each => each === cluster).length));
      const points = scaledPoints(values, found);
      found.centroids.forEach((centroid, cluster) => {
        const own = [...clusters.keys()].filter(row => clusters[row] === cluster);
        if (own.length === 0) return;
        MEASURES.forEach((_, at) => {
          const mean = own.reduce((sum, row) => sum + points[row * 3 + at]!, 0) / own.length;
          expect(centroid[at]).toBeCloseTo(mean, 9);
        });
      });
      const worth = found.centroids.map(([r, f, m]) => f! + m! - r!);
      expect(worth).toEqual(worth.toSorted((a, b) => b - a));
    }
  });

  it('counts customers where they get, also those who are as near to two clusters', () => {
    const values = {
      recency: BigInt64Array.from([2n, 0n, 1n, 0n, 3n, 0n]),
      frequency: BigInt64Array.from([3n, 2n, 3n, 2n, 3n, 0n]),
      monetary: BigInt64Array.from([2n, 0n, 0n, 0n, 1n, 0n]),
    };
    const found = fitted(values);
    const clusters = clustersOf(values, found);
    expect(found.sizes).toEqual([0, 1, 2, 3].map(cluster => clusters.filter(each => each === cluster).length));
  });

  it('has exact means of more money than fits 64 bits', () => {
    const values = {
      recency: BigInt64Array.from(listOf(80, row => BigInt(row))),
      frequency: BigInt64Array.from(listOf(80, () => 1n)),
      monetary: BigInt64Array.from(listOf(80, () => 900_000_000_000_000_000n)),
    };
    expect(fitted(values).means.map(({ monetary }) => monetary)).toEqual(listOf(4, () => 900_000_000_000_000_000n));
  });

  it('leaves out a measure of which half of the customers have one value', () => {
    const values = {
      recency: BigInt64Array.from(listOf(40, row => BigInt(row))),
      frequency: BigInt64Array.from(listOf(40, row => (row < 39 ? 1n : 1_000n))),
      monetary: BigInt64Array.from(listOf(40, row => BigInt(40 - row) * 1_000_000n)),
    };
    const found = fitted(values);
    expect(found.ranges.frequency).toBe(0);
    expect(found.centroids.map(([, frequency]) => frequency)).toEqual([0, 0, 0, 0]);
    expect(found.sizes).toEqual([10, 10, 10, 10]);
  });
});
