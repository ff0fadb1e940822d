/**
 * A check that cannot fail is a defect: each is shown data that was tampered with in every way that it is there to
 * see, and must return rows. The tampering happens in a transaction that is rolled back.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASKET_TAMPERING } from './baskets.fixture.ts';
import { FACT, MAPPED, OTHER_MAPPED, SHOP, shopWith, writeTable } from './duckdb.fixture.ts';
import { type Known, rewrite } from './duckdb-rewrite.ts';
import { readStatistics } from './duckdb-statistics.ts';
import { openBuild } from './open.ts';
import { RECOMMEND_TAMPERING } from './recommend.fixture.ts';
import { readChecks } from './sql.ts';
import type { Json } from './warehouse.ts';

/** One unit of the sixth decimal: no check may round. */
const MITE = '0.000001';

/** In each mart one row loses a mite of money, one row is lost, one comes twice. */
const IN_A_MART = (mart: string, money: string): string[] => [
  `update ${mart} set ${money} = ${money} + ${MITE} where rowid = 0`,
  `delete from ${mart} where rowid = 0`,
  `insert into ${mart} select * from ${mart} where rowid = 0`,
];

/** The fact changes after the mart was made. */
const IN_THE_FACT = [
  'delete from fct_sales where sale_id = 1',
  `update fct_sales set net_amount_base = net_amount_base - ${MITE} where sale_id = 3`,
];

const moneyMart = (mart: string, money = 'revenue') => [...IN_A_MART(mart, money), ...IN_THE_FACT];

const dangling = (column: string, value: string) => [`update fct_sales set ${column} = ${value} where sale_id = 1`];

/** SQL that spoils what the check of this name watches, a case each. */
const TAMPERING: Readonly<Record<string, readonly string[]>> = {
  mart_daily_sales: [
    ...moneyMart('mart_daily_sales'),
    "update fct_sales set sales_day = '2024-01-02' where sale_id = 1",
  ],
  mart_monthly_sales: [
    ...moneyMart('mart_monthly_sales'),
    "update fct_sales set sales_day = '2024-04-02' where sale_id = 1",
  ],
  mart_product_sales: [...moneyMart('mart_product_sales'), 'update fct_sales set product_id = 11 where sale_id = 1'],
  mart_product_monthly: [
    ...moneyMart('mart_product_monthly'),
    "update fct_sales set sales_day = '2024-04-02' where sale_id = 1",
    'update fct_sales set product_id = 11 where sale_id = 1',
  ],
  mart_product_life: [
    ...IN_A_MART('mart_product_life', 'revenue'),
    'update mart_product_life set last_sold_day = last_sold_day + 1 where rowid = 0',
    'update mart_product_life set first_sold_day = null where rowid = 0',
    'update mart_product_life set lines = lines + 1 where rowid = 0',
  ],
  mart_product_class: [
    ...IN_A_MART('mart_product_class', 'revenue'),
    'update mart_product_class set revenue_share = revenue_share + 0.000010 where rowid = 0',
    'update mart_product_class set cumulative_share = 1.000001 where cumulative_share = 1',
    "update mart_product_class set abc = case abc when 'A' then 'C' when 'C' then 'A' else abc end",
  ],
  mart_slow_mover: [
    ...IN_A_MART('mart_slow_mover', 'revenue'),
    'update mart_slow_mover set last_sold_day = last_sold_day - 1 where rowid = 0',
  ],
  mart_new_product_sales: [
    ...IN_A_MART('mart_new_product_sales', 'revenue'),
    'update mart_new_product_sales set lines = lines + 1 where rowid = 0',
  ],
  mart_data_span: [
    'update mart_data_span set first_day = first_day + 1, days = days - 1',
    'update mart_data_span set last_day = last_day - 1, days = days - 1',
    'update mart_data_span set days = days + 1',
    'update mart_data_span set whole_months = 3',
    "update mart_data_span set first_whole_month = '2023-12-01', whole_months = 3",
    "update mart_data_span set last_whole_month = '2024-03-01', whole_months = 3",
    "update mart_data_span set first_whole_month = '2024-02-01', whole_months = 1",
    'update mart_data_span set last_whole_month = null',
    "update mart_data_span set last_whole_month = '2024-02-02'",
    'delete from mart_data_span',
    'insert into mart_data_span select * from mart_data_span',
    "update fct_sales set sales_day = '2024-04-02' where sale_id = 1",
  ],
  mart_seasonality: [
    `update mart_seasonality set whole_months_revenue = whole_months_revenue + ${MITE} where calendar_month = 1`,
    'delete from mart_seasonality where calendar_month = 1',
    'delete from mart_seasonality where calendar_month = 5',
    'insert into mart_seasonality select * from mart_seasonality where calendar_month = 5',
    'update mart_seasonality set calendar_month = 6 where calendar_month = 5',
    'update mart_seasonality set years = years + 1 where calendar_month = 5',
  ],
  mart_category_seasonality: [
    `update mart_category_seasonality set whole_months_revenue = whole_months_revenue + ${MITE} where rowid = 0`,
    "delete from mart_category_seasonality where category = 'fruit' and calendar_month = 7",
    'insert into mart_category_seasonality select * from mart_category_seasonality where calendar_month = 7',
    "delete from mart_category_seasonality where category = 'fruit'",
    // The year has what it should: two of its months do not.
    `update mart_category_seasonality set whole_months_revenue = whole_months_revenue
       + case calendar_month when 1 then ${MITE} when 2 then -${MITE} else 0 end where category = 'fruit'`,
  ],
  mart_cohort: [
    ...moneyMart('mart_cohort'),
    // All periods together have what they should.
    `update mart_cohort set revenue = revenue + case period when date '2024-01-01' then ${MITE} else -${MITE} end
       where grain = 'month' and cohort = date '2024-01-01' and period < date '2024-03-01'`,
    'update mart_cohort set customers = customers + 1 where cohort = period',
    'update mart_cohort set customers = customers + 1, cohort_customers = cohort_customers + 1 where cohort = period',
    'update mart_cohort set customers = cohort_customers + 1 where cohort < period',
    'update mart_cohort set retention = 0.5 where cohort = period',
    'delete from mart_cohort where cohort is null',
    "delete from mart_cohort where grain = 'week'",
    'update fct_sales set sales_day = sales_day + 7 where sale_id = 1',
    'delete from mart_customer_behavior where customer_id = 4',
  ],
  mart_new_returning: [
    ...IN_A_MART('mart_new_returning', 'revenue'),
    ...['new_buyers_revenue', 'returning_buyers_revenue', 'no_purchase_revenue'].map(
      part => `update mart_new_returning set ${part} = ${part} + ${MITE} where rowid = 0`,
    ),
    'update mart_new_returning set new_buyers = new_buyers + 1 where rowid = 0',
    'update mart_new_returning set buyers = buyers + 1, new_buyers = new_buyers + 1 where rowid = 0',
  ],
  mart_repeat_rate: [
    'update mart_repeat_rate set customers = customers + 1 where rowid = 0',
    'update mart_repeat_rate set repeat_customers = repeat_customers + 1 where rowid = 0',
    'delete from mart_repeat_rate where rowid = 0',
    'insert into mart_repeat_rate select * from mart_repeat_rate where rowid = 0',
  ],
  mart_category_sales: [...moneyMart('mart_category_sales'), 'update fct_sales set product_id = 12 where sale_id = 1'],
  mart_category_monthly: [
    ...moneyMart('mart_category_monthly'),
    "update fct_sales set sales_day = '2024-04-02' where sale_id = 1",
  ],
  mart_brand_sales: [...moneyMart('mart_brand_sales'), 'update fct_sales set product_id = 12 where sale_id = 1'],
  mart_segment_sales: [...moneyMart('mart_segment_sales'), 'update fct_sales set customer_id = 2 where sale_id = 1'],
  mart_region_sales: [...moneyMart('mart_region_sales'), 'update fct_sales set location_id = null where sale_id = 1'],
  mart_country_sales: [...moneyMart('mart_country_sales'), 'update fct_sales set location_id = null where sale_id = 1'],
  mart_state_sales: [...moneyMart('mart_state_sales'), 'update fct_sales set location_id = null where sale_id = 1'],
  mart_city_sales: [...moneyMart('mart_city_sales'), 'update fct_sales set location_id = null where sale_id = 1'],
  mart_channel_sales: [...moneyMart('mart_channel_sales'), "update fct_sales set channel = 'store' where sale_id = 1"],
  mart_store_sales: [...moneyMart('mart_store_sales'), 'delete from mart_store_sales where store_id = 3'],
  mart_employee_performance: [
    ...moneyMart('mart_employee_performance'),
    'delete from mart_employee_performance where employee_id is null',
  ],
  mart_customer_behavior: [
    ...moneyMart('mart_customer_behavior', 'total_spent'),
    // The fan-out that this mart is known for elsewhere.
    'update mart_customer_behavior set total_spent = total_spent * 6, total_lines = total_lines * 6',
  ],
  mart_discount: [...moneyMart('mart_discount'), 'update fct_sales set discount_rate = 0.5 where sale_id = 1'],
  mart_currency_revenue: [
    ...moneyMart('mart_currency_revenue'),
    ...IN_A_MART('mart_currency_revenue', 'net_amount'),
    "update fct_sales set currency = 'CHF' where sale_id = 1",
  ],
  mart_delivery: [
    'update mart_delivery set delivered_lines = delivered_lines + 1 where rowid = 0',
    ...IN_A_MART('mart_delivery', 'average_days').slice(1),
    'update fct_sales set delivered_day = null where sale_id = 1',
  ],
  mart_order: [
    `create or replace view mart_order as select order_id, 1 as lines, net_amount_base as revenue from fct_sales`,
    `create or replace view mart_order as
       select order_id, count(*) as lines, sum(net_amount_base) + ${MITE} as revenue from fct_sales group by order_id`,
    // All orders together have what they should: two of them do not.
    `create or replace view mart_order as
       select order_id, count(*) as lines, sum(net_amount_base) + case order_id
         when 'O1' then ${MITE} when 'O2' then -${MITE} else 0 end as revenue from fct_sales group by order_id`,
    `create or replace view mart_order as
       select order_id, count(*) + case order_id when 'O1' then 1 when 'O2' then -1 else 0 end as lines,
         sum(net_amount_base) as revenue from fct_sales group by order_id`,
    `create or replace view mart_order as
       select case order_id when 'O1' then 'O2' when 'O2' then 'O1' else order_id end as order_id,
         count(*) as lines, sum(net_amount_base) as revenue from fct_sales group by all`,
  ],
  ...BASKET_TAMPERING,
  mart_sales_summary: [
    'create or replace view mart_sales_summary as select * from fct_sales join dim_employee using (employee_id)',
    'insert into dim_customer select * from dim_customer where customer_id = 1',
    `create or replace view mart_sales_summary as select round(net_amount_base) as net_amount_base from fct_sales`,
  ],
  ...RECOMMEND_TAMPERING,
  dim_customer_address: [
    "update dim_customer_address set valid_to = valid_to + 1 where customer_id = 1 and valid_from = '2024-01-01'",
    "update dim_customer_address set valid_to = valid_to - 1 where customer_id = 1 and valid_from = '2024-01-01'",
    'update dim_customer_address set is_current = true',
    'update dim_customer_address set is_current = false',
    "update dim_customer_address set location_id = 'US|TX|Austin' where customer_id = 1",
    'update dim_customer_address set orders = orders + 1 where customer_id = 1 and is_current',
    'delete from dim_customer_address where customer_id = 2',
    "update dim_customer_address set valid_from = '2023-12-31' where customer_id = 2",
    'insert into dim_customer_address select * from dim_customer_address where customer_id = 2',
    "update fct_sales set location_id = 'US|OH|Dayton' where sale_id = 14",
  ],
  customer_rfm: [
    ...IN_A_MART('customer_rfm', 'monetary'),
    ...IN_THE_FACT,
    'update customer_rfm set frequency = frequency + 1 where customer_id = 1',
    'update customer_rfm set recency = recency + 1 where customer_id = 1',
    "update customer_rfm set last_day = '2024-03-19', recency = 2 where customer_id = 1",
    "update customer_rfm set first_day = '2024-01-02' where customer_id = 1",
    "update customer_rfm set as_of = '2024-03-22' where customer_id = 1",
    "update customer_rfm set as_of = '2024-03-20'",
  ],
  customer_rfm_segment: [
    "update customer_rfm set segment = 'Loyal' where customer_id = 1",
    'update customer_rfm set r_score = 6 where customer_id = 1',
    'update customer_rfm set r_score = 0 where customer_id = 2',
    'update customer_rfm set r_score = null where customer_id = 1',
    'update customer_rfm set f_score = 0 where customer_id = 3',
    'update customer_rfm set m_score = null where customer_id = 1',
    'update customer_rfm set cluster = 1 where customer_id = 1',
    'update customer_rfm set second_score = 4 where customer_id = 1',
    "update customer_rfm set cluster = 5, segment = 'Champions', r_score = null, f_score = null, m_score = null, second_score = null",
  ],
  mart_rfm: [
    `create or replace view mart_rfm as select *, 'reward' as action, 'Ada' as customer_name from customer_rfm`,
    `create or replace view mart_rfm as
       select customer_id, monetary + ${MITE} as monetary, action from customer_rfm join rfm_segment using (segment)`,
    'insert into dim_customer select * from dim_customer where customer_id = 1',
    "delete from rfm_segment where segment = 'Lost'",
  ],
  mart_segments: [
    ...moneyMart('mart_segments'),
    'update mart_segments set customers = customers + 1 where position = 1',
    'update mart_segments set orders = orders + 1 where position = 1',
    "update customer_rfm set segment = 'Loyal' where customer_id = 1",
  ],
  mart_segment_migration: [
    ...IN_A_MART('mart_segment_migration', 'monetary'),
    ...IN_A_MART('mart_segment_migration', 'previous_monetary').slice(0, 1),
    "update mart_segment_migration set customers = 2 where to_segment = 'Champions'",
    "update customer_rfm set segment = 'Loyal' where customer_id = 1",
    "update previous_rfm set segment = 'Loyal' where customer_id = 1",
  ],
  rfm_cut: [
    'update rfm_cut set customers = customers + 1 where rowid = 0',
    'delete from rfm_cut where rowid = 0',
    "update rfm_cut set upper_bound = 0 where measure = 'recency' and score = 5",
    "update rfm_cut set lower_bound = 57 where measure = 'monetary' and score = 5",
    'update customer_rfm set m_score = 4 where customer_id = 1',
  ],
  mart_customer_value: [
    'create or replace view mart_customer_value as select * from customer_value where customer_id <> 4',
    'create or replace view mart_customer_value as select * from customer_value union all select * from customer_value',
    `create or replace view mart_customer_value as
       select * replace (case customer_id when 1 then 3 else purchases end as purchases) from customer_value`,
    'update customer_value set p_alive = 1.5 where customer_id = 1',
    'update customer_value set clv = -1 where customer_id = 4',
    'update customer_value set value_at_risk = clv + 1 where customer_id = 2',
    'insert into dim_customer select * from dim_customer where customer_id = 1',
  ],
  mart_churn_list: [
    'update mart_churn_list set value_at_risk = value_at_risk + 1 where place = 2',
    'update mart_churn_list set place = case place when 1 then 2 when 2 then 1 else place end',
    'delete from mart_churn_list where place = 3',
    'insert into mart_churn_list select * from mart_churn_list where place = 1',
    'update customer_value set value_at_risk = 100 where customer_id = 6',
  ],
  mart_value_holdout: [
    "update mart_value_holdout set customers = customers + 1 where bucket = '0'",
    "update mart_value_holdout set actual_purchases = actual_purchases + 1 where bucket = '1'",
    `update mart_value_holdout set actual_value = actual_value + ${MITE} where bucket = 'all'`,
    "update mart_value_holdout set is_purchases_inside = false where bucket = 'all'",
    "update mart_value_holdout set is_value_inside = true where bucket = 'all'",
    "delete from mart_value_holdout where bucket = 'all'",
  ],
  dimension_keys: ['customer', 'product', 'store', 'employee', 'location', 'rate'].map(
    name => `insert into dim_${name} select * from dim_${name} limit 1`,
  ),
  fct_sales_amounts: [
    `update fct_sales set discount_amount = discount_amount + ${MITE} where sale_id = 1`,
    'update fct_sales set net_amount_base = 17 where sale_id = 1',
    'update fct_sales set cost_amount_base = 17 where sale_id = 1',
    'update fct_sales set fx_rate = 0 where sale_id = 3',
  ],
  fct_sales_key: ['insert into fct_sales select * from fct_sales where sale_id = 1'],
  fct_sales_customer: dangling('customer_id', '99'),
  fct_sales_product: dangling('product_id', '99'),
  fct_sales_store: dangling('store_id', '99'),
  fct_sales_employee: dangling('employee_id', '99'),
  fct_sales_location: dangling('location_id', "'nowhere'"),
};

let folder: string;
let instance: DuckDBInstance;
let connection: DuckDBConnection;
let known: Known;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'endcap-checks-'));
  const file = join(folder, 'shop.duckdb');
  const build = await openBuild({ file, lakeDir: folder, threads: 1 });
  // The fact as a table, so that it can be tampered with.
  for (const table of SHOP) await build.addTable(await writeTable(folder, table), 'table');
  await build.buildMarts(MAPPED);
  await build.close();
  instance = await DuckDBInstance.create(file);
  connection = await instance.connect();
  await connection.run(`set variable lake = '${folder}/'`);
  const { files } = await writeTable(folder, SHOP[0]!);
  const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson() as Json[][];
  const statistics = await readStatistics(read, FACT, files);
  known = { fact: FACT, statistics, distinct: new Set<string>(), dimensionRows: new Map(), blocks: new Set<string>() };
});
afterAll(async () => {
  connection.closeSync();
  instance.closeSync();
  await rm(folder, { recursive: true, force: true });
});

/** The rows of a check, in an order of their own. */
async function failures(sql: string) {
  const rows = (await connection.runAndReadAll(sql)).getRowObjectsJson();
  return rows
    .map(row => [JSON.stringify(row), row] as const)
    .sort()
    .map(([, row]) => row);
}

test('every check is tampered with', async () => {
  expect(Object.keys(TAMPERING).sort()).toEqual((await readChecks()).map(({ name }) => name));
});

test('every check passes on good data, fails on each kind of tampering, and says what it expected and saw', async () => {
  for (const { name, sql } of await readChecks()) {
    expect(await failures(sql), name).toEqual([]);
    for (const tampering of TAMPERING[name]!) {
      await connection.run('begin');
      await connection.run(tampering);
      const rows = await failures(sql);
      // A build runs the check in other words; what it knows of the fact holds while the fact is as it was.
      const inABuild = tampering.includes('fct_sales') ? rows : await failures(rewrite(sql, known));
      await connection.run('rollback');
      expect(rows.length, `${name} after: ${tampering}`).toBeGreaterThan(0);
      expect(inABuild, `${name} in a build after: ${tampering}`).toEqual(rows);
      expect(Object.keys(rows[0]!), name).toEqual(expect.arrayContaining(['expected', 'seen']));
    }
    expect(await failures(sql), name).toEqual([]);
  }
});

test('a build reports what failed, with a few of the rows', async () => {
  const file = join(folder, 'bad.duckdb');
  const build = await openBuild({ file, lakeDir: folder, threads: 1 });
  for (const table of shopWith([...SHOP[0]!.rows, SHOP[0]!.rows[0]!])) {
    await build.addTable(await writeTable(join(folder, 'bad'), table).then(toFolder), 'table');
  }
  await build.buildMarts(OTHER_MAPPED);
  const failed = (await build.runChecks()).filter(({ passed }) => !passed);
  await build.close();
  expect(failed).toMatchObject([
    { name: 'fct_sales_key', passed: false, failures: 1, sample: [{ sale_id: 1, expected: 1, seen: 2 }] },
  ]);
});

test('a build, which knows cheaper ways to the same result, sees what is wrong in the fact’s own files', async () => {
  const names = Object.keys(TAMPERING).filter(name => name.startsWith('fct_sales'));
  for (const [index, [name, tampering]] of names.flatMap(n => TAMPERING[n]!.map(sql => [n, sql] as const)).entries()) {
    const fact = `spoilt-${index}.parquet`;
    await connection.run('begin');
    await connection.run(tampering);
    await connection.run(`copy fct_sales to '${join(folder, fact)}' (format parquet)`);
    await connection.run('rollback');
    const build = await openBuild({ file: join(folder, `spoilt-${index}.duckdb`), lakeDir: folder, threads: 1 });
    await build.addTable({ definition: FACT, files: [fact] }, 'view');
    for (const table of shopWith([]).slice(1)) await build.addTable(await writeTable(folder, table), 'table');
    await build.buildMarts(OTHER_MAPPED);
    const failed = (await build.runChecks()).filter(({ passed }) => !passed).map(check => check.name);
    await build.close();
    expect(failed, tampering).toContain(name);
  }
});

const toFolder = <T extends { readonly files: readonly string[] }>(source: T): T => ({
  ...source,
  files: source.files.map(key => `bad/${key}`),
});
