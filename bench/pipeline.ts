/**
 * The whole run on a grocery data set, against DuckDB reading the same sales file into Parquet sorted by day and
 * customer (a part of the work only: no checks, no keys, no marts). Both on the same threads, one after the other.
 *
 *   npm run bench -- [rows] [threads] [folder of a data set that is there already]
 */
import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateGrocery } from '../datasets/grocery/generate.ts';

const [rows = '1000000', threads = '2', given] = process.argv.slice(2);
const work = await mkdtemp(join(tmpdir(), 'endcap-bench-'));
try {
  const input = given ?? work;
  if (given === undefined)
    await generateGrocery(
      { rows: Number(rows), customers: Math.ceil(Number(rows) / 68), seed: 1, dirt: 0 },
      (file, bytes) => appendFile(join(work, file), bytes),
    );
  const ours = measure('run.ts', input, join(work, 'project'), threads);
  const peer = measure('duckdb.ts', input, join(work, 'duckdb.parquet'), threads);
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}; ${given ?? `${rows} rows`}, ${threads} threads`,
  );
  console.table({ 'endcap run': ours, 'DuckDB CSV → sorted Parquet': peer, ratio: ratios(ours, peer) });
} finally {
  await rm(work, { recursive: true, force: true });
}

interface Measured {
  readonly wallS: number;
  readonly cpuS: number;
  readonly peakMb: number;
}

/** Runs a script of this folder in a process of its own, which prints its resource usage as its last line. */
function measure(script: string, ...args: string[]): Measured {
  const started = performance.now();
  const { stdout, status } = spawnSync(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}`);
  const usage = JSON.parse(stdout.trim().split('\n').at(-1)!) as { cpuS: number; peakMb: number };
  return {
    wallS: round((performance.now() - started) / 1000),
    cpuS: round(usage.cpuS),
    peakMb: Math.round(usage.peakMb),
  };
}

function ratios(a: Measured, b: Measured): Measured {
  return { wallS: round(a.wallS / b.wallS), cpuS: round(a.cpuS / b.cpuS), peakMb: round(a.peakMb / b.peakMb) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
