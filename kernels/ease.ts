/**
 * EASE, a linear model of items (Steck, "Embarrassingly shallow autoencoders for sparse data", 2019): a customer's
 * score of an item is the sum of B[j, item] over what was bought, with B[j, i] = −P[j, i] / P[i, i], no item speaking
 * for itself, and P = (XᵀX + λI)⁻¹ for customers' purchases X.
 */
import { allocFloat32s, allocFloat64s, place } from './place.ts';
import { inPieces, meanOf, type Purchases, placePurchases } from './purchases.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  addGramian(ptr: number, list: number, weights: number, rows: number, items: number, sum: number): void;
  pivotsOfStep(): number;
  beginStep(matrix: number, size: number, first: number, pivots: number, panel: number, block: number): number;
  sweepRows(
    matrix: number,
    size: number,
    first: number,
    pivots: number,
    panel: number,
    block: number,
    from: number,
    to: number,
    scratch: number,
  ): void;
  easeRows(swept: number, size: number, items: number, from: number, to: number, out: number): void;
  easeScores(table: number, items: number, ptr: number, list: number, weights: number, rows: number, out: number): void;
}

const exportsOf = (kernels: Kernels): Exports => kernels.exports as unknown as Exports;

/**
 * XᵀX of customers' purchases, block after block: for two items the sum of products of their weights, without weights
 * the number of customers who bought both. The upper triangle [items, items], zeros below, as a view of the kernels'
 * memory. Without weights it is exact, so that the sums of other blocks can be added to it in any order.
 */
export function itemGramian(kernels: Kernels, items: number, blocks: Iterable<Purchases>): Float64Array {
  const sum = allocFloat64s(kernels, items * items).fill(0);
  for (const block of blocks) {
    const mark = kernels.mark();
    const { customers, ptr, items: list, weights } = placePurchases(kernels, block);
    // Pairs are added where they happen to be, which takes longer than multiplying in registers.
    inPieces(customers, meanOf(block) ** 2 * 4, (from, to) =>
      exportsOf(kernels).addGramian(ptr + from * 4, list, weights, to - from, items, sum.byteOffset),
    );
    kernels.release(mark);
  }
  return sum;
}

/**
 * Item weights B [items, items], row j the weights of what having bought j says of each item, zero on the diagonal; a
 * view of the kernels' memory. `gramian`: the upper triangle of XᵀX [items, items]. `penalty`: λ > 0, in squares of
 * purchases' weights. Throws a RangeError when it is too small for XᵀX + λI to have an inverse. Takes n³ / 2
 * multiply-adds of doubles, and 8 n² bytes besides B: half a second for 2,000 items.
 */
export function easeWeights(kernels: Kernels, gramian: Float64Array, items: number, penalty: number): Float32Array {
  const weights = allocFloat32s(kernels, items * items);
  const mark = kernels.mark();
  const size = Math.ceil(items / 4) * 4;
  const matrix = allocFloat64s(kernels, size * size);
  for (let i = 0; i < size; i++) {
    const row = matrix.subarray(i * size, (i + 1) * size).fill(0);
    if (i < items) row.set(gramian.subarray(i * items, (i + 1) * items));
    row[i]! += i < items ? penalty : 1;
  }
  invert(kernels, matrix, size);
  const { easeRows } = exportsOf(kernels);
  inPieces(items, items, (from, to) => easeRows(matrix.byteOffset, size, items, from, to, weights.byteOffset));
  kernels.release(mark);
  return weights;
}

/** Leaves −A⁻¹ in the place of A. */
function invert(kernels: Kernels, matrix: Float64Array, size: number): void {
  const { pivotsOfStep, beginStep, sweepRows } = exportsOf(kernels);
  const most = pivotsOfStep();
  const panel = kernels.alloc(size * most * 8);
  const block = kernels.alloc(most * most * 8);
  const scratch = kernels.alloc(4 * most * 8);
  const at = matrix.byteOffset;
  for (let first = 0; first < size; first += most) {
    const pivots = Math.min(most, size - first);
    if (!beginStep(at, size, first, pivots, panel, block))
      throw new RangeError('a matrix that is not positive definite has no inverse here: the penalty is too small');
    inPieces(size, (size * pivots) / 2, (from, to) =>
      sweepRows(at, size, first, pivots, panel, block, from, to, scratch),
    );
  }
}

/**
 * Scores of each customer for all items [customers, items]; a view of the kernels' memory. `weights`: B [items, items].
 */
export function easeScores(kernels: Kernels, weights: Float32Array, items: number, purchases: Purchases): Float32Array {
  const customers = purchases.ptr.length - 1;
  const scores = allocFloat32s(kernels, customers * items);
  const mark = kernels.mark();
  const table = place(kernels, weights);
  const { ptr, items: list, weights: own } = placePurchases(kernels, purchases);
  inPieces(customers, meanOf(purchases) * items, (from, to) =>
    exportsOf(kernels).easeScores(
      table,
      items,
      ptr + from * 4,
      list,
      own,
      to - from,
      scores.byteOffset + from * items * 4,
    ),
  );
  kernels.release(mark);
  return scores;
}
