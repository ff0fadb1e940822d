/** Where and with what a benchmark was run: figures mean nothing without it. */
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import type { Data } from './data.ts';
import type { Options } from './options.ts';
import { wrap } from './report.ts';

/** A load above this before anything was started is somebody else's work. */
const BUSY = 0.5;

const LIBRARIES = ['@duckdb/node-api', 'parquet-wasm', 'apache-arrow', 'hyparquet-writer', 'parquetjs-lite'];

export function describeRun({ runs }: Options, data: Data): string {
  const [load = 0] = loadavg();
  const lines = [
    `machine   ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, ${(totalmem() / 1e9).toFixed(0)} GB; ${platform()} ${release()} ${arch()}`,
    wrap(
      `software  Node ${process.versions.node}, ${LIBRARIES.map(name => `${name} ${versionOf(name)}`).join(', ')}`,
      10,
    ),
    `data      ${data.rows.toLocaleString('en')} sales, ${data.bytes.toLocaleString('en')} bytes; ${data.origin}`,
    `settings  ${runs} ${runs === 1 ? 'run' : 'runs'} of each side in turns, medians (least–greatest), warm page cache; ${new Date().toISOString().slice(0, 10)}`,
  ];
  if (load > BUSY)
    lines.push(`caution   the load was ${load.toFixed(1)} before this began: other work disturbs the figures`);
  return lines.join('\n');
}

/** As npm has installed it. */
function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
