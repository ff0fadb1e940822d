/** Sales of which a test cares for a few columns, in a database in memory, with some marts as their files say. */
import { DuckDBInstance } from '@duckdb/node-api';
import { type Cell, FACT, type FixtureTable, shopWith, valuesSql } from './duckdb.fixture.ts';
import { MACROS } from './duckdb-sql.ts';
import { afterSources, readChecks, readMarts } from './sql.ts';
import type { Json } from './warehouse.ts';

export interface Sale {
  readonly day: string;
  readonly product?: number;
  readonly customer?: number;
  /** (Default: an order of its own) */
  readonly order?: string;
  readonly units?: number;
  /** (Default: one for each unit) */
  readonly net?: string;
  readonly isReturn?: boolean;
}

/** Each row as the list of its values, decimals and days as text. */
export type Ask = (sql: string) => Promise<Json[][]>;

/**
 * Products up to 99 have names, and the even ones another category than the odd ones.
 * @param marts to be made, their sources among them
 * @throws the rows of a check of theirs that does not pass
 */
export async function askOfSales<T>(
  sales: readonly Sale[],
  marts: readonly string[],
  question: (ask: Ask) => Promise<T>,
): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const ask: Ask = async sql => {
    const reader = await connection.runAndReadAll(sql);
    const isWhole = reader.columnTypes().map(type => String(type).endsWith('INT'));
    const rows = reader.getRowsJson() as Json[][];
    return rows.map(row => row.map((value, index) => (isWhole[index] && value !== null ? Number(value) : value)));
  };
  try {
    for (const macro of MACROS) await connection.run(`create macro ${macro}`);
    for (const { definition, rows } of tablesOf(sales)) {
      await connection.run(`create table ${definition.name} as ${valuesSql(definition, rows)}`);
    }
    for (const { name, sql } of afterSources(await readMarts())) {
      if (marts.includes(name)) await connection.run(`create table ${name} as ${sql}`);
    }
    for (const { name, sql } of await readChecks()) {
      const failures = marts.includes(name) ? await ask(sql) : [];
      if (failures.length > 0) throw new Error(`${name}: ${JSON.stringify(failures)}`);
    }
    return await question(ask);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function tablesOf(sales: readonly Sale[]): FixtureTable[] {
  const customers = [...new Set(sales.map(({ customer = 1 }) => customer))];
  const members: Readonly<Record<string, readonly (readonly Cell[])[]>> = {
    dim_product: Array.from({ length: 100 }, (_, id) => [id, `product ${id}`, null, id % 2 ? 'odd' : 'even', null]),
    dim_customer: customers.map(id => [id, ...Array<null>(7).fill(null)]),
  };
  return shopWith(sales.map(lineOf)).map(({ definition, rows }) => ({
    definition,
    rows: members[definition.name] ?? rows,
  }));
}

function lineOf(sale: Sale, index: number): readonly Cell[] {
  const {
    day,
    product = 1,
    customer = 1,
    order = `O${index}`,
    units = 1,
    net = String(units),
    isReturn = false,
  } = sale;
  const line: Readonly<Record<string, Cell>> = {
    sale_id: index + 1,
    order_id: order,
    customer_id: customer,
    product_id: product,
    store_id: 1,
    sales_day: day,
    quantity: units,
    gross_amount: net,
    discount_amount: '0',
    net_amount: net,
    currency: 'USD',
    fx_rate: '1',
    net_amount_base: net,
    is_return: isReturn,
    source_file: 'a.csv',
    source_line: index + 2,
  };
  return FACT.columns.map(({ name }) => line[name] ?? null);
}

/** Those of products and seasons, with what they and their checks read. */
const PRODUCT_MARTS = [
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

export const askOfProducts = <T>(sales: readonly Sale[], question: (ask: Ask) => Promise<T>): Promise<T> =>
  askOfSales(sales, PRODUCT_MARTS, question);

/** Months are YYYY-MM. */
export function plusMonths(month: string, count: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7);
}

/** The day so many days behind another. */
export const dayAt = (first: string, days: number): string =>
  new Date(Date.parse(first) + days * 86_400_000).toISOString().slice(0, 10);
