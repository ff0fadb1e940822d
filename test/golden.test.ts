/**
 * The fixtures of every data set through the real engine, against what was worked out apart from it, and against the
 * dumps in golden/. A dump that is missing is written, except in CI: look at it before you commit it.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { config } from '../base/config.ts';
import { contractNames } from '../datasets/open.ts';
import { dumpAll, lenientContract, type Published, publishFrom, RUN_MS, useFolders } from './support.ts';

interface Expected {
  readonly files: Readonly<Record<string, unknown>>;
  readonly quarantine: readonly unknown[];
  readonly revenue: string;
}

const folder = useFolders();
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

describe.each(contractNames())('the fixtures of %s', name => {
  const fixtures = path(`../datasets/${name}/fixtures`);
  const expected = JSON.parse(readFileSync(`${fixtures}/expected.json`, 'utf8')) as Expected;
  let published: Published;
  beforeAll(async () => {
    published = await publishFrom({
      input: fixtures,
      project: await folder(),
      contract: await lenientContract(folder, name),
    });
  }, RUN_MS);
  afterAll(() => published?.close());

  it('give each file its balance: read = kept + duplicate + quarantined', () => {
    const { sales, tables } = published.summary;
    const balances = [...sales, ...tables].map(
      ({ table: _table, delimiter: _delimiter, file, ...counts }) => [file, counts] as const,
    );
    expect(Object.fromEntries(balances)).toEqual(expected.files);
  });

  it('have just those records in quarantine, each with its line, code and column', async () => {
    const found = await published.query(
      `select file, line, code, column_name as "column" from quarantine
       where outcome = 'quarantined' order by file, line`,
    );
    expect(found).toEqual(expected.quarantine);
  });

  it('bring the revenue that was worked out by hand', async () => {
    expect(await published.value('select sum(net_amount_base) from fct_sales')).toBe(expected.revenue);
    expect(published.summary.money.kept).toBe(expected.revenue);
  });

  it('make the tables and marts of the golden dumps, row by row', async () => {
    const golden = path(`golden/${name}`);
    const dumps = await dumpAll(published);
    mkdirSync(golden, { recursive: true });
    for (const [table, dump] of dumps) {
      const file = `${golden}/${table}.json`;
      if (!existsSync(file) && !config.isCI) writeFileSync(file, dump);
      expect(existsSync(file), `${file} is not committed`).toBe(true);
      expect(dump, table).toBe(readFileSync(file, 'utf8'));
    }
    const names = [...dumps.keys()].map(table => `${table}.json`);
    expect(readdirSync(golden).sort()).toEqual(names.sort());
  });
});
