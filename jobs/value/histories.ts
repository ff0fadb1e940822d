/** What the model of purchases knows of each customer, and how many customers are equal in it. */

/** A row a customer. Times are whole ticks: days, unless a test has finer ones. */
export interface Histories {
  /** Purchases after the first: x. */
  readonly repeats: Int32Array;
  /** Ticks from the first purchase to the last: t_x. */
  readonly recency: Int32Array;
  /** Ticks from the first purchase to the end of the observation: T. */
  readonly age: Int32Array;
}

/** Distinct histories in rising order of (x, T, t_x), so that sums over them do not depend on the order of customers. */
export interface GroupedHistories extends Histories {
  /** Customers of each. */
  readonly customers: Float64Array;
  readonly repeatsMax: number;
  readonly ageMax: number;
}

export function groupHistories({ repeats, recency, age }: Histories): GroupedHistories {
  const repeatsMax = most(repeats);
  const ageMax = most(age);
  const base = ageMax + 1;
  // A history as one whole number: exact, since 2^53 is more than 100,000 purchases in 800 years of days.
  if ((repeatsMax + 1) * base * base >= Number.MAX_SAFE_INTEGER) throw new Error('histories are too long to group');
  const keys = new Float64Array(repeats.length);
  for (let row = 0; row < keys.length; row++) keys[row] = (repeats[row]! * base + age[row]!) * base + recency[row]!;
  keys.sort();
  let groups = 0;
  for (let row = 0; row < keys.length; row++) if (row === 0 || keys[row] !== keys[row - 1]) groups++;
  const grouped = {
    repeats: new Int32Array(groups),
    recency: new Int32Array(groups),
    age: new Int32Array(groups),
    customers: new Float64Array(groups),
    repeatsMax,
    ageMax,
  };
  let group = -1;
  for (let row = 0; row < keys.length; row++) {
    const key = keys[row]!;
    if (row === 0 || key !== keys[row - 1]) {
      group++;
      const upper = Math.floor(key / base);
      grouped.recency[group] = key % base;
      grouped.age[group] = upper % base;
      grouped.repeats[group] = Math.floor(upper / base);
    }
    grouped.customers[group]!++;
  }
  return grouped;
}

function most(values: Int32Array): number {
  let found = 0;
  for (let row = 0; row < values.length; row++) if (values[row]! > found) found = values[row]!;
  return found;
}
