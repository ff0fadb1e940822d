import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { useFolders } from '../test/support.ts';
import { median, spread } from './measure.ts';
import { goal, proof, renderGoals, renderReport } from './report.ts';

const newFolder = useFolders();
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const BENCH_MS = 120_000;

/** The program as `npm run bench` starts it, with a cache of its own. */
async function bench(args: readonly string[], env: Record<string, string> = {}) {
  const cache = await newFolder();
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ENDCAP_BENCH_DIR: cache, ...env },
  });
  return { stdout, stderr, status };
}

describe('npm run bench', () => {
  it('measures both sides of the hot loops, which find the same in every kind of file', {
    timeout: BENCH_MS,
  }, async () => {
    const { stdout, stderr, status } = await bench(['csv', 'parquet', '--rows', '5000', '--runs', '1']);
    expect(stderr).not.toContain('bench:');
    for (const file of ['plain', 'texts quoted', 'all fields quoted', 'CRLF', 'latin-1'])
      expect(stdout, file).toMatch(new RegExp(`^${file} .*\\byes$`, 'm'));
    for (const writer of ['endcap, DELTA', 'endcap, safe', 'DuckDB COPY \\(Parquet V1', 'DuckDB COPY \\(Parquet V2'])
      expect(stdout, writer).toMatch(new RegExp(`^${writer}.*\\byes$`, 'm'));
    expect(stdout).toMatch(/^… every sum equal to DuckDB’s +yes +yes +yes$/m);
    expect(stdout).toMatch(/^… files hold what the CSV holds +yes +yes +yes$/m);
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(120);
    expect(status).toBe(0);
  });

  it('does without the studies, and says what it cannot do then', { timeout: BENCH_MS }, async () => {
    const nowhere = await newFolder();
    const args = ['csv', 'encode', 'run', '--rows', '2000', '--runs', '1', '--markdown'];
    const { stdout, status } = await bench(args, { ENDCAP_SHARED: nowhere });
    expect(stdout).toContain('datasets/grocery/generate.ts');
    expect(stdout).toContain(`the row of Superstore: ${nowhere}/data/superstore/train_9800.csv is not there`);
    expect(stdout).toContain(`the same job in DuckDB and polars: ${nowhere}/bench/peers is not there`);
    expect(stdout).toMatch(/^\| endcap run, wall of DuckDB, zstd’s ETL and marts \| ≤ 0.6 × \| not measured \| – \|$/m);
    for (const writer of ['parquet-wasm', 'hyparquet-writer', 'parquetjs-lite'])
      expect(stdout).toContain(`| ${writer}, `);
    expect(status).toBe(0);
  });

  it('says what it takes, and what it does not know', async () => {
    expect((await bench(['--help'])).stdout).toContain('--runs N');
    for (const [args, said] of [
      [
        ['speed'],
        'there is no table speed; there are csv, parquet, encode, als, threads, run, whole, movielens, scale',
      ],
      [['--runs', '0'], '--runs takes a whole number from 1 on, not 0'],
    ] as const) {
      const { stderr, status } = await bench(args);
      expect(stderr.trim()).toBe(`bench: ${said}`);
      expect(status).toBe(1);
    }
  });
});

describe('figures', () => {
  it('are medians, with the least and the greatest where there are several', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(spread([1.234])).toBe('1.23');
    expect(spread([2, 1, 4])).toBe('2.00 (1.00–4.00)');
  });

  it('meet a goal, miss it, or are not there', () => {
    expect(goal('speed', 0.9, '≥', 0.9, ' GB/s')).toMatchObject({ met: true, measured: '0.90 GB/s' });
    expect(goal('speed', 0.89, '≥', 0.9)).toMatchObject({ met: false });
    expect(goal('memory', 1001, '≤', 1000, ' MB')).toMatchObject({ met: false, measured: '1001 MB' });
    expect(goal('memory', null, '≤', 1000)).toMatchObject({ met: null, measured: 'not measured' });
    const text = renderGoals([goal('a', 1, '≥', 2), goal('b', 2, '≥', 2), proof('c', false, 'not of x')], true);
    expect(text.split('\n').slice(2)).toEqual([
      '| goal | wanted | measured | met |',
      '| --- | ---: | ---: | ---: |',
      '| a | ≥ 2 | 1.00 | NO |',
      '| b | ≥ 2 | 2.00 | yes |',
      '| c | yes | not of x | NO |',
    ]);
  });

  it('stand in columns, with notes of at most 120 characters a line', () => {
    const report = { title: 'T', head: ['a', 'b'], rows: [['long name', '1']], notes: ['word '.repeat(60)], goals: [] };
    const lines = renderReport(report, false).split('\n');
    expect(lines.slice(0, 4)).toEqual(['T', '─', 'a          b', 'long name  1']);
    expect(lines.every(line => line.length <= 120)).toBe(true);
    expect(lines.slice(4).join(' ').match(/word/g)).toHaveLength(60);
  });
});
