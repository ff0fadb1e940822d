/**
 * A small shop with what goes wrong in shops: returns, a customer who only returns, lines without an employee or an
 * address, three currencies, unknown costs, a product without a category, two addresses on one day, and a tie.
 * The numbers that tests expect of it were worked out by hand.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { ColumnType, TableDefinition } from '../base/table.ts';
import { identifier, literal, SQL_TYPES } from './duckdb-sql.ts';
import { openBuild } from './open.ts';
import { RECOMMEND_TABLES } from './recommend.fixture.ts';
import { SEGMENT_TABLES } from './segments.fixture.ts';
import type { CheckReport, MartReport, TableSource } from './warehouse.ts';

export type Cell = string | number | boolean | null;

export interface FixtureTable {
  readonly definition: TableDefinition;
  readonly rows: readonly (readonly Cell[])[];
}

export const FACT = table('fct_sales', [
  ['sale_id', 'int64'],
  ['order_id', 'text'],
  ['customer_id', 'int64'],
  ['product_id', 'int64'],
  ['store_id', 'int64'],
  ['location_id', 'text'],
  ['employee_id', 'int64'],
  ['channel', 'text'],
  ['sales_day', 'date'],
  ['sold_at', 'timestamp'],
  ['delivered_day', 'date'],
  ['quantity', 'int64'],
  ['unit_price', 'decimal'],
  ['discount_rate', 'decimal'],
  ['gross_amount', 'decimal'],
  ['discount_amount', 'decimal'],
  ['net_amount', 'decimal'],
  ['cost_amount', 'decimal'],
  ['currency', 'text'],
  ['fx_rate', 'decimal'],
  ['net_amount_base', 'decimal'],
  ['cost_amount_base', 'decimal'],
  ['is_return', 'boolean'],
  ['source_file', 'text'],
  ['source_line', 'int64'],
]);

const A = 'US|TX|Austin';
const B = 'US|OH|Dayton';

// biome-ignore format: a row a line reads as a table.
const SALES: readonly (readonly Cell[])[] = [
  [1, 'O1', 1, 10, 1, A, 7, 'online', '2024-01-01', '2024-01-01 09:30:00.5', '2024-01-03', 2, '10', '0.1', '20', '2', '18', '8', 'USD', '1', '18', '8', false, 'a.csv', 2],
  [2, 'O1', 1, 12, 1, A, 7, 'online', '2024-01-01', '2024-01-01 09:30:00', '2024-01-05', 1, '5', '0', '5', '0', '5', '5', 'USD', '1', '5', '5', false, 'a.csv', 3],
  [3, 'O2', 2, 11, 2, B, null, 'store', '2024-01-03', null, null, 3, '4', '0.25', '12', '3', '9', '4', 'EUR', '0.8', '11.25', '5', false, 'a.csv', 4],
  [4, 'O4', 1, 10, 2, A, null, 'store', '2024-01-03', null, null, 1, '10', '0', '10', '0', '10', '4', 'USD', '1', '10', '4', false, 'a.csv', 5],
  [5, 'O3', 1, 12, 2, B, null, 'store', '2024-01-03', null, null, 1, '5', '0', '5', '0', '5', '5', 'USD', '1', '5', '5', false, 'a.csv', 10],
  [6, 'O10', 5, 10, 1, A, null, 'online', '2024-01-09', null, '2024-01-10', 1, '10', '0', '10', '0', '10', '4', 'USD', '1', '10', '4', false, 'b.csv', 2],
  [7, 'O10', 5, 12, 1, A, null, 'online', '2024-01-09', null, '2024-01-10', 3, '5', '0', '15', '0', '15', '15', 'USD', '1', '15', '15', false, 'b.csv', 3],
  [8, 'O11', 6, 12, 2, null, null, 'store', '2024-01-10', null, null, 2, '5', '0', '10', '0', '10', '10', 'USD', '1', '10', '10', false, 'b.csv', 4],
  [9, 'O11', 6, 10, 2, null, null, 'store', '2024-01-10', null, null, 1, '10', '0', '10', '0', '10', '4', 'USD', '1', '10', '4', false, 'b.csv', 5],
  [10, 'O5', 1, 10, 1, B, null, 'online', '2024-02-15', null, '2024-03-03', 1, '10', '0', '10', '0', '10', null, 'USD', '1', '10', null, false, 'b.csv', 6],
  [11, 'O6', 2, 11, 2, B, null, 'store', '2024-03-05', null, null, -1, '4', '0.25', '-4', '-1', '-3', '-1.2', 'EUR', '0.8', '-3.75', '-1.5', true, 'b.csv', 7],
  [12, 'O7', 3, 12, 2, null, null, 'store', '2024-03-05', null, null, -1, '5', '0', '-5', '0', '-5', '-5', 'USD', '1', '-5', '-5', true, 'b.csv', 8],
  [13, 'O8', 1, 11, 2, A, 8, 'store', '2024-03-20', null, null, 2, '4', '0', '8', '0', '8', '3', 'USD', '1', '8', '3', false, 'b.csv', 9],
  [14, 'O9', 4, 14, 2, null, null, 'store', '2024-03-20', null, null, 1, '100', '0', '100', '0', '100', '60', 'GBP', '2', '50', '30', false, 'b.csv', 10],
];

const CUSTOMER = table('dim_customer', [
  ['customer_id', 'int64'],
  ['customer_name', 'text'],
  ['gender', 'text'],
  ['birth_day', 'date'],
  ['segment', 'text'],
  ['city', 'text'],
  ['state', 'text'],
  ['country', 'text'],
]);
const PRODUCT = table('dim_product', [
  ['product_id', 'int64'],
  ['product_name', 'text'],
  ['brand', 'text'],
  ['category', 'text'],
  ['subcategory', 'text'],
]);
const STORE = table('dim_store', [
  ['store_id', 'int64'],
  ['store_name', 'text'],
  ['city', 'text'],
  ['state', 'text'],
  ['country', 'text'],
  ['square_meters', 'decimal'],
  ['open_day', 'date'],
]);
const EMPLOYEE = table('dim_employee', [
  ['employee_id', 'int64'],
  ['employee_name', 'text'],
  ['gender', 'text'],
  ['hire_day', 'date'],
  ['city', 'text'],
  ['country', 'text'],
]);
const LOCATION = table('dim_location', [
  ['location_id', 'text'],
  ['country', 'text'],
  ['state', 'text'],
  ['city', 'text'],
  ['region', 'text'],
]);
const RATE = table('dim_rate', [
  ['rate_day', 'date'],
  ['currency', 'text'],
  ['rate', 'decimal'],
]);
const BASKET_RULE = table('basket_rule', [
  ['rule_rank', 'int64'],
  ['antecedent_1', 'int64'],
  ['antecedent_2', 'int64'],
  ['antecedent_3', 'int64'],
  ['consequent', 'int64'],
  ['as_of', 'date'],
  ['baskets', 'int64'],
  ['antecedent_baskets', 'int64'],
  ['consequent_baskets', 'int64'],
  ['rule_baskets', 'int64'],
  ['support', 'double'],
  ['confidence', 'double'],
  ['lift', 'double'],
  ['is_beyond_chance', 'boolean'],
  ['rest_amount', 'decimal'],
]);

/** The first day of the period of a day. */
const PERIODS: Readonly<Record<string, (day: string) => string>> = {
  month: day => `${day.slice(0, 7)}-01`,
  week: day => {
    const date = new Date(day);
    date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
    return date.toISOString().slice(0, 10);
  },
};

const COHORT_ACTIVITY = table('cohort_activity', [
  ['grain', 'text'],
  ['cohort', 'date'],
  ['period', 'date'],
  ['customers', 'int64'],
  ['orders', 'int64'],
  ['lines', 'int64'],
  ['revenue', 'decimal'],
]);

const CUSTOMER_VALUE = table('customer_value', [
  ['customer_id', 'int64'],
  ['purchases', 'int32'],
  ['last_day', 'date'],
  ['days_since', 'int32'],
  ['median_gap', 'double'],
  ['overdue', 'double'],
  ['p_alive', 'double'],
  ['expected_purchases', 'double'],
  ['expected_value', 'double'],
  ['clv', 'double'],
  ['value_at_risk', 'double'],
]);
const VALUE_HOLDOUT = table('value_holdout', [
  ['bucket', 'text'],
  ['customers', 'int64'],
  ['predicted_purchases', 'double'],
  ['actual_purchases', 'int64'],
  ['purchases_low', 'double'],
  ['purchases_high', 'double'],
  ['is_purchases_inside', 'boolean'],
  ['predicted_value', 'double'],
  ['actual_value', 'decimal'],
  ['value_low', 'double'],
  ['value_high', 'double'],
  ['is_value_inside', 'boolean'],
]);

export const SHOP: readonly FixtureTable[] = [
  { definition: FACT, rows: SALES },
  {
    definition: CUSTOMER,
    rows: [
      [1, 'Ada', 'F', '1990-12-10', 'home', 'Oslo', null, 'Norway'],
      [2, 'Bo', 'M', null, 'firm', 'Dayton', 'OH', 'US'],
      [3, 'Bo', null, null, 'home', 'Oslo', null, 'Norway'],
      [4, null, null, null, null, null, null, null],
      [5, 'Eve', 'F', null, 'home', 'Oslo', null, 'Norway'],
      [6, 'Flo', 'F', null, 'firm', 'Paris', 'TX', 'US'],
    ],
  },
  {
    definition: PRODUCT,
    rows: [
      [10, 'Apple', 'Grove', 'fruit', null],
      [11, 'Pear', 'Acme', 'fruit', null],
      [12, 'Nail', 'Acme', 'tools', 'iron'],
      [14, 'Riddle', null, null, null],
    ],
  },
  {
    definition: STORE,
    rows: [
      [1, 'Online', null, null, null, null, '2010-01-01'],
      [2, 'Main', 'Dayton', 'OH', 'US', '100', '2012-05-06'],
      [3, 'Empty', 'Paris', 'TX', 'US', '50', null],
    ],
  },
  {
    definition: EMPLOYEE,
    rows: [
      [7, 'Gus', 'M', '2020-02-29', 'Oslo', 'Norway'],
      [8, 'Hal', 'M', null, null, null],
    ],
  },
  {
    definition: LOCATION,
    rows: [
      [A, 'US', 'TX', 'Austin', 'South'],
      [B, 'US', 'OH', 'Dayton', 'East'],
    ],
  },
  {
    definition: RATE,
    rows: [
      ['2024-01-03', 'EUR', '0.8'],
      ['2024-01-03', 'USD', '1'],
    ],
  },
  { definition: COHORT_ACTIVITY, rows: cohortRows(SALES) },
  {
    definition: BASKET_RULE,
    rows: [
      [1, 10, null, null, 12, '2024-03-21', 9, 5, 4, 3, String(3 / 9), '0.6', '1.35', false, '30'],
      [2, 12, null, null, 10, '2024-03-21', 9, 4, 5, 3, String(3 / 9), '0.75', '1.35', false, '38'],
    ],
  },
  ...[...SEGMENT_TABLES, ...RECOMMEND_TABLES].map(([name, columns, rows]) => ({
    definition: table(name, columns),
    rows,
  })),
  {
    definition: CUSTOMER_VALUE,
    rows: [
      [1, 4, '2024-03-20', 1, 34, 0.029412, 0.75, 3, 8, 24, 6],
      [2, 3, '2024-01-03', 78, 13, 6, 0.5, 2, 12, 24, 12],
      [3, 0, null, null, null, null, null, null, null, null, null],
      [4, 1, '2024-03-20', 1, null, null, 1, 1.5, 50, 75, 0],
      [5, 2, '2024-01-09', 72, 8, null, 0.25, 0.5, 16, 8, 6],
      [6, 1, '2024-01-10', 71, null, null, 1, 1, 20, 20, 0],
    ],
  },
  {
    definition: VALUE_HOLDOUT,
    rows: [
      ['0', 2, 0.75, 0, null, null, null, 25, '0', null, null, null],
      ['1', 1, 0.5, 1, null, null, null, 15, '8', null, null, null],
      ['all', 3, 1.25, 1, 0, 3.5, true, 40, '8', 9, 71, false],
    ],
  },
];

/** Every column of the shop: a data set that fills all there is. */
export const MAPPED: ReadonlySet<string> = new Set(
  SHOP.flatMap(({ definition }) => definition.columns.map(({ name }) => `${definition.name}.${name}`)),
);

/** What jobs made of the shop's sales would not fit others, but for what can be counted anew. */
const fitsOthers = (name: string): boolean => /^(fct_|dim_|cohort_activity)/.test(name);

/** The shop with other sales. */
export const shopWith = (sales: FixtureTable['rows']): FixtureTable[] =>
  SHOP.map(({ definition, rows }) => {
    if (definition === FACT) return { definition, rows: sales };
    if (definition === COHORT_ACTIVITY) return { definition, rows: cohortRows(sales) };
    return { definition, rows: fitsOthers(definition.name) ? rows : [] };
  });

/** What it fills. */
export const OTHER_MAPPED: ReadonlySet<string> = new Set([...MAPPED].filter(fitsOthers));

/** The file that buildShop makes, below its folder. */
export const SHOP_FILE = 'shop.duckdb';

/** A finished publication of the shop, its fact in a file a day. */
export async function buildShop(folder: string): Promise<{ marts: MartReport[]; checks: CheckReport[] }> {
  const build = await openBuild({ file: join(folder, SHOP_FILE), lakeDir: folder, threads: 2 });
  try {
    for (const shopTable of SHOP) {
      const isFact = shopTable.definition === FACT;
      await build.addTable(await writeTable(folder, shopTable, isFact ? 'sales_day' : null), isFact ? 'view' : 'table');
    }
    return { marts: await build.buildMarts(MAPPED), checks: await build.runChecks() };
  } finally {
    await build.close();
  }
}

export function table(name: string, columns: readonly (readonly [name: string, type: ColumnType])[]): TableDefinition {
  return {
    name,
    grain: `one row of ${name}`,
    partitionBy: null,
    clusterBy: [],
    columns: columns.map(([column, type]) => ({ name: column, type, nullable: true, description: `the ${column}` })),
  };
}

/** Writes the rows as Parquet files below the folder, one a value of the `by` column if there is one. */
export async function writeTable(
  folder: string,
  { definition, rows }: FixtureTable,
  by: string | null = null,
): Promise<TableSource> {
  const column = definition.columns.findIndex(({ name }) => name === by);
  const groups = Map.groupBy(rows, row => (column < 0 ? 'all' : String(row[column])));
  const files: string[] = [];
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const [group, members] of groups) {
    const file = `parts/${definition.name}/${group}.parquet`;
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await connection.run(`copy (${valuesSql(definition, members)}) to ${literal(join(folder, file))} (format parquet)`);
    files.push(file);
  }
  connection.closeSync();
  instance.closeSync();
  return { definition, files };
}

/** The rows as a query. */
export function valuesSql({ columns }: TableDefinition, rows: FixtureTable['rows']): string {
  const casts = columns.map(
    ({ name, type }) => `cast(${identifier(name)} as ${SQL_TYPES[type]}) as ${identifier(name)}`,
  );
  const cell = (value: Cell) => (value === null ? 'null' : literal(String(value)));
  const none = `select ${columns.map(() => 'null').join(', ')} where false`;
  const values = rows.length === 0 ? none : `values ${rows.map(row => `(${row.map(cell).join(', ')})`).join(', ')}`;
  return `select ${casts.join(', ')} from (${values}) as v(${columns.map(({ name }) => identifier(name)).join(', ')})`;
}

/** What the job of the customers counts, line by line. */
function cohortRows(sales: FixtureTable['rows']): FixtureTable['rows'] {
  const at = (name: string) => FACT.columns.findIndex(column => column.name === name);
  const [customer, order, day, net] = [at('customer_id'), at('order_id'), at('sales_day'), at('net_amount_base')];
  const bought = sales.filter(row => row[at('is_return')] === false);
  const firsts = Map.groupBy(bought, row => row[customer]);
  return Object.entries(PERIODS).flatMap(([grain, startOf]) => {
    const periodOf = (row: readonly Cell[]) => startOf(String(row[day]));
    const cohortOf = (row: readonly Cell[]) => firsts.get(row[customer])?.map(periodOf).sort()[0] ?? null;
    const cells = Map.groupBy(sales, row => JSON.stringify([cohortOf(row), periodOf(row)]));
    return Array.from(cells, ([key, rows]) => {
      const own = rows.filter(row => bought.includes(row));
      const count = (column: number) => new Set(own.map(row => `${row[customer]} ${row[column]}`)).size;
      const revenue = rows.reduce((sum, row) => sum + Math.round(Number(row[net]) * 1e6), 0);
      return [grain, ...JSON.parse(key), count(customer), count(order), rows.length, (revenue / 1e6).toFixed(6)];
    });
  });
}
