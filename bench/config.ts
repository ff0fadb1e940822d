/** What the environment says of benchmarks. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { config } from '../base/config.ts';

export const benchConfig = {
  /** Where data and Python's packages are kept between benchmarks; git ignores it. */
  cacheFolder: resolve(process.env['ENDCAP_BENCH_DIR'] ?? fileURLToPath(new URL('../.endcap/bench', import.meta.url))),
  /** A Python that has the peers' packages already. */
  python: process.env['ENDCAP_PYTHON'] ?? null,
};

/** A path in the folder of the studies, or a sentence that says what cannot be done without it. */
export function sharedPath(path: string, needed: string): { readonly path: string } | { readonly missing: string } {
  const found = join(config.sharedFolder, path);
  if (existsSync(found)) return { path: found };
  return { missing: `${needed}: ${found} is not there; ENDCAP_SHARED says where the folder of the studies is` };
}
