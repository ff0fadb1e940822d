/**
 * The lists of one customer by a published model, without training: the customer's own factors follow from what the customer
 * bought, for the products' factors are given (folding-in). They are solved exactly here, where the run takes a few steps of
 * conjugate gradient; and every score is told as a sum of what adds to it, so that it can be explained.
 */
import { strideOf } from '../../kernels/als.ts';
import { cholesky } from '../../kernels/basis.ts';
import { penaltyOf } from '../../kernels/factors.ts';
import { foldIn, solve } from '../../kernels/foldin.ts';
import type { Bought } from './bought.ts';
import { BASELINES, type Blend, LISTS, type ListName } from './choice.ts';
import type { RecommendModel } from './modelfile.ts';

/** What one customer bought: see Bought. Products rise; none of a count of 0. */
export type Purchases = Pick<Bought, 'items' | 'counts' | 'weights'>;

/** What a purchase adds to a score. */
export interface Contribution {
  readonly item: number;
  readonly adds: number;
}

/** A product of a list. `parts`, times their weights in the blend already, add up to the score. */
export interface Recommended {
  readonly item: number;
  readonly score: number;
  readonly parts: Readonly<Partial<Record<keyof Blend, number>>>;
  /** How often the customer bought it. */
  readonly purchases: number;
  /** Of the purchases, the greatest first; they add up to the parts `als` and `ease`. */
  readonly contributions: readonly Contribution[];
}

/** Both lists, the best first, of equal scores the product that comes first in the catalogue. */
export function recommendTo(
  model: RecommendModel,
  purchases: Purchases,
  top: number,
): Readonly<Record<ListName, readonly Recommended[]>> {
  const says = partsOf(model, purchases);
  const own = new Map(Array.from(purchases.items, (item, pair) => [item, pair]));
  const list = (name: ListName): Recommended[] => {
    // Of who bought nothing, a model says the same of all products.
    const blend = own.size === 0 ? BASELINES[name] : model.blends[name];
    const names = (Object.keys(blend) as (keyof Blend)[]).filter(part => blend[part] !== 0);
    const candidates = model.products.flatMap((_, item) => (own.has(item) === (name === 'again') ? [item] : []));
    const scored = candidates.map(item => {
      const parts = names.map(part => [part, blend[part] * says[part].score(item, own.get(item))] as const);
      // As lists are published: sums that differ by less than a float's last digit are equal.
      return { item, parts, score: Math.fround(parts.reduce((sum, [, adds]) => sum + adds, 0)) };
    });
    // Sorting leaves equals in their order.
    const best = scored.toSorted((a, b) => b.score - a.score).slice(0, top);
    return best.map(({ item, parts, score }) => ({
      item,
      score,
      parts: Object.fromEntries(parts),
      purchases: own.has(item) ? purchases.counts[own.get(item)!]! : 0,
      contributions: addedUp(
        names.map(part => says[part].adds(item).map(adds => adds * blend[part])),
        purchases.items,
      ),
    }));
  };
  return Object.fromEntries(LISTS.map(name => [name, list(name)])) as Record<ListName, Recommended[]>;
}

/** What one part of a blend says of a product. `pair`: which of the purchases it is, if any. */
interface Part {
  score(item: number, pair: number | undefined): number;
  /** What each purchase adds to that; none where it does not come of purchases. [purchases] */
  adds(item: number): number[];
}

function partsOf(model: RecommendModel, purchases: Purchases): Record<keyof Blend, Part> {
  const { popularity, customers, als } = model;
  const nothing = () => [];
  const isAsked = LISTS.some(list => model.blends[list].als !== 0) && purchases.items.length > 0;
  return {
    als: als && isAsked ? alsPart(als, purchases) : { score: () => 0, adds: nothing },
    ease: easePart(model, purchases),
    frequency: {
      score: (_item, pair) => (pair === undefined ? 0 : Math.log1p(purchases.weights[pair]!)),
      adds: nothing,
    },
    popularity: { score: item => popularity[item]! / Math.max(1, customers), adds: nothing },
  };
}

function easePart({ ease, products }: RecommendModel, { items }: Purchases): Part {
  const adds = (item: number) =>
    ease === null ? [] : Array.from(items, bought => ease[bought * products.length + item]!);
  return { score: item => adds(item).reduce((sum, own) => sum + own, 0), adds };
}

/**
 * With M = a0 YᵀY + λ, a customer's factors x solve M x = Σ α_j y_j over the purchases j, where α_j = w_j + t0 − w_j (x · y_j):
 * so a product's score x · y is the sum of α_j y_jᵀ M⁻¹ y. See kernels/als.ts for the loss that is solved.
 */
function alsPart({ options, factors }: NonNullable<RecommendModel['als']>, { items, weights }: Purchases): Part {
  const stride = strideOf(options.rank);
  const row = (item: number) => factors.subarray(item * stride, (item + 1) * stride);
  const gramian = gramianOf(factors, stride);
  const penalty = penaltyOf(items.length, options.items, options);
  const common = gramian.map(value => value * options.unobserved);
  for (let at = 0; at < stride; at++) common[at * (stride + 1)]! += penalty;
  const x = foldIn(options, { items, weights }, { y: factors, gramian, penalty });
  const shared = cholesky(common, stride);
  const directions = Array.from(items, (item, pair) => {
    const alpha = weights[pair]! * (1 - dot(x, row(item))) + options.target;
    return solve(
      shared,
      Float64Array.from(row(item), value => alpha * value),
    );
  });
  return {
    score: item => dot(x, row(item)),
    adds: item => directions.map(direction => dot(direction, row(item))),
  };
}

/** Of the same purchases by several parts; nothing of those parts that have none. */
function addedUp(parts: readonly (readonly number[])[], items: Int32Array): Contribution[] {
  if (parts.every(adds => adds.length === 0)) return [];
  return Array.from(items, (item, pair) => ({
    item,
    adds: parts.reduce((sum, adds) => sum + (adds[pair] ?? 0), 0),
  })).sort((a, b) => b.adds - a.adds);
}

/** Of rows of factors, what is on and above the diagonal. [stride × stride] */
function gramianOf(factors: Float32Array, stride: number): Float64Array {
  const sum = new Float64Array(stride * stride);
  for (let at = 0; at < factors.length; at += stride) {
    for (let i = 0; i < stride; i++) {
      const factor = factors[at + i]!;
      for (let j = i; j < stride; j++) sum[i * stride + j]! += factor * factors[at + j]!;
    }
  }
  return sum;
}

function dot(a: Float64Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
