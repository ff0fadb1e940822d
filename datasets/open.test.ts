import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { contractNames, openContract } from './open.ts';

const folder = mkdtempSync(join(tmpdir(), 'endcap-open-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Opens a contract as the command line does, in a process of its own: here vitest would do the importing. */
function openElsewhere(path: string): { stdout: string; stderr: string } {
  const script = `const { openContract } = await import(${JSON.stringify(new URL('./open.ts', import.meta.url).href)});
    process.stdout.write((await openContract(${JSON.stringify(path)})).name);`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
}

const SHOP = `contract({
  name: 'shop', version: 1, title: 'A shop', currency: 'EUR',
  tables: { sales: { files: '*.csv', key: ['no'], columns: {
    no: int({ required: true }), who: text({ required: true }), what: text({ required: true }),
    day: date('YYYY-MM-DD', { required: true }), paid: decimal({ required: true }) } } },
  sale: { from: 'sales', sale_id: 'no', order_id: 'no', customer_id: 'who', product_id: 'what', sold: 'day', net_amount: 'paid' },
  dimensions: {},
})`;

describe('openContract', () => {
  it('finds the built-in contracts by their folders', async () => {
    expect(contractNames()).toEqual(['electronics', 'grocery', 'superstore']);
    for (const name of contractNames()) expect((await openContract(name)).name).toBe(name);
  });

  it.each(['ts', 'mjs', 'js'])('opens a .%s file anywhere on disk that imports endcap/contract', extension => {
    const typed = extension === 'ts' ? 'const version: number = 1;' : 'const version = 1;';
    const path = write(
      `shop.${extension}`,
      `import { contract, date, decimal, int, text } from 'endcap/contract';\n${typed}\nexport default { ...${SHOP}, version };\n`,
    );
    expect(openElsewhere(path)).toMatchObject({ stdout: 'shop', stderr: '' });
  });

  it('opens the worked example of the README as it stands there', () => {
    const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
    const path = write('coffee.ts', /```ts\n(.*?)```/s.exec(readme)![1]!);
    expect(openElsewhere(path)).toMatchObject({ stdout: 'coffee_shop', stderr: '' });
  });

  it('opens a .json file', async () => {
    const path = write('copy.json', JSON.stringify(await openContract('superstore')));
    expect(await openContract(path)).toEqual(await openContract('superstore'));
  });

  it.each([
    ['grocerie', "did you mean 'grocery'?"],
    ['nowhere/shop.ts', 'neither a file nor a built-in contract (electronics, grocery, superstore)'],
  ])('says what there is instead of %s', async (name, words) => {
    await expect(openContract(name)).rejects.toMatchObject({
      details: { code: 'E_CONTRACT', exitCode: 2, why: expect.stringContaining(words) },
    });
  });

  it.each([
    ['broken.json', '{', 'is not JSON'],
    ['empty.mjs', 'export const x = 1;', 'exports no contract'],
    ['throws.mjs', "throw new Error('no');", 'cannot be loaded'],
    ['list.txt', '', 'is not a contract'],
    ['wrong.json', '{}', 'problems'],
  ])('says what is wrong with %s', async (name, content, words) => {
    await expect(openContract(write(name, content))).rejects.toMatchObject({
      details: { code: 'E_CONTRACT', what: expect.stringContaining(words) },
    });
  });
});
