/** Runs that are killed: what a crash leaves, and what the next run makes of it. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import type { RunEvent } from '../coordinator/events.ts';
import { openStore } from '../lake/open.ts';
import type { ObjectStore } from '../lake/store.ts';
import { openWarehouse } from '../warehouse/open.ts';
import { hashesOf, publicationsOf } from './support.ts';

export interface KilledRun {
  readonly events: readonly RunEvent[];
  /** The run ended before its turn to be killed came. */
  readonly finished: boolean;
}

/**
 * Starts a run and kills it, as a power cut would, when it has told `after` events; infinity lets it end. Progress does not
 * count: how often it is told depends on the clock, all other events are the same in every run over the same files.
 */
export async function runUntil(input: string, project: string, after: number, threads = 2): Promise<KilledRun> {
  const script = fileURLToPath(new URL('run.child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, input, project, String(threads)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<NodeJS.Signals | null>(resolve => child.once('exit', (_code, signal) => resolve(signal)));
  const events: RunEvent[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as RunEvent;
    if (event.ev !== 'stage.progress') events.push(event);
    if (events.length >= after) child.kill('SIGKILL');
  }
  return { events, finished: (await ended) === null };
}

export const storeOf = (project: string): Promise<ObjectStore> => openStore(`${pathToFileURL(project).href}/`);

/** Every commit and its generation: what is computed again has another. */
export async function commitsOf(lake: ObjectStore): Promise<Map<string, string>> {
  const commits = new Map<string, string>();
  for await (const { key, generation } of lake.list('lake/commits/')) commits.set(key, generation);
  return commits;
}

/** Whatever is published is whole: all its files are there, and its warehouse answers with all its rows. */
export async function expectWholePublication(project: string): Promise<number> {
  const publication = (await publicationsOf(project)).at(-1);
  if (!publication) return 0;
  const lake = await storeOf(project);
  for (const part of Object.values(publication.tables).flat()) {
    expect((await lake.stat(part.key))?.size, part.key).toBe(part.bytes);
  }
  const warehouse = await openWarehouse(fileURLToPath(new URL(publication.warehouse, lake.url)), project);
  try {
    const { rows } = await warehouse.query('select count(*) as n from fct_sales');
    expect(rows[0]!.n).toBe(publication.tables.fct_sales!.reduce((sum, part) => sum + part.rows, 0));
  } finally {
    await warehouse.close();
  }
  return publication.n;
}

/** Hashes of everything that was computed for what is published, by table. */
export async function publishedHashes(project: string): Promise<Record<string, string[]>> {
  return hashesOf({ publication: (await publicationsOf(project)).at(-1)! });
}
