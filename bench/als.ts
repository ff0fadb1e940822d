/** Training a recommender by implicit ALS, against benfred/implicit: equal rank, iterations, penalty and confidence. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchConfig } from './config.ts';
import { literal, withDuckDb } from './duckdb.ts';
import { detailOf, median, medianOf, runProgram, spreadOf, takeTurns } from './measure.ts';
import type { AlsDetail, AlsOptions } from './programs/als.ts';
import { type Goal, goal, type Report } from './report.ts';
import type { Settings } from './settings.ts';
import type { Usage } from './usage.ts';

const PROGRAM = new URL('./programs/als.ts', import.meta.url);
const PEER = fileURLToPath(new URL('./programs/implicit_als.py', import.meta.url));

const RANKS = [10, 64] as const;
const ITERATIONS = 10;
/** The peer's default. */
const STRENGTH = 0.01;

interface Measured {
  readonly rank: number;
  readonly endcap: readonly Usage[];
  /** With one thread and with two; null without a Python that has it. */
  readonly implicit: { readonly one: readonly Usage[]; readonly two: readonly Usage[]; readonly loss: number } | null;
}

export async function alsTable({ data, runs, work }: Settings): Promise<Report> {
  const pairs = join(work, 'pairs.bin');
  const size = await writePairs(data.sales, pairs);
  const version = implicitVersion();
  const measured = RANKS.map(rank => measure({ pairs, work, rank, runs, peer: version !== null }));
  return {
    title: `Implicit ALS, ${ITERATIONS} iterations, ${size}`,
    head: ['rank, side', 'CPU', 'wall', 'CPU an iteration', 'loss'],
    rows: measured.flatMap(rowsOf),
    notes: [
      `A pair's weight is how often the customer bought the item; penalty ${STRENGTH}. Each side begins and solves in its own ` +
        'way; the loss of both is measured by one function. From the pairs in memory to the factors. ' +
        `An exact solution for one customer, rank 64: ${foldInText(measured)}.`,
      version === null
        ? 'implicit is not measured: ENDCAP_PYTHON must name a Python that has implicit and scipy.'
        : `implicit ${version}, OpenBLAS with one thread, as implicit asks for.`,
    ],
    goals: measured.flatMap(goalsOf),
  };
}

function measure(options: { pairs: string; work: string; rank: number; runs: number; peer: boolean }): Measured {
  const { pairs, work, rank, runs } = options;
  const given = { pairs, rank, iterations: ITERATIONS, strength: STRENGTH };
  const own = (factors: string | null) => runProgram(PROGRAM, { ...given, factors } satisfies AlsOptions);
  const endcap = () => own(null);
  if (!options.peer) return { rank, implicit: null, ...takeTurns(`als, rank ${rank}`, { endcap }, runs) };
  const out = join(work, 'factors.bin');
  const peer = (threads: number) => (first: boolean) => runPeer({ ...given, threads, out: first ? out : null });
  const usages = takeTurns(`als, rank ${rank}`, { endcap, one: peer(1), two: peer(2) }, runs);
  const { one, two } = usages;
  return { rank, endcap: usages.endcap, implicit: { one, two, loss: detailOf<AlsDetail>([own(out)]).loss } };
}

function runPeer(options: object): Usage {
  const { stdout, stderr, status } = spawnSync(benchConfig.python!, [PEER, JSON.stringify(options)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${PEER} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Usage;
}

function implicitVersion(): string | null {
  if (benchConfig.python === null) return null;
  const code = 'import implicit, scipy; print(implicit.__version__)';
  const { stdout, status } = spawnSync(benchConfig.python, ['-c', code], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** How often each customer bought each item; both numbered in order of their ids. Returns the size in words. */
async function writePairs(sales: string, path: string): Promise<string> {
  return withDuckDb(2, async connection => {
    await connection.run(
      `create table pairs as select CustomerID c, ProductID p, count(*) n from read_csv(${literal(sales)}, sample_size = 20480)
       where CustomerID is not null and ProductID is not null group by all`,
    );
    const reader = await connection.runAndReadAll(
      `select (dense_rank() over (order by c) - 1)::integer u, (dense_rank() over (order by p) - 1)::integer i, n::float w
       from pairs order by u, i`,
    );
    const [users, items, weights] = reader.getColumns() as [number[], number[], number[]];
    const starts = new Int32Array(users.at(-1)! + 2);
    for (const user of users) starts[user + 1]!++;
    for (let user = 1; user < starts.length; user++) starts[user]! += starts[user - 1]!;
    const itemCount = 1 + items.reduce((most, item) => Math.max(most, item), 0);
    const parts = [
      Int32Array.of(starts.length - 1, itemCount, users.length),
      starts,
      Int32Array.from(items),
      Float32Array.from(weights),
    ];
    writeFileSync(path, Buffer.concat(parts.map(({ buffer }) => Buffer.from(buffer))));
    const count = (number: number) => number.toLocaleString('en');
    return `${count(users.length)} pairs of ${count(starts.length - 1)} customers and ${itemCount} items`;
  });
}

function rowsOf({ rank, endcap, implicit }: Measured): string[][] {
  const row = (side: string, usages: readonly Usage[], loss: number) => [
    `${rank}, ${side}`,
    spreadOf(usages, 'cpuS'),
    spreadOf(usages, 'wallS'),
    (medianOf(usages, 'cpuS') / ITERATIONS).toFixed(3),
    Math.round(loss).toLocaleString('en'),
  ];
  const ours = row('endcap, 1 thread', endcap, detailOf<AlsDetail>(endcap).loss);
  if (implicit === null) return [ours];
  const { one, two, loss } = implicit;
  return [ours, row('implicit, 1 thread', one, loss), row('implicit, 2 threads', two, loss)];
}

function goalsOf({ rank, endcap, implicit }: Measured): Goal[] {
  const { loss } = detailOf<AlsDetail>(endcap);
  const details = endcap.map(usage => detailOf<AlsDetail>([usage]));
  const iteration = median(details.flatMap(({ iterationCpuS }) => iterationCpuS));
  const top = median(details.map(({ topCpuS }) => topCpuS));
  const faster = implicit && medianOf(implicit.one, 'cpuS') / medianOf(endcap, 'cpuS');
  return [
    ...(rank === 64
      ? [
          goal('ALS, rank 64, CPU of an iteration', iteration, '≤', 0.7, ' s'),
          goal('ALS, rank 64, CPU of ten products for each customer', top, '≤', 0.35, ' s'),
        ]
      : []),
    goal(`ALS, rank ${rank}, CPU of implicit on one thread, times ours`, faster, '≥', 2.2, ' ×'),
    goal(
      `ALS, rank ${rank}, loss above that of implicit`,
      implicit && (loss / implicit.loss - 1) * 100,
      '≤',
      0.1,
      ' %',
    ),
  ];
}

function foldInText(measured: readonly Measured[]): string {
  const last = detailOf<AlsDetail>(measured.at(-1)!.endcap);
  return `${last.foldInMs.toFixed(2)} ms`;
}
