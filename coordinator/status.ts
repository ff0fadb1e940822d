/** What has happened in a project: publications, runs, and going back to an earlier publication. */
import { UserError, usageError } from '../base/errors.ts';
import { layout, numberOf } from '../lake/layout.ts';
import type { Publication } from '../lake/manifest.ts';
import { type ObjectStore, readJson, writeJson } from '../lake/store.ts';
import type { RunEvent } from './events.ts';
import type { Project } from './project.ts';
import type { RunSummary } from './summary.ts';

export interface RunRecord {
  readonly run: string;
  readonly startedAt: string;
  readonly state: 'published' | 'unchanged' | 'refused' | 'failed' | 'interrupted' | 'unfinished';
  readonly ms: number | null;
  /** Records that the plan counted. */
  readonly records: number | null;
  /** Number of its publication. */
  readonly n: number | null;
  readonly error: string | null;
}

/** Publications, oldest first. */
export async function listPublications(lake: ObjectStore): Promise<Publication[]> {
  const keys: string[] = [];
  for await (const { key } of lake.list(layout.publications)) keys.push(key);
  const publications = await Promise.all(keys.map(key => readJson<Publication>(lake, key)));
  return publications.filter(publication => publication !== null);
}

/** What readers see: the publication with the highest number. */
export async function currentPublication(lake: ObjectStore): Promise<Publication | null> {
  let highest = 0;
  for await (const { key } of lake.list(layout.publications)) highest = Math.max(highest, numberOf(key));
  return highest > 0 ? readJson<Publication>(lake, layout.publication(highest)) : null;
}

/** Puts a publication after all others, in one atomic step. */
export async function publish(
  lake: ObjectStore,
  content: Omit<Publication, 'version' | 'n' | 'publishedAt'>,
): Promise<Publication> {
  const n = ((await currentPublication(lake))?.n ?? 0) + 1;
  const publication: Publication = { version: 1, n, publishedAt: new Date().toISOString(), ...content };
  if (await writeJson(lake, layout.publication(n), publication, { ifAbsent: true })) return publication;
  throw new UserError({
    code: 'E_BUSY',
    what: `publication ${n} was made by another run in the meantime`,
    unchanged: 'that publication stands; what this run computed is kept',
    next: 'endcap run DIR   again: only what differs is computed',
    exitCode: 1,
  });
}

/** Publishes an older publication again: by default the newest whose data differ from the current one's. */
export async function rollback({ lake }: Project, n?: number): Promise<Publication> {
  const publications = await listPublications(lake);
  const current = publications.at(-1);
  if (!current) throw usageError('nothing is published yet', 'endcap run DIR');
  const target =
    n === undefined
      ? publications.findLast(({ identity }) => identity !== current.identity)
      : publications.find(publication => publication.n === n);
  if (!target) {
    const numbers = publications.map(publication => publication.n).join(', ');
    const what = n === undefined ? 'there is no earlier publication with other data' : `there is no publication ${n}`;
    throw usageError(what, `endcap status   lists them: ${numbers}`);
  }
  const { version: _version, n: _n, publishedAt: _publishedAt, rollbackOf: _rollbackOf, ...content } = target;
  return publish(lake, { ...content, rollbackOf: target.n });
}

/** Runs, newest first. */
export async function listRuns(lake: ObjectStore): Promise<RunRecord[]> {
  const runs = new Set<string>();
  for await (const { key } of lake.list(layout.runs)) runs.add(key.split('/')[1]!);
  const records = await Promise.all([...runs].map(run => readRun(lake, run)));
  return records.filter(record => record !== null).sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

export const readSummary = (lake: ObjectStore, run: string): Promise<RunSummary | null> =>
  readJson<RunSummary>(lake, layout.summary(run));

/** The events of a run, in order. A run that was killed has all but its last second. */
async function readEvents(lake: ObjectStore, run: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const { key } of lake.list(`${layout.run(run)}events-`)) {
    const lines = (await lake.read(key)).toString('utf8').split('\n');
    for (const line of lines) if (line !== '') events.push(JSON.parse(line) as RunEvent);
  }
  return events;
}

async function readRun(lake: ObjectStore, run: string): Promise<RunRecord | null> {
  const events = await readEvents(lake, run);
  const first = events[0];
  if (!first) return null;
  const unfinished = { run, startedAt: first.t, state: 'unfinished', ms: null, records: null, n: null, error: null };
  return Object.assign(unfinished, ...events.map(changes)) as RunRecord;
}

/** What an event says of the run as a whole. */
function changes(event: RunEvent): Partial<RunRecord> {
  switch (event.ev) {
    case 'plan.ready':
      return { records: event.records };
    case 'run.published':
      return { state: 'published', n: event.n };
    case 'run.finished':
      return { state: event.summary.outcome, ms: event.ms, n: event.summary.publication };
    case 'run.failed':
      return { state: 'failed', ms: event.ms, error: `${event.error.code} ${event.error.what}` };
    case 'run.interrupted':
      return { state: 'interrupted', ms: event.ms };
    default:
      return {};
  }
}
