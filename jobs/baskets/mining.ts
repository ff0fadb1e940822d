/**
 * Itemsets that are in many baskets. Depth first over sets in the order of their items, each with the places where its last
 * item stands in the baskets that hold all of it; one pass over what follows those places finds all sets that are one item
 * longer, and their places ("occurrence deliver" of LCM: Uno, Asai, Uchida, Arimura 2004). Nothing is intersected, so that
 * the cost is that of the baskets that are looked at, however many products there are.
 */
import { type Baskets, occurrencesOf } from './baskets.ts';
import { ITEMS_MAX } from './limits.ts';

export interface MiningLimits {
  readonly itemCount: number;
  /** Baskets that a set must be in. */
  readonly least: number;
  /** Sets of which there must not be more. */
  readonly most: number;
}

/**
 * All sets of 2 to ITEMS_MAX items that are in at least `least` baskets: the items of each, rising, and −1 behind a shorter
 * one; in order. Int32 [sets × ITEMS_MAX]. Null when there are more than `most`.
 */
export function mineItemsets(baskets: Baskets, { itemCount, least, most }: MiningLimits): Int32Array | null {
  const { places, starts } = occurrencesOf(baskets, itemCount);
  const found = new ItemsetList(most);
  const search = createSearch(baskets.items, { itemCount, least }, found);
  const set = new Int32Array(ITEMS_MAX).fill(-1);
  for (let item = 0; item < itemCount && !found.isFull; item++) {
    const [from, to] = [starts[item]!, starts[item + 1]!];
    if (to - from < least) continue;
    set[0] = item;
    search(set, 1, places.subarray(from, to));
  }
  return found.isFull ? null : found.items;
}

/** Finds all frequent sets that begin with the first `size` items of `set`, which stand at `places`. */
type Search = (set: Int32Array, size: number, places: Int32Array) => void;

function createSearch(
  items: Int32Array,
  { itemCount, least }: { readonly itemCount: number; readonly least: number },
  found: ItemsetList,
): Search {
  const counts = new Int32Array(itemCount);
  const next = new Int32Array(itemCount);
  const touched = new Int32Array(itemCount);
  // A set's places are as many as are behind those of the shorter set, which are never more than there are in all.
  const buffers = Array.from({ length: ITEMS_MAX - 2 }, () => new Int32Array(items.length));
  const search: Search = (set, size, places) => {
    const followers = countFollowers(items, places, { counts, touched });
    const frequent = followers.filter(item => counts[item]! >= least);
    const own = frequent.map(item => counts[item]!);
    for (const item of followers) counts[item] = 0;
    const isLast = size + 1 === ITEMS_MAX;
    const buffer = buffers[size - 1]!;
    if (!isLast) deliver(items, places, { frequent, counts: own, next, buffer });
    for (let i = 0, at = 0; i < frequent.length && !found.isFull; at += own[i++]!) {
      set[size] = frequent[i]!;
      found.push(set);
      if (!isLast) search(set, size + 1, buffer.subarray(at, at + own[i]!));
    }
    set[size] = -1;
  };
  return search;
}

/** How many of the places each item stands behind, in `counts`; returns these items, rising. */
function countFollowers(
  items: Int32Array,
  places: Int32Array,
  { counts, touched }: { readonly counts: Int32Array; readonly touched: Int32Array },
): Int32Array {
  let count = 0;
  for (let i = 0; i < places.length; i++) {
    for (let place = places[i]! + 1, item = items[place]!; item >= 0; item = items[++place]!) {
      if (counts[item]!++ === 0) touched[count++] = item;
    }
  }
  return touched.slice(0, count).sort();
}

interface Delivery {
  /** The items whose places are wanted, and how many each has. */
  readonly frequent: Int32Array;
  readonly counts: Int32Array;
  /** Scratch: zeros before and after. [itemCount] */
  readonly next: Int32Array;
  /** Takes the places, item by item. */
  readonly buffer: Int32Array;
}

function deliver(items: Int32Array, places: Int32Array, { frequent, counts, next, buffer }: Delivery): void {
  if (frequent.length === 0) return;
  // One more than where the next place goes, so that zero is no place.
  for (let i = 0, at = 1; i < frequent.length; at += counts[i++]!) next[frequent[i]!] = at;
  for (let i = 0; i < places.length; i++) {
    for (let place = places[i]! + 1, item = items[place]!; item >= 0; item = items[++place]!) {
      const at = next[item]!;
      if (at === 0) continue;
      buffer[at - 1] = place;
      next[item] = at + 1;
    }
  }
  for (const item of frequent) next[item] = 0;
}

/** Itemsets one behind the other. */
class ItemsetList {
  readonly #most: number;
  #items = new Int32Array(1024 * ITEMS_MAX);
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether there was one too many. */
  get isFull(): boolean {
    return this.#length > this.#most;
  }

  get items(): Int32Array {
    return this.#items.subarray(0, this.#length * ITEMS_MAX);
  }

  push(set: Int32Array): void {
    if ((this.#length + 1) * ITEMS_MAX > this.#items.length) {
      const larger = new Int32Array(this.#items.length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items.set(set, this.#length++ * ITEMS_MAX);
  }
}
