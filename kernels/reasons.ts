/** Why an item is in a list, by the model's own arithmetic: kernels/assembly/recommend/ease.ts, reasons.ts. */
import { eigenOf } from './eigen.ts';
import { allocFloat32s, allocInt32s, place } from './place.ts';
import { inPieces, meanOf, type Purchases, placePurchases } from './purchases.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  easeReasons(
    table: number,
    items: number,
    ptr: number,
    list: number,
    weights: number,
    rows: number,
    listed: number,
    count: number,
    reasons: number,
    contributions: number,
  ): void;
  alsReasons(
    turned: number,
    rank: number,
    spread: number,
    penalties: number,
    alphas: number,
    ptr: number,
    list: number,
    rows: number,
    listed: number,
    count: number,
    reasons: number,
    contributions: number,
    scratch: number,
  ): void;
}

const exportsOf = (kernels: Kernels): Exports => kernels.exports as unknown as Exports;

/** For each listed item the purchase that adds most to its score. Views of the kernels' memory. */
export interface Reasons {
  /** The item that was bought, of equal contributions the lower one; −1 where nothing is listed or bought. [listed] */
  readonly items: Int32Array;
  /** What it adds to the score; 0 where there is none. A sum of all purchases' contributions is the score. [listed] */
  readonly contributions: Float32Array;
}

/**
 * Reasons by EASE: a purchase adds its weight times B[purchase, item]. `table`: B; `listed`: items, −1 for none
 * [customers, count].
 */
export function easeReasons(
  kernels: Kernels,
  table: Float32Array,
  items: number,
  purchases: Purchases,
  listed: Int32Array,
): Reasons {
  const reasons = allocReasons(kernels, listed.length);
  const mark = kernels.mark();
  const b = place(kernels, table);
  const { customers, ptr, items: list, weights } = placePurchases(kernels, purchases);
  const at = place(kernels, listed);
  const count = listed.length / Math.max(1, customers);
  // A column of B is in as many places as there are purchases: nothing here is in a vector.
  inPieces(customers, meanOf(purchases) * count * 8, (from, to) =>
    exportsOf(kernels).easeReasons(
      b,
      items,
      ptr + from * 4,
      list,
      weights,
      to - from,
      at + from * count * 4,
      count,
      reasons.items.byteOffset + from * count * 4,
      reasons.contributions.byteOffset + from * count * 4,
    ),
  );
  kernels.release(mark);
  return reasons;
}

/**
 * Items of an ALS model in the eigenbasis of YᵀY, where the matrix of every customer's normal equations is diagonal.
 */
export interface TurnedItems {
  readonly rank: number;
  /** [items, rank] */
  readonly factors: Float32Array;
  /** Of YᵀY. [rank] */
  readonly eigenvalues: Float64Array;
}

/** Turns items' factors [items, rank]; the rank is a multiple of 8. Views of the JS heap. */
export function turnItems(factors: Float32Array, rank: number): TurnedItems {
  const { values, vectors } = eigenOf(gramianOf(factors, rank), rank);
  const turned = new Float32Array(factors.length);
  const row = new Float64Array(rank);
  for (let at = 0; at < factors.length; at += rank) {
    row.fill(0);
    for (let d = 0; d < rank; d++) {
      const factor = factors[at + d]!;
      for (let e = 0; e < rank; e++) row[e]! += factor * vectors[d * rank + e]!;
    }
    turned.set(row, at);
  }
  // Rounding may leave an eigenvalue of zero just below it.
  return { rank, factors: turned, eigenvalues: values.map(value => Math.max(0, value)) };
}

/** The customers' part of an ALS model's loss: Σ_S (w s² − 2 (w + t0) s) + a0 Σ_all s² + Σ_u λ_u |x_u|². */
export interface CustomerLoss {
  /** Weight of the square of every score, of what was bought and what was not. */
  readonly a0: number;
  /** What the target of a purchase has besides its weight. */
  readonly t0: number;
  /** λ_u > 0. [customers] */
  readonly penalties: Float32Array;
}

/**
 * Reasons by ALS, from the normal equations that a customer's factors solve. As far as these are only near their
 * solution, so are the contributions. `scores`: of each purchase, as pairScores gives them; `listed`: items, −1 for
 * none [customers, count].
 */
export function alsReasons(
  kernels: Kernels,
  turned: TurnedItems,
  loss: CustomerLoss,
  purchases: Purchases,
  scores: Float32Array,
  listed: Int32Array,
): Reasons {
  const { rank } = turned;
  const reasons = allocReasons(kernels, listed.length);
  const mark = kernels.mark();
  const alphas = place(kernels, alphasOf(loss, purchases, scores)) - purchases.ptr[0]! * 4;
  const y = place(kernels, turned.factors);
  const spread = place(
    kernels,
    Float32Array.from(turned.eigenvalues, value => loss.a0 * value),
  );
  const penalties = place(kernels, loss.penalties);
  const { customers, ptr, items } = placePurchases(kernels, { ...purchases, weights: undefined });
  const at = place(kernels, listed);
  const scratch = kernels.alloc(rank * 2 * 4);
  const count = listed.length / Math.max(1, customers);
  inPieces(customers, meanOf(purchases) * count * rank, (from, to) =>
    exportsOf(kernels).alsReasons(
      y,
      rank,
      spread,
      penalties + from * 4,
      alphas,
      ptr + from * 4,
      items,
      to - from,
      at + from * count * 4,
      count,
      reasons.items.byteOffset + from * count * 4,
      reasons.contributions.byteOffset + from * count * 4,
      scratch,
    ),
  );
  kernels.release(mark);
  return reasons;
}

/** α = w + t0 − w s of each purchase. */
function alphasOf({ t0 }: CustomerLoss, { ptr, weights }: Purchases, scores: Float32Array): Float32Array {
  const from = ptr[0]!;
  return scores.map((score, i) => {
    const weight = weights ? weights[from + i]! : 1;
    return weight + t0 - weight * score;
  });
}

const allocReasons = (kernels: Kernels, listed: number): Reasons => ({
  items: allocInt32s(kernels, listed),
  contributions: allocFloat32s(kernels, listed),
});

/** FᵀF of rows F, both triangles [rank, rank]. */
function gramianOf(factors: Float32Array, rank: number): Float64Array {
  const sum = new Float64Array(rank * rank);
  for (let at = 0; at < factors.length; at += rank) {
    for (let d = 0; d < rank; d++) {
      const factor = factors[at + d]!;
      for (let e = 0; e < rank; e++) sum[d * rank + e]! += factor * factors[at + e]!;
    }
  }
  return sum;
}
