/** What is told of damage: to the bytes of a file, to a header, to what was published. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endcap } from '../cli/io.fixture.ts';
import { failureOf, shopFiles, smallShop, textOf } from './shop.ts';
import { publicationsOf, RUN_MS, runHere, useFolders, writeFiles } from './support.ts';

const newFolder = useFolders();

it('values with replaced bytes are counted, and the encoding is named that may be meant', {
  timeout: RUN_MS,
}, async () => {
  const shop = smallShop();
  for (const line of [3, 4, 5]) shop.customers[line] = shop.customers[line]!.replace('Ann', 'Ren\xe9e\xe9');
  const input = await writeFiles(await newFolder(), shopFiles(shop));
  const { warnings } = await runHere({ input, project: await newFolder() });
  expect(warnings).toEqual([expect.stringMatching(/^customers\.FirstName: 3 values .* encoding: 'windows-1252'$/)]);
});

it('a column that has another name altogether is guessed when it is the only one', { timeout: RUN_MS }, async () => {
  const shop = smallShop();
  shop.sales[0] = shop.sales[0]!.replace('Quantity', 'Menge');
  const input = await writeFiles(await newFolder(), shopFiles(shop));
  const text = textOf(await failureOf({ input, project: await newFolder() }));
  expect(text).toMatch(/Menge.*Quantity|Quantity.*Menge/s);
  expect(text).toContain('alias');
});

it('check names a published file that is lost or damaged, and goes no further', { timeout: RUN_MS }, async () => {
  const input = await writeFiles(await newFolder(), shopFiles(smallShop()));
  const project = await newFolder();
  await runHere({ input, project });
  const [part, other] = (await publicationsOf(project))[0]!.tables.fct_sales!;
  await writeFile(join(project, part!.key), Buffer.alloc(part!.bytes, 7));
  await rm(join(project, other!.key));
  const { code, out } = await endcap('/', ['check', '--project', project]);
  expect(code).toBe(3);
  expect(out).toContain(part!.key);
  expect(out).toContain(other!.key);
  expect(out).not.toContain('mart_daily_sales');
});
