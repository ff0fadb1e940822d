/** The marts of products and seasons, with numbers worked out by hand. */
import { describe, expect, test } from 'vitest';
import { listOf } from '../test/random.ts';
import { askOfProducts, dayAt, plusMonths, type Sale } from './sales.fixture.ts';

/** The same product, units of a month each on its second day. */
const monthly = (product: number, first: string, units: readonly number[]): Sale[] =>
  units.map((count, index) => ({ product, day: `${plusMonths(first, index)}-02`, units: count, isReturn: count < 0 }));

describe('the span of the data', () => {
  test.each([
    ['2024-02-01', '2024-02-29', 29, '2024-02-01', '2024-02-01', 1],
    ['2024-01-31', '2024-03-01', 31, '2024-02-01', '2024-02-01', 1],
    ['2024-01-02', '2024-02-28', 58, null, null, 0],
    ['2023-12-01', '2024-01-31', 62, '2023-12-01', '2024-01-01', 2],
    ['2024-01-15', '2024-01-15', 1, null, null, 0],
    ['2022-12-31', '2025-01-30', 762, '2023-01-01', '2024-12-01', 24],
  ])('from %s to %s has %i days, and its whole months', async (first, last, ...expected) => {
    const rows = await askOfProducts([{ day: first }, { day: last }], ask => ask('from mart_data_span'));
    expect(rows).toEqual([[first, last, ...expected]]);
  });
});

describe('classes', () => {
  test('a product that crosses the line belongs to the upper class, and who brings nothing to the lowest', async () => {
    const revenues = ['79', '0.999999', '0.000001', '15', '0.5', '4.5', '0', '-3'];
    const sales = revenues.map((net, index) => ({ product: index + 1, day: '2024-01-01', net }));
    const rows = await askOfProducts(sales, ask =>
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

  test('a product that begins on the line is behind it', async () => {
    const sales = ['80', '15', '5'].map((net, index) => ({ product: index + 1, day: '2024-01-01', net }));
    const rows = await askOfProducts(sales, ask => ask('select abc from mart_product_class order by product_id'));
    expect(rows).toEqual([['A'], ['B'], ['C']]);
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
    const rows = await askOfProducts(sales, ask =>
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
    const rows = await askOfProducts(sales, ask => ask(`select ${columns} from mart_product_life order by all`));
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
    const rows = await askOfProducts(sales, ask => ask(`select ${columns} from mart_slow_mover order by all`));
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
    const ages = (last: number) =>
      askOfProducts(sale(1, 0, last), ask => ask('select product_age from mart_product_life'));
    expect(await ages(89)).toEqual([[null]]);
    expect(await ages(90)).toEqual([['established']]);
  });

  test('what first sells on one of the first 90 days may be older than the data', async () => {
    const short = [...sale(1, 0, 130), ...sale(2, 89), ...sale(3, 90)];
    const rows = await askOfProducts(short, ask =>
      ask('select product_age from mart_product_life order by product_id'),
    );
    expect(rows).toEqual([['established'], ['established'], ['new']]);
  });

  test('new and established products share the revenue of a month', async () => {
    const columns = 'month, product_age, products, units, revenue, revenue_share';
    const rows = await askOfProducts(sales, ask =>
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
    await askOfProducts(sales, async ask => {
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
    const seasons = await askOfProducts(sales, ask =>
      ask('select sum(years), count(seasonality_index), sum(whole_months_revenue) from mart_seasonality'),
    );
    expect(seasons).toEqual([[23, 0, '260.000000']]);
  });
});
