/** Ten times the rows: does a run of five gigabytes end, in how much memory, and is it ten times the work? */
import { groceryData } from './data.ts';
import { medianOf, peakOf, spreadOf, takeTurns } from './measure.ts';
import { goal, type Report } from './report.ts';
import { runEndcap } from './run.ts';
import type { Settings } from './settings.ts';

const TIMES = 10;
const THREADS = 2;

/** The large run takes minutes: more of them are not worth it. */
const RUNS = 1;

export async function scaleTable({ data, work }: Settings): Promise<Report> {
  const large = await groceryData(data.rows * TIMES, null);
  const usages = takeTurns(
    'scale',
    {
      small: () => runEndcap(data.folder, work, THREADS, false),
      large: () => runEndcap(large.folder, work, THREADS, false),
    },
    RUNS,
  );
  const ratio = (of: 'wallS' | 'cpuS') => medianOf(usages.large, of) / medianOf(usages.small, of);
  const row = ({ rows, bytes }: typeof data, of: typeof usages.small) => [
    `${rows.toLocaleString('en')} sales`,
    (bytes / 1e6).toFixed(0),
    spreadOf(of, 'wallS', 1),
    spreadOf(of, 'cpuS', 1),
    spreadOf(of, 'peakMb', 0),
  ];
  return {
    title: `endcap run of ${TIMES} times the rows, ${THREADS} threads, seconds`,
    head: ['data', 'MB', 'wall', 'CPU', 'peak MB'],
    rows: [
      row(data, usages.small),
      row(large, usages.large),
      ['large ÷ small', '', `${ratio('wallS').toFixed(1)} ×`, `${ratio('cpuS').toFixed(1)} ×`, ''],
    ],
    notes: [`large: ${large.origin}`],
    goals: [
      goal(`${TIMES} times the rows, times the wall`, ratio('wallS'), '≤', 11, ' ×'),
      goal('… peak', peakOf(usages.large), '≤', 1500, ' MB'),
    ],
  };
}
