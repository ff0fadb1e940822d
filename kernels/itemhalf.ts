/** The items' half of an iteration, between the passes over customers: see als.ts. Small, and always in the same order. */
import { type AlsModel, strideOf } from './als.ts';
import { type Basis, timesMatrix } from './basis.ts';
import { allocFloats, inside, place } from './place.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  alsItems(...args: number[]): void;
  alsScratch(size: number): number;
}

/** Where the conjugate gradient is, in coordinates of a basis of a0 XᵀX; in the kernels' memory. Each [items × stride] */
export interface ItemState {
  /** The solution so far. */
  readonly y: Float32Array;
  /** What is left of the right sides. */
  readonly r: Float32Array;
  /** Where to go next. */
  readonly p: Float32Array;
}

export interface ItemStep {
  readonly basis: Basis;
  /** What `itemPass` made of `directionsOf` the state, all customers. [items × stride] */
  readonly products: Float64Array;
  /** λ an item. [items] */
  readonly penalties: Float32Array;
}

/** The state before the first step. `targets`: Σ t x of all customers. [items × stride] */
export function startItems(kernels: Kernels, { rank }: AlsModel, basis: Basis, targets: Float64Array): ItemState {
  const y = allocFloats(kernels, targets.length);
  const r = timesMatrix(kernels, Float32Array.from(targets), basis.transposed, strideOf(rank));
  const p = allocFloats(kernels, targets.length);
  p.set(r);
  return { y, r, p };
}

/** `p` for `itemPass`, in the kernels' memory. */
export const directionsOf = (kernels: Kernels, { rank }: AlsModel, basis: Basis, { p }: ItemState): Float32Array =>
  timesMatrix(kernels, p, basis.inverse, strideOf(rank));

/** The items' factors so far, in the kernels' memory: after the last step, the new ones. */
export const factorsOf = (kernels: Kernels, { rank }: AlsModel, basis: Basis, { y }: ItemState): Float32Array =>
  timesMatrix(kernels, y, basis.inverse, strideOf(rank));

/** One step, in place. */
export function stepItems(kernels: Kernels, model: AlsModel, state: ItemState, step: ItemStep): void {
  const { alsItems, alsScratch } = kernels.exports as unknown as Exports;
  const size = strideOf(model.rank) * 4;
  const mark = kernels.mark();
  const scratch = kernels.alloc(alsScratch(size));
  const vectors = [state.y, state.r, state.p].map(view => inside(kernels, view));
  const { penalty, transposed, excess } = step.basis;
  const matrices = [transposed, excess].map(view => place(kernels, view));
  const penalties = place(kernels, step.penalties);
  const products = place(kernels, step.products);
  alsItems(products, ...vectors, size, ...matrices, penalty, penalties, 0, model.items, scratch);
  kernels.release(mark);
}
