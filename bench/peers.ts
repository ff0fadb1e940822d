/** The peers of whole runs: the study's scripts, in a Python with the packages that it names. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchConfig, sharedPath } from './config.ts';
import type { Usage } from './usage.ts';

export interface Peers {
  readonly python: string;
  readonly scripts: string;
  /** Packages with their versions, and Python's. */
  readonly versions: string;
}

/** What the scripts need. */
const PACKAGES = ['duckdb', 'polars', 'numpy', 'pyarrow', 'implicit', 'scipy', 'scikit-learn'];

/** Finds or installs the peers; a sentence says why there are none. */
export async function findPeers(): Promise<Peers | { readonly missing: string }> {
  const scripts = sharedPath('bench/peers', 'the same job in DuckDB and polars');
  if ('missing' in scripts) return scripts;
  try {
    const python = benchConfig.python ?? (await installedPython(join(scripts.path, 'requirements.txt')));
    const names = PACKAGES.map(name => `"${name}", version("${name}")`).join(', ');
    const code = `import platform; from importlib.metadata import version; print("Python", platform.python_version(), ${names})`;
    return { python, scripts: scripts.path, versions: command(python, ['-c', code]).trim() };
  } catch (error) {
    return {
      missing: `the same job in DuckDB and polars: no Python with their packages (${(error as Error).message})`,
    };
  }
}

/** A virtual environment in the cache folder, with the study's pinned versions. */
async function installedPython(requirements: string): Promise<string> {
  const environment = join(benchConfig.cacheFolder, 'python');
  const python = join(environment, 'bin', 'python');
  const done = join(environment, 'installed');
  if (existsSync(done)) return python;
  const pinned = readFileSync(requirements, 'utf8')
    .split('\n')
    .filter(line => PACKAGES.some(name => line.startsWith(`${name}==`)));
  console.error(`  installing ${pinned.join(', ')} in ${environment}`);
  rmSync(environment, { recursive: true, force: true });
  command('python3', ['-m', 'venv', environment]);
  command(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...pinned]);
  writeFileSync(done, '');
  return python;
}

export interface PeerOptions {
  readonly script: 'duckdb_implicit.py' | 'polars_implicit.py';
  readonly codec: 'zstd' | 'snappy';
  readonly input: string;
  /** Where it writes; removed at the end. */
  readonly out: string;
  readonly threads: number;
  /** Also RFM, k-means, implicit ALS of this rank and ten products for each customer. (Default: only what is sold) */
  readonly als?: { readonly rank: number; readonly iterations: number } | undefined;
}

interface Stages {
  readonly rss_mb: number;
  readonly stages: readonly { readonly stage: string; readonly wall: number; readonly cpu: number }[];
}

/** A peer's stages by its own clock: start-up, ETL and four marts, and with `als` all that it does behind them. */
export function runPeer({ python, scripts }: Peers, { script, codec, input, out, threads, als }: PeerOptions): Usage {
  const args = { in: input, out, threads, codec, ...(als && { rank: als.rank, iters: als.iterations }) };
  const list = Object.entries(args).flatMap(([name, value]) => [`--${name}`, String(value)]);
  command(python, [join(scripts, script), ...list, ...(als ? [] : ['--only-etl'])]);
  const { stages, rss_mb } = JSON.parse(readFileSync(join(out, 'stages.json'), 'utf8')) as Stages;
  rmSync(out, { recursive: true });
  const counted = als ? stages : stages.filter(({ stage }) => /^(start|etl: |marts \(4\))/.test(stage));
  const sum = (of: 'wall' | 'cpu') => counted.reduce((total, stage) => total + stage[of], 0);
  return { wallS: sum('wall'), cpuS: sum('cpu'), peakMb: (rss_mb * 2 ** 20) / 1e6, detail: { stages } };
}

function command(name: string, args: readonly string[]): string {
  const { stdout, stderr, status, error } = spawnSync(name, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr.trim().split('\n').at(-1)}`);
  return stdout;
}
