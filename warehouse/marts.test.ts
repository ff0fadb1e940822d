/** The marts of the small shop, with numbers worked out by hand. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildShop, FACT, OTHER_MAPPED, SHOP, SHOP_FILE, shopWith, writeTable } from './duckdb.fixture.ts';
import { openBuild, openWarehouse } from './open.ts';
import { readChecks, readMarts } from './sql.ts';
import type { CheckReport, Json, MartReport, Warehouse } from './warehouse.ts';

let folder: string;
let shop: Warehouse;
let marts: MartReport[];
let checks: CheckReport[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'endcap-marts-'));
  ({ marts, checks } = await buildShop(folder));
  shop = await openWarehouse(join(folder, SHOP_FILE), folder);
});
afterAll(async () => {
  await shop.close();
  await rm(folder, { recursive: true, force: true });
});

/** Some columns of a mart in the order of its first one, a row as its values. */
async function rows(mart: string, columns: string, order = columns.split(',')[0]): Promise<Json[][]> {
  const result = await shop.query(`select ${columns} from ${mart} order by ${order} nulls first`);
  return result.rows.map(row => Object.values(row));
}

test('every mart is made, and every check runs and passes', async () => {
  expect(marts.filter(({ built }) => !built)).toEqual([]);
  expect(marts.map(({ name }) => name)).toEqual((await readMarts()).map(({ name }) => name));
  expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  expect(checks.map(({ name }) => name)).toEqual((await readChecks()).map(({ name }) => name));
});

test('every mart has a check and a grain that is unique and never twice null', async () => {
  const names = checks.map(({ name }) => name);
  for (const { name, grain, description } of await readMarts()) {
    expect(names, name).toContain(name);
    expect(description.length, name).toBeGreaterThan(10);
    const list = grain.join(', ');
    const twice = await shop.query(`select ${list}, count(*) as n from ${name} group by ${list} having count(*) > 1`);
    expect(twice.rows, name).toEqual([]);
  }
});

test('marts and checks keep to the common subset of SQL', async () => {
  for (const { name, sql } of [...(await readMarts()), ...(await readChecks())]) {
    const code = sql
      .replaceAll(/--.*$/gm, '')
      .replaceAll(/'[^']*'/g, "''")
      .toLowerCase();
    for (const banned of [
      /::/,
      /\ball\)/,
      /group by all/,
      /order by all/,
      /\basof\b/,
      /\bqualify\b/,
      /\bvarchar\b/,
      /\bfilter \(/,
      /\[/,
      /\bexclude\b/,
      /\busing \(/,
      / \/ /,
    ]) {
      expect(code, `${name}.sql`).not.toMatch(banned);
    }
  }
});

describe('by day and month', () => {
  test('a day counts orders, takes returns off, and averages over calendar days', async () => {
    const columns =
      'sales_day, orders, lines, buyers, new_buyers, units, revenue, margin, average_order_value, revenue_7_day_average';
    expect(await rows('mart_daily_sales', columns)).toEqual([
      ['2024-01-01', 1, 2, 1, 1, 3, '23.000000', '0.434783', '23.000000', '23.000000'],
      ['2024-01-03', 3, 3, 2, 1, 5, '26.250000', '0.466667', '8.750000', '16.416667'],
      ['2024-01-09', 1, 2, 1, 1, 4, '25.000000', '0.240000', '25.000000', '7.321429'],
      ['2024-01-10', 1, 2, 1, 1, 3, '20.000000', '0.300000', '20.000000', '6.428571'],
      ['2024-02-15', 1, 1, 1, 0, 1, '10.000000', null, '10.000000', '1.428571'],
      ['2024-03-05', 0, 2, 0, 0, -2, '-8.750000', '0.257143', null, '-1.250000'],
      ['2024-03-20', 2, 2, 2, 1, 3, '58.000000', '0.431034', '29.000000', '8.285714'],
    ]);
    expect(await rows('mart_daily_sales', 'sales_day, gross, discount, returns, cost, profit')).toEqual([
      ['2024-01-01', '25.000000', '2.000000', '0.000000', '13.000000', '10.000000'],
      ['2024-01-03', '30.000000', '3.750000', '0.000000', '14.000000', '12.250000'],
      ['2024-01-09', '25.000000', '0.000000', '0.000000', '19.000000', '6.000000'],
      ['2024-01-10', '20.000000', '0.000000', '0.000000', '14.000000', '6.000000'],
      ['2024-02-15', '10.000000', '0.000000', '0.000000', null, null],
      ['2024-03-05', null, null, '8.750000', '-6.500000', '-2.250000'],
      ['2024-03-20', '58.000000', '0.000000', '0.000000', '33.000000', '25.000000'],
    ]);
  });

  test('a month is compared with the month before, and knows its share online', async () => {
    const columns =
      'month, revenue, revenue_previous_month, revenue_change, online_orders, online_revenue, online_share';
    expect(await rows('mart_monthly_sales', columns)).toEqual([
      ['2024-01-01', '94.250000', null, null, 2, '48.000000', '0.509284'],
      ['2024-02-01', '10.000000', '94.250000', '-0.893899', 1, '10.000000', '1.000000'],
      ['2024-03-01', '49.250000', '10.000000', '3.925000', 0, '0.000000', '0.000000'],
    ]);
  });

  test('gross less discounts and returns is revenue', async () => {
    const { rows: wrong } = await shop.query(
      'select * from mart_monthly_sales where gross - discount - returns <> revenue or gross is null',
    );
    expect(wrong).toEqual([]);
  });
});

describe('by what was sold and where', () => {
  test('products are ranked by revenue and know their first and last day of sale', async () => {
    expect(
      await rows(
        'mart_product_sales',
        'product_id, category, orders, units, revenue, first_sold_day, last_sold_day, revenue_rank',
      ),
    ).toEqual([
      [10, 'fruit', 5, 6, '58.000000', '2024-01-01', '2024-02-15', 1],
      [11, 'fruit', 2, 4, '15.500000', '2024-01-03', '2024-03-20', 4],
      [12, 'tools', 4, 6, '30.000000', '2024-01-01', '2024-01-10', 3],
      [14, null, 1, 1, '50.000000', '2024-03-20', '2024-03-20', 2],
    ]);
  });

  test('a category counts an order once, and what has no category is a row too', async () => {
    expect(await rows('mart_category_sales', 'category, products, orders, revenue, revenue_share')).toEqual([
      [null, 1, 1, '50.000000', '0.325733'],
      ['fruit', 2, 7, '73.500000', '0.478827'],
      ['tools', 1, 4, '30.000000', '0.195440'],
    ]);
  });

  test('stores that never sold are rows, and area gives revenue per square metre', async () => {
    expect(
      await rows('mart_store_sales', 'store_id, orders, revenue, revenue_per_square_meter, open_year, revenue_rank'),
    ).toEqual([
      [1, 3, '58.000000', null, 2010, 2],
      [2, 6, '95.500000', '0.955000', 2012, 1],
      [3, 0, '0.000000', '0.000000', null, 3],
    ]);
  });

  test('a city is where the order went, else where the customer lives', async () => {
    expect(await rows('mart_city_sales', 'city, state, country, orders, revenue')).toEqual([
      [null, null, null, 1, '50.000000'],
      ['Austin', 'TX', 'US', 4, '66.000000'],
      ['Dayton', 'OH', 'US', 3, '22.500000'],
      ['Oslo', null, 'Norway', 0, '-5.000000'],
      ['Paris', 'TX', 'US', 1, '20.000000'],
    ]);
    expect(await rows('mart_state_sales', 'state, country, revenue', 'state nulls first, country')).toEqual([
      [null, null, '50.000000'],
      [null, 'Norway', '-5.000000'],
      ['OH', 'US', '22.500000'],
      ['TX', 'US', '86.000000'],
    ]);
    expect(await rows('mart_region_sales', 'region, revenue')).toEqual([
      [null, '65.000000'],
      ['East', '22.500000'],
      ['South', '66.000000'],
    ]);
  });

  test('channels share the revenue', async () => {
    expect(await rows('mart_channel_sales', 'channel, orders, revenue, average_order_value, revenue_share')).toEqual([
      ['online', 3, '58.000000', '19.333333', '0.377850'],
      ['store', 6, '95.500000', '15.916667', '0.622150'],
    ]);
  });
});

describe('by who bought and who sold', () => {
  test('a customer’s numbers are not multiplied by categories or weeks', async () => {
    const columns =
      'customer_id, total_orders, total_lines, total_units, total_spent, average_order_value, average_basket_size';
    expect(await rows('mart_customer_behavior', columns)).toEqual([
      [1, 5, 6, 8, '56.000000', '11.200000', '1.600000'],
      [2, 1, 2, 2, '7.500000', '7.500000', '2.000000'],
      [3, 0, 1, -1, '-5.000000', null, null],
      [4, 1, 1, 1, '50.000000', '50.000000', '1.000000'],
      [5, 1, 2, 4, '25.000000', '25.000000', '4.000000'],
      [6, 1, 2, 3, '20.000000', '20.000000', '3.000000'],
    ]);
  });

  test('a customer’s habits: discounts, weeks and first and last purchase', async () => {
    const columns =
      'customer_id, discount_rate, discount_amount_rate, active_weeks, average_weekly_orders, average_weekly_spend, first_purchase_day, last_purchase_day, purchase_days, is_repeat_customer';
    expect((await rows('mart_customer_behavior', columns)).slice(0, 3)).toEqual([
      [1, '0.166667', '0.321429', 3, '1.666667', '18.666667', '2024-01-01', '2024-03-20', 4, true],
      [2, '1.000000', '1.000000', 1, '1.000000', '7.500000', '2024-01-03', '2024-01-03', 1, false],
      [3, '0.000000', '0.000000', 0, null, null, null, null, 0, false],
    ]);
  });

  test('of categories bought as often the one with more revenue is the favourite, then the first by name', async () => {
    expect(await rows('mart_customer_behavior', 'customer_id, most_frequent_category')).toEqual([
      [1, 'fruit'],
      [2, 'fruit'],
      [3, null],
      [4, null],
      [5, 'tools'],
      [6, 'fruit'],
    ]);
  });

  test('lines without an employee are not lost', async () => {
    expect(
      await rows(
        'mart_employee_performance',
        'employee_id, employee_name, orders, revenue, first_sale_day, is_repeat_employee',
      ),
    ).toEqual([
      [null, null, 7, '122.500000', '2024-01-03', true],
      [7, 'Gus', 1, '23.000000', '2024-01-01', false],
      [8, 'Hal', 1, '8.000000', '2024-03-20', false],
    ]);
  });

  test('addresses follow one another: the last line of a day holds, and equal neighbours are one', async () => {
    const columns = 'customer_id, location_id, valid_from, valid_to, is_current, orders';
    expect(await rows('dim_customer_address', columns, 'customer_id, valid_from')).toEqual([
      [1, 'US|TX|Austin', '2024-01-01', '2024-01-03', false, 1],
      [1, 'US|OH|Dayton', '2024-01-03', '2024-03-20', false, 3],
      [1, 'US|TX|Austin', '2024-03-20', '9999-12-31', true, 1],
      [2, 'US|OH|Dayton', '2024-01-03', '9999-12-31', true, 1],
      [5, 'US|TX|Austin', '2024-01-09', '9999-12-31', true, 1],
    ]);
  });
});

describe('by money, delivery and order', () => {
  test('currencies keep what was paid beside what it was worth', async () => {
    const columns = 'currency, month, orders, net_amount, revenue, average_rate';
    expect((await rows('mart_currency_revenue', columns, 'currency, month')).slice(0, 3)).toEqual([
      ['EUR', '2024-01-01', 1, '9.000000', '11.250000', '0.800000'],
      ['EUR', '2024-03-01', 0, '-3.000000', '-3.750000', '0.800000'],
      ['GBP', '2024-03-01', 1, '100.000000', '50.000000', '2.000000'],
    ]);
  });

  test('discounts are told in the base currency', async () => {
    expect(await rows('mart_discount', 'discount_rate, lines, gross, discount, returns, revenue')).toEqual([
      ['0.000000', 11, '133.000000', '0.000000', '5.000000', '128.000000'],
      ['0.100000', 1, '20.000000', '2.000000', '0.000000', '18.000000'],
      ['0.250000', 2, '15.000000', '3.750000', '3.750000', '7.500000'],
    ]);
  });

  test('deliveries are averaged over lines', async () => {
    expect(
      await rows(
        'mart_delivery',
        'month, channel, delivered_orders, delivered_lines, average_days, shortest_days, longest_days',
      ),
    ).toEqual([
      ['2024-01-01', 'online', 2, 4, '2.000000', 1, 4],
      ['2024-02-01', 'online', 1, 1, '17.000000', 17, 17],
    ]);
  });

  test('an order is one row', async () => {
    expect((await rows('mart_order', 'order_id, sales_day, customer_id, lines, units, revenue')).slice(0, 2)).toEqual([
      ['O1', '2024-01-01', 1, 2, 3, '23.000000'],
      ['O10', '2024-01-09', 5, 2, 4, '25.000000'],
    ]);
  });

  test('the summary resolves names and does not round', async () => {
    const columns =
      'sale_id, year, month, day, hour, employee_name, customer_name, product_name, category, city, gross_amount_base, net_amount_base';
    expect((await rows('mart_sales_summary', columns)).filter(([id]) => id === 1 || id === 3 || id === 14)).toEqual([
      [1, 2024, 1, 1, 9, 'Gus', 'Ada', 'Apple', 'fruit', 'Austin', '20.000000', '18.000000'],
      [3, 2024, 1, 3, null, null, 'Bo', 'Pear', 'fruit', 'Dayton', '15.000000', '11.250000'],
      [14, 2024, 3, 20, null, null, null, 'Riddle', null, null, '50.000000', '50.000000'],
    ]);
  });
});

test('recommendations have names and say why, to the customer', async () => {
  expect(await rows('mart_recommend', 'customer_id, list, rank, product_name, score, reason', '1, 2, 3')).toEqual([
    [1, 'again', 1, 'Nail', 2.5, 'you bought it 2 times'],
    [1, 'new', 1, 'Pear', 0.5, 'because you bought Apple'],
    [2, 'new', 1, 'Apple', 0.25, 'many customers buy it'],
    [2, 'new', 2, 'Nail', -0.125, 'many customers buy it'],
    [3, 'new', 1, 'Nail', 0.5, 'many customers buy it'],
    [5, 'again', 1, 'Nail', 1.5, 'you bought it once'],
    [5, 'again', 2, 'Apple', 1.5, 'you bought it once'],
  ]);
});

describe('a data set that lacks columns has nulls, not noughts', () => {
  test('no quantity, price, cost or channel, as superstore, and nothing sold in February', async () => {
    const absent = [
      'quantity',
      'unit_price',
      'discount_rate',
      'gross_amount',
      'discount_amount',
      'cost_amount',
      'cost_amount_base',
      'channel',
      'employee_id',
    ];
    const indices = FACT.columns.flatMap(({ name }, index) => (absent.includes(name) ? [index] : []));
    const bare = SHOP[0]!.rows
      .filter(([id]) => id !== 10)
      .map(row => row.map((cell, index) => (indices.includes(index) ? null : cell)));
    const mapped = new Set([...OTHER_MAPPED].filter(column => !absent.includes(column.slice('fct_sales.'.length))));
    const file = join(folder, 'bare.duckdb');
    const build = await openBuild({ file, lakeDir: folder, threads: 1 });
    for (const table of shopWith(bare)) {
      const isFact = table.definition === FACT;
      const source = await writeTable(join(folder, 'bare'), table);
      const files = source.files.map(key => `bare/${key}`);
      await build.addTable({ definition: table.definition, files }, isFact ? 'view' : 'table');
    }
    const reports = await build.buildMarts(mapped);
    expect((await build.runChecks()).filter(({ passed }) => !passed)).toEqual([]);
    await build.close();
    // Those of tables that jobs make are left out too.
    const lacking = reports.filter(({ reason }) => reason !== null && /^(fct|dim)_/.test(reason));
    expect(lacking.map(({ name }) => name)).toEqual([
      'mart_channel_sales',
      'mart_discount',
      'mart_employee_performance',
    ]);
    const warehouse = await openWarehouse(file, folder);
    const { rows: days } = await warehouse.query(
      'select units, gross, discount, cost, profit, margin, online_orders, online_share, revenue_previous_month from mart_monthly_sales',
    );
    for (const day of days) expect(Object.values(day)).toEqual(Array(9).fill(null));
    const { rows: customers } = await warehouse.query(
      'select total_units, average_basket_size, discount_rate, discount_amount_rate from mart_customer_behavior',
    );
    for (const customer of customers) expect(Object.values(customer)).toEqual(Array(4).fill(null));
    await warehouse.close();
  });
});
