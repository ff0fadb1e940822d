import { describe, expect, it } from 'vitest';
import { between, listOf, seeded } from '../test/random.ts';
import { easeScores, easeWeights, itemGramian } from './ease.ts';
import { inverseOf, purchasesOf, randomPurchases, rangeOf, soil } from './purchases.fixture.ts';
import type { Purchases } from './purchases.ts';
import { createKernels } from './wasm.ts';

const kernels = createKernels(1 << 25);

const weightOf = ({ weights }: Purchases, pair: number): number => (weights ? weights[pair]! : 1);

/** Both triangles. */
function plainGramian(purchases: Purchases, items: number): Float64Array {
  const { ptr, items: list } = purchases;
  const sum = new Float64Array(items * items);
  for (let row = 0; row < ptr.length - 1; row++)
    for (let i = ptr[row]!; i < ptr[row + 1]!; i++)
      for (let j = ptr[row]!; j < ptr[row + 1]!; j++)
        sum[list[i]! * items + list[j]!]! += weightOf(purchases, i) * weightOf(purchases, j);
  return sum;
}

const upperOf = (matrix: Float64Array, items: number): number[] =>
  [...matrix].map((value, at) => (at % items >= Math.floor(at / items) ? value : 0));

function plainWeights(gramian: Float64Array, items: number, penalty: number): Float64Array {
  const p = inverseOf(
    gramian.map((value, at) => value + (at % (items + 1) === 0 ? penalty : 0)),
    items,
  );
  return p.map((value, at) => (at % (items + 1) === 0 ? 0 : -value / p[(at % items) * (items + 1)]!));
}

describe('the Gramian of purchases', () => {
  it('counts customers who bought both, the same in blocks of any size and order', () => {
    const random = seeded(1);
    const purchases = randomPurchases(random, 203, 37);
    const wanted = upperOf(plainGramian(purchases, 37), 37);
    for (const step of [1, 50, 203]) {
      soil(kernels);
      const blocks = listOf(Math.ceil(203 / step), i => rangeOf(purchases, i * step, Math.min(203, (i + 1) * step)));
      expect([...itemGramian(kernels, 37, blocks)]).toEqual(wanted);
      expect([...itemGramian(kernels, 37, blocks.reverse())]).toEqual(wanted);
    }
  });

  it('is the sum of products of weights, where there are weights', () => {
    const purchases = randomPurchases(seeded(2), 60, 21, true);
    soil(kernels);
    expect([...itemGramian(kernels, 21, [purchases])]).toEqual(upperOf(plainGramian(purchases, 21), 21));
  });

  it('is zero where nothing was bought', () => {
    soil(kernels);
    expect([...itemGramian(kernels, 2, [purchasesOf([[], []]), purchasesOf([])])]).toEqual([0, 0, 0, 0]);
  });
});

describe('item weights', () => {
  it.each([1, 2, 3, 4, 5, 63, 64, 65, 130, 200])('are those of a dense inverse, of %i items', items => {
    const random = seeded(items);
    const purchases = randomPurchases(random, between(random, 20, 400), items, random() < 0.5);
    const gramian = plainGramian(purchases, items);
    soil(kernels);
    const weights = easeWeights(kernels, itemGramian(kernels, items, [purchases]), items, 2.5);
    const wanted = plainWeights(gramian, items, 2.5);
    expect(weights.length).toBe(items * items);
    for (let at = 0; at < weights.length; at++) expect(Math.abs(weights[at]! - wanted[at]!)).toBeLessThan(1e-6);
    for (let item = 0; item < items; item++) expect(weights[item * (items + 1)]).toBe(0);
  });

  it('are exact to many digits where items are bought nearly alike', () => {
    // Two items are bought by the same 1,000 customers, a third by one more: P is 1,000 times less certain than λ
    // alone.
    const rows = listOf(1_001, customer => (customer < 1_000 ? [0, 1, 2] : [2]));
    const gramian = itemGramian(kernels, 3, [purchasesOf(rows)]);
    const wanted = plainWeights(Float64Array.of(1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1001), 3, 1e-4);
    const weights = easeWeights(kernels, gramian, 3, 1e-4);
    weights.forEach((weight, at) => {
      expect(weight).toBeCloseTo(wanted[at]!, 6);
    });
  });

  it('are none without a penalty that makes an inverse possible', () => {
    const gramian = itemGramian(kernels, 2, [purchasesOf([[0, 1]])]);
    expect(() => easeWeights(kernels, gramian, 2, 0)).toThrow(RangeError);
    expect(() => easeWeights(kernels, gramian, 2, -5)).toThrow(RangeError);
    expect(() => easeWeights(kernels, gramian, 2, NaN)).toThrow(RangeError);
  });
});

describe('scores by item weights', () => {
  it.each([1, 31, 32, 33, 100])('add up what was bought, for %i items and any range of customers', items => {
    const random = seeded(items);
    const table = Float32Array.from({ length: items * items }, () => random() - 0.5);
    for (const weighted of [false, true]) {
      const purchases = randomPurchases(random, 23, items, weighted);
      const wanted = new Float32Array(23 * items);
      for (let row = 0; row < 23; row++)
        for (let i = purchases.ptr[row]!; i < purchases.ptr[row + 1]!; i++)
          for (let item = 0; item < items; item++)
            // Assigning to the array rounds the sum; the product is rounded before.
            wanted[row * items + item]! += Math.fround(
              weightOf(purchases, i) * table[purchases.items[i]! * items + item]!,
            );
      soil(kernels);
      expect([...easeScores(kernels, table, items, purchases)]).toEqual([...wanted]);
      const part = easeScores(kernels, table, items, rangeOf(purchases, 5, 12));
      expect([...part]).toEqual([...wanted.subarray(5 * items, 12 * items)]);
    }
  });
});
