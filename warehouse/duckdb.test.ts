/** What is DuckDB's own: relative files, locked folders, one file that is all, and many small parts. */
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildShop, FACT, SHOP, SHOP_FILE, writeTable } from './duckdb.fixture.ts';
import { openBuild, openWarehouse } from './open.ts';
import { testWarehouse } from './warehouse.conformance.ts';
import type { Warehouse } from './warehouse.ts';

testWarehouse('DuckDB', { openBuild, openWarehouse });

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'endcap-duckdb-'));
  folder = join(root, 'project');
  await mkdir(folder);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function ask<T>(use: (warehouse: Warehouse) => Promise<T>): Promise<T> {
  const warehouse = await openWarehouse(join(folder, SHOP_FILE), folder);
  try {
    return await use(warehouse);
  } finally {
    await warehouse.close();
  }
}

test('the project folder may be moved, even to a name with a comma and a quote', async () => {
  await buildShop(folder);
  const moved = join(root, "it's, a shop");
  await rename(folder, moved);
  folder = moved;
  const { rows } = await ask(w =>
    w.query('select count(*) as lines, sum(net_amount_base) as revenue from mart_sales_summary'),
  );
  expect(rows).toEqual([{ lines: 14, revenue: '153.500000' }]);
});

test('a finished publication is one file, and leaves nothing beside it', async () => {
  await buildShop(folder);
  await ask(w => w.query('select 1'));
  expect((await readdir(folder)).sort()).toEqual(['parts', SHOP_FILE]);
});

test('facts stay in the lake: the view reads its files, and no copy of them is in the file', async () => {
  await buildShop(folder);
  await ask(async w => {
    const { rows } = await w.query(
      "select table_name from information_schema.tables where table_name = 'fct_sales' and table_type <> 'VIEW'",
    );
    expect(rows).toEqual([]);
    await rm(join(folder, 'parts/fct_sales/2024-01-01.parquet'));
    await expect(w.query('select count(*) from fct_sales')).rejects.toThrow('2024-01-01.parquet');
  });
});

test('queries cannot leave the project folder, nor write into it', async () => {
  await buildShop(folder);
  const before = await readdir(folder);
  await ask(async w => {
    for (const sql of [
      "select * from read_text('/etc/hostname')",
      `copy (select 1) to '${join(folder, 'x.csv')}'`,
      `explain analyze copy (select 1) to '${join(folder, 'x.csv')}'`,
      `attach '${join(folder, 'x.duckdb')}' as x`,
      "set variable lake = '/etc/'",
      'set enable_external_access = true',
      'install httpfs',
    ]) {
      await expect(w.query(sql), sql).rejects.toMatchObject({ details: { code: 'E_SQL' } });
    }
  });
  expect(await readdir(folder)).toEqual(before);
});

test('columns say what they are: facts by their definition, marts by the metrics', async () => {
  await buildShop(folder);
  const comment = (table: string, column: string) =>
    ask(w =>
      w.query(`select comment from duckdb_columns() where table_name = '${table}' and column_name = '${column}'`),
    );
  expect((await comment('fct_sales', 'sale_id')).rows).toEqual([{ comment: 'the sale_id' }]);
  expect((await comment('mart_daily_sales', 'orders')).rows).toEqual([
    { comment: 'Orders: distinct orders with a line that is no return' },
  ]);
});

test('files whose types are not the definition’s are refused', async () => {
  const definition = {
    ...FACT,
    columns: FACT.columns.map(column => (column.name === 'quantity' ? { ...column, type: 'text' as const } : column)),
  };
  const source = await writeTable(folder, { definition, rows: SHOP[0]!.rows });
  const build = await openBuild({ file: join(folder, SHOP_FILE), lakeDir: folder, threads: 1 });
  await expect(build.addTable({ definition: FACT, files: source.files }, 'view')).rejects.toThrow(
    'fct_sales.quantity is VARCHAR in its Parquet files: expected BIGINT',
  );
  await build.close();
});

test('lists, structures and floats come as JSON does', async () => {
  await buildShop(folder);
  const { rows, columns } = await ask(w =>
    w.query(
      "select [1, 2] as list, {'a': cast(1.5 as decimal(18, 6))} as part, 0.5::double as half, 1 as a, 2 as a, timestamp '2024-01-01' as at",
    ),
  );
  expect(rows).toEqual([
    { list: [1, 2], part: { a: '1.500000' }, half: 0.5, a: 1, 'a:1': 2, at: '2024-01-01 00:00:00' },
  ]);
  expect(columns.map(({ name }) => name)).toEqual(Object.keys(rows[0]!));
});
