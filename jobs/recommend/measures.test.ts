import { describe, expect, it } from 'vitest';
import { bootstrap } from './bootstrap.ts';
import { addMeasures, meanOf, measure, NO_MEASURES } from './measures.ts';
import { windowsOf } from './windows.ts';

const NOVELTIES = Float64Array.of(1, 2, 3, 4, 5, 6);
const judged = (list: readonly number[], truths: readonly number[]) =>
  measure(Int32Array.from(list), Int32Array.from(truths), NOVELTIES);

describe('how good a list is', () => {
  it('is worked out by hand: hits at the first and third place of four, three being possible', () => {
    const gain = 1 + 1 / Math.log2(4);
    const ideal = 1 + 1 / Math.log2(3) + 1 / Math.log2(4);
    const measures = judged([5, 0, 2, 1], [2, 3, 5]);
    expect(measures).toEqual({
      customers: 1,
      recall: 2 / 3,
      ndcg: gain / ideal,
      map: (1 + 2 / 3) / 3,
      hit: 1,
      novelty: (6 + 1 + 3 + 2) / 4,
    });
  });

  it('is 1 when all that can be named is, also of more truths than the list has places', () => {
    expect(judged([0, 1], [0, 1, 2, 3])).toMatchObject({ recall: 0.5, ndcg: 1, map: 1, hit: 1 });
    expect(judged([3, -1, -1], [3])).toMatchObject({ recall: 1, ndcg: 1, map: 1, hit: 1, novelty: 4 });
  });

  it('is nothing when no product is named, or the wrong ones', () => {
    expect(judged([-1, -1], [3])).toMatchObject({ recall: 0, ndcg: 0, map: 0, hit: 0, novelty: 0 });
    expect(judged([0, 1], [3])).toMatchObject({ recall: 0, ndcg: 0, map: 0, hit: 0 });
  });

  it('is a mean over customers, and nothing of none', () => {
    const both = addMeasures(judged([0], [0]), judged([1], [0]));
    expect(meanOf(both)).toMatchObject({ customers: 2, recall: 0.5, hit: 0.5 });
    expect(meanOf(NO_MEASURES)).toEqual(NO_MEASURES);
  });
});

describe('how sure a difference is', () => {
  it('is an interval around the mean, about as wide as that of a normal mean', () => {
    const differences = Float64Array.from({ length: 2_000 }, (_, i) => ((i * 7919) % 2_000) / 1_000 - 0.9);
    const { mean, lower, upper } = bootstrap(differences);
    const deviation = Math.sqrt(1 / 3 / 2_000);
    expect(mean).toBeCloseTo(0.0995, 6);
    expect((mean - lower) / deviation).toBeGreaterThan(1.75);
    expect((mean - lower) / deviation).toBeLessThan(2.2);
    expect((upper - mean) / deviation).toBeGreaterThan(1.75);
    expect((upper - mean) / deviation).toBeLessThan(2.2);
    expect(bootstrap(differences)).toEqual({ mean, lower, upper });
  });

  it('of customers who are all alike is none, and of nobody nothing', () => {
    expect(bootstrap(new Float64Array(50).fill(0.25))).toEqual({ mean: 0.25, lower: 0.25, upper: 0.25 });
    expect(bootstrap(new Float64Array())).toEqual({ mean: 0, lower: 0, upper: 0 });
  });
});

describe('the days of a trial', () => {
  it('come last, those of the search before them, and of the study’s 129 days they are fourteen each', () => {
    expect(windowsOf({ first: 1_000, asOf: 1_129, calibration: 0 })).toEqual({
      validation: { until: 1_101, end: 1_115 },
      test: { until: 1_115, end: 1_129 },
    });
  });

  it('are a week at least and a quarter at most, and there are none in four weeks or less', () => {
    const lengthOf = (history: number) => {
      const windows = windowsOf({ first: 0, asOf: history, calibration: 0 });
      return windows && windows.test.end - windows.test.until;
    };
    expect([27, 28, 63, 90, 5_000].map(lengthOf)).toEqual([null, 7, 7, 10, 91]);
  });
});
