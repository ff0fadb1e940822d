/** What each customer bought how often, and what of it later: one pass over lines that are sorted by customer. */
import type { Window } from './windows.ts';

export interface Bought {
  /** A row of each customer who bought anything before the window: of others nothing can be learned. [customers] */
  readonly rows: Int32Array;
  /** Where each customer's pairs begin, and behind the last one their number. [customers + 1] */
  readonly starts: Int32Array;
  /** Places in the catalogue, rising for each customer. [pairs] */
  readonly items: Int32Array;
  /** Bought of each, returns taken off. [pairs] */
  readonly counts: Float32Array;
  /** The same, each purchase worth half as much for every half-life that has passed since. [pairs] */
  readonly weights: Float32Array;
  /** What was bought in the days on which a recommender is tried out. [customers + 1], [truths] */
  readonly truthStarts: Int32Array;
  readonly truths: Int32Array;
}

export interface Lines {
  /** First row of each customer, and behind the last one the number of rows. */
  readonly starts: Int32Array;
  /** Place in the catalogue. */
  readonly items: Int32Array;
  readonly days: Int32Array;
  /** A bit a row. */
  readonly returned: Uint8Array;
}

/** `halfLife` in days; null leaves all purchases at the same worth. Pairs whose purchases were all given back are none. */
export function boughtBy(
  { starts, items, days, returned }: Lines,
  { until, end }: Window,
  { products, halfLife }: { readonly products: number; readonly halfLife: number | null },
): Bought {
  const customers = starts.length - 1;
  const lines = starts[customers]!;
  const out = {
    rows: new Int32Array(customers),
    starts: new Int32Array(customers + 1),
    items: new Int32Array(lines),
    counts: new Float32Array(lines),
    weights: new Float32Array(lines),
    truthStarts: new Int32Array(customers + 1),
    truths: new Int32Array(lines),
  };
  const own = createTally(products);
  const later = createTally(products);
  const decay = decayOf(halfLife);
  let [kept, pairs, truths] = [0, 0, 0];
  for (let customer = 0; customer < customers; customer++) {
    for (let row = starts[customer]!; row < starts[customer + 1]! && days[row]! < end; row++) {
      const isReturn = ((returned[row >> 3]! >> (row & 7)) & 1) === 1;
      if (days[row]! >= until) {
        if (!isReturn) later.buy(items[row]!, 1);
      } else if (isReturn) own.giveBack(items[row]!);
      else own.buy(items[row]!, decay(until - days[row]!));
    }
    const pairsBefore = pairs;
    pairs = own.take(out.items, out.counts, out.weights, pairs);
    const truthsEnd = later.take(out.truths, null, null, truths);
    if (pairs === pairsBefore) continue;
    truths = truthsEnd;
    out.rows[kept++] = starts[customer]!;
    out.starts[kept] = pairs;
    out.truthStarts[kept] = truths;
  }
  return {
    rows: out.rows.subarray(0, kept),
    starts: out.starts.subarray(0, kept + 1),
    items: out.items.subarray(0, pairs),
    counts: out.counts.subarray(0, pairs),
    weights: out.weights.subarray(0, pairs),
    truthStarts: out.truthStarts.subarray(0, kept + 1),
    truths: out.truths.subarray(0, truths),
  };
}

/** What a purchase of so many days ago is worth. */
function decayOf(halfLife: number | null): (age: number) => number {
  if (halfLife === null) return () => 1;
  const known: number[] = [];
  return age => {
    known[age] ??= 0.5 ** (age / halfLife);
    return known[age];
  };
}

/** The products of one customer, counted. */
function createTally(products: number) {
  const counts = new Float64Array(products);
  const weights = new Float64Array(products);
  const returned = new Float64Array(products);
  const isSeen = new Uint8Array(products);
  const seen = new Int32Array(products);
  let used = 0;
  const see = (item: number): void => {
    if (isSeen[item] !== 0) return;
    isSeen[item] = 1;
    seen[used++] = item;
  };
  return {
    buy(item: number, weight: number): void {
      see(item);
      counts[item]!++;
      weights[item]! += weight;
    },
    giveBack(item: number): void {
      see(item);
      returned[item]!++;
    },
    /**
     * Writes those that are left from `at` on, in order, and forgets all; returns where they end. What is given back lowers
     * the worth of all purchases of a product alike: which of them it was is not known.
     */
    take(items: Int32Array, outCounts: Float32Array | null, outWeights: Float32Array | null, at: number): number {
      sortFew(seen, used);
      let end = at;
      for (let i = 0; i < used; i++) {
        const item = seen[i]!;
        const kept = counts[item]! - returned[item]!;
        if (kept > 0) {
          items[end] = item;
          if (outCounts) outCounts[end] = kept;
          if (outWeights) outWeights[end] = (weights[item]! * kept) / counts[item]!;
          end++;
        }
        counts[item] = 0;
        weights[item] = 0;
        returned[item] = 0;
        isSeen[item] = 0;
      }
      used = 0;
      return end;
    },
  };
}

/** Customers have a few dozen products: below this many, insertion beats a call of the engine's sort. */
const FEW = 128;

function sortFew(values: Int32Array, length: number): void {
  if (length > FEW) {
    values.subarray(0, length).sort();
    return;
  }
  for (let i = 1; i < length; i++) {
    const value = values[i]!;
    let at = i;
    for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
}
