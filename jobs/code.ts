import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** What the output of a job depends on besides its own folder. */
const COMMON = [
  'base/compression.ts',
  'base/limits.ts',
  'base/table.ts',
  'datasets/contract.ts',
  'datasets/sales.ts',
  'jobs/attempt.ts',
  'jobs/registry.ts',
  'jobs/stage.ts',
  'kernels/',
  'lake/decompress.ts',
  'lake/manifest.ts',
  'lake/parquet/',
  'lake/assemble.ts',
  'lake/run.ts',
  'lake/slab.ts',
  'lake/slice.ts',
  'package-lock.json',
];

const root = new URL('../', import.meta.url);
const hashes = new Map<string, Promise<string>>();

/** What the warehouse of a publication depends on besides its files. */
const LOAD = ['jobs/load/', 'warehouse/', 'warehouse/marts/', 'warehouse/checks/', 'datasets/mapped.ts'];

/** What lines by customer depend on besides their own folder: they are brought together as those of a day are. */
const CUSTOMERS = ['jobs/clean/', 'jobs/customers/', 'datasets/cohorts.ts'];

/** Jobs over customer blocks depend on these too: they read what is written there. */
const SEGMENT = ['jobs/segment/', 'datasets/segments.ts'];
const VALUE = ['jobs/value/', 'datasets/value.ts'];
const BASKETS = ['jobs/baskets/', 'datasets/baskets.ts'];
const RECOMMEND = ['jobs/recommend/', 'datasets/recommendations.ts'];

const OWN: Readonly<Record<string, readonly string[]>> = {
  load: LOAD,
  customers: CUSTOMERS,
  segment: [...CUSTOMERS, ...SEGMENT],
  value: [...CUSTOMERS, ...VALUE],
  baskets: [...CUSTOMERS, ...BASKETS],
  recommend: [...CUSTOMERS, ...RECOMMEND],
};

/** Hash of the code of a job: its folder, the kernels, the formats, and the versions of libraries. */
export function codeHash(job: string): Promise<string> {
  let hash = hashes.get(job);
  if (!hash) {
    hash = hashFiles([...COMMON, ...(OWN[job] ?? [`jobs/${job}/`])]);
    hashes.set(job, hash);
  }
  return hash;
}

async function hashFiles(entries: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const entry of entries) {
    const names = entry.endsWith('/')
      ? (await readdir(new URL(entry, root))).sort().map(name => entry + name)
      : [entry];
    for (const name of names.filter(
      file => /\.(ts|json|wasm|sql)$/.test(file) && !/\.(test|conformance|fixture)\.ts$/.test(file),
    )) {
      hash.update(`${name}\n`).update(await readFile(new URL(name, root)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
