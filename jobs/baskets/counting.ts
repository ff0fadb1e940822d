/** Exact counts of given itemsets in baskets, with what else is bought beside each. */
import { type Baskets, occurrencesOf } from './baskets.ts';
import { ITEMS_MAX } from './limits.ts';

export interface ItemsetCounts {
  /** Baskets that hold the set. [sets] */
  readonly baskets: Int32Array;
  /**
   * Of sets that a rule can have on its left side: net amount of these baskets without the lines of the set's own
   * products, in millionths; null when it does not fit. [sets]
   */
  readonly rests: readonly (bigint | null)[];
}

/**
 * `sets` as of mineItemsets, in order, with all that a longer one begins with, single items included. Walks them as
 * mineItemsets does, but delivers only to what is among them.
 */
export function countItemsets(baskets: Baskets, sets: Int32Array, itemCount: number): ItemsetCounts {
  const length = sets.length / ITEMS_MAX;
  const counts = new Int32Array(length);
  const rests: (bigint | null)[] = new Array(length).fill(0n);
  const { places, starts } = occurrencesOf(baskets, itemCount);
  const restAt = restsOfPlaces(baskets);
  const walk = createWalk(baskets, sets, itemCount, (set, own, ownRests) => {
    counts[set] = own.length;
    if (sizeOf(sets, set) < ITEMS_MAX) rests[set] = sumOf(ownRests);
  });
  for (let set = 0; set < length; ) {
    const item = sets[set * ITEMS_MAX]!;
    const own = places.subarray(starts[item]!, starts[item + 1]!);
    const ownRests = new BigInt64Array(own.length);
    for (let i = 0; i < own.length; i++) ownRests[i] = restAt[own[i]!]!;
    set = walk(set, own, ownRests);
  }
  return { baskets: counts, rests };
}

/** What a basket costs beside the item at each place. [places] */
function restsOfPlaces({ items, amounts, totals }: Baskets): BigInt64Array {
  const rests = new BigInt64Array(items.length);
  for (let place = 0, basket = 0; place < items.length; place++) {
    if (items[place]! < 0) basket++;
    else rests[place] = BigInt.asIntN(64, totals[basket]! - amounts[place]!);
  }
  return rests;
}

/** Visits the set and all that begin with it, given where its last item stands and what is beside it there; returns the set behind. */
type Walk = (set: number, places: Int32Array, rests: BigInt64Array) => number;

function createWalk(
  { items, amounts }: Baskets,
  sets: Int32Array,
  itemCount: number,
  visit: (set: number, places: Int32Array, rests: BigInt64Array) => void,
): Walk {
  const slots = new Int32Array(itemCount);
  const walk: Walk = (set, places, rests) => {
    visit(set, places, rests);
    const size = sizeOf(sets, set);
    const children = childrenOf(sets, set, size);
    if (children.length === 0) return set + 1;
    children.forEach((child, i) => {
      slots[sets[child * ITEMS_MAX + size]!] = i + 1;
    });
    const found = deliverTo({ items, amounts, slots }, places, rests, children.length);
    for (const child of children) slots[sets[child * ITEMS_MAX + size]!] = 0;
    let end = set + 1;
    children.forEach((child, i) => {
      end = walk(child, found[i]!.places, found[i]!.rests);
    });
    return end;
  };
  return walk;
}

/** The sets that are one item longer than this one and begin with it. They and what begins with them follow it. */
function childrenOf(sets: Int32Array, set: number, size: number): number[] {
  const children: number[] = [];
  if (size === ITEMS_MAX) return children;
  for (let next = set + 1; next * ITEMS_MAX < sets.length && sizeOf(sets, next) > size; next++) {
    if (sizeOf(sets, next) === size + 1) children.push(next);
  }
  return children;
}

function sizeOf(sets: Int32Array, set: number): number {
  let size = 1;
  while (size < ITEMS_MAX && sets[set * ITEMS_MAX + size]! >= 0) size++;
  return size;
}

interface Places {
  readonly places: Int32Array;
  readonly rests: BigInt64Array;
}

/** The places of each item with a slot, of 1 to `count`, behind the given ones. */
function deliverTo(
  {
    items,
    amounts,
    slots,
  }: { readonly items: Int32Array; readonly amounts: BigInt64Array; readonly slots: Int32Array },
  places: Int32Array,
  rests: BigInt64Array,
  count: number,
): Places[] {
  const next = new Int32Array(count + 1);
  for (let i = 0; i < places.length; i++) {
    for (let place = places[i]! + 1, item = items[place]!; item >= 0; item = items[++place]!) next[slots[item]!]!++;
  }
  const found = Array.from({ length: count }, (_, i) => ({
    places: new Int32Array(next[i + 1]!),
    rests: new BigInt64Array(next[i + 1]!),
  }));
  next.fill(0);
  for (let i = 0; i < places.length; i++) {
    const rest = rests[i]!;
    for (let place = places[i]! + 1, item = items[place]!; item >= 0; item = items[++place]!) {
      const slot = slots[item]!;
      if (slot === 0) continue;
      const at = next[slot]!++;
      const own = found[slot - 1]!;
      own.places[at] = place;
      own.rests[at] = BigInt.asIntN(64, rest - amounts[place]!);
    }
  }
  return found;
}

/** Amounts of more digits than these are not told: half of what 64 bits hold, since doubles are only near. */
const SUM_MAX = 2 ** 62;

function sumOf(values: BigInt64Array): bigint | null {
  let sum = 0n;
  let near = 0;
  for (let i = 0; i < values.length; i++) {
    sum = BigInt.asIntN(64, sum + values[i]!);
    near += Number(values[i]!);
  }
  return Math.abs(near) < SUM_MAX ? sum : null;
}
