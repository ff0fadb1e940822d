/** The analysis day: what is said of customers as of a day is what would have been said on that day. */
import { expect, it } from 'vitest';
import type { PartFile } from '../lake/manifest.ts';
import { openStall } from './stall.ts';
import { type Files, publishFrom, RUN_MS, useFolders } from './support.ts';
import { LAST_WINDOW, tasteFiles } from './tastes.ts';

const folder = useFolders();

it('keeps out all that is sold on it or later, new products too', { timeout: RUN_MS }, async () => {
  const files = tasteFiles({ lastWindow: 2 });
  const lines = String(files['sold.csv']).split('\n');
  const [header, ...sold] = lines;
  const earlier = [header, ...sold.filter(line => line.split(',')[1]! < LAST_WINDOW)];
  expect(earlier.length).toBeLessThan(lines.length - 100);
  const all = await saidOfCustomers(files);
  expect(Object.keys(all)).toEqual(expect.arrayContaining(['customer_rfm', 'recommendation', 'recommend_quality']));
  expect(all).toEqual(await saidOfCustomers({ ...files, 'sold.csv': earlier.join('\n') }));
});

/** Hashes of the part files of each table that is computed customer by customer. Only cohorts are of all days. */
async function saidOfCustomers(files: Files): Promise<Record<string, readonly string[]>> {
  const published = await publishFrom({ ...(await openStall(folder, files)), customers: { asOf: LAST_WINDOW } });
  await published.close();
  const tables: Readonly<Record<string, readonly PartFile[]>> = published.publication.tables;
  const own = Object.entries(tables).filter(([name]) => !/^(fct|dim|cohort)_|^quarantine$/.test(name));
  return Object.fromEntries(own.map(([name, parts]) => [name, parts.map(({ sha256 }) => sha256)]));
}
