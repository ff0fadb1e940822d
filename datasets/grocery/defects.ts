/** Spoils lines on purpose, and keeps count of what must be found. */
import { pick, type Random } from './random.ts';
import type { Line } from './receipts.ts';

/** What a run on sales.csv must find: read = kept + duplicate + quarantined. Amounts are exact, with six places. */
export interface SalesTruth {
  readonly read: number;
  readonly kept: number;
  readonly duplicate: number;
  readonly quarantined: number;
  /** Quarantined records by code. */
  readonly codes: Readonly<Record<string, number>>;
  readonly revenue: string;
  /** Kept lines and revenue of each day that has any, YYYY-MM-DD. */
  readonly days: Readonly<Record<string, { readonly lines: number; readonly revenue: string }>>;
}

/** A line as sales.csv has it, with some fields changed. */
export function toText(line: Line, changes: { readonly [Name in keyof Line]?: string | number } = {}): string {
  const { id, employee, customer, product, quantity, discount, day, time, receipt } = { ...line, ...changes };
  const goods = typeof product === 'object' ? product.id : product;
  const share = typeof discount === 'number' ? discount / 10 : discount;
  return `${id},${employee},${customer},${goods},${quantity},${share},0,${day}${time},${receipt}`;
}

/** A record that must not be kept, counted. `kept` is a line that was, to be repeated; null if there is none yet. */
export function spoil(random: Random, line: Line, kept: Line | null, tally: Tally): string {
  const chance = random();
  if (kept !== null && chance < DUPLICATES) {
    tally.repeat();
    return toText(kept);
  }
  if (kept !== null && chance < DUPLICATES + OTHERS) {
    tally.refuse('E_DUP_KEY');
    return toText(kept, { quantity: kept.quantity + 1 });
  }
  const [code, change] = pick(random, DEFECTS);
  tally.refuse(code);
  return change(line);
}

/** Shares of the spoilt records that repeat an earlier one, exactly and with another content. */
const DUPLICATES = 0.2;
const OTHERS = 0.1;

/** How a line is spoilt, and the code that it must be found by. */
const DEFECTS: readonly (readonly [code: string, change: (line: Line) => string])[] = [
  ['E_TYPE', line => toText(line, { quantity: 'n/a' })],
  ['E_TYPE', line => toText(line, { day: '2018-02-30' })],
  ['E_RANGE', line => toText(line, { quantity: 0 })],
  ['E_RANGE', line => toText(line, { discount: '1.2' })],
  ['E_RANGE', line => toText(line, { day: '2081-01-01' })],
  ['E_REQUIRED', line => toText(line, { customer: '' })],
  ['E_FK', line => toText(line, { product: 99_999 })],
  ['E_FK', line => toText(line, { customer: 2_000_000_000 + line.customer })],
  ['E_COLS_FEW', line => toText(line).slice(0, -line.receipt.length - 1)],
  ['E_COLS_MANY', line => `${toText(line)},`],
  ['E_QUOTE', line => toText(line, { receipt: `"${line.receipt}` })],
  ['E_ENCODING', line => toText(line, { receipt: `${line.receipt}\xff` })],
  ['E_NUL', line => toText(line, { receipt: `${line.receipt}\0` })],
];

/** Counts records by what must become of them, and adds up what the kept ones brought, in millionths. */
export class Tally {
  #duplicate = 0;
  readonly #codes = new Map<string, number>();
  readonly #days = new Map<string, { lines: number; millionths: number }>();

  keep({ day, product, quantity, discount }: Line): void {
    const total = this.#days.get(day) ?? { lines: 0, millionths: 0 };
    total.lines++;
    // Ten-thousandths × tenths × 10 are millionths: nothing is rounded, and a day stays far below 2⁵³.
    total.millionths += product.price * quantity * (10 - discount) * 10;
    this.#days.set(day, total);
  }

  repeat(): void {
    this.#duplicate++;
  }

  refuse(code: string): void {
    this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
  }

  truth(): SalesTruth {
    const days = [...this.#days].sort(([a], [b]) => (a < b ? -1 : 1));
    const kept = days.reduce((sum, [, day]) => sum + day.lines, 0);
    const quarantined = [...this.#codes.values()].reduce((sum, count) => sum + count, 0);
    return {
      read: kept + this.#duplicate + quarantined,
      kept,
      duplicate: this.#duplicate,
      quarantined,
      codes: Object.fromEntries([...this.#codes].sort(([a], [b]) => (a < b ? -1 : 1))),
      revenue: amount(days.reduce((sum, [, day]) => sum + BigInt(day.millionths), 0n)),
      days: Object.fromEntries(
        days.map(([day, { lines, millionths }]) => [day, { lines, revenue: amount(BigInt(millionths)) }]),
      ),
    };
  }
}

const amount = (millionths: bigint): string =>
  `${millionths / 1_000_000n}.${String(millionths % 1_000_000n).padStart(6, '0')}`;
