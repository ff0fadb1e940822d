import { expect, test } from 'vitest';
import { FACT } from './duckdb.fixture.ts';
import { planCopy } from './duckdb-copy.ts';
import { withBlocks } from './duckdb-members.ts';
import { type Known, rewrite } from './duckdb-rewrite.ts';
import type { ColumnStatistics } from './duckdb-statistics.ts';
import { readMarts } from './sql.ts';

const between = (least: string, greatest: string, nulls: number | null = 0): ColumnStatistics => ({
  range: { least, greatest },
  nulls,
  rows: 1_000,
});

const known = (change: Partial<Known> = {}): Known => ({
  fact: FACT,
  statistics: new Map([
    ['customer_id', between('1', '100000')],
    ['product_id', between('1', '400')],
    ['store_id', between('1', '5000000')],
    ['fx_rate', between('1', '1')],
    ['sales_day', between('2024-01-01', '2024-03-01')],
  ]),
  distinct: new Set(['order_id']),
  dimensionRows: new Map([['dim_product', 400]]),
  blocks: new Set(),
  ...change,
});

const mart = (expression: string, by: string): string =>
  `with\n\ngrouped as (\n    select\n        ${expression} as n\n    from sales\n    group by ${by}\n)\n\nselect * from grouped`;

test('orders are counted as lines only where each has one', () => {
  const sql = mart('count(distinct case when not is_return then order_id end)', 'channel');
  expect(rewrite(sql, known())).toContain('count(case when not is_return then 1 end) as n');
  expect(rewrite(sql, known({ distinct: new Set<string>() }))).toBe(sql);
});

test('ids are counted as bits only where they and the groups are few', () => {
  const customers = 'count(distinct case when not is_return then customer_id end)';
  const bits =
    'coalesce(bit_count(bitstring_agg(case when not is_return then customer_id end, cast(1 as bigint), cast(100000 as bigint))), 0)';
  for (const by of ['sales_day', 'product_id']) expect(rewrite(mart(customers, by), known())).toContain(bits);
  // A group by what nobody knows the values of, by too many ids, and by an attribute of nothing joined.
  for (const by of ['channel', 'store_id', 'month', 'product_id, sales_day']) {
    expect(rewrite(mart(customers, by), known()), by).toBe(mart(customers, by));
  }
  const joined = mart(customers, 'category').replace('from sales', 'from sales join dim_product on true');
  expect(rewrite(joined, known())).toContain(bits);
  const texts = known({ statistics: new Map([['order_id', between('A', 'Z')]]), distinct: new Set<string>() });
  expect(rewrite(mart('count(distinct order_id)', 'sales_day'), texts)).toContain('count(distinct order_id)');
});

test('amounts are brought to the base currency unless every rate is known to be 1', () => {
  const sql = mart('sum(to_base(discount_amount, fx_rate))', 'sales_day');
  expect(rewrite(sql, known())).toContain('sum(discount_amount) as n');
  for (const rate of [between('0.5', '1'), between('1', '1', 3), between('1', '1', null)]) {
    expect(rewrite(sql, known({ statistics: new Map([['fx_rate', rate]]) }))).toBe(sql);
  }
});

test('customers are counted in blocks only where the copy has them, of all lines, and by few groups', () => {
  const customers = 'count(distinct case when not is_return then customer_id end)';
  const whole = (by: string) =>
    `with\n\nsales as (\n    select * from fct_sales\n),\n\n${mart(customers, by).slice('with\n\n'.length)}`;
  const blocks = known({ blocks: new Set(['customer_id']) });
  const sql = rewrite(whole('product_id'), blocks);
  expect(sql).toContain('from sales where not is_return group by customer_id_block, product_id');
  expect(
    rewrite(whole('product_id').replace('case when not is_return then customer_id end', 'customer_id'), blocks),
  ).toContain('from sales group by customer_id_block, product_id');
  const nulls = known({
    ...blocks,
    statistics: new Map([...blocks.statistics, ['customer_id', between('1', '100000', 1)]]),
  });
  expect(rewrite(whole('product_id'), nulls)).toContain('where customer_id is not null and not is_return group by');
  expect(sql).toContain('where b.product_id is not distinct from sales.product_id), 0) as n');
  expect(withBlocks(sql)).not.toBe(sql);
  const bits = 'bitstring_agg(case when not is_return then customer_id end';
  for (const other of [rewrite(whole('product_id'), known()), rewrite(mart(customers, 'product_id'), blocks)]) {
    expect(other).toContain(bits);
    expect(withBlocks(other)).toBe(other);
  }
  expect(rewrite(whole('channel'), blocks)).toContain(customers);
  const far = known({
    ...blocks,
    statistics: new Map([...blocks.statistics, ['customer_id', between('1', '2097152')]]),
  });
  expect(rewrite(whole('sales_day'), far)).not.toContain('customer_id_block');
});

test('columns with one value are not grouped by, and amounts that nobody knows not added up', () => {
  const statistics = new Map([
    ['currency', between('EUR', 'EUR')],
    ['is_return', between('false', 'false')],
    ['cost_amount_base', { range: null, nulls: 1_000, rows: 1_000 }],
  ]);
  const grouped = (table: string) =>
    `select * from (\n    select\n        currency,\n        channel,\n        sum(net_amount_base - cost_amount_base) as profit,\n        max(case when not is_return then sales_day end) as day\n    from ${table}\n    group by currency, channel\n)`;
  expect(rewrite(grouped('fct_sales'), known({ statistics }))).toBe(
    "select * from (\n    select\n        cast('EUR' as VARCHAR) as currency,\n        channel,\n        cast(null as decimal(38, 6)) as profit,\n        max(sales_day) as day\n    from fct_sales\n    group by channel\n)",
  );
  // The columns of a mart are its own.
  expect(rewrite(grouped('mart_channel_sales'), known({ statistics }))).toBe(grouped('mart_channel_sales'));
});

test('lines are added up before joins where that makes them few, and every result can be made of sums', async () => {
  const marts = await readMarts();
  const nowhere = { range: null, nulls: 1_000_000, rows: 1_000_000 };
  const statistics = new Map([...known().statistics, ['location_id', nowhere]]);
  const isAddedUp = (name: string, change: Partial<Known> = {}) => {
    const { sql } = marts.find(mart => mart.name === name)!;
    return rewrite(sql, known({ statistics, ...change })).includes('from added as sales');
  };
  const joining = ['mart_city_sales', 'mart_country_sales', 'mart_state_sales', 'mart_segment_sales'];
  for (const name of [...joining, 'mart_category_monthly', 'mart_product_monthly'])
    expect(isAddedUp(name), name).toBe(true);
  // As many products and customers as lines, nothing joined, orders of several customers, places of orders.
  expect(isAddedUp('mart_category_sales')).toBe(false);
  expect(isAddedUp('mart_daily_sales')).toBe(false);
  for (const name of joining) expect(isAddedUp(name, { distinct: new Set<string>() }), name).toBe(false);
  expect(isAddedUp('mart_city_sales', { statistics: known().statistics })).toBe(false);
});

test('a copy keeps narrow values, and no constants', () => {
  const statistics = new Map([
    ['sale_id', between('-5', '40000')],
    ['quantity', between('-127', '10')],
    ['net_amount', between('0', '1000')],
    ['discount_amount', between('-998', '0')],
    ['fx_rate', between('1', '1')],
    ['currency', between('USD', 'USD', 1)],
    ['cost_amount', { range: null, nulls: 1_000, rows: 1_000 }],
  ]);
  const columns = new Set(statistics.keys());
  const plan = planCopy(FACT, statistics, 1_000, [columns, columns, columns]);
  expect(Object.fromEntries(plan!.columns.map(({ name, kept }) => [name, Object.values(kept)[0]]))).toEqual({
    sale_id: 'INTEGER',
    quantity: 'SMALLINT',
    net_amount: 'DECIMAL(18,6)',
    discount_amount: 'DECIMAL(9, 6)',
    currency: 'VARCHAR',
    fx_rate: "'1'",
    cost_amount: 'null',
  });
});

test('a copy takes what most statements read and fits, and is not made for few of them', () => {
  const often = new Set(['sale_id']);
  const once = new Set(['sale_id', 'order_id']);
  const names = (rows: number, statements: ReadonlySet<string>[]) =>
    planCopy(FACT, new Map(), rows, statements)?.columns.map(({ name }) => name) ?? null;
  expect(names(1_000_000, [often, often, once])).toEqual(['sale_id', 'order_id']);
  expect(names(20_000_000, [often, often, often, once])).toEqual(['sale_id']);
  expect(names(20_000_000, [often, often, once])).toBeNull();
  expect(names(100_000_000, [often, often, often])).toBeNull();
});
