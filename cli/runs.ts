/** `endcap runs`: every run of the project; `endcap runs ID`: the summary of one. */
import { usageError } from '../base/errors.ts';
import { listRuns, type RunRecord, readSummary } from '../coordinator/status.ts';
import type { ObjectStore } from '../lake/store.ts';
import { duration, thousands, when } from './format.ts';
import type { ExitStatus, Session } from './io.ts';
import { projectFlag, projectOf } from './project.ts';
import { printSummary } from './summary.ts';
import { alignedTable } from './table.ts';

export async function runsVerb(session: Session, id: string | undefined): Promise<ExitStatus> {
  const project = await projectOf(session);
  const runs = await listRuns(project.lake);
  if (id === undefined) return listAll(session, runs);
  const matching = runs.filter(({ run }) => run.startsWith(id));
  const [only, other] = matching;
  if (!only) throw usageError(`there is no run ${id}`, 'endcap runs   lists them');
  if (other) throw usageError(`${matching.length} runs begin with ${id}`, `endcap runs ${only.run}`);
  return showOne(session, project.lake, only, await projectFlag(session, project.path));
}

function listAll(session: Session, runs: readonly RunRecord[]): ExitStatus {
  if (session.options.json) {
    session.print(JSON.stringify({ runs }));
    return 0;
  }
  if (runs.length === 0) session.say('No run yet.');
  const { outStyle: style } = session;
  const colour = {
    published: style.green,
    unchanged: style.dim,
    refused: style.red,
    failed: style.red,
    interrupted: style.yellow,
    unfinished: style.yellow,
  };
  const rows = runs.map(({ run, startedAt, state, ms, records, n, error }) => [
    run,
    when(startedAt),
    colour[state](state),
    ms === null ? '' : duration(ms),
    records === null ? '' : thousands(records),
    n === null || state === 'refused' ? '' : String(n),
    error ?? '',
  ]);
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [
    { title: 'run' },
    { title: 'started' },
    { title: 'state' },
    right('took'),
    right('records'),
    right('publication'),
    { title: '' },
  ];
  if (rows.length > 0) session.out.write(alignedTable(columns, rows, { style }));
  return 0;
}

async function showOne(session: Session, lake: ObjectStore, record: RunRecord, flag: string): Promise<ExitStatus> {
  const summary = await readSummary(lake, record.run);
  if (session.options.json) session.print(JSON.stringify(summary ?? record));
  else if (summary)
    session.print(printSummary(summary, { style: session.outStyle, command: session.command, projectFlag: flag }));
  else {
    const { run, state, startedAt, ms, error } = record;
    session.print(`run ${run} ${state}: it began ${when(startedAt)}${ms === null ? '' : ` and took ${duration(ms)}`}`);
    if (error !== null) session.print(`  ${error}`);
    session.say(`  the events are in ${lake.url.replace('file://', '')}runs/${run}/`);
  }
  return 0;
}
