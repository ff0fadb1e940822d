/** The whole of `endcap run`, customers included, against the same job in DuckDB and implicit. */
import { join } from 'node:path';
import { detailOf, median, medianOf, peakOf, type Side, spread, spreadOf, takeTurns } from './measure.ts';
import { findPeers, runPeer } from './peers.ts';
import type { RunDetail } from './programs/run.ts';
import { goal, type Report } from './report.ts';
import { RUNS_AT_MOST, runEndcap } from './run.ts';
import type { Settings } from './settings.ts';
import type { Usage } from './usage.ts';

const THREADS = 2;
const OURS = 'endcap run';
const PEER = 'DuckDB, zstd, and implicit';
/** What DEFAULT_CHOICE of jobs/recommend says of ours. */
const ALS = { rank: 64, iterations: 10 };
/** The stages that try the recommender out before it is published. */
const TRIAL = 'recommend.trial.';

export async function wholeTable({ data, runs, work }: Settings): Promise<Report> {
  const peers = await findPeers();
  const sides: Record<string, Side> = { [OURS]: () => runEndcap(data.folder, work, THREADS) };
  if (!('missing' in peers)) {
    const out = join(work, 'peer');
    const peer = { script: 'duckdb_implicit.py', codec: 'zstd', input: data.folder, out, threads: THREADS } as const;
    sides[PEER] = () => runPeer(peers, { ...peer, als: ALS });
  }
  const usages = takeTurns('whole', sides, Math.min(runs, RUNS_AT_MOST));
  const ours = usages[OURS]!;
  const compared = ours.map(withoutTrial);
  const theirs = usages[PEER];
  const ratio = (of: 'wallS' | 'cpuS') => (theirs ? medianOf(compared, of) / medianOf(theirs, of) : null);
  const row = (name: string, of: readonly Usage[]) => [
    name,
    spreadOf(of, 'wallS'),
    spreadOf(of, 'cpuS'),
    spreadOf(of, 'peakMb', 0),
  ];
  return {
    title: `From raw files to a publication with customers, ALS of rank ${ALS.rank}, ${THREADS} threads, seconds`,
    head: ['job', 'wall', 'CPU', 'peak MB'],
    rows: [
      row(OURS, ours),
      ['  its trial of the recommender', spread(ours.map(trialSeconds)), '', ''],
      row('  endcap run without that', compared),
      ...(theirs ? [row(PEER, theirs)] : []),
    ],
    notes: [
      stagesOf(ours),
      ...(theirs ? [peerStages(theirs)] : []),
      'endcap: the whole process with all marts and checks, RFM, value, cohorts and both lists. The peer: ETL, four marts, RFM ' +
        'quintiles, k-means and one list, no checks and no trial. CPU of the trial is taken to be its wall times the threads.',
      ...('missing' in peers ? [peers.missing] : [peers.versions]),
    ],
    goals: [
      goal(`endcap run with customers, wall of ${PEER}`, ratio('wallS'), '≤', 0.45, ' ×'),
      goal('… peak', peakOf(ours), '≤', 1200, ' MB'),
    ],
  };
}

const stages = ({ detail }: Usage) => (detail as unknown as RunDetail).stages;

const trialSeconds = (usage: Usage): number =>
  stages(usage)
    .filter(({ stage }) => stage.startsWith(TRIAL))
    .reduce((sum, { ms }) => sum + ms / 1000, 0);

function withoutTrial(usage: Usage): Usage {
  const seconds = trialSeconds(usage);
  return { ...usage, wallS: usage.wallS - seconds, cpuS: usage.cpuS - seconds * THREADS };
}

function stagesOf(usages: readonly Usage[]): string {
  const parts = stages(usages[0]!).map(({ stage }, at) => {
    const seconds = median(usages.map(usage => (stages(usage)[at]?.ms ?? 0) / 1000));
    return `${stage} ${seconds.toFixed(2)}`;
  });
  return `stages of endcap run, wall: ${parts.join(', ')}`;
}

function peerStages(usages: readonly Usage[]): string {
  const own = detailOf<{ stages: readonly { stage: string; wall: number }[] }>(usages).stages;
  return `stages of the peer’s first run, wall: ${own.map(({ stage, wall }) => `${stage} ${wall.toFixed(2)}`).join(', ')}`;
}
