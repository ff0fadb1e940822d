/** Baskets on typed arrays: which products were bought together, and for how much. */

/** What was bought, line by line. */
export interface BoughtLines {
  /** Number of the order that each line is on, −1 for a line that is left out. [lines] */
  readonly orders: Int32Array;
  /** How many orders there can be: their numbers are below it. */
  readonly ordersMax: number;
  /** Number of each line's product, −1 for one that no rule can have. [lines] */
  readonly items: Int32Array;
  readonly itemCount: number;
  /** Net amount of each line, in millionths. [lines] */
  readonly amounts: BigInt64Array;
}

/** Orders with at least one line, each with its distinct items. A place is an index of `items`. */
export interface Baskets {
  readonly count: number;
  /** The items of each basket, rising, and −1 behind them. [places] */
  readonly items: Int32Array;
  /** What the item at each place costs in its basket, all of its lines together. [places] */
  readonly amounts: BigInt64Array;
  /** Of all lines of a basket, those included whose product is no item. Ten of the largest amounts would not fit. [count] */
  readonly totals: BigInt64Array;
}

/** Puts lines into baskets, in the order of the orders' numbers. Lines of one product on one order are one item. */
export function basketsOf(lines: BoughtLines): Baskets {
  const { ordersMax, items, amounts } = lines;
  const { rows, starts } = rowsByOrder(lines);
  const ownItems = new Int32Array(rows.length + ordersMax);
  const ownAmounts = new BigInt64Array(rows.length + ordersMax);
  const totals = new BigInt64Array(ordersMax);
  let places = 0;
  let count = 0;
  for (let order = 0; order < ordersMax; order++) {
    const [from, to] = [starts[order]!, starts[order + 1]!];
    if (from === to) continue;
    let total = 0n;
    let last = -1;
    for (let at = from; at < to; at++) {
      const row = rows[at]!;
      const [item, amount] = [items[row]!, amounts[row]!];
      total = BigInt.asIntN(64, total + amount);
      if (item < 0) continue;
      if (item !== last) ownItems[places++] = item;
      ownAmounts[places - 1] = BigInt.asIntN(64, ownAmounts[places - 1]! + amount);
      last = item;
    }
    ownItems[places++] = -1;
    totals[count++] = total;
  }
  return {
    count,
    items: ownItems.subarray(0, places),
    amounts: ownAmounts.subarray(0, places),
    totals: totals.subarray(0, count),
  };
}

/** The rows that are on an order, by order and in each by item: two passes of a counting sort. */
function rowsByOrder({ orders, ordersMax, items, itemCount }: BoughtLines) {
  const all = Int32Array.from(orders.keys()).filter(row => orders[row]! >= 0);
  const byItem = countingSort(all, row => items[row]! + 1, itemCount + 1).rows;
  return countingSort(byItem, row => orders[row]!, ordersMax);
}

/** Stable. Also where the rows of each key begin, and behind them the number of rows. [keys + 1] */
function countingSort(rows: Int32Array, keyOf: (row: number) => number, keys: number) {
  const starts = new Int32Array(keys + 1);
  for (const row of rows) starts[keyOf(row) + 1]!++;
  for (let key = 0; key < keys; key++) starts[key + 1]! += starts[key]!;
  const next = starts.slice();
  const sorted = new Int32Array(rows.length);
  for (const row of rows) sorted[next[keyOf(row)]!++] = row;
  return { rows: sorted, starts };
}

/** The baskets of several parts, one behind the other. */
export function joinBaskets(parts: readonly Baskets[]): Baskets {
  if (parts.length === 1) return parts[0]!;
  const sizeOf = (array: (part: Baskets) => { readonly length: number }) =>
    parts.reduce((sum, part) => sum + array(part).length, 0);
  const places = sizeOf(({ items }) => items);
  const items = new Int32Array(places);
  const amounts = new BigInt64Array(places);
  const totals = new BigInt64Array(sizeOf(part => part.totals));
  let [place, basket] = [0, 0];
  for (const part of parts) {
    items.set(part.items, place);
    amounts.set(part.amounts, place);
    totals.set(part.totals, basket);
    place += part.items.length;
    basket += part.count;
  }
  return { count: basket, items, amounts, totals };
}

/** Places of each item, rising, and where those of each begin. */
export interface Occurrences {
  readonly places: Int32Array;
  /** [itemCount + 1] */
  readonly starts: Int32Array;
}

export function occurrencesOf({ items }: Baskets, itemCount: number): Occurrences {
  const starts = new Int32Array(itemCount + 1);
  for (const item of items) if (item >= 0) starts[item + 1]!++;
  for (let item = 0; item < itemCount; item++) starts[item + 1]! += starts[item]!;
  const places = new Int32Array(starts[itemCount]!);
  const next = starts.slice();
  for (let place = 0; place < items.length; place++) {
    const item = items[place]!;
    if (item >= 0) places[next[item]!++] = place;
  }
  return { places, starts };
}
