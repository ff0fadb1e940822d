/** A build's cheaper ways against its SQL files, read as they are written. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildShop, type Cell, FACT, OTHER_MAPPED, SHOP, SHOP_FILE, shopWith, writeTable } from './duckdb.fixture.ts';
import { METRICS, metricsSql } from './metrics.ts';
import { openBuild, openWarehouse } from './open.ts';
import { readMarts } from './sql.ts';
import type { Json, Warehouse } from './warehouse.ts';

type Row = readonly Cell[];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'endcap-build-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Rows and types in which each mart differs from what its file says, read as it is written. */
async function differences(warehouse: Warehouse): Promise<Record<string, Json>> {
  const found: Record<string, Json> = {};
  const tables = new Set((await warehouse.query('show tables')).rows.map(({ name }) => name));
  for (const { name, sql } of (await readMarts()).filter(mart => tables.has(mart.name))) {
    const { rows: counts } = await warehouse.query(`select
      (select count(*) from ((${sql}) except all (from ${name}))) as missing,
      (select count(*) from ((from ${name}) except all (${sql}))) as extra`);
    if (counts[0]!.missing !== 0 || counts[0]!.extra !== 0) found[name] = counts[0]!;
    const typesOf = async (from: string) => (await warehouse.query(`select * from (${from}) limit 0`)).columns;
    // A build stores whole numbers in 64 bits.
    const written = (await typesOf(sql)).map(({ name, type }) => ({ name, type: type.replace('HUGEINT', 'BIGINT') }));
    expect(await typesOf(`from ${name}`), name).toEqual(written);
  }
  return found;
}

test('with returns, several rates and orders of several lines', async () => {
  await buildShop(folder);
  const shop = await openWarehouse(join(folder, SHOP_FILE), folder);
  expect(await differences(shop)).toEqual({});
  await shop.close();
});

/** So many times the shop that it is worth to add lines up before joins. */
const TIMES = 40;
/** Customers of each time may be others, so that there are several blocks of them. */
const APART = 7;

const at = (name: string) => FACT.columns.findIndex(column => column.name === name);
const isSimple = (row: Row) => row[at('fx_rate')] === '1' && row[at('is_return')] === false;
const later = (row: Row, column: number, ids: number) => row.with(column, Number(row[column]) + ids);

const homes = { location_id: null };
const costless = { cost_amount: null, cost_amount_base: null };

test.each<[string, (row: Row) => boolean, Readonly<Record<string, Cell>>, number]>([
  ['one currency, no returns, and addresses of orders', isSimple, {}, APART],
  ['one currency, no returns, no costs, and addresses of customers alone', isSimple, { ...homes, ...costless }, 0],
  ['several rates, returns, and addresses of customers alone', () => true, homes, 0],
  ['several rates, returns, and many customers', () => true, homes, APART],
])('with an order for each line, %s', async (_, isKept, change, apart) => {
  const times = Array.from({ length: TIMES }, (_, index) => index);
  const changed = (row: Row) => FACT.columns.map(({ name }, index) => (name in change ? change[name]! : row[index]!));
  const sales = times.flatMap(time =>
    SHOP[0]!.rows.filter(isKept).map(row =>
      later(changed(row), at('customer_id'), time * apart)
        .with(at('sale_id'), Number(row[at('sale_id')]) + 100 * time)
        .with(at('order_id'), `O-${time}-${row[at('sale_id')]}`),
    ),
  );
  const file = join(folder, 'repeated.duckdb');
  const build = await openBuild({ file, lakeDir: folder, threads: 2 });
  for (const { definition, rows } of shopWith(sales)) {
    const isCustomer = definition.name === 'dim_customer' && apart > 0;
    const customers = isCustomer ? times.flatMap(time => rows.map(row => later(row, 0, time * apart))) : rows;
    const isFact = definition === FACT;
    const source = await writeTable(join(folder, 'repeated'), { definition, rows: customers });
    const files = source.files.map(key => `repeated/${key}`);
    await build.addTable({ definition, files }, isFact ? 'view' : 'table');
  }
  const lacking = (await build.buildMarts(OTHER_MAPPED)).filter(
    ({ reason }) => reason !== null && /^(fct|dim)_/.test(reason),
  );
  expect(lacking).toEqual([]);
  const headline = await build.measure(metricsSql(METRICS));
  expect((await build.runChecks()).filter(({ passed }) => !passed)).toEqual([]);
  await build.close();
  const warehouse = await openWarehouse(file, folder);
  expect(await differences(warehouse)).toEqual({});
  expect((await warehouse.query(metricsSql(METRICS))).rows).toEqual([headline]);
  const { rows: plans } = await warehouse.query("select sql from duckdb_views() where view_name = 'mart_order'");
  expect(plans[0]!.sql).not.toMatch(/group by/i);
  expect(headline.orders).toBe(sales.filter(row => row[at('is_return')] === false).length);
  await warehouse.close();
});
