/** The same input gives the same bytes, however it is cut and however many threads there are; and again gives nothing new. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../coordinator/events.ts';
import type { Json } from '../warehouse/warehouse.ts';
import { makeBenchGrocery, makeOwnGrocery } from './grocery.ts';
import {
  hashesOf,
  martDigests,
  type Published,
  publicationsOf,
  publishFrom,
  RUN_MS,
  runHere,
  sharedFolder,
  useFolders,
} from './support.ts';

const folder = useFolders();
const script = sharedFolder('bench/make-grocery.mjs');

const KIB = 1024;

/** Chunks of 4 KiB are about 110 of the file, and one of 1 MB is cut by each of its three long lines. */
const WAYS = [
  { chunkBytes: 4 * KIB, threads: 0 },
  { chunkBytes: 1024 * KIB, threads: 0 },
  { chunkBytes: 64 * KIB, threads: 1 },
  { chunkBytes: 64 * KIB, threads: 2 },
  { chunkBytes: 64 * 1024 * KIB, threads: 2 },
  { chunkBytes: 4 * KIB, threads: 4 },
  // Days of about 50 lines in two pieces, and in about ten.
  { chunkBytes: 64 * KIB, threads: 0, merging: { rowsAtOnce: 50 } },
  { chunkBytes: 16 * KIB, threads: 2, merging: { rowsAtOnce: 10 } },
  // Every other run merged with the next until two are left; and three, of days in pieces.
  { chunkBytes: 16 * KIB, threads: 0, merging: { fanIn: 2 } },
  { chunkBytes: 16 * KIB, threads: 2, merging: { fanIn: 3, rowsAtOnce: 25 } },
];

describe('one grocery, cut and run in many ways', () => {
  let input: string;
  let project: string;
  let reference: Published;
  let marts: Readonly<Record<string, Json>>;
  beforeAll(async () => {
    input = await folder();
    if (script) await makeBenchGrocery(script, input, 6_000);
    else await makeOwnGrocery(input, { rows: 6_000, customers: 600, seed: 11, dirt: 0.02 });
    project = await folder();
    reference = await publishFrom({ input, project, chunkBytes: 64 * KIB });
    marts = await martDigests(reference);
  }, RUN_MS);
  afterAll(() => reference?.close());

  it('the reference has a file a day, dimensions, quarantine and marts to compare', () => {
    const { fct_sales, quarantine, dim_customer } = hashesOf(reference);
    expect([fct_sales?.length, quarantine?.length, dim_customer?.length]).toEqual([129, 1, 1]);
    expect(Object.keys(marts).length).toBeGreaterThan(10);
    expect(new Set(Object.values(marts)).size).toBe(Object.keys(marts).length);
  });

  it.each(WAYS)(
    'chunks of $chunkBytes bytes on $threads threads, merged as $merging, give the same files and marts',
    async way => {
      const published = await publishFrom({ input, project: await folder(), ...way });
      try {
        expect(hashesOf(published)).toEqual(hashesOf(reference));
        expect(await martDigests(published)).toEqual(marts);
        const { sales, tables, money, reasons, metrics } = reference.summary;
        const { times: _, ...checks } = reference.summary.checks;
        expect(published.summary).toMatchObject({ sales, tables, money, reasons, metrics, checks });
      } finally {
        await published.close();
      }
    },
    RUN_MS,
  );

  it(
    'a second run computes no task and publishes nothing',
    async () => {
      const finished: Extract<RunEvent, { ev: 'stage.finished' }>[] = [];
      const onEvent = (event: RunEvent) => {
        if (event.ev === 'stage.finished') finished.push(event);
      };
      const summary = await runHere({ input, project, chunkBytes: 64 * KIB, onEvent });
      expect(summary).toMatchObject({ outcome: 'unchanged', publication: 1 });
      expect(finished.map(({ stage, computed }) => [stage, computed])).toEqual(finished.map(({ stage }) => [stage, 0]));
      const tasks = reference.summary.stages.filter(({ stage }) => !['marts', 'checks'].includes(stage));
      expect(finished.map(({ stage, reused }) => [stage, reused])).toEqual(
        tasks.map(({ stage, computed }) => [stage, computed]),
      );
      expect(tasks.length).toBeGreaterThan(5);
      expect(await publicationsOf(project)).toHaveLength(1);
    },
    RUN_MS,
  );

  it(
    'a run with other chunks finds the same data and publishes nothing',
    async () => {
      const summary = await runHere({ input, project, chunkBytes: 256 * KIB });
      expect(summary).toMatchObject({ outcome: 'unchanged', publication: 1, money: reference.summary.money });
      expect(await publicationsOf(project)).toHaveLength(1);
    },
    RUN_MS,
  );
});
