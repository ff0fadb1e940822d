/** What was lost of a project is made again, and no more; and a run that is stopped leaves a project that goes on. */
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../coordinator/events.ts';
import { listRuns } from '../coordinator/status.ts';
import { layout } from '../lake/layout.ts';
import { expectWholePublication, publishedHashes, storeOf } from './killing.ts';
import { openStall } from './stall.ts';
import { publicationsOf, RUN_MS, runHere, useFolders } from './support.ts';

const folder = useFolders();
let stall: Awaited<ReturnType<typeof openStall>>;
beforeEach(async () => {
  stall = await openStall(folder);
});

/** Runs again; gives the outcome and how many tasks each stage of the cleaning computed, of those that did. */
async function runAgain() {
  const computed: Record<string, number> = {};
  const onEvent = (event: RunEvent) => {
    if (event.ev === 'stage.finished' && event.stage.startsWith('clean.') && event.computed > 0)
      computed[event.stage] = event.computed;
  };
  const { outcome, publication } = await runHere({ ...stall, onEvent });
  return { outcome, publication, computed };
}

/** The only file of the lake whose name ends so. */
async function keyOf(prefix: string, end: string): Promise<string> {
  const keys: string[] = [];
  for await (const { key } of (await storeOf(stall.project)).list(prefix)) if (key.endsWith(end)) keys.push(key);
  expect(keys).toHaveLength(1);
  return keys[0]!;
}

describe('a project that lost', () => {
  /** What, how its file ends, and which tasks the next run must compute. */
  const LOSSES = [
    ['its warehouse', layout.warehouses, '.duckdb', {}, 'published'],
    ['a part of the fact', layout.partsOf('clean.day'), '/2024-06-01.parquet', { 'clean.day': 1 }, 'published'],
    ['a dimension', layout.partsOf('clean.dimension'), '.parquet', { 'clean.dimension': 1 }, 'published'],
    ['the records of a chunk', layout.scratchOf('clean.chunk'), 'run.bin', { 'clean.chunk': 1 }, 'unchanged'],
    ['a cleaned table', layout.partsOf('clean.table'), 'table.bin', { 'clean.table': 1 }, 'unchanged'],
  ] as const;

  it.each(LOSSES)(
    '%s has just that made again, and what readers see is whole',
    async (_name, prefix, end, computed, outcome) => {
      await runHere(stall);
      const hashes = await publishedHashes(stall.project);
      await rm(join(stall.project, await keyOf(prefix, end)));
      expect(await runAgain()).toEqual({ outcome, publication: outcome === 'published' ? 2 : 1, computed });
      expect(await publishedHashes(stall.project)).toEqual(hashes);
      await expectWholePublication(stall.project);
      expect(await runAgain()).toMatchObject({ outcome: 'unchanged', computed: {} });
    },
    RUN_MS,
  );

  it(
    'a part of the fact and the records it is made of has both made again',
    async () => {
      await runHere(stall);
      const hashes = await publishedHashes(stall.project);
      await rm(join(stall.project, await keyOf(layout.partsOf('clean.day'), '/2024-05-01.parquet')));
      await rm(join(stall.project, await keyOf(layout.scratchOf('clean.chunk'), 'run.bin')));
      const computed = { 'clean.chunk': 1, 'clean.day': 1 };
      expect(await runAgain()).toEqual({ outcome: 'published', publication: 2, computed });
      expect(await publishedHashes(stall.project)).toEqual(hashes);
      await expectWholePublication(stall.project);
    },
    RUN_MS,
  );

  it(
    'the end of a file that was not flushed when the power went has that made again',
    async () => {
      await runHere(stall);
      const hashes = await publishedHashes(stall.project);
      await truncate(join(stall.project, await keyOf(layout.scratchOf('clean.chunk'), 'run.bin')), 100);
      expect(await runAgain()).toEqual({ outcome: 'unchanged', publication: 1, computed: { 'clean.chunk': 1 } });
      expect(await publishedHashes(stall.project)).toEqual(hashes);
    },
    RUN_MS,
  );

  it(
    'the content of a commit that was not flushed when the power went has its task done again',
    async () => {
      await runHere(stall);
      const hashes = await publishedHashes(stall.project);
      const commit = join(stall.project, await keyOf(layout.commitsOf('clean.chunk'), '.json'));
      for (const torn of [0, 10]) {
        await truncate(commit, torn);
        expect(await runAgain()).toEqual({ outcome: 'unchanged', publication: 1, computed: { 'clean.chunk': 1 } });
        expect(await publishedHashes(stall.project)).toEqual(hashes);
      }
    },
    RUN_MS,
  );

  it(
    'bytes of the records of a chunk says which file to remove, and is mended by that',
    async () => {
      await runHere(stall);
      const hashes = await publishedHashes(stall.project);
      const run = join(stall.project, await keyOf(layout.scratchOf('clean.chunk'), 'run.bin'));
      const bytes = await readFile(run);
      await writeFile(run, bytes.fill(0, bytes.length - 8));
      await rm(join(stall.project, await keyOf(layout.partsOf('clean.day'), '/2024-06-01.parquet')));
      const failure = await runHere(stall).catch((error: unknown) => error);
      expect(failure).toMatchObject({ error: { details: { code: 'E_DAMAGED' } } });
      await rm(run);
      await runHere(stall);
      expect(await publishedHashes(stall.project)).toEqual(hashes);
    },
    RUN_MS,
  );
});

it(
  'a run that was killed right after publishing is listed as published, with its number',
  async () => {
    const { run } = await runHere(stall);
    const lake = await storeOf(stall.project);
    const lines: string[] = [];
    const segments: string[] = [];
    for await (const { key } of lake.list(`${layout.run(run)}events-`)) {
      segments.push(key);
      lines.push(...(await lake.read(key)).toString('utf8').split('\n'));
    }
    const published = lines.findIndex(line => line.includes('"run.published"'));
    expect(published).toBeGreaterThan(0);
    for (const key of segments) await lake.remove(key);
    await lake.write(layout.events(run, 1), Buffer.from(`${lines.slice(0, published + 1).join('\n')}\n`));
    expect(await listRuns(lake)).toMatchObject([{ run, state: 'published', n: 1, records: 6, ms: null }]);
    await lake.write(layout.events(run, 1), Buffer.from(`${lines.slice(0, published).join('\n')}\n`));
    expect(await listRuns(lake)).toMatchObject([{ run, state: 'unfinished', n: null }]);
  },
  RUN_MS,
);

describe('a run that is told to stop', () => {
  it.each(['marts', 'checks'])(
    'while the %s are made stops for the reason it was given, publishes nothing, and the next run completes',
    async stage => {
      const controller = new AbortController();
      const reason = new Error('the user pressed Ctrl-C');
      let told = 0;
      const onEvent = (event: RunEvent) => {
        if (event.ev !== 'stage.progress' || event.stage !== stage) return;
        told++;
        controller.abort(reason);
      };
      const ended = await runHere({ ...stall, signal: controller.signal, onEvent }).catch((error: unknown) => error);
      expect(ended).toBe(reason);
      expect(told).toBe(1);
      expect(await publicationsOf(stall.project)).toEqual([]);
      expect(await listRuns(await storeOf(stall.project))).toMatchObject([{ state: 'interrupted', n: null }]);
      expect(await runAgain()).toEqual({ outcome: 'published', publication: 1, computed: {} });
      await expectWholePublication(stall.project);
    },
    RUN_MS,
  );
});
