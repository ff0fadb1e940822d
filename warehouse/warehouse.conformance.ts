/** What every warehouse promises, whatever it is built on. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FACT, MAPPED, SHOP, table, writeTable } from './duckdb.fixture.ts';
import type { Build, BuildOptions, Warehouse } from './warehouse.ts';

export interface Opener {
  readonly openBuild: (options: BuildOptions) => Promise<Build>;
  readonly openWarehouse: (file: string, lakeDir: string) => Promise<Warehouse>;
}

export function testWarehouse(name: string, { openBuild, openWarehouse }: Opener): void {
  describe(`${name} as a warehouse`, () => {
    let folder: string;
    let file: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'endcap-warehouse-'));
      file = join(folder, 'shop.duckdb');
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    async function build<T>(use: (build: Build) => Promise<T>): Promise<T> {
      const opened = await openBuild({ file, lakeDir: folder, threads: 2 });
      try {
        return await use(opened);
      } finally {
        await opened.close();
      }
    }

    async function ask<T>(use: (warehouse: Warehouse) => Promise<T>): Promise<T> {
      const opened = await openWarehouse(file, folder);
      try {
        return await use(opened);
      } finally {
        await opened.close();
      }
    }

    test('a view and a table have the columns and types of the definition, with and without files', async () => {
      const definition = table('everything', [
        ['i', 'int64'],
        ['d', 'decimal'],
        ['t', 'text'],
        ['day', 'date'],
        ['at', 'timestamp'],
        ['b', 'boolean'],
      ]);
      const row = ['9007199254740993', '-0.000001', "it's", '2024-02-29', '2024-02-29 23:59:59.000001', true];
      const source = await writeTable(folder, { definition, rows: [row] });
      const named = (name: string, files: readonly string[]) => ({ definition: { ...definition, name }, files });
      await build(async b => {
        await b.addTable(named('full_view', source.files), 'view');
        await b.addTable(named('full_table', source.files), 'table');
        await b.addTable(named('empty_view', []), 'view');
        await b.addTable(named('empty_table', []), 'table');
      });
      await ask(async w => {
        const results = [];
        for (const name of ['full_view', 'full_table', 'empty_view', 'empty_table']) {
          results.push(await w.query(`select * from ${name}`));
        }
        for (const { columns } of results) expect(columns).toEqual(results[0]!.columns);
        expect(results.map(({ rows }) => rows.length)).toEqual([1, 1, 0, 0]);
        expect(results[0]!.rows[0]).toEqual({
          i: '9007199254740993',
          d: '-0.000001',
          t: "it's",
          day: '2024-02-29',
          at: '2024-02-29 23:59:59.000001',
          b: true,
        });
        expect(results[1]!.rows).toEqual(results[0]!.rows);
      });
    });

    test('totals count and add the fact again, exactly and by source file', async () => {
      const fact = await writeTable(folder, SHOP[0]!, 'sales_day');
      expect(fact.files.length).toBe(7);
      const totals = await build(async b => {
        await b.addTable(fact, 'view');
        return b.totals();
      });
      expect(totals).toEqual({
        rows: 14,
        net_amount_base: '153.500000',
        files: [
          { source_file: 'a.csv', rows: 5, net_amount_base: '49.250000' },
          { source_file: 'b.csv', rows: 9, net_amount_base: '104.250000' },
        ],
      });
    });

    test('a shop that sold nothing has empty marts, and its checks pass', async () => {
      await build(async b => {
        for (const { definition } of SHOP)
          await b.addTable({ definition, files: [] }, definition === FACT ? 'view' : 'table');
        const marts = await b.buildMarts(MAPPED);
        expect(marts.filter(({ built, rows }) => !built || (rows ?? 0) > 0)).toEqual([]);
        expect((await b.runChecks()).filter(({ passed }) => !passed)).toEqual([]);
        expect(await b.totals()).toEqual({ rows: 0, net_amount_base: '0.000000', files: [] });
      });
    });

    test('a mart that wants columns which the data set does not fill is not made, and says which', async () => {
      await build(async b => {
        for (const shopTable of SHOP) await b.addTable(await writeTable(folder, shopTable), 'table');
        const marts = await b.buildMarts(new Set(['fct_sales.employee_id']));
        const reason = (name: string) => marts.find(mart => mart.name === name)?.reason;
        expect(reason('mart_employee_performance')).toBeNull();
        expect(reason('mart_category_sales')).toBe('dim_product.category');
        expect(reason('mart_city_sales')).toBe('dim_location.city or dim_customer.city');
        const checks = (await b.runChecks()).map(({ name }) => name);
        expect(checks).toContain('mart_employee_performance');
        expect(checks).not.toContain('mart_category_sales');
        expect(checks).not.toContain('fct_sales_store');
      });
    });

    test('the functions of the common subset are there for every query', async () => {
      await build(async () => {});
      const { rows } = await ask(w =>
        w.query(`select
          days_between(date '2024-02-28', date '2024-03-01') as days,
          month_of(date '2024-02-29') as month,
          week_of(date '2024-03-03') as week,
          safe_ratio(2, 3) as up,
          safe_ratio(-1, 2000000) as half_away,
          safe_ratio(1, 2000001) as down,
          safe_ratio(cast(999999999999.999999 as decimal(18, 6)), 1) as large,
          safe_ratio(1000000000000, 0.000001) as very_large,
          safe_ratio(1, 0) as by_nothing,
          safe_ratio(null, 1) as of_nothing,
          to_base(9, 0.8) as base,
          to_base(cast(null as decimal(18, 6)), 0.8) as unknown`),
      );
      expect(rows).toEqual([
        {
          days: 2,
          month: '2024-02-01',
          week: '2024-02-26',
          up: '0.666667',
          half_away: '-0.000001',
          down: '0.000000',
          large: '999999999999.999999',
          very_large: '1000000000000000000.000000',
          by_nothing: null,
          of_nothing: null,
          base: '11.250000',
          unknown: null,
        },
      ]);
    });

    test('what is wrong with a query is the asker’s to mend', async () => {
      await build(async () => {});
      await ask(async w => {
        for (const sql of [
          'selec 1',
          'select * from nowhere',
          'select 1; select 2',
          '',
          "select cast('x' as bigint)",
        ]) {
          await expect(w.query(sql)).rejects.toMatchObject({ details: { code: 'E_SQL', exitCode: 2, where: sql } });
        }
      });
    });

    test('nothing that is asked changes anything, and the same question has the same answer', async () => {
      await build(async b => b.addTable(await writeTable(folder, SHOP[1]!), 'table'));
      await ask(async w => {
        for (const sql of ['delete from dim_customer', 'drop table dim_customer', 'create table x as select 1 as a']) {
          await expect(w.query(sql)).rejects.toMatchObject({ details: { code: 'E_SQL' } });
        }
        const question = () => w.query('select * from dim_customer order by customer_id');
        const answers = await Promise.all([question(), question(), question()]);
        expect(answers[0]!.rows).toHaveLength(6);
        expect(answers[1]).toEqual(answers[0]);
        expect(answers[2]).toEqual(answers[0]);
      });
    });

    test('a query gives as many rows as were asked for, and says if there were more', async () => {
      await build(async b => b.addTable(await writeTable(folder, SHOP[1]!), 'table'));
      await ask(async w => {
        const sql = 'select customer_id from dim_customer order by customer_id';
        expect(await w.query(sql, { maxRows: 2 })).toMatchObject({
          rows: [{ customer_id: 1 }, { customer_id: 2 }],
          truncated: true,
        });
        expect(await w.query(sql, { maxRows: 6 })).toMatchObject({ truncated: false });
      });
    });

    test('closing twice is closing once', async () => {
      await build(async b => b.close());
    });
  });
}
