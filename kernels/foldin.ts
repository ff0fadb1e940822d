/** The factors of one row by an exact solution: for a customer who comes by himself, and to see how near als.ts comes. */
import type { AlsModel, BoughtPairs } from './als.ts';
import { cholesky } from './basis.ts';

export interface FoldIn {
  /** [items × stride] */
  readonly y: Float32Array;
  /** YᵀY, on and above the diagonal. [stride × stride] */
  readonly gramian: Float64Array;
  readonly penalty: number;
}

/** x of (a0 YᵀY + λ + Σ w y yᵀ) x = Σ t y, over what a customer bought; in doubles. [stride] */
export function foldIn(
  { unobserved, target }: AlsModel,
  { items, weights }: Pick<BoughtPairs, 'items' | 'weights'>,
  { y, gramian, penalty }: FoldIn,
): Float64Array {
  const stride = Math.sqrt(gramian.length);
  const matrix = gramian.map(value => value * unobserved);
  const right = new Float64Array(stride);
  for (let at = 0; at < stride; at++) matrix[at * (stride + 1)]! += penalty;
  items.forEach((item, pair) => {
    const weight = weights[pair]!;
    const factors = y.subarray(item * stride, (item + 1) * stride);
    for (let row = 0; row < stride; row++) {
      right[row]! += (weight + target) * factors[row]!;
      for (let column = row; column < stride; column++)
        matrix[row * stride + column]! += weight * factors[row]! * factors[column]!;
    }
  });
  return solve(cholesky(matrix, stride), right);
}

/** The solution of Uᵀ U x = right. */
export function solve(upper: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const x = right.slice();
  for (let row = 0; row < size; row++) {
    for (let at = 0; at < row; at++) x[row]! -= upper[at * size + row]! * x[at]!;
    x[row]! /= upper[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let at = row + 1; at < size; at++) x[row]! -= upper[row * size + at]! * x[at]!;
    x[row]! /= upper[row * size + row]!;
  }
  return x;
}
