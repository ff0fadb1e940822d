/** What customers bought, row by row: compressed sparse rows. */
import { place } from './place.ts';
import type { Kernels } from './wasm.ts';

/**
 * Items of many customers. Part of the customers is `ptr.subarray(from, to + 1)` with the same items and weights.
 */
export interface Purchases {
  /** Customer u has items [ptr[u], ptr[u + 1]). [customers + 1] */
  readonly ptr: Int32Array;
  /** Customer by customer, rising within one. */
  readonly items: Int32Array;
  /** How much each pair counts; 1 when there are none. [items' length] */
  readonly weights?: Float32Array | undefined;
}

/**
 * Addresses as kernels want them: that of `items` and `weights` is where those of the first of all customers would be.
 */
export interface PlacedPurchases {
  readonly customers: number;
  readonly ptr: number;
  readonly items: number;
  /** 0 when there are none. */
  readonly weights: number;
}

/** Only these customers' own items are copied into the kernels' memory. */
export function placePurchases(kernels: Kernels, { ptr, items, weights }: Purchases): PlacedPurchases {
  const from = ptr[0]!;
  const to = ptr.at(-1)!;
  const own = (view: Int32Array | Float32Array) => place(kernels, view.subarray(from, to)) - from * 4;
  return {
    customers: ptr.length - 1,
    ptr: place(kernels, ptr),
    items: own(items),
    weights: weights ? own(weights) : 0,
  };
}

/** How many items a customer has bought, on average. */
export const meanOf = ({ ptr }: Purchases): number => (ptr.at(-1)! - ptr[0]!) / Math.max(1, ptr.length - 1);

/**
 * Calls a kernel for one range of rows after the other. V8 replaces a function by its optimised code only between
 * calls: one long call would stay slow to its end. `work`: multiply-adds a row; a call takes some milliseconds.
 */
export function inPieces(rows: number, work: number, call: (from: number, to: number) => void): void {
  // A multiple of 32, so that kernels which take rows in groups find whole ones.
  const size = Math.max(1, Math.round(PIECE_WORK / Math.max(1, work) / 32)) * 32;
  for (let from = 0; from < rows; from += size) call(from, Math.min(rows, from + size));
}

const PIECE_WORK = 5e7;
