/** The registry against numbers worked out by hand, and the marts against the registry. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildShop, MAPPED, SHOP_FILE } from './duckdb.fixture.ts';
import { availableMetrics, headlineMetrics, METRICS, metricsSql } from './metrics.ts';
import { openWarehouse } from './open.ts';
import { readMarts } from './sql.ts';
import type { Json, Warehouse } from './warehouse.ts';

type Row = Record<string, Json>;

let folder: string;
let shop: Warehouse;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'endcap-metrics-'));
  await buildShop(folder);
  shop = await openWarehouse(join(folder, SHOP_FILE), folder);
});
afterAll(async () => {
  await shop.close();
  await rm(folder, { recursive: true, force: true });
});

const withDimensions = `fct_sales as f
  left join dim_product as p on f.product_id = p.product_id
  left join dim_customer as c on f.customer_id = c.customer_id
  left join dim_location as l on f.location_id = l.location_id`;
const place = (name: string) => `case when f.location_id is null then c.${name} else l.${name} end`;
const month = 'month_of(f.sales_day)';

/** How the registry is grouped to answer what each mart answers. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mart_daily_sales: { sales_day: 'f.sales_day' },
  mart_monthly_sales: { month },
  mart_product_sales: { product_id: 'f.product_id' },
  mart_product_monthly: { product_id: 'f.product_id', month },
  mart_product_life: { product_id: 'f.product_id' },
  mart_product_class: { product_id: 'f.product_id' },
  mart_slow_mover: { product_id: 'f.product_id' },
  mart_new_returning: { month },
  mart_category_sales: { category: 'p.category' },
  mart_category_monthly: { category: 'p.category', month },
  mart_brand_sales: { brand: 'p.brand' },
  mart_segment_sales: { segment: 'c.segment' },
  mart_region_sales: { region: 'l.region' },
  mart_country_sales: { country: place('country') },
  mart_state_sales: { state: place('state'), country: place('country') },
  mart_city_sales: { city: place('city'), state: place('state'), country: place('country') },
  mart_channel_sales: { channel: 'f.channel' },
  mart_store_sales: { store_id: 'f.store_id' },
  mart_employee_performance: { employee_id: 'f.employee_id' },
  mart_discount: { discount_rate: 'f.discount_rate' },
  mart_currency_revenue: { currency: 'f.currency', month },
  mart_delivery: { month, channel: 'f.channel' },
  mart_order: { order_id: 'f.order_id' },
};

test('each column of a mart that bears a metric’s name is that metric, in every row', async () => {
  for (const [mart, by] of Object.entries(GROUPS)) {
    const seen = (await shop.query(`select * from ${mart}`)).rows.filter(row => row.lines !== 0);
    const metrics = METRICS.filter(({ key }) => key in seen[0]!);
    expect(metrics.length, mart).toBeGreaterThan(0);
    const keyOf = (row: Row) => JSON.stringify(Object.keys(by).map(name => row[name]));
    const told = new Map(
      (await shop.query(metricsSql(metrics, { by, from: withDimensions }))).rows.map(row => [keyOf(row), row]),
    );
    for (const row of seen) {
      const columns = (from: Row) => metrics.map(({ key }) => [key, from[key]]);
      expect(columns(row), `${mart} ${keyOf(row)}`).toEqual(columns(told.get(keyOf(row))!));
    }
  }
});

test('no mart with a metric’s column is left out of that comparison', async () => {
  // They add up under other names, or by what no line says, which their own tests know: of lines, of a customer, of an
  // interval, of a cohort, of new products, of whole months, of customers before an analysis day.
  const others = [
    'mart_sales_summary',
    'mart_customer_behavior',
    'dim_customer_address',
    'mart_basket_rules',
    'mart_cohort',
    'mart_repeat_rate',
    'mart_new_product_sales',
    'mart_data_span',
    'mart_seasonality',
    'mart_category_seasonality',
    'mart_rfm',
    'mart_segment_migration',
    'mart_segments',
    'mart_customer_value',
    'mart_churn_list',
    'mart_value_holdout',
    'mart_recommend',
    'mart_recommend_quality',
  ];
  expect([...Object.keys(GROUPS), ...others].sort()).toEqual((await readMarts()).map(({ name }) => name));
});

test('the customers’ mart adds up to the metrics', async () => {
  const { rows: sums } = await shop.query(`select
    sum(total_spent) as revenue, sum(total_orders) as orders, sum(total_lines) as lines, sum(total_units) as units,
    count(case when total_orders > 0 then 1 end) as buyers from mart_customer_behavior`);
  const metrics = METRICS.filter(({ key }) => ['revenue', 'orders', 'lines', 'units', 'buyers'].includes(key));
  expect((await shop.query(metricsSql(metrics))).rows).toEqual(sums);
});

test('the headline is what the data set can tell', async () => {
  const metrics = headlineMetrics(MAPPED);
  expect((await shop.query(metricsSql(metrics))).rows).toEqual([
    { revenue: '153.500000', cost: '86.500000', profit: '57.000000', orders: 9, units: 17, buyers: 5 },
  ]);
  expect(headlineMetrics(new Set()).map(({ key }) => key)).toEqual(['revenue', 'orders', 'buyers']);
  expect(availableMetrics(MAPPED)).toEqual(METRICS);
});

test('the other metrics of the whole shop', async () => {
  const keys = [
    'gross',
    'discount',
    'returns',
    'margin',
    'units_per_order',
    'revenue_per_buyer',
    'online_share',
    'average_days',
  ];
  expect((await shop.query(metricsSql(METRICS.filter(({ key }) => keys.includes(key))))).rows).toEqual([
    {
      gross: '168.000000',
      discount: '5.750000',
      returns: '8.750000',
      margin: '0.397213',
      units_per_order: '1.888889',
      revenue_per_buyer: '30.700000',
      online_share: '0.377850',
      average_days: '5.000000',
    },
  ]);
});
