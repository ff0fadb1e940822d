/** The marts of products and seasons: cases worked out by hand, and random sales against sums made the long way. */
import { describe, expect, test } from 'vitest';
import { amountText, parseAmount } from '../kernels/money.ts';
import { below, between, listOf, pick, seeded } from '../test/random.ts';
import { type Ask, askOfSales, type Sale } from './sales.fixture.ts';
import type { Json } from './warehouse.ts';

const MARTS = [
  'mart_daily_sales',
  'mart_monthly_sales',
  'mart_category_monthly',
  'mart_product_sales',
  'mart_data_span',
  'mart_product_monthly',
  'mart_product_life',
  'mart_product_class',
  'mart_slow_mover',
  'mart_new_product_sales',
  'mart_seasonality',
  'mart_category_seasonality',
];

const asked = <T>(sales: readonly Sale[], question: (ask: Ask) => Promise<T>) => askOfSales(sales, MARTS, question);

/** The same product, units of a month each on its second day. */
const monthly = (product: number, first: string, units: readonly number[]): Sale[] =>
  units.map((count, index) => ({ product, day: `${plusMonths(first, index)}-02`, units: count, isReturn: count < 0 }));

function plusMonths(month: string, count: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7);
}

const dayAt = (first: string, days: number): string =>
  new Date(Date.parse(first) + days * 86_400_000).toISOString().slice(0, 10);

describe('the span of the data', () => {
  test.each([
    ['2024-02-01', '2024-02-29', 29, '2024-02-01', '2024-02-01', 1],
    ['2024-01-31', '2024-03-01', 31, '2024-02-01', '2024-02-01', 1],
    ['2024-01-02', '2024-02-28', 58, null, null, 0],
    ['2023-12-01', '2024-01-31', 62, '2023-12-01', '2024-01-01', 2],
    ['2024-01-15', '2024-01-15', 1, null, null, 0],
    ['2022-12-31', '2025-01-30', 762, '2023-01-01', '2024-12-01', 24],
  ])('from %s to %s has %i days, and its whole months', async (first, last, ...expected) => {
    const rows = await asked([{ day: first }, { day: last }], ask => ask('from mart_data_span'));
    expect(rows).toEqual([[first, last, ...expected]]);
  });
});

describe('classes', () => {
  test('a product that crosses the line belongs to the upper class, and who brings nothing to the lowest', async () => {
    const revenues = ['79', '0.999999', '0.000001', '15', '0.5', '4.5', '0', '-3'];
    const sales = revenues.map((net, index) => ({ product: index + 1, day: '2024-01-01', net }));
    const rows = await asked(sales, ask =>
      ask('select product_id, abc, revenue_rank, revenue_share, cumulative_share from mart_product_class order by all'),
    );
    // In the order of revenue 79, 15, 4.5, 0.999999, 0.5 and 0.000001: the second begins below 80, the third below 95.
    expect(rows).toEqual([
      [1, 'A', 1, '0.790000', '0.790000'],
      [2, 'C', 4, '0.010000', '0.995000'],
      [3, 'C', 6, '0.000000', '1.000000'],
      [4, 'A', 2, '0.150000', '0.940000'],
      [5, 'C', 5, '0.005000', '1.000000'],
      [6, 'B', 3, '0.045000', '0.985000'],
      [7, 'C', 7, null, null],
      [8, 'C', 8, null, null],
    ]);
  });

  test('units vary by their standard deviation and mean over whole months, those without a sale included', async () => {
    const sales = [
      // The data has whole months from January to June; these two days cut December and July.
      { product: 1, day: '2023-12-20', units: 1_000 },
      { product: 1, day: '2024-07-30', units: 1_000 },
      ...monthly(1, '2024-01', [4, 4, 4, 4, 4, 4]),
      // 1 and 3 by turns: mean 2, deviation 1.
      ...monthly(2, '2024-01', [1, 3, 1, 3, 1, 3]),
      // Nothing in every other month: deviation and mean are the same.
      ...monthly(3, '2024-01', [2, 0, 2, 0, 2, 0]).filter(({ units }) => units !== 0),
      ...monthly(4, '2024-01', [9]),
      // From April on these are three months, from May on two.
      ...monthly(5, '2024-04', [5, 5, 6]),
      ...monthly(6, '2024-05', [5, 5]),
      ...monthly(7, '2024-01', [5, -5]),
    ];
    const rows = await asked(sales, ask =>
      ask('select product_id, months, units_per_month, units_variation, xyz from mart_product_class order by all'),
    );
    expect(rows).toEqual([
      [1, 6, '4.000000', '0.000000', 'X'],
      [2, 6, '2.000000', '0.500000', 'X'],
      [3, 6, '1.000000', '1.000000', 'Y'],
      [4, 6, '1.500000', '2.236068', 'Z'],
      [5, 3, '5.333333', '0.088388', 'X'],
      [6, 2, null, null, null],
      [7, 6, null, null, null],
    ]);
  });
});

describe('the life of products', () => {
  const FIRST = '2023-01-10';
  /** The data has 400 days, the last of which is FIRST and 399. */
  const sale = (product: number, ...days: readonly number[]): Sale[] =>
    days.map(days => ({ product, day: dayAt(FIRST, days) }));
  const sales = [
    ...sale(1, 0, 399),
    ...sale(2, 89),
    ...sale(3, 90, 310),
    ...sale(4, 309),
    ...sale(5, 310, 330, 399),
    { product: 6, day: dayAt(FIRST, 20), units: -1, isReturn: true },
    ...sale(7, 20, 50, 80, 110, 140, 170, 200, 230, 260, 290, 309),
  ];

  test('new is what was first sold in the last 90 days, and months without a sale make it less consistent', async () => {
    const columns = 'product_id, first_sold_day, product_age, first_month, months, months_sold, consistency';
    const rows = await asked(sales, ask => ask(`select ${columns} from mart_product_life order by all`));
    // Whole months: February 2023 to January 2024, since the last day is 2024-02-13.
    expect(rows).toEqual([
      [1, '2023-01-10', 'established', '2023-02-01', 12, 0, '0.000000'],
      [2, '2023-04-09', 'established', '2023-04-01', 10, 1, '0.100000'],
      [3, '2023-04-10', 'established', '2023-04-01', 10, 2, '0.200000'],
      [4, '2023-11-15', 'established', '2023-11-01', 3, 1, '0.333333'],
      [5, '2023-11-16', 'new', '2023-11-01', 3, 2, '0.666667'],
      [6, null, 'established', null, null, null, null],
      [7, '2023-01-30', 'established', '2023-02-01', 12, 9, '0.750000'],
    ]);
  });

  test('what stands still, or sells at less than half its own pace, is slow', async () => {
    const columns = `product_id, days_since_last_sale, days_on_sale, units_last_90_days, units_per_90_days, pace,
      is_slow_mover`;
    const rows = await asked(sales, ask => ask(`select ${columns} from mart_slow_mover order by all`));
    expect(rows).toEqual([
      [1, 0, 400, 1, '0.450000', '2.222222', false],
      [2, 310, 311, 0, '0.289389', '0.000000', true],
      [3, 89, 310, 1, '0.580645', '1.722222', false],
      [4, 90, 91, 0, '0.989011', '0.000000', true],
      [5, 0, 90, 3, '3.000000', null, null],
      [6, null, null, 0, null, null, null],
      [7, 90, 380, 0, '2.605263', '0.000000', true],
    ]);
  });

  test('data of 90 days or fewer tells nothing of new products, and one day more does', async () => {
    const ages = (last: number) => asked(sale(1, 0, last), ask => ask('select product_age from mart_product_life'));
    expect(await ages(89)).toEqual([[null]]);
    expect(await ages(90)).toEqual([['established']]);
  });

  test('new and established products share the revenue of a month', async () => {
    const columns = 'month, product_age, products, units, revenue, revenue_share';
    const rows = await asked(sales, ask =>
      ask(`select ${columns} from mart_new_product_sales where month >= date '2023-11-01' order by all`),
    );
    expect(rows).toEqual([
      ['2023-11-01', 'established', 3, 3, '3.000000', '0.750000'],
      ['2023-11-01', 'new', 1, 1, '1.000000', '0.250000'],
      ['2023-12-01', 'new', 1, 1, '1.000000', '1.000000'],
      ['2024-02-01', 'established', 1, 1, '1.000000', '0.500000'],
      ['2024-02-01', 'new', 1, 1, '1.000000', '0.500000'],
    ]);
  });
});

describe('seasons', () => {
  /** 10 in every month from the first, 40 in each December; the last day of the last month ends it. */
  const regular = (first: string, months: number): Sale[] => [
    ...listOf(months, index => plusMonths(first, index)).map(month => ({
      product: month.endsWith('12') ? 2 : 1,
      day: `${month}-01`,
      net: month.endsWith('12') ? '40' : '10',
    })),
    { product: 1, day: dayAt(`${plusMonths(first, months)}-01`, -1), net: '0' },
  ];

  test('a month that comes three times is no larger for it than one that comes twice', async () => {
    const sales = regular('2021-07', 30);
    await asked(sales, async ask => {
      const columns = 'calendar_month, years, whole_months_revenue, revenue_per_year, seasonality_index';
      const seasons = await ask(`select ${columns} from mart_seasonality order by all`);
      // The mean month brings (11 · 10 + 40) ÷ 12 = 12.5.
      const expected = listOf(12, index => {
        const years = index < 6 ? 2 : 3;
        const [net, share] = index === 11 ? [40, '3.200000'] : [10, '0.800000'];
        return [index + 1, years, `${years * net}.000000`, `${net}.000000`, share];
      });
      expect(seasons).toEqual(expected);
      // The even category is sold in December alone, the odd one in all other months.
      const indices = await ask(
        'select category, calendar_month, seasonality_index from mart_category_seasonality order by all',
      );
      expect(indices).toEqual(
        ['even', 'odd'].flatMap(category =>
          listOf(12, index => {
            const isDecember = index === 11;
            const share =
              category === 'even' ? (isDecember ? '12.000000' : '0.000000') : isDecember ? '0.000000' : null;
            return [category, index + 1, share ?? '1.090909'];
          }),
        ),
      );
    });
  });

  test('below two whole years there is no index, whatever days stand before and behind them', async () => {
    const sales = [{ day: '2021-12-02', net: '99' }, ...regular('2022-01', 23), { day: '2023-12-30', net: '99' }];
    const seasons = await asked(sales, ask =>
      ask('select sum(years), count(seasonality_index), sum(whole_months_revenue) from mart_seasonality'),
    );
    expect(seasons).toEqual([[23, 0, '260.000000']]);
  });
});

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
    await asked(sales, async ask => {
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
    await asked(someSales(400), async ask => {
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
