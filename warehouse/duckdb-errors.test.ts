/** What a failing step of a build says of itself. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InvariantError, UserError } from '../base/errors.ts';
import { MAPPED, SHOP, table, writeTable } from './duckdb.fixture.ts';
import { named } from './duckdb-errors.ts';
import { openBuild } from './open.ts';
import type { Build } from './warehouse.ts';

const OUT_OF_MEMORY = `Out of Memory Error: failed to allocate data of size 2.0 MiB (475.0 MiB/476.8 MiB used)

Possible solutions:
* Reducing the number of threads (SET threads=X)`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'endcap-errors-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const failing = (error: unknown) =>
  named('the mart mart_order', 'warehouse/marts/mart_order.sql', () => Promise.reject(error));

test('what does not fit into memory says which step, where its SQL is, why, and what to do', async () => {
  const cause = new Error(OUT_OF_MEMORY);
  await expect(failing(cause)).rejects.toMatchObject({
    details: {
      code: 'E_MEMORY',
      what: 'the mart mart_order does not fit into the memory that DuckDB has',
      where: 'warehouse/marts/mart_order.sql',
      why: 'failed to allocate data of size 2.0 MiB (475.0 MiB/476.8 MiB used)',
      next: expect.stringContaining('--threads 1'),
      exitCode: 1,
    },
    cause,
  });
});

test('a disk that is too full to spill to is not told as memory', async () => {
  const message = `Out of Memory Error: failed to offload data block of size 256.0 KiB (1.0 MiB/1.0 MiB used).
This limit was set by the 'max_temp_directory_size' setting.`;
  await expect(failing(new Error(message))).rejects.toThrow(`the mart mart_order: ${message}`);
});

test('any other error has the step before its message, and our own keep theirs', async () => {
  await expect(failing(new Error('IO Error: No space left'))).rejects.toThrow(
    'the mart mart_order: IO Error: No space left',
  );
  for (const error of [new InvariantError('a promise'), new UserError({ code: 'E_BUSY', what: 'busy', exitCode: 1 })]) {
    await expect(failing(error)).rejects.toBe(error);
  }
  expect(await named('a step', undefined, async () => 1)).toBe(1);
});

/** The shop but for one table, and what is to be there in its place. */
async function spoil(name: string, replace: (build: Build) => Promise<void>): Promise<Build> {
  const build = await openBuild({ file: join(folder, 'shop.duckdb'), lakeDir: folder, threads: 1 });
  for (const shopTable of SHOP) {
    if (shopTable.definition.name === name) await replace(build);
    else await build.addTable(await writeTable(folder, shopTable), 'table');
  }
  return build;
}

test('a mart whose SQL fails is named, and so is a check', async () => {
  const names = [
    ['product_id', 'int64'],
    ['product_name', 'text'],
  ] as const;
  const narrow = { definition: table('dim_product', names), rows: [[10, 'Apple']] };
  const build = await spoil('dim_product', async b => b.addTable(await writeTable(folder, narrow), 'table'));
  await expect(build.buildMarts(MAPPED)).rejects.toThrow(/^the mart mart_brand_sales: Binder Error/);
  await build.close();
  await rm(join(folder, 'shop.duckdb'));
  const checked = await spoil('dim_rate', async () => undefined);
  await checked.buildMarts(MAPPED);
  await expect(checked.runChecks()).rejects.toThrow(/^the check dimension_keys: Catalog Error/);
  await checked.close();
});

test('files that cannot be read fail the build that reads them, and it still closes', async () => {
  const build = await openBuild({ file: join(folder, 'shop.duckdb'), lakeDir: folder, threads: 1 });
  const fact = await writeTable(folder, SHOP[0]!);
  await build.addTable(fact, 'view');
  await expect(
    build.addTable({ definition: SHOP[1]!.definition, files: ['nowhere.parquet'] }, 'table'),
  ).rejects.toThrow(/^the table dim_customer: IO Error/);
  await build.close();
});
