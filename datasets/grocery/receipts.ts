/** Who buys what and when: the lines of receipts, before any of them is spoilt. */
import { below, mix, pick, type Random, shuffled } from './random.ts';

export interface Product {
  readonly id: number;
  readonly department: number;
  readonly name: string;
  /** In ten-thousandths, as the file writes it. */
  readonly price: number;
}

/** One line of a receipt. */
export interface Line {
  readonly id: number;
  readonly employee: number;
  readonly customer: number;
  readonly product: Product;
  readonly quantity: number;
  /** In tenths. */
  readonly discount: number;
  /** YYYY-MM-DD. */
  readonly day: string;
  /** With the blank that parts it from the day. */
  readonly time: string;
  readonly receipt: string;
}

export const EMPLOYEES = 23;
export const DEPARTMENT_PRODUCTS = 41;

const DAYS = 129;
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2018, 0, 1);
/** From Monday on, as 2018 begins: Saturdays sell twice as much as Mondays. */
const WEEKDAYS = [7, 8, 8, 9, 12, 14, 10];
/** Share of the lines that are for something the customer always buys. */
const HABIT = 0.6;
const FAVOURITES = 6;
/** Departments that a customer's favourites come from. */
const HAUNTS = 3;

/** Lines without end, receipt after receipt, numbered from 1. */
export function* receiptLines(random: Random, customers: number, products: readonly Product[]): Generator<Line, never> {
  const days = dayChooser(random);
  const byActivity = shuffled(random, customers);
  const byFame = shuffled(random, products.length);
  const departments = products.length / DEPARTMENT_PRODUCTS;
  for (let id = 1, number = 1; ; number++) {
    const customer = 1 + byActivity[Math.floor(random() ** 1.8 * customers)]!;
    const receipt = {
      customer,
      employee: 1 + Math.floor(random() ** 1.2 * EMPLOYEES),
      day: days(),
      time: timeOfDay(random),
      // No two are alike: the number is told apart by its own digits at the end.
      receipt: `R${mix(number).toString(36).toUpperCase().padStart(7, '0')}${number.toString(36).toUpperCase().padStart(6, '0')}`,
    };
    for (let lines = 1 + Math.floor(random() ** 2 * 6); lines > 0; lines--) {
      const index =
        random() < HABIT
          ? favourite(customer, below(random, FAVOURITES), departments)
          : byFame[Math.floor(random() ** 2.5 * products.length)]!;
      const quantity = 1 + Math.floor(random() ** 2 * 24);
      yield {
        ...receipt,
        id: id++,
        product: products[index]!,
        quantity,
        discount: pick(random, [0, 0, 0, 0, 0, 0, 0, 1, 1, 2]),
      };
    }
  }
}

/** The same few products for a customer, out of a few departments, and there rather the first ones. */
function favourite(customer: number, which: number, departments: number): number {
  const department = mix(customer * HAUNTS + (which % HAUNTS)) % departments;
  const taste = mix(customer * 31 + which) / 0x1_0000_0000;
  return department * DEPARTMENT_PRODUCTS + Math.floor(taste ** 2 * DEPARTMENT_PRODUCTS);
}

/** Days by the weight of their weekday; trade grows by a fifth over the months. */
function dayChooser(random: Random): () => string {
  const texts = Array.from({ length: DAYS }, (_, day) => new Date(FIRST_DAY + day * DAY_MS).toISOString().slice(0, 10));
  const upTo: number[] = [];
  for (let day = 0, sum = 0; day < DAYS; day++) {
    sum += WEEKDAYS[day % 7]! * (1 + (0.2 * day) / DAYS);
    upTo.push(sum);
  }
  return () => {
    const wanted = random() * upTo.at(-1)!;
    let low = 0;
    for (let high = DAYS - 1; low < high; ) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! <= wanted) low = middle + 1;
      else high = middle;
    }
    return texts[low]!;
  };
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));

/** Open from 7 to 21, busiest at two in the afternoon; hundredths of a second, as in the real file. */
function timeOfDay(random: Random): string {
  const hour = 7 + Math.floor(((random() + random()) / 2) * 14);
  const [minute, second, hundredth] = [below(random, 60), below(random, 60), below(random, 100)];
  return ` ${TWO_DIGITS[hour]}:${TWO_DIGITS[minute]}:${TWO_DIGITS[second]}.${TWO_DIGITS[hundredth]}0`;
}
