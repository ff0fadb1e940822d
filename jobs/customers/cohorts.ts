/**
 * Customers by the month, and by the week, of their first purchase, in each month and week in which they have a line. A
 * purchase is a line that is no return. A customer who only gave back belongs to no cohort, but his lines are counted, as
 * are those from before the first purchase: the sums over all cohorts are those of the fact.
 */
import { monthStart, weekStart } from '../../kernels/dates.ts';

export interface Activity {
  readonly grain: Grain;
  /** The first day of the month or week of the first purchase, in days since 1970-01-01; null for no cohort. */
  readonly cohort: number | null;
  /** The first day of a month or week; before the cohort only for what was given back before anything was bought. */
  readonly period: number;
  /** Customers who bought something in the period. */
  readonly customers: number;
  /** Orders in which they did. One that two customers share counts for both. */
  readonly orders: number;
  readonly lines: number;
  /** Net amounts of all lines, scaled by 10⁶. */
  readonly revenue: bigint;
}

export type Grain = keyof typeof GRAINS;

/** The first day of the period of a day, and a day that surely is in the next period, counted from there. */
const GRAINS = {
  month: { startOf: monthStart, beyond: 31 },
  week: { startOf: weekStart, beyond: 7 },
};

const GRAIN_NAMES = Object.keys(GRAINS) as Grain[];

/** Lines of whole customers, one customer after another, each in the order of days. */
export interface CohortLines {
  /** The first line of each customer, and behind the last one the number of lines. [customers + 1] */
  readonly starts: Int32Array;
  /** Days since 1970-01-01. [lines] */
  readonly days: Int32Array;
  /** Numbers below `orderCount`: of one customer's purchases equal where the order is. [lines] */
  readonly orders: Int32Array;
  readonly orderCount: number;
  /** The halves of net amounts scaled by 10⁶, the low one first: see `halves`. [2 × lines] */
  readonly amounts: Int32Array;
  /** A bit a line. [lines / 8] */
  readonly returned: Uint8Array;
}

export interface Cohorts {
  /** Adds customers of whom no line was added before. */
  add(lines: CohortLines): void;
  /** By grain, cohort and period. */
  activity(): Activity[];
}

export function createCohorts(): Cohorts {
  const cells = newCells();
  return {
    add(lines) {
      for (const grain of GRAIN_NAMES) addLines(cells[grain], GRAINS[grain], lines);
    },
    activity: () => activityOf(cells),
  };
}

/** The activity of all customers from that of parts of them; the order of the parts makes no difference. */
export async function mergeActivity(parts: AsyncIterable<readonly Activity[]>): Promise<Activity[]> {
  const cells = newCells();
  for await (const part of parts) {
    for (const { grain, cohort, period, customers, orders, lines, revenue } of part) {
      const cell = cellOf(cohortOf(cells[grain], cohort), period);
      cell.customers += customers;
      cell.orders += orders;
      cell.lines += lines;
      addAmount(cell, Number(BigInt.asUintN(32, revenue)), Number(revenue >> 32n));
    }
  }
  return activityOf(cells);
}

interface Cell {
  customers: number;
  orders: number;
  lines: number;
  /** The revenue is high · 2³² + low. */
  high: number;
  low: number;
}

/** By cohort, then by period. */
type Cells = Map<number | null, Map<number, Cell>>;

const newCells = (): Record<Grain, Cells> => ({ month: new Map(), week: new Map() });

/** From this sum on the low halves of amounts are carried over to the high ones: below 2⁵³ doubles count exactly. */
const CARRIED = 2 ** 52;

function addLines(cells: Cells, { startOf, beyond }: (typeof GRAINS)[Grain], lines: CohortLines): void {
  const { starts, days, orders, orderCount, amounts, returned } = lines;
  // In which stay, of those of all customers in all periods, each order was last seen.
  const seen = new Int32Array(orderCount);
  let stay = 0;
  for (let customer = 0; customer + 1 < starts.length; customer++) {
    const end = starts[customer + 1]!;
    let row = starts[customer]!;
    const bought = firstPurchase(returned, row, end);
    const cohort = cohortOf(cells, bought < end ? startOf(days[bought]!) : null);
    while (row < end) {
      const period = startOf(days[row]!);
      const next = startOf(period + beyond);
      const first = row;
      const cell = cellOf(cohort, period);
      let low = 0;
      let high = 0;
      let own = 0;
      stay++;
      for (; row < end && days[row]! < next; row++) {
        low += amounts[row * 2]! >>> 0;
        high += amounts[row * 2 + 1]!;
        if (low >= CARRIED) {
          low -= CARRIED;
          high += CARRIED / 2 ** 32;
        }
        const order = orders[row]!;
        if (isSet(returned, row) || seen[order] === stay) continue;
        seen[order] = stay;
        own++;
      }
      if (own > 0) cell.customers++;
      cell.orders += own;
      cell.lines += row - first;
      addAmount(cell, low, high);
    }
  }
}

/** The first line that is no return, or `end`. */
function firstPurchase(returned: Uint8Array, start: number, end: number): number {
  let row = start;
  while (row < end && isSet(returned, row)) row++;
  return row;
}

const isSet = (bits: Uint8Array, row: number): boolean => ((bits[row >> 3]! >> (row & 7)) & 1) === 1;

function addAmount(cell: Cell, low: number, high: number): void {
  const sum = cell.low + low;
  const carried = Math.floor(sum / 2 ** 32);
  cell.low = sum - carried * 2 ** 32;
  cell.high += high + carried;
}

function cohortOf(cells: Cells, cohort: number | null): Map<number, Cell> {
  const known = cells.get(cohort);
  if (known) return known;
  const made = new Map<number, Cell>();
  cells.set(cohort, made);
  return made;
}

function cellOf(cohort: Map<number, Cell>, period: number): Cell {
  const known = cohort.get(period);
  if (known) return known;
  const made = { customers: 0, orders: 0, lines: 0, high: 0, low: 0 };
  cohort.set(period, made);
  return made;
}

function activityOf(cells: Record<Grain, Cells>): Activity[] {
  const activity = GRAIN_NAMES.flatMap(grain =>
    Array.from(cells[grain], ([cohort, periods]) =>
      Array.from(periods, ([period, { customers, orders, lines, high, low }]): Activity => {
        const revenue = BigInt(high) * 2n ** 32n + BigInt(low);
        return { grain, cohort, period, customers, orders, lines, revenue };
      }),
    ).flat(),
  );
  const place = ({ grain }: Activity) => GRAIN_NAMES.indexOf(grain);
  const least = Number.NEGATIVE_INFINITY;
  return activity.sort(
    (a, b) => place(a) - place(b) || order(a.cohort ?? least, b.cohort ?? least) || a.period - b.period,
  );
}

const order = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
