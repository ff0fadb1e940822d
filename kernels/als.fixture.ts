/** Implicit ALS as it is written on paper, for tests: dense matrices in doubles, each row solved exactly. */
import { below, between, listOf, type Random } from '../test/random.ts';
import { type AlsModel, type BoughtPairs, ITEM_STEPS, strideOf, USER_STEPS } from './als.ts';
import { penaltyOf } from './factors.ts';
import type { TrainingOptions } from './train.ts';

export const options = (given: Partial<TrainingOptions>): TrainingOptions => ({
  rank: 8,
  items: 12,
  unobserved: 0.1,
  target: 0,
  userSteps: USER_STEPS,
  itemSteps: ITEM_STEPS,
  iterations: 2,
  seed: 1,
  strength: 0.05,
  exponent: 1,
  ...given,
});

/** Enough for a solution up to rounding. */
export const exact = { userSteps: 60, itemSteps: 60 };

/** What each customer bought: item → weight. */
export type Carts = readonly ReadonlyMap<number, number>[];

/** Some customers buy nothing, and the last item nobody. */
export const randomCarts = (random: Random, users: number, items: number, most: number): Carts =>
  listOf(users, user => {
    const size = user % 5 === 3 ? 0 : between(random, 0, Math.min(most, items - 1));
    const bought = listOf(
      size,
      () => [below(random, Math.max(1, items - 1)), Math.fround(0.1 + 3 * random())] as const,
    );
    return new Map([...new Map(bought)].sort(([one], [other]) => one - other));
  });

export function pairsOf(carts: Carts): BoughtPairs {
  const ptr = new Int32Array(carts.length + 1);
  carts.forEach((cart, user) => {
    ptr[user + 1] = ptr[user]! + cart.size;
  });
  const items = Int32Array.from(carts.flatMap(cart => [...cart.keys()]));
  const weights = Float32Array.from(carts.flatMap(cart => [...cart.values()]));
  return { users: carts.length, ptr, items, weights };
}

export type Matrix = readonly (readonly number[])[];

/** The first `rank` numbers of each factor. */
export function matrixOf(factors: Float32Array, rank: number): Matrix {
  const stride = strideOf(rank);
  return listOf(factors.length / stride, row => [...factors.subarray(row * stride, row * stride + rank)]);
}

export const turned = (carts: Carts, items: number): Carts =>
  listOf(items, item => new Map(carts.flatMap((cart, user) => (cart.has(item) ? [[user, cart.get(item)!]] : []))));

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0);

/** The best factors of rows with these carts, given all factors of the other side. */
export function bestFactors(model: TrainingOptions, carts: Carts, others: Matrix): Matrix {
  return carts.map(cart => {
    const penalty = penaltyOf(cart.size, others.length, model);
    const right = listOf(model.rank, at =>
      [...cart].reduce((sum, [other, weight]) => sum + (weight + model.target) * others[other]![at]!, 0),
    );
    const matrix = listOf(model.rank, row =>
      listOf(model.rank, column =>
        others.reduce(
          (sum, other, index) => sum + (model.unobserved + (cart.get(index) ?? 0)) * other[row]! * other[column]!,
          row === column ? penalty : 0,
        ),
      ),
    );
    return eliminate(matrix, right);
  });
}

/** Gauss's elimination; the matrix is positive definite, so that no rows need to be exchanged. */
function eliminate(matrix: number[][], right: number[]): number[] {
  const size = right.length;
  for (let pivot = 0; pivot < size; pivot++) {
    for (let row = pivot + 1; row < size; row++) {
      const factor = matrix[row]![pivot]! / matrix[pivot]![pivot]!;
      for (let column = pivot; column < size; column++) matrix[row]![column]! -= factor * matrix[pivot]![column]!;
      right[row]! -= factor * right[pivot]!;
    }
  }
  const x = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) x[row] = (right[row]! - dot(matrix[row]!, x)) / matrix[row]![row]!;
  return x;
}

/** The loss, pair by pair. */
export function plainLoss(model: AlsModel & TrainingOptions, carts: Carts, x: Matrix, y: Matrix): number {
  const held = (rows: Matrix, counts: Carts, others: number) =>
    rows.reduce((sum, row, index) => sum + penaltyOf(counts[index]!.size, others, model) * dot(row, row), 0);
  let loss = held(x, carts, y.length) + held(y, turned(carts, y.length), x.length);
  for (const [user, cart] of carts.entries()) {
    for (const [item, factors] of y.entries()) {
      const score = dot(x[user]!, factors);
      const weight = cart.get(item);
      loss += model.unobserved * score * score;
      if (weight === undefined) continue;
      const wanted = weight + model.target;
      loss += weight * score * score - 2 * wanted * score + wanted;
    }
  }
  return loss;
}
