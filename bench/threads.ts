/** What a second thread brings: CSV to Parquet, and whole runs. */
import { join } from 'node:path';
import { medianOf, runProgram, spreadOf, takeTurns } from './measure.ts';
import type { RunDetail } from './programs/run.ts';
import type { ThreadsOptions } from './programs/threads.ts';
import { goal, type Report } from './report.ts';
import { RUNS_AT_MOST, runEndcap } from './run.ts';
import type { Settings } from './settings.ts';
import type { Usage } from './usage.ts';

const PROGRAM = new URL('./programs/threads.ts', import.meta.url);

export async function threadsTable({ data, runs, work }: Settings): Promise<Report> {
  const csv = (threads: number) => () =>
    runProgram(PROGRAM, { path: data.sales, folder: join(work, 'threads'), threads } satisfies ThreadsOptions);
  const loop = takeTurns('threads, CSV to Parquet', { one: csv(1), two: csv(2) }, runs);
  const whole = takeTurns(
    'threads, endcap run',
    { one: () => runEndcap(data.folder, work, 1), two: () => runEndcap(data.folder, work, 2) },
    Math.min(runs, RUNS_AT_MOST),
  );
  const faster = ({ one, two }: typeof loop) => medianOf(one, 'wallS') / medianOf(two, 'wallS');
  const training = { one: whole.one.map(trainingOf), two: whole.two.map(trainingOf) };
  const row = (what: string, usages: typeof loop) => [
    what,
    spreadOf(usages.one, 'wallS'),
    spreadOf(usages.two, 'wallS'),
    cpuOf(usages.one),
    cpuOf(usages.two),
    `${faster(usages).toFixed(2)} ×`,
  ];
  return {
    title: 'Two threads against one, wall and CPU seconds',
    head: ['work', 'wall, one', 'wall, two', 'CPU, one', 'CPU, two', 'faster'],
    rows: [row('CSV to Parquet', loop), row('endcap run', whole), row('  its training of ALS', training)],
    notes: [
      'CSV to Parquet: worker threads take ranges of 15 MiB; from all threads ready to the last range written. endcap run: ' +
        'the whole process, DuckDB on as many threads. Wall times need a machine with nothing else to do.',
    ],
    goals: [
      goal('2 threads, CSV to Parquet, times one', faster(loop), '≥', 1.8, ' ×'),
      goal('2 threads, endcap run, times one', faster(whole), '≥', 1.8, ' ×'),
      goal('2 threads, training of ALS, times one', faster(training), '≥', 1.7, ' ×'),
    ],
  };
}

const cpuOf = (usages: readonly Usage[]): string =>
  usages.some(({ cpuS }) => Number.isNaN(cpuS)) ? '' : spreadOf(usages, 'cpuS');

/** The training of a run, of which only the wall time is known. */
function trainingOf(usage: Usage): Usage {
  const { stages } = usage.detail as unknown as RunDetail;
  const seconds = stages.filter(({ stage }) => stage === 'recommend.train').reduce((sum, { ms }) => sum + ms / 1000, 0);
  return { ...usage, wallS: seconds, cpuS: Number.NaN };
}
