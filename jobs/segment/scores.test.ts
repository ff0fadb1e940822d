/**
 * Scores against plain comparisons. What the R package rfm publishes of its own customers cannot be told here, since its data
 * set is not; that quantiles are R's, and that equal customers have equal scores, can.
 */
import { describe, expect, it } from 'vitest';
import { below, between, listOf, type Random, seeded } from '../../test/random.ts';
import { countUpTo, fixedCuts, quantile, quantileCuts } from './cutpoints.ts';
import { cutRows, EMPTY_SCORE, tileRows } from './explain.ts';
import { byMeasure, MEASURES, type Measure, MILLIONTHS, type Values } from './measures.ts';
import { cutsModel, tilesModel } from './model.ts';
import { countEquals, countSplit, tilesOf } from './ntile.ts';
import { createScorer } from './scorer.ts';
import { SEGMENTS, segmentOf } from './segments.ts';

/** Customers with many equals: a few days, few orders, amounts of either sign. */
function randomValues(random: Random, count = between(random, 1, 60)): Values {
  const spread = between(random, 1, 40);
  return {
    recency: BigInt64Array.from(listOf(count, () => BigInt(between(random, 1, spread)))),
    frequency: BigInt64Array.from(listOf(count, () => BigInt(below(random, 1 + spread / 4)))),
    monetary: BigInt64Array.from(listOf(count, () => BigInt(between(random, -1, spread)) * 6_000_000_001n)),
  };
}

const sorted = (values: Values): Values => byMeasure(measure => values[measure].slice().sort());

/** As R computes type 7: an exact fraction of a millionth, times five. */
function cutOf(values: readonly bigint[], part: number): bigint {
  const place = (values.length - 1) * part;
  const [low, high] = [values[Math.floor(place / 5)]!, values[Math.ceil(place / 5)]!];
  return low * 5n + (high - low) * BigInt(place % 5);
}

/** Scores by comparing each value with each cut point, both five times as large. */
function plainScores(values: Values, measure: Measure): number[] {
  const own = [...values[measure]];
  const rising = own.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const cuts = [1, 2, 3, 4].map(part => cutOf(rising, part));
  const above = (value: bigint) => cuts.filter(cut => value * 5n > cut).length;
  return own.map(value => (measure === 'recency' ? 5 - above(value) : 1 + above(value)));
}

describe('quantiles', () => {
  it('are those of R: quantile(c(1, 2, 4, 8, 16, 32), c(.2, .25, .5, .9))', () => {
    const values = BigInt64Array.from([1n, 2n, 4n, 8n, 16n, 32n]);
    const at = (part: number, of: number) => quantile(values, { part, of }, 'recency');
    expect([at(1, 5), at(1, 4), at(1, 2), at(9, 10)]).toEqual([2_000_000n, 2_500_000n, 6_000_000n, 24_000_000n]);
  });

  it('cut where R cuts, and equal values have equal scores', () => {
    const random = seeded(1);
    for (let i = 0; i < 300; i++) {
      const values = randomValues(random);
      const { r, f, m } = createScorer({ model: cutsModel(quantileCuts(sorted(values))), axis: 'F' }, null)(values);
      const found = { recency: [...r!], frequency: [...f!], monetary: [...m!] };
      expect(found).toEqual(byMeasure(measure => plainScores(values, measure)));
    }
  });

  it('of the shop of the warehouse’s tests are what was worked out by hand', () => {
    const values = {
      recency: BigInt64Array.from([1n, 78n, 16n, 1n, 72n, 71n]),
      frequency: BigInt64Array.from([5n, 1n, 0n, 1n, 1n, 1n]),
      monetary: BigInt64Array.from([56n, 7n, -5n, 50n, 25n, 20n]),
    };
    const scored = createScorer({ model: cutsModel(quantileCuts(sorted(values))), axis: 'F' }, null)(values);
    expect([...scored.r!]).toEqual([5, 1, 4, 5, 2, 3]);
    expect([...scored.f!]).toEqual([5, 1, 1, 1, 1, 1]);
    expect([...scored.m!]).toEqual([5, 1, 1, 4, 3, 2]);
    expect(Array.from(scored.segment, place => SEGMENTS[place]!.name)).toEqual([
      'Champions',
      'Lost',
      'Promising',
      'New customers',
      'Hibernating',
      'About to sleep',
    ]);
  });
});

describe('the second axis', () => {
  it('is frequency, or the mean of frequency and monetary with halves rounded up', () => {
    const random = seeded(2);
    for (let i = 0; i < 50; i++) {
      const values = randomValues(random);
      const model = cutsModel(quantileCuts(sorted(values)));
      const [byF, byFM] = [
        createScorer({ model, axis: 'F' }, null)(values),
        createScorer({ model, axis: 'FM' }, null)(values),
      ];
      expect(byF.second).toEqual(byF.f);
      expect([...byFM.second!]).toEqual([...byFM.f!].map((f, row) => Math.round((f + byFM.m![row]!) / 2)));
      const named = [...byFM.segment].map(place => SEGMENTS[place]!.name);
      expect(named).toEqual([...byFM.r!].map((r, row) => segmentOf(r, byFM.second![row]!)));
    }
  });
});

describe('fixed cuts', () => {
  it('are thresholds: a value that equals one is below it', () => {
    const cuts = fixedCuts({
      recency: ['1', '2', '3', '4.5'],
      frequency: ['0', '1', '2', '3'],
      monetary: ['-1.5', '0', '0.000001', '7'],
    });
    const values = {
      recency: BigInt64Array.from([1n, 2n, 4n, 5n]),
      frequency: BigInt64Array.from([0n, 1n, 3n, 4n]),
      monetary: BigInt64Array.from([-1_500_000n, -1_499_999n, 1n, 7_000_001n]),
    };
    const { r, f, m } = createScorer({ model: cutsModel(cuts), axis: 'F' }, null)(values);
    expect([[...r!], [...f!], [...m!]]).toEqual([
      [5, 4, 2, 1],
      [1, 2, 4, 5],
      [1, 2, 3, 5],
    ]);
  });

  it('must rise', () => {
    const good = ['1', '2', '3', '4'];
    expect(() => fixedCuts({ recency: good, frequency: ['1', '2', '2', '3'], monetary: good })).toThrow(/frequency/);
    expect(() => fixedCuts({ recency: good, frequency: good, monetary: ['1', '2', '3'] })).toThrow(/monetary/);
  });
});

describe('ntile', () => {
  /** Scores as SQL gives them, customers of equal values in their order. */
  function plainTiles(values: Values, measure: Measure): number[] {
    const own = values[measure];
    const sign = measure === 'recency' ? -1n : 1n;
    const order = [...own.keys()].sort((a, b) => Number(sign * (own[a]! - own[b]!)) || a - b);
    const size = (tile: number) => Math.floor(own.length / 5) + (tile <= own.length % 5 ? 1 : 0);
    const scores = new Array<number>(own.length);
    let at = 0;
    for (let tile = 1; tile <= 5; tile++) for (let n = 0; n < size(tile); n++) scores[order[at++]!] = tile;
    return scores;
  }

  it('makes tiles of equal size, in whatever spans the customers are scored', () => {
    const random = seeded(3);
    for (let i = 0; i < 200; i++) {
      const values = randomValues(random);
      const tiles = tilesOf(sorted(values));
      const count = values.recency.length;
      const middle = between(random, 0, count);
      const part = (from: number, to: number) => byMeasure(measure => values[measure].slice(from, to));
      const score = (from: number, to: number) =>
        createScorer({ model: tilesModel(tiles), axis: 'F' }, countEquals(values, tiles, 0, from))(part(from, to));
      const halves = [score(0, middle), score(middle, count)];
      const found = (['r', 'f', 'm'] as const).map(name => halves.flatMap(half => [...half[name]!]));
      const plain = MEASURES.map(measure => plainTiles(values, measure));
      expect(found).toEqual(plain);
      const isSplit = (row: number) =>
        MEASURES.some((measure, at) =>
          plain[at]!.some((own, other) => own !== plain[at]![row] && values[measure][other] === values[measure][row]),
        );
      expect(countSplit(values, tiles)).toBe([...values.recency.keys()].filter(isSplit).length);
    }
  });
});

describe('rfm_cut', () => {
  it('counts the customers of each score, within its bounds, and says which scores nobody has', () => {
    const random = seeded(4);
    for (let i = 0; i < 100; i++) {
      const values = randomValues(random);
      const cuts = quantileCuts(sorted(values));
      const scored = createScorer({ model: cutsModel(cuts), axis: 'F' }, null)(values);
      const scores = { recency: scored.r!, frequency: scored.f!, monetary: scored.m! };
      const rows = cutRows(cuts, sorted(values));
      expect(rows).toHaveLength(15);
      for (const { measure, score, lower, upper, customers, note } of rows) {
        const own = [...values[measure]].filter((_, row) => scores[measure][row] === score);
        expect(own.length).toBe(customers);
        expect(note).toBe(customers === 0 ? EMPTY_SCORE : null);
        for (const value of own.map(each => each * MILLIONTHS[measure])) {
          expect(lower === null || value > lower).toBe(true);
          expect(upper === null || value <= upper).toBe(true);
        }
      }
    }
  });

  it('of tiles counts as many customers as there are', () => {
    const values = randomValues(seeded(5), 23);
    const rows = tileRows(tilesOf(sorted(values)), values);
    expect(
      rows.filter(({ measure }) => measure === 'recency').map(({ score, customers }) => [score, customers]),
    ).toEqual([
      [1, 5],
      [2, 5],
      [3, 5],
      [4, 4],
      [5, 4],
    ]);
  });
});

describe('the map of segments', () => {
  it('has a segment with an action for each of the 25 cells, and each of the 11 has a cell', () => {
    const cells = [1, 2, 3, 4, 5].flatMap(r => [1, 2, 3, 4, 5].map(second => segmentOf(r, second)));
    expect(new Set(cells)).toEqual(new Set(SEGMENTS.map(({ name }) => name)));
    expect(SEGMENTS).toHaveLength(11);
    expect(SEGMENTS.filter(({ action }) => action.length < 10)).toEqual([]);
  });

  it('has the corners and the middle that shops expect', () => {
    expect(segmentOf(5, 5)).toBe('Champions');
    expect(segmentOf(1, 1)).toBe('Lost');
    expect(segmentOf(1, 5)).toBe("Can't lose");
    expect(segmentOf(5, 1)).toBe('New customers');
    expect(segmentOf(3, 3)).toBe('Need attention');
  });
});

it('counting up to a value is counting', () => {
  const values = BigInt64Array.from([1n, 1n, 3n]);
  expect([0n, 1n, 2n, 3n, 4n].map(limit => countUpTo(values, limit))).toEqual([0, 2, 2, 3, 3]);
});
