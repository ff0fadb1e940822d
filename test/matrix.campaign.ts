/** 500,000 sales with planted defects: the same data bytes for every chunk size and number of threads. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { readMarts } from '../warehouse/sql.ts';
import { hashesOf, type Published, publishFrom, sharedFolder, useFolders } from './support.ts';

const newFolder = useFolders();
const CHUNKS = [64 * 1024, 1024 * 1024, 64 * 1024 * 1024];
const THREADS = [0, 1, 2, 4];

/** The hash of each mart's rows in the order of its grain. Views are left out: they are the parts, which have hashes. */
async function martHashes({ query, summary }: Published): Promise<Record<string, string>> {
  const built = new Set(summary.marts.filter(mart => mart.built).map(({ name }) => name));
  const hashes: Record<string, string> = {};
  for (const { name, grain, kind } of await readMarts()) {
    if (kind === 'view' || !built.has(name)) continue;
    const hash = createHash('sha256');
    for (const row of await query(`select * from ${name} order by ${grain.join(', ')} nulls first`))
      hash.update(JSON.stringify(row));
    hashes[name] = hash.digest('hex');
  }
  return hashes;
}

test('the same data bytes at 64 KB, 1 MB and 64 MB, inline and on 1, 2 and 4 threads', {
  timeout: 3_600_000,
}, async () => {
  const generator = sharedFolder('bench/make-grocery.mjs');
  if (!generator) return;
  const input = await newFolder();
  execFileSync(process.execPath, [generator, '--rows', '500000', '--dirt', '0.02', '--out', input], {
    stdio: 'ignore',
  });
  let first: unknown = null;
  for (const chunkBytes of CHUNKS) {
    for (const threads of THREADS) {
      const published = await publishFrom({ input, project: await newFolder(), chunkBytes, threads });
      const seen = { parts: hashesOf(published), marts: await martHashes(published) };
      await published.close();
      first ??= seen;
      expect(seen, `${chunkBytes} bytes, ${threads} threads`).toEqual(first);
      const parts = Object.values(seen.parts).flat().length;
      console.log(
        `chunks of ${chunkBytes} bytes, ${threads} threads: ${parts} part files, ${Object.keys(seen.marts).length} marts`,
      );
    }
  }
});
