/** The whole of `endcap run` against the same job in DuckDB and in polars. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { detailOf, median, medianOf, peakOf, runProgram, type Side, spread, spreadOf, takeTurns } from './measure.ts';
import { findPeers, type PeerOptions, runPeer } from './peers.ts';
import type { RunDetail, RunOptions } from './programs/run.ts';
import { type Goal, goal, type Report } from './report.ts';
import type { Settings } from './settings.ts';
import type { Usage } from './usage.ts';

const PROGRAM = new URL('./programs/run.ts', import.meta.url);
const THREADS = 2;

/** Our names of the marts that the peers build too. */
const PEERS_MARTS = ['mart_daily_sales', 'mart_product_sales', 'mart_city_sales', 'mart_employee_performance'];

const PEERS: readonly (Pick<PeerOptions, 'script' | 'codec'> & { readonly name: string })[] = [
  { name: 'DuckDB, zstd', script: 'duckdb_implicit.py', codec: 'zstd' },
  { name: 'DuckDB, snappy', script: 'duckdb_implicit.py', codec: 'snappy' },
  { name: 'polars, zstd', script: 'polars_implicit.py', codec: 'zstd' },
];
const OURS = 'endcap run';
/** Whole jobs take their time, and spread little. */
export const RUNS_AT_MOST = 3;

/** A run into a new project folder, which goes away again. */
export function runEndcap(input: string, work: string, threads: number, customers?: false): Usage {
  const project = join(work, 'project');
  mkdirSync(project);
  const usage = runProgram(PROGRAM, { input, project, threads, customers } satisfies RunOptions);
  rmSync(project, { recursive: true });
  return usage;
}

export async function runTable({ data, runs, work }: Settings): Promise<Report> {
  const peers = await findPeers();
  const sides: Record<string, Side> = { [OURS]: () => runEndcap(data.folder, work, THREADS, false) };
  if (!('missing' in peers)) {
    const common = { input: data.folder, out: join(work, 'peer'), threads: THREADS };
    for (const { name, ...peer } of PEERS) sides[name] = () => runPeer(peers, { ...common, ...peer });
  }
  const usages = takeTurns('run', sides, Math.min(runs, RUNS_AT_MOST));
  const ours = usages[OURS]!;
  const compared = withoutMore(ours);
  const ratio = (peer: string, of: 'wallS' | 'cpuS') =>
    usages[peer] ? medianOf(compared, of) / medianOf(usages[peer], of) : null;
  const row = (name: string, of: readonly Usage[], peer = true) => [
    name,
    spreadOf(of, 'wallS'),
    spreadOf(of, 'cpuS'),
    spreadOf(of, 'peakMb', 0),
    peer ? `${ratio(name, 'wallS')!.toFixed(2)} ×` : '',
    peer ? `${ratio(name, 'cpuS')!.toFixed(2)} ×` : '',
  ];
  return {
    title: `From raw files to a publication, ${THREADS} threads, seconds`,
    head: ['job', 'wall', 'CPU', 'peak MB', 'endcap’s wall', 'and CPU'],
    rows: [
      row(OURS, ours, false),
      [
        '  marts and their checks beyond the peers’',
        ...(['wallS', 'cpuS'] as const).map(of => spread(ours.map(usage => timeOfMore(usage)[of]))),
        '',
        '',
        '',
      ],
      row('  endcap run without them', compared, false),
      ...PEERS.filter(({ name }) => usages[name]).map(({ name }) => row(name, usages[name]!)),
    ],
    notes: [
      partsOf(ours),
      'endcap: the whole process, start-up, checks, keys and quarantine included; left out in the third line are the ' +
        `marts other than ${PEERS_MARTS.join(', ')}, and their checks. ` +
        'Peers: start-up, ETL and four marts by their own clocks; no checks.',
      ...('missing' in peers ? [peers.missing] : [`${peers.versions}; scripts of ${peers.scripts}`]),
    ],
    goals: [
      ...PEERS.filter(({ script }) => script.startsWith('duckdb')).flatMap(({ name }): Goal[] => [
        goal(`endcap run, wall of ${name}’s ETL and marts`, ratio(name, 'wallS'), '≤', 0.6, ' ×'),
        goal('… CPU', ratio(name, 'cpuS'), '≤', 0.6, ' ×'),
      ]),
      goal('endcap run, peak', peakOf(ours), '≤', 1000, ' MB'),
    ],
  };
}

/** The runs without the time of what peers do not do: marts of ours beyond their four, and the checks of those. */
function withoutMore(usages: readonly Usage[]): Usage[] {
  return usages.map(usage => {
    const { wallS, cpuS } = timeOfMore(usage);
    return { ...usage, wallS: usage.wallS - wallS, cpuS: usage.cpuS - cpuS };
  });
}

function timeOfMore({ detail }: Usage): { readonly wallS: number; readonly cpuS: number } {
  const { marts, checks } = detail as unknown as RunDetail;
  const more = [...marts, ...checks.times].filter(
    ({ name }) => name.startsWith('mart_') && !PEERS_MARTS.includes(name),
  );
  const sum = (of: 'ms' | 'cpuMs') => more.reduce((total, time) => total + time[of], 0) / 1000;
  return { wallS: sum('ms'), cpuS: sum('cpuMs') };
}

/** Where the time of our runs goes, by stage. */
function partsOf(usages: readonly Usage[]): string {
  const all = usages.map(({ detail }) => (detail as unknown as RunDetail).stages);
  const parts = detailOf<RunDetail>(usages).stages.map(({ stage }, at) => {
    const seconds = median(all.map(stages => (stages[at]?.ms ?? 0) / 1000));
    return `${stage} ${seconds.toFixed(2)}`;
  });
  return `stages of endcap run, wall: ${parts.join(', ')}`;
}
