import { describe, expect, it } from 'vitest';
import { below, listOf, seeded } from '../../test/random.ts';
import { boughtBy, type Lines } from './bought.ts';

interface Line {
  readonly customer: number;
  readonly day: number;
  readonly item: number;
  readonly isReturn: boolean;
}

/** Lines sorted by customer, then by day. */
function linesOf(lines: readonly Line[]): Lines {
  const sorted = lines.toSorted((a, b) => a.customer - b.customer || a.day - b.day);
  const starts = sorted.flatMap(({ customer }, row) => (customer === sorted[row - 1]?.customer ? [] : [row]));
  const returned = new Uint8Array((sorted.length + 7) >> 3);
  sorted.forEach(({ isReturn }, row) => {
    if (isReturn) returned[row >> 3]! |= 1 << (row & 7);
  });
  return {
    starts: Int32Array.from([...starts, sorted.length]),
    items: Int32Array.from(sorted, ({ item }) => item),
    days: Int32Array.from(sorted, ({ day }) => day),
    returned,
  };
}

/** The same, customer by customer and product by product. */
function plain(lines: readonly Line[], window: { until: number; end: number }, halfLife: number | null) {
  const customers = [...new Set(lines.map(({ customer }) => customer))].sort((a, b) => a - b);
  return customers.flatMap(customer => {
    const own = lines.filter(line => line.customer === customer && line.day < window.end);
    const before = own.filter(({ day }) => day < window.until);
    const pairs = [...new Set(before.map(({ item }) => item))]
      .sort((a, b) => a - b)
      .flatMap(item => {
        const days = before.filter(line => line.item === item && !line.isReturn).map(({ day }) => day);
        const count = days.length - before.filter(line => line.item === item && line.isReturn).length;
        const worth = days.reduce(
          (sum, day) => sum + (halfLife === null ? 1 : 0.5 ** ((window.until - day) / halfLife)),
          0,
        );
        return count > 0 ? [{ item, count, weight: Math.fround((worth * count) / days.length) }] : [];
      });
    const later = own.filter(({ day, isReturn }) => day >= window.until && !isReturn).map(({ item }) => item);
    const truths = [...new Set(later)].sort((a, b) => a - b);
    return pairs.length > 0 ? [{ pairs, truths }] : [];
  });
}

const shown = ({ starts, items, counts, weights, truthStarts, truths, rows }: ReturnType<typeof boughtBy>) =>
  Array.from(rows, (_, customer) => ({
    pairs: Array.from({ length: starts[customer + 1]! - starts[customer]! }, (_, i) => {
      const pair = starts[customer]! + i;
      return { item: items[pair]!, count: counts[pair]!, weight: weights[pair]! };
    }),
    truths: [...truths.subarray(truthStarts[customer]!, truthStarts[customer + 1]!)],
  }));

describe('what each customer bought', () => {
  const WINDOW = { until: 60, end: 80 };

  it.each([1, 2, 3, 4, 5, 6])('is what counting finds (%i)', seed => {
    const random = seeded(seed);
    const lines = listOf(
      600,
      (): Line => ({
        customer: below(random, 40),
        day: below(random, 100),
        // More of them than are sorted by insertion, for some customers.
        item: below(random, seed > 3 ? 400 : 9),
        isReturn: below(random, 5) === 0,
      }),
    );
    const many =
      seed > 3 ? listOf(300, (item): Line => ({ customer: 7, day: 3, item: 399 - item, isReturn: false })) : [];
    for (const halfLife of [null, 14]) {
      const found = boughtBy(linesOf([...lines, ...many]), WINDOW, { products: 400, halfLife });
      expect(shown(found)).toEqual(plain([...lines, ...many], WINDOW, halfLife));
    }
  });

  it('is worth half as much for every half-life that has passed', () => {
    const lines = [40, 60, 80].map((day): Line => ({ customer: 1, day, item: 2, isReturn: false }));
    const { counts, weights } = boughtBy(linesOf(lines), { until: 80, end: 80 }, { products: 3, halfLife: 20 });
    expect([[...counts], [...weights]]).toEqual([[2], [0.75]]);
  });

  it('is nothing when all of it was given back, however long ago it was bought', () => {
    const bought: Line = { customer: 1, day: 10, item: 0, isReturn: false };
    const given: Line = { ...bought, day: 70, isReturn: true };
    const left = (lines: readonly Line[]) => [
      ...boughtBy(linesOf(lines), { until: 80, end: 80 }, { products: 1, halfLife: 5 }).counts,
    ];
    expect([left([bought, given]), left([bought, bought, given])]).toEqual([[], [1]]);
  });
});
