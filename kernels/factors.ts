/** Where factors begin, what holds them back, and how well they fit: see als.ts. */
import { type AlsBlock, type AlsModel, strideOf } from './als.ts';
import { allocFloats } from './place.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  alsInit(out: number, rows: number, rank: number, size: number, seed: number, deviation: number): void;
}

/** Of a factor's length at the beginning, about; so in Rendle's experiments. */
const LENGTH_AT_FIRST = 0.1;

/** Y before the first iteration, in the kernels' memory; about normal. It depends on `seed`, row and place alone. */
export function initialFactors(kernels: Kernels, { items, rank }: AlsModel, seed: number): Float32Array {
  const { alsInit } = kernels.exports as unknown as Exports;
  const stride = strideOf(rank);
  const y = allocFloats(kernels, items * stride);
  alsInit(y.byteOffset, items, rank, stride * 4, seed, LENGTH_AT_FIRST / Math.sqrt(rank));
  return y;
}

export interface Regularization {
  /** λ. */
  readonly strength: number;
  /** ν: 0 holds all rows back alike; with 1 a row's penalty grows as its part of the loss does. */
  readonly exponent: number;
}

/** λ (n + a0 · others)^ν of a row with `count` pairs; `others` are all that a row could have. */
export const penaltyOf = (
  count: number,
  others: number,
  { unobserved, strength, exponent }: AlsModel & Regularization,
): number => strength * (count + unobserved * others) ** exponent;

/** The same for many rows. */
export const penaltiesOf = (counts: Int32Array, others: number, model: AlsModel & Regularization): Float32Array =>
  Float32Array.from(counts, count => penaltyOf(count, others, model));

/** How many items each customer of the block bought. */
export const countOfUsers = ({ users, ptr }: AlsBlock): Int32Array =>
  Int32Array.from({ length: users }, (_, user) => ptr[user + 1]! - ptr[user]!);

/** Adds how many of the block's customers bought each item. */
export function addCountsOfItems({ items }: AlsBlock, counts: Int32Array): void {
  for (const item of items) counts[item]!++;
}

/** The penalties of rows that have as many pairs as rows have on average: what the bases of both halves take. */
export function commonPenalties(
  model: AlsModel & Regularization,
  { users, pairs }: { readonly users: number; readonly pairs: number },
): { readonly users: number; readonly items: number } {
  return {
    users: penaltyOf(pairs / Math.max(1, users), model.items, model),
    items: penaltyOf(pairs / Math.max(1, model.items), Math.max(1, users), model),
  };
}
