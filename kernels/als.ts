/**
 * Implicit alternating least squares (Hu, Koren and Volinsky, 2008) with the loss of Rendle, Krichene, Zhang and Koren,
 * "Revisiting the Performance of iALS on Item Recommendation Benchmarks", 2022. Customers are rows u of X, items are rows i of Y, and
 *
 *     loss = Σ bought (w s² − 2 t s + t) + a0 Σ all s² + Σ λ_u |x_u|² + Σ λ_i |y_i|²      s = x_u · y_i, t = w + t0
 *
 * An iteration is the customers' half (X from Y, each customer by itself) and the items' half (Y from X). Both go a few steps
 * of conjugate gradient from zero, so that Y alone says what comes next, in coordinates in which few are enough (basis.ts). The
 * items' half takes the right sides, which `userHalf` adds up, and one pass over all customers a step, `itemPass`. What customers bring to items is added up in floats
 * within a sub-block, and in doubles from sub-block to sub-block: sums of spans of blocks, each begun at zero, added in order
 * of the spans, have the same bits wherever each was computed. train.ts shows the order of calls; loops: assembly/als/.
 */
import type { Basis } from './basis.ts';
import { inside, place } from './place.ts';
import type { Kernels } from './wasm.ts';

/** What is solved, apart from the data. */
export interface AlsModel {
  /** Numbers that count in a factor: in memory it has `strideOf(rank)`, zeros behind them. */
  readonly rank: number;
  /** How many items there are; they are numbered from 0. */
  readonly items: number;
  /** a0: the weight of every pair, bought or not. */
  readonly unobserved: number;
  /** t0: what a bought pair is drawn to besides its weight. With 1 here and for a0, `w` is confidence less 1. */
  readonly target: number;
  /** Steps of conjugate gradient of the customers' half, USER_STEPS as a rule, and of the items'. */
  readonly userSteps: number;
  readonly itemSteps: number;
}

/** What the customers of a block bought. */
export interface BoughtPairs {
  readonly users: number;
  /** Customer u has pairs [ptr[u], ptr[u + 1]). [users + 1] */
  readonly ptr: Int32Array;
  /** Rising within each customer. [pairs] */
  readonly items: Int32Array;
  /** Greater than 0. [pairs] */
  readonly weights: Float32Array;
}

/** A block in the kernels' memory: its pairs by customer and, within sub-blocks, by item. */
export interface AlsBlock extends BoughtPairs {
  readonly subBlocks: readonly SubBlock[];
  /** Addresses: the customer and the weight of each pair, in order of sub-block, item, customer. */
  readonly byItem: { readonly users: number; readonly weights: number };
}

interface SubBlock {
  /** Customers [from, to). */
  readonly from: number;
  readonly to: number;
  /** How many items they bought; addresses of these and of where the pairs of each begin. */
  readonly entries: number;
  readonly listed: number;
  readonly begins: number;
}

/** Sums over customers, in doubles in the kernels' memory. */
export interface UserSums {
  /** Σ t x: the right sides of the items' half. [items × stride] */
  readonly targets: Float64Array;
  /** Σ x xᵀ, of which what is on and above the diagonal counts. [stride × stride] */
  readonly gramian: Float64Array;
}

export interface UserHalf {
  /** The items' factors in coordinates of `basis`. [items × stride] */
  readonly y: Float32Array;
  /** Of a0 YᵀY. */
  readonly basis: Basis;
  /** λ a customer. [users] */
  readonly penalties: Float32Array;
  /** Becomes the customers' factors; in the kernels' memory. [users × stride] */
  readonly x: Float32Array;
}

export interface ItemPass {
  /** Factors of the block's customers. [users × stride] */
  readonly x: Float32Array;
  /** [items × stride] */
  readonly p: Float32Array;
  /** Gets Σ w (x · p) x added; in the kernels' memory. [items × stride] */
  readonly products: Float64Array;
}

type Addresses = number[];

interface Exports {
  alsTranspose(...args: Addresses): number;
  alsUsers(...args: Addresses): void;
  alsItemTargets(...args: Addresses): void;
  alsItemProducts(...args: Addresses): void;
  alsGramian(rows: number, count: number, size: number, sums: number, scratch: number): void;
  alsScratch(size: number): number;
}

/** Customers whose factors stay in the second-level cache (512 KiB at rank 64) while all items go over them. */
const SUB_BLOCK_USERS = 2048;

/** Customers that one call takes, about 3 ms at rank 64: the engine puts faster code in place between calls. */
const PIECE_USERS = 512;

/**
 * After 10 iterations on 3.25 million pairs of 98,759 customers and 452 items, rank 64, the loss of 4 and 2 steps is 0.3 % above
 * that of exact solutions; of 3 and 2 it is 1.4 %, of 4 and 1 it is 4 %; a third step of the items' half gains nothing.
 */
export const USER_STEPS = 4;
export const ITEM_STEPS = 2;

/** Floats from one factor to the next. */
export const strideOf = (rank: number): number => (rank + 7) & ~7;

/** Takes a block into the kernels' memory, where it stays until that is released. */
export function loadBlock(kernels: Kernels, { users, ptr, items, weights }: BoughtPairs, itemCount: number): AlsBlock {
  const { buffer } = kernels.bytes;
  const pairs = ptr[users]!;
  const placed = {
    ptr: new Int32Array(buffer, place(kernels, ptr), users + 1),
    items: new Int32Array(buffer, place(kernels, items), pairs),
    weights: new Float32Array(buffer, place(kernels, weights), pairs),
  };
  const byItem = { users: kernels.alloc(pairs * 4), weights: kernels.alloc(pairs * 4) };
  const subBlocks: SubBlock[] = [];
  for (let from = 0; from < users; from += SUB_BLOCK_USERS) {
    const to = Math.min(users, from + SUB_BLOCK_USERS);
    const most = Math.min(itemCount, ptr[to]! - ptr[from]!);
    const range = { from, to, listed: kernels.alloc(most * 4), begins: kernels.alloc(most * 4 + 4) };
    subBlocks.push({ ...range, entries: transpose(kernels, { users, ...placed }, itemCount, { ...range, ...byItem }) });
  }
  return { users, ...placed, subBlocks, byItem };
}

/** Returns how many items the customers bought. */
function transpose(
  kernels: Kernels,
  pairs: BoughtPairs,
  itemCount: number,
  { from, to, users, weights, listed, begins }: Omit<SubBlock, 'entries'> & AlsBlock['byItem'],
): number {
  const { alsTranspose } = kernels.exports as unknown as Exports;
  const mark = kernels.mark();
  const places = kernels.alloc(itemCount * 4);
  const given = [pairs.ptr.byteOffset, pairs.items.byteOffset, pairs.weights.byteOffset, from, to, itemCount];
  const entries = alsTranspose(...given, users, weights, listed, begins, places);
  kernels.release(mark);
  return entries;
}

/** The factors of a block's customers; what they bring to the items is added to `sums`. */
export function userHalf(
  kernels: Kernels,
  model: AlsModel,
  block: AlsBlock,
  { y, basis, penalties, x }: UserHalf,
  sums: UserSums | null,
): void {
  const { alsUsers, alsItemTargets, alsGramian, alsScratch } = kernels.exports as unknown as Exports;
  const size = strideOf(model.rank) * 4;
  const mark = kernels.mark();
  const scratch = kernels.alloc(Math.max(alsScratch(size), (size * size) / 4));
  const factors = inside(kernels, x);
  const pairs = [block.ptr, block.items, block.weights].map(view => view.byteOffset);
  const matrices = [basis.inverse, basis.excess].map(view => place(kernels, view));
  const given = [place(kernels, y), factors, size, ...matrices, basis.penalty, place(kernels, penalties)];
  for (const subBlock of block.subBlocks) {
    const { from, to } = subBlock;
    for (let first = from; first < to; first += PIECE_USERS)
      alsUsers(...pairs, ...given, first, Math.min(to, first + PIECE_USERS), model.target, model.userSteps, scratch);
    if (sums === null) continue;
    // While the factors are still in the cache.
    alsGramian(factors + from * size, to - from, size, inside(kernels, sums.gramian), scratch);
    const targets = inside(kernels, sums.targets);
    alsItemTargets(...entriesOf(block, subBlock), factors, size, model.target, targets, scratch);
  }
  kernels.release(mark);
}

/** What the bought pairs of a block make of `p`; what all pairs make, a0 XᵀX p, is the basis's. */
export function itemPass(kernels: Kernels, model: AlsModel, block: AlsBlock, { x, p, products }: ItemPass): void {
  const { alsItemProducts } = kernels.exports as unknown as Exports;
  const size = strideOf(model.rank) * 4;
  const mark = kernels.mark();
  const scratch = kernels.alloc(size);
  const given = [place(kernels, x), size, place(kernels, p), inside(kernels, products), scratch];
  for (const subBlock of block.subBlocks) alsItemProducts(...entriesOf(block, subBlock), ...given);
  kernels.release(mark);
}

const entriesOf = ({ byItem }: AlsBlock, { listed, begins, entries }: SubBlock): number[] => [
  listed,
  begins,
  0,
  entries,
  byItem.users,
  byItem.weights,
];
