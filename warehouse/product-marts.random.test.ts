/** The marts of products and seasons of random sales, against sums made the long way. */
import { describe, expect, test } from 'vitest';
import { amountText, parseAmount } from '../kernels/money.ts';
import { below, between, listOf, pick, seeded } from '../test/random.ts';
import { askOfProducts, dayAt, plusMonths, type Sale } from './sales.fixture.ts';
import type { Json } from './warehouse.ts';

describe('random sales', () => {
  const random = seeded(41);
  /** Products that begin and end on days of their own; some sell seldom, some on most days, and all take some back. */
  function someSales(days: number): Sale[] {
    return listOf(14, product => {
      const first = below(random, days);
      const last = between(random, first, days - 1);
      return listOf(between(random, 1, 1 + Math.ceil((last - first) / (1 + product))), () => {
        const isReturn = below(random, 6) === 0;
        const units = isReturn ? -between(random, 1, 4) : between(random, 1, 9);
        const cents = units * between(random, 1, 10 ** (1 + (product % 4)));
        const day = dayAt('2021-03-15', pick(random, [first, last, between(random, first, last)]));
        return { product, day, units, net: (cents / 100).toFixed(2), isReturn };
      });
    }).flat();
  }

  test.each([60, 130, 700, 1_100])('of %i days give what is added up line by line', async days => {
    const sales = someSales(days);
    await askOfProducts(sales, async ask => {
      const brute = bruteForce(sales);
      const columns = `product_id, lines, units, units_last_90_days, revenue, first_sold_day, last_sold_day, product_age,
        months, months_sold, consistency`;
      expect(await ask(`select ${columns} from mart_product_life order by product_id`)).toEqual(
        brute.products.map(product => product.life),
      );
      const classes = await ask(`select product_id, abc, revenue_share, cumulative_share, units_per_month, xyz
        from mart_product_class order by product_id`);
      expect(classes).toEqual(brute.products.map(product => product.classes));
      const variations = await ask('select units_variation from mart_product_class order by product_id');
      for (const [index, { variation }] of brute.products.entries()) {
        const seen = variations[index]![0];
        if (variation === null) expect(seen).toBe(null);
        else expect(Math.abs(Number(seen) - variation)).toBeLessThan(2e-6);
      }
      const slow = await ask(`select product_id, days_since_last_sale, days_on_sale, pace, is_slow_mover
        from mart_slow_mover order by product_id`);
      expect(slow).toEqual(brute.products.map(product => product.slow));
      expect(
        await ask(`select years, whole_months_revenue, seasonality_index from mart_seasonality
        order by calendar_month`),
      ).toEqual(brute.seasons);
    });
  });

  test('have shares that add up to one, and grow in the order of revenue', async () => {
    await askOfProducts(someSales(400), async ask => {
      const shares = await ask(`select abc, revenue_share, cumulative_share from mart_product_class
        where revenue_share is not null order by revenue desc, product_id`);
      const numbers = shares.map(([, ...values]) => values.map(Number) as [number, number]);
      const sum = numbers.reduce((total, [share]) => total + share, 0);
      expect(Math.abs(sum - 1)).toBeLessThan(1e-6 * shares.length);
      expect(shares.at(-1)![2]).toBe('1.000000');
      for (const [index, [share, shared]] of numbers.entries()) {
        const [before, sharedBefore] = numbers[index - 1] ?? [1, 0];
        expect(share).toBeLessThanOrEqual(before);
        expect(Math.abs(shared - sharedBefore - share)).toBeLessThan(2e-6);
      }
      expect(shares.map(([abc]) => abc).join('')).toMatch(/^A+B*C*$/);
      // Without its last product no class would reach its line.
      const reach = (names: string) => numbers.filter((_, index) => names.includes(String(shares[index]![0])));
      for (const [names, line] of [
        ['A', 0.8],
        ['AB', 0.95],
      ] as const) {
        const [own, last] = [reach(names), reach(names).at(-1)!];
        expect(last[1]).toBeGreaterThanOrEqual(line - 1e-6);
        if (own.length > 1) expect(own.at(-2)![1]).toBeLessThan(line + 1e-6);
      }
    });
  });
});

interface BruteProduct {
  readonly life: readonly Json[];
  readonly classes: readonly Json[];
  readonly variation: number | null;
  readonly slow: readonly Json[];
}

const cents = ({ net }: Sale): bigint => BigInt(Math.round(Number(net) * 100));
const sum = <Item>(items: readonly Item[], value: (item: Item) => bigint): bigint =>
  items.reduce((total, item) => total + value(item), 0n);
const unitsOf = (sales: readonly Sale[]) => sum(sales, ({ units }) => BigInt(units!));
const daysFrom = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

/** As text with six decimals, rounded half away from zero. */
function ratio(a: bigint, b: bigint): string | null {
  if (b === 0n) return null;
  const magnitude = (n: bigint) => (n < 0n ? -n : n);
  const rounded = (2_000_000n * magnitude(a) + magnitude(b)) / (2n * magnitude(b));
  return amountText(a < 0n !== b < 0n ? -rounded : rounded);
}

function bruteForce(sales: readonly Sale[]): { products: BruteProduct[]; seasons: Json[][] } {
  const dates = sales.map(({ day }) => day).sort();
  const [first, last] = [dates[0]!, dates.at(-1)!];
  const months: string[] = [];
  for (let month = first.slice(0, 7); month <= last.slice(0, 7); month = plusMonths(month, 1)) {
    const end = dayAt(`${plusMonths(month, 1)}-01`, -1);
    if (`${month}-01` >= first && end <= last) months.push(month);
  }
  const products = [...Map.groupBy(sales, ({ product }) => product!)].sort(([a], [b]) => a - b);
  const revenues = products
    .map(([id, own]) => ({ id, revenue: sum(own, cents) }))
    .filter(({ revenue }) => revenue > 0n);
  revenues.sort((a, b) => Number(b.revenue - a.revenue) || a.id - b.id);
  return {
    products: products.map(([id, own]) => bruteProduct(id, own, { first, last, months, revenues })),
    seasons: seasonsOf(sales, months),
  };
}

interface Data {
  readonly first: string;
  readonly last: string;
  /** Whole ones. */
  readonly months: readonly string[];
  /** Those above 0, the largest first. */
  readonly revenues: readonly { readonly id: number; readonly revenue: bigint }[];
}

function bruteProduct(id: number, own: readonly Sale[], { first, last, months, revenues }: Data): BruteProduct {
  const bought = own
    .filter(({ isReturn }) => !isReturn)
    .map(({ day }) => day)
    .sort();
  const [begin, end] = [bought[0] ?? null, bought.at(-1) ?? null];
  const lived = begin === null ? [] : months.filter(month => month >= begin.slice(0, 7));
  const sold = lived.filter(month => bought.some(day => day.startsWith(month)));
  const recent = unitsOf(own.filter(({ day }) => daysFrom(day, last) < 90));
  const units = unitsOf(own);
  const isNew = begin !== null && daysFrom(begin, last) < 90 && daysFrom(first, begin) >= 90;
  const age = daysFrom(first, last) < 90 ? null : isNew ? 'new' : 'established';
  const has = lived.length > 0;
  const life = [id, own.length, Number(units), Number(recent), amountText(sum(own, cents) * 10_000n), begin, end, age];
  const consistency = ratio(BigInt(sold.length), BigInt(lived.length));

  const place = revenues.findIndex(product => product.id === id);
  const total = sum(revenues, ({ revenue }) => revenue);
  const shared = sum(revenues.slice(0, place + 1), ({ revenue }) => revenue);
  const revenue = revenues[place]?.revenue ?? 0n;
  const before = Number(shared - revenue) / Number(total);
  const abc = place < 0 || before >= 0.95 ? 'C' : before < 0.8 ? 'A' : 'B';
  const counts = lived.map(month => Number(unitsOf(own.filter(({ day }) => day.startsWith(month)))));
  const mean = counts.reduce((all, count) => all + count, 0) / counts.length;
  const isTold = counts.length >= 3 && mean > 0;
  const variance = counts.reduce((all, count) => all + (count - mean) ** 2, 0) / counts.length;
  const variation = isTold ? Math.sqrt(variance) / mean : null;
  const xyz = variation === null ? null : variation <= 0.5 ? 'X' : variation <= 1 ? 'Y' : 'Z';
  const inMonths = unitsOf(own.filter(({ day }) => lived.includes(day.slice(0, 7))));
  const perMonth = isTold ? ratio(inMonths, BigInt(lived.length)) : null;
  const share = place < 0 ? [null, null] : [ratio(revenue, total), ratio(shared, total)];

  const since = end === null ? null : daysFrom(end, last);
  const onSale = begin === null ? null : daysFrom(begin, last) + 1;
  const hasPace = onSale !== null && onSale > 90 && units > 0n;
  const pace = hasPace ? ratio(recent * BigInt(onSale), 90n * units) : null;
  const isSlow = since !== null && since >= 90 ? true : hasPace ? 2n * recent * BigInt(onSale) < 90n * units : null;
  return {
    life: [...life, has ? lived.length : null, has ? sold.length : null, consistency],
    classes: [id, abc, ...share, perMonth, xyz],
    variation,
    slow: [id, since, onSale, pace, isSlow],
  };
}

function seasonsOf(sales: readonly Sale[], months: readonly string[]): Json[][] {
  const calendar = listOf(12, index => String(index + 1).padStart(2, '0')).map(name => {
    const own = months.filter(month => month.endsWith(`-${name}`));
    const revenue =
      sum(
        sales.filter(({ day }) => own.includes(day.slice(0, 7))),
        cents,
      ) * 10_000n;
    const perYear = ratio(revenue, BigInt(own.length) * 1_000_000n);
    return { years: own.length, revenue, perYear: perYear === null ? 0n : parseAmount(perYear) };
  });
  const total = sum(calendar, ({ perYear }) => perYear);
  return calendar.map(({ years, revenue, perYear }) => [
    years,
    amountText(revenue),
    months.length >= 24 ? ratio(12n * perYear, total) : null,
  ]);
}
