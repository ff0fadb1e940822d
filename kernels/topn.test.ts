import { describe, expect, it } from 'vitest';
import { between, listOf, pick, type Random, seeded } from '../test/random.ts';
import { purchasesOf, randomFactors, randomPurchases, rangeOf, soil } from './purchases.fixture.ts';
import type { Purchases } from './purchases.ts';
import { type Lists, packItems, pairScores, topItems, topOfScores } from './topn.ts';
import { createKernels } from './wasm.ts';

const kernels = createKernels(1 << 25);

interface Model {
  readonly rank: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

const randomModel = (random: Random, customers: number, items: number, whole: boolean): Model => {
  const rank = 8 * between(random, 1, 3);
  return { rank, x: randomFactors(random, customers * rank, whole), y: randomFactors(random, items * rank, whole) };
};

/** The score as the kernel rounds it: product by product. */
function scoreOf({ rank, x, y }: Model, customer: number, item: number): number {
  let sum = 0;
  for (let d = 0; d < rank; d++) sum = Math.fround(sum + Math.fround(x[customer * rank + d]! * y[item * rank + d]!));
  return sum;
}

const tableOf = (model: Model, customers: number, items: number): Float32Array =>
  Float32Array.from({ length: customers * items }, (_, i) => scoreOf(model, Math.floor(i / items), i % items));

/** All items, sorted, without those that are left out. */
function plainLists(table: Float32Array, items: number, count: number, excluded?: Purchases): Lists {
  const found: number[] = [];
  for (let row = 0; row < table.length / items; row++) {
    const out = new Set(excluded?.items.subarray(excluded.ptr[row]!, excluded.ptr[row + 1]!));
    const scores = table.subarray(row * items, (row + 1) * items);
    const order = listOf(items, item => item).filter(item => !out.has(item) && scores[item]! > -Infinity);
    order.sort((a, b) => scores[b]! - scores[a]! || a - b);
    found.push(...listOf(count, place => order[place] ?? -1));
  }
  const at = (item: number, i: number) => (item < 0 ? -Infinity : table[Math.floor(i / count) * items + item]!);
  return { items: Int32Array.from(found), scores: Float32Array.from(found, at) };
}

const contentOf = ({ items, scores }: Lists) => ({ items: [...items], scores: [...scores].map(score => score + 0) });

function expectLists(model: Model, items: number, count: number, excluded?: Purchases): void {
  const customers = model.x.length / model.rank;
  const table = tableOf(model, customers, items);
  const wanted = contentOf(plainLists(table, items, count, excluded));
  soil(kernels);
  const packed = packItems(kernels, model.y, model.rank);
  expect(contentOf(topItems(kernels, packed, model.x, count, excluded))).toEqual(wanted);
  expect(contentOf(topOfScores(kernels, table, items, count, excluded))).toEqual(wanted);
}

describe('the best items', () => {
  it.each(listOf(30, seed => seed))('are those of sorting all scores, however many are equal: seed %i', seed => {
    const random = seeded(seed);
    const customers = between(random, 1, 70);
    const items = between(random, 1, 300);
    const model = randomModel(random, customers, items, random() < 0.6);
    const excluded = random() < 0.7 ? randomPurchases(random, customers, items) : undefined;
    expectLists(model, items, between(random, 1, 20), excluded);
  });

  it.each([1, 2, 3, 4, 5, 31, 32, 33])('are found for %i customers', customers => {
    const random = seeded(customers);
    expectLists(randomModel(random, customers, 37, false), 37, 5, randomPurchases(random, customers, 37));
  });

  it.each([1, 7, 8, 9, 63, 64, 65, 128, 452])('are found among %i items', items => {
    const random = seeded(items);
    expectLists(randomModel(random, 9, items, false), items, 10, randomPurchases(random, 9, items));
  });

  it('end where there are no more', () => {
    const random = seeded(1);
    const model = randomModel(random, 2, 5, false);
    const all = [0, 1, 2, 3, 4];
    expectLists(model, 5, 8);
    expectLists(model, 5, 3, purchasesOf([all, all.slice(1)]));
    const lists = topOfScores(kernels, new Float32Array([1, 2]), 2, 3, purchasesOf([[1]]));
    expect(contentOf(lists)).toEqual({ items: [0, -1, -1], scores: [1, -Infinity, -Infinity] });
  });

  it('are the lower ones when all scores are equal', () => {
    const rank = 8;
    expectLists({ rank, x: new Float32Array(5 * rank), y: randomFactors(seeded(2), 200 * rank) }, 200, 10);
    expectLists({ rank, x: new Float32Array(5 * rank).fill(1), y: new Float32Array(200 * rank).fill(0.1) }, 200, 10);
  });

  it('are there even if longer items fill the lists first: an equal score of a lower item counts', () => {
    // Each item scores 3, which for the short ones is as much as their length allows; the long ones come first.
    const rank = 8;
    const y = new Float32Array(256 * rank);
    for (let item = 0; item < 256; item++) {
      y[item * rank] = 1;
      if (item >= 128) y[item * rank + 1] = 5;
    }
    const x = new Float32Array(4 * rank);
    for (let customer = 0; customer < 4; customer++) x[customer * rank] = 3;
    expectLists({ rank, x, y }, 256, 10);
  });

  it('are exact where most blocks of items are left out', () => {
    const random = seeded(3);
    const model = randomModel(random, 40, 1_000, false);
    for (let item = 0; item < 1_000; item++)
      for (let d = 0; d < model.rank; d++) model.y[item * model.rank + d]! *= 1 / (1 + ((item * 7) % 1_000));
    expectLists(model, 1_000, 10, randomPurchases(random, 40, 1_000));
  });

  it('are never scores that are no numbers', () => {
    const lists = topOfScores(kernels, new Float32Array([NaN, 1, -Infinity, Infinity, NaN, -1]), 6, 4);
    expect(contentOf(lists)).toEqual({ items: [3, 1, 5, -1], scores: [Infinity, 1, -1, -Infinity] });
  });

  it('do not depend on the range of customers that is asked for', () => {
    const random = seeded(4);
    const [customers, items, count] = [101, 150, 7];
    const model = randomModel(random, customers, items, false);
    const excluded = randomPurchases(random, customers, items);
    const table = tableOf(model, customers, items);
    const wanted = contentOf(plainLists(table, items, count, excluded));
    for (const step of [1, 6, 50]) {
      soil(kernels);
      const packed = packItems(kernels, model.y, model.rank);
      const found: Lists[] = [];
      for (let from = 0; from < customers; from += step) {
        const to = Math.min(customers, from + step);
        const x = model.x.subarray(from * model.rank, to * model.rank);
        found.push(topItems(kernels, packed, x, count, rangeOf(excluded, from, to)));
      }
      expect(found.flatMap(lists => contentOf(lists).items)).toEqual(wanted.items);
      expect(found.flatMap(lists => contentOf(lists).scores)).toEqual(wanted.scores);
    }
  });
});

describe('scores of pairs', () => {
  it('are those of their factors, for any range of customers', () => {
    const random = seeded(5);
    for (const items of [1, 30, 100]) {
      soil(kernels);
      const model = randomModel(random, 50, items, false);
      const purchases = randomPurchases(random, 50, items);
      const { rank, x, y } = model;
      const scores = pairScores(kernels, x, y, rank, purchases);
      expect(scores.length).toBe(purchases.items.length);
      for (let row = 0; row < 50; row++)
        for (let i = purchases.ptr[row]!; i < purchases.ptr[row + 1]!; i++)
          expect(scores[i]).toBeCloseTo(scoreOf(model, row, purchases.items[i]!), 4);
      const [from, to] = [pick(random, [0, 7, 20]), pick(random, [20, 33, 50])];
      const part = pairScores(kernels, x.subarray(from * rank, to * rank), y, rank, rangeOf(purchases, from, to));
      expect([...part]).toEqual([...scores.subarray(purchases.ptr[from]!, purchases.ptr[to]!)]);
    }
  });
});
