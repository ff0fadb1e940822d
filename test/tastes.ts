/** A stall whose customers have tastes: what one of a kind buys, others of the kind will like. */

import { below, seeded } from './random.ts';
import { csv, GOODS, SOLD_HEADER } from './stall.ts';
import type { Files } from './support.ts';

const CUSTOMERS = 260;
const KINDS = 4;
/** Goods of each kind. */
const OWN = 14;
const DAYS = 60;
const PURCHASES = 16;

/** Days of the test window: history is so short that each window has the least days. */
const WINDOW_DAYS = 7;

/** The first day of the test window. */
export const LAST_WINDOW = dayOf(DAYS - WINDOW_DAYS);

/** Files of a stall. What is sold in the test window is another thing with another `seed` there. */
export function tasteFiles({ lastWindow = 1 }: { readonly lastWindow?: number } = {}): Files {
  const codes = Array.from({ length: KINDS * OWN }, (_, code) => `good-${code}`);
  const [random, last] = [seeded(5), seeded(lastWindow)];
  const lines: string[] = [];
  for (let who = 0; who < CUSTOMERS; who++) {
    // Most like a few goods of their kind best, and buy these again.
    const favourites = Array.from({ length: 3 }, () => below(random, OWN));
    for (let purchase = 0; purchase < PURCHASES; purchase++) {
      const day = below(random, DAYS);
      const roll = below(random, 10);
      const own = roll < 4 ? favourites[roll % 3]! : below(random, OWN);
      const code = roll < 9 ? (who % KINDS) * OWN + own : below(random, codes.length);
      const isLast = day >= DAYS - WINDOW_DAYS;
      const [buyer, bought] =
        isLast && lastWindow > 1 ? [below(last, CUSTOMERS), below(last, codes.length + 9)] : [who, code];
      lines.push(`${lines.length + 1},${dayOf(day)},c${buyer},good-${bought},1`);
    }
  }
  // So that the first and the last day, and with them the windows, are always the same.
  lines.push(`${lines.length + 1},${dayOf(0)},c0,good-0,1`, `${lines.length + 2},${dayOf(DAYS - 1)},c0,good-0,1`);
  const extra = Array.from({ length: 9 }, (_, i) => `good-${codes.length + i},1`);
  return {
    'goods.csv': `${GOODS}${csv(...codes.map(code => `${code},2`), ...extra)}`,
    'sold.csv': csv(SOLD_HEADER, ...lines),
  };
}

function dayOf(day: number): string {
  return new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
}
