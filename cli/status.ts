/** `endcap status`: what readers see, how fresh it is, and what happened last. */
import { readLock } from '../coordinator/lock.ts';
import { currentPublication, listPublications, listRuns, type RunRecord } from '../coordinator/status.ts';
import type { Publication } from '../lake/manifest.ts';
import { ago, count, duration, when } from './format.ts';
import type { ExitStatus, Session } from './io.ts';
import { projectFlag, projectOf, withWarehouse } from './project.ts';
import { padEnd } from './style.ts';
import { alignedTable } from './table.ts';

/** Publications listed before the rest is only counted. */
const PUBLICATIONS_SHOWN = 8;

export async function statusVerb(session: Session): Promise<ExitStatus> {
  const project = await projectOf(session);
  const { lake } = project;
  const [publication, publications, runs, lock] = await Promise.all([
    currentPublication(lake),
    listPublications(lake),
    listRuns(lake),
    readLock(lake),
  ]);
  const data = publication ? await freshness(session) : null;
  const working = lock?.state === 'held' ? lock.holder : null;
  if (session.options.json) {
    const text = {
      project: project.path,
      dataset: project.dataset,
      publication,
      data,
      lastRun: runs[0] ?? null,
      working,
    };
    session.print(JSON.stringify(text));
    return 0;
  }
  const { outStyle: style, command } = session;
  const flag = await projectFlag(session, project.path);
  const line = (label: string, text: string) => `  ${style.dim(padEnd(label, 10))} ${text}`;
  const lines = [
    `${style.bold(project.dataset)} · ${project.path}`,
    line('published', publication ? publicationText(publication, session.now()) : style.yellow('nothing yet')),
    ...(data ? [line('data', `${count(data.rows, 'row')}, ${data.from} to ${data.to}`)] : []),
    ...(runs[0] ? [line('last run', runText(runs[0]))] : []),
    ...(working
      ? [line('at work', style.yellow(`run ${working.run}, process ${working.pid} on ${working.host}`))]
      : []),
  ];
  session.print(lines.join('\n'));
  if (publications.length > 1) session.print(`\n${publicationsTable(session, publications)}`);
  const next = publication ? [`query "show tables"${flag}`, `runs${flag}`] : ['run DIR'];
  for (const verb of next) session.say(`  ${session.errStyle.dim('next')}       ${command} ${verb}`);
  return 0;
}

interface Freshness {
  readonly rows: number;
  readonly from: string;
  readonly to: string;
}

function freshness(session: Session): Promise<Freshness> {
  return withWarehouse(session, undefined, async ({ warehouse }) => {
    const sql = 'select count(*) as n, min(sales_day) as first_day, max(sales_day) as last_day from fct_sales';
    const [row] = (await warehouse.query(sql)).rows;
    return {
      rows: Number(row?.n ?? 0),
      from: String(row?.first_day ?? '–'),
      to: String(row?.last_day ?? '–'),
    };
  });
}

function publicationText({ n, run, publishedAt, rollbackOf }: Publication, now: number): string {
  const back = rollbackOf === undefined ? '' : `, back to publication ${rollbackOf}`;
  return `publication ${n} (run ${run}${back}) · ${when(publishedAt)}, ${ago(now - Date.parse(publishedAt))}`;
}

function runText({ run, state, ms, error }: RunRecord): string {
  return `${run} ${state}${ms === null ? '' : ` after ${duration(ms)}`}${error === null ? '' : `: ${error}`}`;
}

function publicationsTable({ outStyle: style }: Session, publications: readonly Publication[]): string {
  const newest = publications.toReversed();
  const rows = newest
    .slice(0, PUBLICATIONS_SHOWN)
    .map(({ n, run, publishedAt, rollbackOf }, at) => [
      at === 0 ? `${n} ←` : String(n),
      when(publishedAt),
      run,
      rollbackOf === undefined ? '' : `rollback to ${rollbackOf}`,
    ]);
  const columns = [{ title: 'publication' }, { title: 'published' }, { title: 'run' }, { title: '' }];
  const more = newest.length > PUBLICATIONS_SHOWN ? `  … and ${newest.length - PUBLICATIONS_SHOWN} older\n` : '';
  return alignedTable(columns, rows, { indent: 2, style }) + more;
}
