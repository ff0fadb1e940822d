import { describe, expect, it } from 'vitest';
import { below, between, listOf, type Random, seeded } from '../test/random.ts';
import { inverseOf, purchasesOf, randomFactors, randomPurchases, rangeOf, soil } from './purchases.fixture.ts';
import type { Purchases } from './purchases.ts';
import { alsReasons, type CustomerLoss, easeReasons, turnItems } from './reasons.ts';
import { createKernels } from './wasm.ts';

const kernels = createKernels(1 << 24);

/** Items, some places empty. */
const randomListed = (random: Random, length: number, items: number): Int32Array =>
  Int32Array.from({ length }, () => (random() < 0.1 ? -1 : below(random, items)));

const pairsOf = ({ ptr }: Purchases, row: number): number[] => listOf(ptr[row + 1]! - ptr[row]!, i => ptr[row]! + i);

describe('reasons by EASE', () => {
  it('are the purchases of the greatest contributions, the lower of equal ones', () => {
    const random = seeded(1);
    for (const weighted of [false, true]) {
      const items = 23;
      const purchases = randomPurchases(random, 40, items, weighted);
      const table = randomFactors(random, items * items, true);
      const listed = randomListed(random, 40 * 6, items);
      soil(kernels);
      const reasons = easeReasons(kernels, table, items, purchases, listed);
      const wanted = [...listed].map((item, place) => {
        let best = { item: -1, contribution: 0 };
        if (item < 0) return best;
        for (const pair of pairsOf(purchases, Math.floor(place / 6))) {
          const bought = purchases.items[pair]!;
          const contribution = Math.fround((purchases.weights?.[pair] ?? 1) * table[bought * items + item]!);
          if (best.item < 0 || contribution > best.contribution) best = { item: bought, contribution };
        }
        return best;
      });
      expect([...reasons.items]).toEqual(wanted.map(({ item }) => item));
      expect([...reasons.contributions].map(value => value + 0)).toEqual(wanted.map(best => best.contribution + 0));
    }
  });
});

interface Model {
  readonly rank: number;
  readonly y: Float32Array;
  readonly purchases: Purchases;
  readonly loss: CustomerLoss;
  /** For each customer the inverse of a0 YᵀY + λ_u I. */
  readonly inverses: readonly Float64Array[];
  /** Each customer's factors, which solve his normal equations. */
  readonly x: readonly Float64Array[];
}

/** Columns of padding are zeros, as those of a model whose rank is no multiple of 8. */
function randomModel(random: Random, customers: number, items: number): Model {
  const [rank, used] = [16, 13];
  const y = randomFactors(random, items * rank).map((value, at) => (at % rank < used ? value : 0));
  const purchases = randomPurchases(random, customers, items, random() < 0.5);
  const penalties = Float32Array.from({ length: customers }, () => 0.05 + random());
  const loss = { a0: 0.1 + random(), t0: between(random, 0, 1), penalties };
  const inverses = listOf(customers, customer => inverseOf(matrixOf(y, rank, loss, customer), rank));
  const x = listOf(customers, customer => solve(y, rank, loss, purchases, customer));
  return { rank, y, purchases, loss, inverses, x };
}

/** a0 YᵀY + λ_u I */
function matrixOf(y: Float32Array, rank: number, { a0, penalties }: CustomerLoss, customer: number): Float64Array {
  const matrix = new Float64Array(rank * rank);
  for (let at = 0; at < y.length; at += rank)
    for (let d = 0; d < rank; d++) for (let e = 0; e < rank; e++) matrix[d * rank + e]! += a0 * y[at + d]! * y[at + e]!;
  for (let d = 0; d < rank; d++) matrix[d * rank + d]! += penalties[customer]!;
  return matrix;
}

/** The minimum of the loss: (a0 YᵀY + Σ w y yᵀ + λ_u I) x = Σ (w + t0) y */
function solve(
  y: Float32Array,
  rank: number,
  loss: CustomerLoss,
  purchases: Purchases,
  customer: number,
): Float64Array {
  const matrix = matrixOf(y, rank, loss, customer);
  const right = new Float64Array(rank);
  for (const pair of pairsOf(purchases, customer)) {
    const weight = purchases.weights?.[pair] ?? 1;
    const row = y.subarray(purchases.items[pair]! * rank);
    for (let d = 0; d < rank; d++) {
      right[d]! += (weight + loss.t0) * row[d]!;
      for (let e = 0; e < rank; e++) matrix[d * rank + e]! += weight * row[d]! * row[e]!;
    }
  }
  const inverse = inverseOf(matrix, rank);
  return right.map((_, d) => right.reduce((sum, value, e) => sum + inverse[d * rank + e]! * value, 0));
}

const scoreOf = ({ x, y, rank }: Model, customer: number, item: number): number =>
  x[customer]!.reduce((sum, value, d) => sum + value * y[item * rank + d]!, 0);

const pairScoresOf = (model: Model): Float32Array => {
  const { purchases, x } = model;
  return Float32Array.from(
    x.flatMap((_, row) => pairsOf(purchases, row).map(pair => scoreOf(model, row, purchases.items[pair]!))),
  );
};

/** α y_iᵀ (a0 YᵀY + λ_u I)⁻¹ y_j */
function contributionOf(model: Model, customer: number, item: number, pair: number): number {
  const { rank, y, purchases, loss, inverses } = model;
  const bought = purchases.items[pair]!;
  const weight = purchases.weights?.[pair] ?? 1;
  let product = 0;
  for (let d = 0; d < rank; d++)
    for (let e = 0; e < rank; e++)
      product += y[item * rank + d]! * inverses[customer]![d * rank + e]! * y[bought * rank + e]!;
  return (weight + loss.t0 - weight * scoreOf(model, customer, bought)) * product;
}

describe('reasons by ALS', () => {
  it.each([1, 2, 3, 4])('are the purchases of the greatest contributions: seed %i', seed => {
    const random = seeded(seed);
    const [customers, items, count] = [20, 30, 5];
    const model = randomModel(random, customers, items);
    const { purchases, loss, y, rank } = model;
    const listed = randomListed(random, customers * count, items);
    soil(kernels);
    const turned = turnItems(y, rank);
    const scores = pairScoresOf(model);
    const reasons = alsReasons(kernels, turned, loss, purchases, scores, listed);
    for (const [place, item] of listed.entries()) {
      const customer = Math.floor(place / count);
      const pairs = pairsOf(purchases, customer);
      if (item < 0 || pairs.length === 0) {
        expect([reasons.items[place], reasons.contributions[place]]).toEqual([-1, 0]);
        continue;
      }
      const wanted = pairs.map(pair => contributionOf(model, customer, item, pair));
      expect(reasons.contributions[place]).toBeCloseTo(Math.max(...wanted), 4);
      const named = pairs.findIndex(pair => purchases.items[pair] === reasons.items[place]);
      expect(wanted[named]).toBeCloseTo(Math.max(...wanted), 4);
    }
    const part = alsReasons(
      kernels,
      turned,
      { ...loss, penalties: loss.penalties.subarray(3, 9) },
      rangeOf(purchases, 3, 9),
      scores.subarray(purchases.ptr[3]!, purchases.ptr[9]!),
      listed.subarray(3 * count, 9 * count),
    );
    expect([...part.items]).toEqual([...reasons.items.subarray(3 * count, 9 * count)]);
    expect([...part.contributions]).toEqual([...reasons.contributions.subarray(3 * count, 9 * count)]);
  });

  it('add up to the score', () => {
    const random = seeded(5);
    const items = 30;
    const model = randomModel(random, 10, items);
    const { purchases, loss, y, rank } = model;
    const turned = turnItems(y, rank);
    for (let customer = 0; customer < 10; customer++) {
      // Each purchase by itself, as if of a customer of his own: then its contribution is the greatest.
      const pairs = pairsOf(purchases, customer);
      const alone = {
        ...purchasesOf(pairs.map(pair => [purchases.items[pair]!])),
        weights: purchases.weights && Float32Array.from(pairs, pair => purchases.weights![pair]!),
      };
      const penalties = new Float32Array(pairs.length).fill(loss.penalties[customer]!);
      const scores = Float32Array.from(alone.items, item => scoreOf(model, customer, item));
      for (const item of [0, 7, 29]) {
        soil(kernels, 1 << 16);
        const listed = new Int32Array(pairs.length).fill(item);
        const { contributions } = alsReasons(kernels, turned, { ...loss, penalties }, alone, scores, listed);
        const sum = contributions.reduce((total, contribution) => total + contribution, 0);
        expect(Math.abs(sum - scoreOf(model, customer, item))).toBeLessThan(1e-4);
      }
    }
  });

  it('are the lower of equal purchases', () => {
    const y = Float32Array.from({ length: 5 * 8 }, (_, at) => (at % 8 === 0 ? 1 : 0));
    const loss = { a0: 1, t0: 0, penalties: Float32Array.of(0.5) };
    const scores = Float32Array.of(0.2, 0.2, 0.2);
    const reasons = alsReasons(kernels, turnItems(y, 8), loss, purchasesOf([[1, 3, 4]]), scores, Int32Array.of(0, 2));
    expect([...reasons.items]).toEqual([1, 1]);
  });
});
