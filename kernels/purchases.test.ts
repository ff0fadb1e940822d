import { describe, expect, it } from 'vitest';
import { seeded } from '../test/random.ts';
import { easeScores, itemGramian } from './ease.ts';
import { randomFactors, randomPurchases, soil } from './purchases.fixture.ts';
import { inPieces, type Purchases, placePurchases } from './purchases.ts';
import { topOfScores } from './topn.ts';
import { createKernels } from './wasm.ts';

const kernels = createKernels(1 << 23);

/** The same customers, behind others whose purchases take more than what lies before the kernels' own memory. */
const behindOthers = ({ ptr, items, weights }: Purchases, others = 1 << 20): Purchases => ({
  ptr: ptr.map(at => at + others),
  items: Int32Array.from({ length: others + items.length }, (_, i) => (i < others ? -1 : items[i - others]!)),
  weights: Float32Array.from({ length: others + items.length }, (_, i) => (i < others ? NaN : weights![i - others]!)),
});

describe('purchases of customers behind others', () => {
  it('are all that is copied, and are read as if there were no others', () => {
    const random = seeded(1);
    const purchases = randomPurchases(random, 30, 20, true);
    const others = behindOthers(purchases);
    const table = randomFactors(random, 20 * 20);
    const results = [purchases, others].map(each => {
      soil(kernels);
      const before = kernels.mark();
      placePurchases(kernels, each);
      const copied = kernels.mark() - before;
      const scores = easeScores(kernels, table, 20, each);
      const { items } = topOfScores(kernels, scores, 20, 5, each);
      return { copied, gramian: [...itemGramian(kernels, 20, [each])], scores: [...scores], items: [...items] };
    });
    expect(results[1]).toEqual(results[0]);
  });
});

describe('pieces', () => {
  it.each([0, 1, 31, 32, 33, 1_000])('cover each of %i rows once, in whole groups of 32', rows => {
    for (const work of [0, 1, 1e5, 1e6, 1e9]) {
      let end = 0;
      inPieces(rows, work, (from, to) => {
        expect(from).toBe(end);
        expect(from % 32).toBe(0);
        expect(to).toBeGreaterThan(from);
        end = to;
      });
      expect(end).toBe(rows);
    }
  });
});
