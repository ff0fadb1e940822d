/** A run that is killed at any moment loses nothing, publishes nothing by halves, and is continued by the next. */
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateGrocery } from '../datasets/grocery/generate.ts';
import { commitsOf, expectWholePublication, publishedHashes, runUntil, storeOf } from './killing.ts';
import { seeded } from './random.ts';
import { RUN_MS, useFolders } from './support.ts';

const newFolder = useFolders();
const KILLS = 10;

async function shopFolder(rows: number): Promise<string> {
  const folder = join(await newFolder(), 'raw');
  await mkdir(folder);
  await generateGrocery({ rows, customers: 500, seed: 3, dirt: 0.02 }, (file, bytes) =>
    appendFile(join(folder, file), bytes),
  );
  return folder;
}

test('a run that is killed ten times ends with the same bytes, and computes nothing twice', {
  timeout: RUN_MS * 3,
}, async () => {
  const input = await shopFolder(10_000);
  const undisturbed = await newFolder();
  const whole = await runUntil(input, undisturbed, Number.POSITIVE_INFINITY);
  expect(whole.finished).toBe(true);

  const project = await newFolder();
  const lake = await storeOf(project);
  const random = seeded(20_261_121);
  let before = new Map<string, string>();
  for (let kill = 0; kill < KILLS; kill++) {
    // Once in each tenth of a run's events, so that every stage is hit, the warehouse and the publication too.
    const after = 1 + Math.floor(((kill + random()) * (whole.events.length - 2)) / KILLS);
    const { finished } = await runUntil(input, project, after);
    // The last kill may come too late to hit a run that has only a few milliseconds to go.
    if (kill < KILLS - 1) expect(finished, `killed after event ${after}`).toBe(false);
    expect(await expectWholePublication(project)).toBeLessThanOrEqual(1);
    const commits = await commitsOf(lake);
    for (const [key, generation] of before) expect(commits.get(key), `${key} was computed again`).toBe(generation);
    before = commits;
  }
  const last = await runUntil(input, project, Number.POSITIVE_INFINITY);
  expect(last.finished).toBe(true);
  const reused = last.events
    .flatMap(event => (event.ev === 'stage.finished' ? [event.reused] : []))
    .reduce((sum, n) => sum + n, 0);
  expect(reused).toBe(before.size);
  for (const [key, generation] of before) expect((await commitsOf(lake)).get(key), key).toBe(generation);
  expect(await expectWholePublication(project)).toBe(1);
  expect(await publishedHashes(project)).toEqual(await publishedHashes(undisturbed));
});

test('a publication stays whole and current while a later run over changed files is killed', {
  timeout: RUN_MS,
}, async () => {
  const input = await shopFolder(4_000);
  const project = await newFolder();
  await runUntil(input, project, Number.POSITIVE_INFINITY);
  const first = await publishedHashes(project);
  await appendFile(join(input, 'sales.csv'), '9000001,1,1,1,2,0,0.00,2018-02-03 10:00:00.000,NEWORDER000000000001\n');
  for (const after of [4, 9, 16]) {
    const { finished } = await runUntil(input, project, after);
    expect(finished).toBe(false);
    expect(await expectWholePublication(project)).toBe(1);
    expect(await publishedHashes(project)).toEqual(first);
  }
  await runUntil(input, project, Number.POSITIVE_INFINITY);
  expect(await expectWholePublication(project)).toBe(2);
});

test('a run that is killed the moment it has published leaves nothing to do', { timeout: RUN_MS }, async () => {
  const input = await shopFolder(2_000);
  const whole = await runUntil(input, await newFolder(), Number.POSITIVE_INFINITY);
  const published = whole.events.findIndex(({ ev }) => ev === 'run.published') + 1;
  const project = await newFolder();
  await runUntil(input, project, published);
  const { events } = await runUntil(input, project, Number.POSITIVE_INFINITY);
  expect(events.flatMap(event => (event.ev === 'run.finished' ? [event.summary.outcome] : []))).toEqual(['unchanged']);
  expect(await expectWholePublication(project)).toBe(1);
});
