import { describe, expect, it } from 'vitest';
import { loadBlock, strideOf } from '../../kernels/als.ts';
import { easeWeights, itemGramian } from '../../kernels/ease.ts';
import { alsReasons, turnItems } from '../../kernels/reasons.ts';
import { pairScores } from '../../kernels/topn.ts';
import { train } from '../../kernels/train.ts';
import { createKernels, type Kernels } from '../../kernels/wasm.ts';
import { below, between, listOf, seeded } from '../../test/random.ts';
import { BASELINES, type Blend, blendOf, DEFAULT_CHOICE, LISTS } from './choice.ts';
import { type Purchases, recommendTo } from './foldin.ts';
import type { RecommendModel } from './modelfile.ts';
import { alsOf } from './models.ts';
import { type BlockPurchases, rank } from './rank.ts';
import { trainingOptions } from './training.ts';

const ITEMS = 40;
const CUSTOMERS = 120;
const TOP = 8;
const RANK = 16;

/** Customers of two tastes: each buys mostly of one half of the products. */
function purchases(seed: number): BlockPurchases {
  const random = seeded(seed);
  const starts = [0];
  const [items, weights]: [number[], number[]] = [[], []];
  for (let customer = 0; customer < CUSTOMERS; customer++) {
    const taste = customer % 2;
    const own = new Set(
      listOf(between(random, 1, 12), () => 2 * below(random, ITEMS / 2) + (below(random, 9) ? taste : 1 - taste)),
    );
    for (const item of [...own].sort((a, b) => a - b)) {
      items.push(item);
      weights.push(between(random, 1, 5));
    }
    starts.push(items.length);
  }
  return { ptr: Int32Array.from(starts), items: Int32Array.from(items), weights: Float32Array.from(weights) };
}

/** As many steps of conjugate gradient as there are unknowns solve exactly. */
const OPTIONS = {
  ...trainingOptions({ ...DEFAULT_CHOICE.als, rank: RANK, iterations: 4 }, ITEMS),
  userSteps: RANK,
  unobserved: 1,
};

function learned(kernels: Kernels, bought: BlockPurchases, blends: RecommendModel['blends']): RecommendModel {
  const block = loadBlock(kernels, { users: CUSTOMERS, ...bought }, ITEMS);
  const factors = [...train(kernels, [[block]], OPTIONS)].at(-1)!.y.slice();
  const gramian = itemGramian(kernels, ITEMS, [{ ptr: bought.ptr, items: bought.items }]);
  const popularity = new Int32Array(ITEMS);
  for (const item of bought.items) popularity[item]!++;
  return {
    products: listOf(ITEMS, item => `p${item}`),
    popularity,
    customers: CUSTOMERS,
    asOf: 0,
    halfLife: null,
    top: TOP,
    blends,
    versions: { again: '', new: '' },
    als: { options: OPTIONS, factors },
    ease: easeWeights(kernels, gramian, ITEMS, 20).slice(),
  };
}

function customerOf({ ptr, items, weights }: BlockPurchases, customer: number): Purchases {
  const [from, to] = [ptr[customer]!, ptr[customer + 1]!];
  return { items: items.slice(from, to), counts: weights.slice(from, to), weights: weights.slice(from, to) };
}

const BLENDS: Readonly<Record<string, RecommendModel['blends']>> = {
  als: { again: blendOf({ frequency: 1, als: 1, popularity: 0.01 }), new: blendOf({ als: 1 }) },
  ease: { again: blendOf({ ease: 1, frequency: 0.5 }), new: blendOf({ ease: 2, popularity: 0.5 }) },
  both: { again: blendOf({ als: 1, ease: 0.5 }), new: blendOf({ als: 0.5, ease: 1, popularity: 0.1 }) },
  baselines: BASELINES,
};

describe.each(Object.entries(BLENDS))('a customer folded in, by %s', (_, blends) => {
  const kernels = createKernels(1 << 26);
  const bought = purchases(1);
  const model = learned(kernels, bought, blends);
  const lists = listOf(CUSTOMERS, customer => recommendTo(model, customerOf(bought, customer), TOP));

  it('has the lists that the run writes when it solves exactly', () => {
    const { als, ease, popularity, customers } = model;
    const pairsEach = bought.items.length / CUSTOMERS;
    const loaded = { items: ITEMS, customers, popularity, als: alsOf(kernels, OPTIONS, als!.factors, pairsEach), ease };
    const wanted = LISTS.map(list => ({ list, blend: blends[list] }));
    let compared = 0;
    for (const piece of rank(kernels, loaded, bought, wanted, TOP)) {
      for (let customer = piece.from; customer < piece.to; customer++) {
        LISTS.forEach((name, at) => {
          const [from, to] = [(customer - piece.from) * TOP, (customer - piece.from + 1) * TOP];
          const scores = [...piece.lists[at]!.scores.slice(from, to)].filter(Number.isFinite);
          const own = lists[customer]![name];
          expect(own.length).toBe(scores.length);
          own.forEach(({ score }, place) => void expect(score).toBeCloseTo(scores[place]!, 3));
          // Where scores are clearly apart, so are the products.
          const items = [...piece.lists[at]!.items.slice(from, from + scores.length)];
          items.forEach((item, place) => {
            const gaps = [place - 1, place + 1].map(other => Math.abs((scores[other] ?? Infinity) - scores[place]!));
            if (place === TOP - 1 || Math.min(...gaps) < 0.002) return;
            expect(own[place]!.item).toBe(item);
            compared++;
          });
        });
      }
    }
    expect(compared).toBeGreaterThan(50);
  });

  it('never gets as new what was bought, nor as bought what is new, nor anything twice', () => {
    lists.forEach((own, customer) => {
      const { items } = customerOf(bought, customer);
      expect(own.again.every(({ item }) => items.includes(item))).toBe(true);
      expect(own.new.some(({ item }) => items.includes(item))).toBe(false);
      expect(own.again).toHaveLength(Math.min(TOP, items.length));
      expect(own.new).toHaveLength(Math.min(TOP, ITEMS - items.length));
      for (const name of LISTS) expect(new Set(own[name].map(({ item }) => item)).size).toBe(own[name].length);
    });
  });

  it('has scores that never rise, are the sum of their parts, and these of what each purchase adds', () => {
    for (const own of lists) {
      for (const name of LISTS) {
        own[name].forEach(({ score, parts, contributions }, at) => {
          expect(score).toBeLessThanOrEqual(own[name][at - 1]?.score ?? Infinity);
          expect(sum(Object.values(parts))).toBeCloseTo(score, 5);
          expect(sum(contributions.map(({ adds }) => adds))).toBeCloseTo((parts.als ?? 0) + (parts.ease ?? 0), 5);
        });
      }
    }
  });
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

it('the first contribution is the reason that the run writes', () => {
  const kernels = createKernels(1 << 26);
  const bought = purchases(2);
  const model = learned(kernels, bought, BLENDS.als!);
  const stride = strideOf(RANK);
  const { factors } = model.als!;
  const loaded = {
    ...{ items: ITEMS, customers: CUSTOMERS, popularity: model.popularity, ease: null },
    als: alsOf(kernels, OPTIONS, factors, bought.items.length / CUSTOMERS),
  };
  const wanted = [{ list: 'new' as const, blend: BLENDS.als!.new }];
  let same = 0;
  let all = 0;
  for (const { from, purchases: own, x, penalties, lists } of rank(kernels, loaded, bought, wanted, TOP)) {
    const scores = pairScores(kernels, x!, factors, stride, own);
    const loss = { a0: OPTIONS.unobserved, t0: OPTIONS.target, penalties: penalties! };
    const reasons = alsReasons(kernels, turnItems(factors, stride), loss, own, scores, lists[0]!.items);
    lists[0]!.items.forEach((item, place) => {
      const folded = recommendTo(model, customerOf(bought, from + Math.floor(place / TOP)), TOP).new.find(
        each => each.item === item,
      );
      if (!folded) return;
      all++;
      const [first] = folded.contributions;
      expect(first!.adds).toBeCloseTo(reasons.contributions[place]!, 3);
      if (first!.item === reasons.items[place]) same++;
    });
  }
  expect(all).toBeGreaterThan(CUSTOMERS * TOP * 0.9);
  expect(same / all).toBeGreaterThan(0.99);
});

it('who bought nothing gets what most customers buy', () => {
  const kernels = createKernels(1 << 26);
  const model = learned(kernels, purchases(3), BLENDS.als!);
  const none = { items: new Int32Array(), counts: new Float32Array(), weights: new Float32Array() };
  const { again, new: fresh } = recommendTo(model, none, 3);
  expect(again).toEqual([]);
  const best = [...model.popularity.keys()].sort((a, b) => model.popularity[b]! - model.popularity[a]! || a - b);
  expect(fresh.map(({ item }) => item)).toEqual(best.slice(0, 3));
  const first: Partial<Blend> = { popularity: model.popularity[best[0]!]! / CUSTOMERS };
  expect(fresh[0]).toMatchObject({ parts: first, purchases: 0, contributions: [] });
});
