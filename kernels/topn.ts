/** The best items of each customer: kernels/assembly/recommend/topn.ts. */
import { allocFloat32s, allocFloat64s, allocInt32s, place } from './place.ts';
import { inPieces, meanOf, type PlacedPurchases, type Purchases, placePurchases } from './purchases.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  packItems(factors: number, order: number, items: number, rank: number, panels: number): void;
  topScratch(items: number, rank: number): number;
  topFactors(
    customers: number,
    rows: number,
    rank: number,
    panels: number,
    order: number,
    positions: number,
    bounds: number,
    items: number,
    ptr: number,
    excluded: number,
    count: number,
    scores: number,
    found: number,
    scratch: number,
  ): void;
  topScores(
    table: number,
    rows: number,
    items: number,
    ptr: number,
    excluded: number,
    count: number,
    scores: number,
    found: number,
    scratch: number,
  ): void;
  pairScores(
    customers: number,
    rows: number,
    items: number,
    rank: number,
    ptr: number,
    list: number,
    out: number,
  ): void;
}

const exportsOf = (kernels: Kernels): Exports => kernels.exports as unknown as Exports;

/**
 * Lists of `count` items a customer, the best first; of equal scores the lower item first. Views of the kernels'
 * memory.
 */
export interface Lists {
  /** −1 where there is no further item. [customers, count] */
  readonly items: Int32Array;
  /** −∞ where there is no item. [customers, count] */
  readonly scores: Float32Array;
}

/** Items of a factor model, laid out for topItems. Views of the kernels' memory. */
export interface PackedItems {
  readonly items: number;
  readonly rank: number;
  /** Eight items side by side. [items / 8 rounded up, rank, 8] */
  readonly panels: Float32Array;
  /** Items as they lie in the panels, the longest first. [items] */
  readonly order: Int32Array;
  /** Where each item lies in that order. [items] */
  readonly positions: Int32Array;
  /** Length of the longest of 64 items and what rounding may add to a product with it. [items / 64 rounded up] */
  readonly bounds: Float64Array;
}

/** Items that lie together and are left out together: BLOCK of kernels/assembly/recommend/best.ts. */
const BLOCK = 64;

/** Packs items' factors [items, rank], finite ones; the rank is a multiple of 8. */
export function packItems(kernels: Kernels, factors: Float32Array, rank: number): PackedItems {
  const items = factors.length / rank;
  const panels = allocFloat32s(kernels, Math.ceil(items / 8) * 8 * rank);
  const order = allocInt32s(kernels, items);
  const positions = allocInt32s(kernels, items);
  const bounds = allocFloat64s(kernels, Math.ceil(items / BLOCK));
  const lengths = rowLengths(factors, rank);
  order.set(Int32Array.from(lengths.keys()).sort((a, b) => lengths[b]! - lengths[a]! || a - b));
  order.forEach((item, position) => {
    positions[item] = position;
  });
  // A sum of `rank` rounded products differs from the true one by less than rank · 2⁻²³ of the lengths' product
  // (Higham, Accuracy and Stability of Numerical Algorithms, 3.1).
  for (let block = 0; block < bounds.length; block++)
    bounds[block] = lengths[order[block * BLOCK]!]! * (1 + rank * 2 ** -22);
  const mark = kernels.mark();
  exportsOf(kernels).packItems(place(kernels, factors), order.byteOffset, items, rank, panels.byteOffset);
  kernels.release(mark);
  return { items, rank, panels, order, positions, bounds };
}

/**
 * The `count` items of the highest scores x·y of each customer, exactly: an item that `excluded` names in the
 * customer's row is in no list. `customers`: factors [customers, rank], finite. The result of a customer does not
 * depend on who else is asked for.
 */
export function topItems(
  kernels: Kernels,
  packed: PackedItems,
  customers: Float32Array,
  count: number,
  excluded?: Purchases,
): Lists {
  const { items, rank } = packed;
  const rows = customers.length / rank;
  const lists = allocLists(kernels, rows, count);
  const mark = kernels.mark();
  const { topScratch, topFactors } = exportsOf(kernels);
  const scratch = kernels.alloc(topScratch(items, rank));
  const x = place(kernels, customers);
  const out = placeExcluded(kernels, excluded);
  inPieces(rows, items * rank, (from, to) =>
    topFactors(
      x + from * rank * 4,
      to - from,
      rank,
      packed.panels.byteOffset,
      packed.order.byteOffset,
      packed.positions.byteOffset,
      packed.bounds.byteOffset,
      items,
      out.ptr && out.ptr + from * 4,
      out.items,
      count,
      lists.scores.byteOffset + from * count * 4,
      lists.items.byteOffset + from * count * 4,
      scratch,
    ),
  );
  kernels.release(mark);
  return lists;
}

/** The same of scores that are there already [customers, items]; one that is not a number is in no list. */
export function topOfScores(
  kernels: Kernels,
  table: Float32Array,
  items: number,
  count: number,
  excluded?: Purchases,
): Lists {
  const rows = table.length / items;
  const lists = allocLists(kernels, rows, count);
  const mark = kernels.mark();
  const { topScratch, topScores } = exportsOf(kernels);
  const scratch = kernels.alloc(topScratch(items, 0));
  const scores = place(kernels, table);
  const out = placeExcluded(kernels, excluded);
  inPieces(rows, items, (from, to) =>
    topScores(
      scores + from * items * 4,
      to - from,
      items,
      out.ptr && out.ptr + from * 4,
      out.items,
      count,
      lists.scores.byteOffset + from * count * 4,
      lists.items.byteOffset + from * count * 4,
      scratch,
    ),
  );
  kernels.release(mark);
  return lists;
}

/**
 * The score x·y of each pair, as `purchases.items` lists them from the first customer's begin. The products of a row
 * are added in another order than in topItems: the last digit may differ.
 */
export function pairScores(
  kernels: Kernels,
  customers: Float32Array,
  factors: Float32Array,
  rank: number,
  purchases: Purchases,
): Float32Array {
  const { ptr } = purchases;
  const scores = allocFloat32s(kernels, ptr.at(-1)! - ptr[0]!);
  const mark = kernels.mark();
  const x = place(kernels, customers);
  const y = place(kernels, factors);
  const placed = placePurchases(kernels, purchases);
  const out = scores.byteOffset - ptr[0]! * 4;
  inPieces(placed.customers, meanOf(purchases) * rank, (from, to) =>
    exportsOf(kernels).pairScores(x + from * rank * 4, to - from, y, rank, placed.ptr + from * 4, placed.items, out),
  );
  kernels.release(mark);
  return scores;
}

const NOBODY: PlacedPurchases = { customers: 0, ptr: 0, items: 0, weights: 0 };

const placeExcluded = (kernels: Kernels, excluded: Purchases | undefined): PlacedPurchases =>
  excluded ? placePurchases(kernels, { ptr: excluded.ptr, items: excluded.items }) : NOBODY;

const allocLists = (kernels: Kernels, customers: number, count: number): Lists => ({
  items: allocInt32s(kernels, customers * count),
  scores: allocFloat32s(kernels, customers * count),
});

function rowLengths(factors: Float32Array, rank: number): Float64Array {
  const lengths = new Float64Array(factors.length / rank);
  for (let row = 0; row < lengths.length; row++) {
    let sum = 0;
    for (let d = row * rank; d < (row + 1) * rank; d++) sum += factors[d]! * factors[d]!;
    lengths[row] = Math.sqrt(sum);
  }
  return lengths;
}
