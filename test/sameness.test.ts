/** The same input gives the same bytes, however it is cut and however many threads there are; and again gives nothing new. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../coordinator/events.ts';
import { makeBenchGrocery, makeOwnGrocery } from './grocery.ts';
import {
  dumpAll,
  hashesOf,
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

/** Chunks of 4 KiB are about 400 of the file, and one of 1 MB is cut by each of its three long lines. */
const WAYS = [
  { chunkBytes: 4 * KIB, threads: 0 },
  { chunkBytes: 1024 * KIB, threads: 0 },
  { chunkBytes: undefined, threads: 1 },
  { chunkBytes: 64 * KIB, threads: 1 },
  { chunkBytes: 64 * KIB, threads: 2 },
  { chunkBytes: 1024 * KIB, threads: 2 },
  { chunkBytes: 4 * KIB, threads: 4 },
];

describe('one grocery, cut and run in many ways', () => {
  let input: string;
  let project: string;
  let reference: Published;
  let dumps: Map<string, string>;
  beforeAll(async () => {
    input = await folder();
    if (script) await makeBenchGrocery(script, input);
    else await makeOwnGrocery(input, { rows: 20_000, customers: 900, seed: 11, dirt: 0.02 });
    project = await folder();
    reference = await publishFrom({ input, project, chunkBytes: 64 * KIB });
    dumps = await dumpAll(reference);
  }, RUN_MS);
  afterAll(() => reference?.close());

  it('the reference has a file a day, dimensions, quarantine and marts to compare', () => {
    const { fct_sales, quarantine, dim_customer } = hashesOf(reference);
    expect([fct_sales?.length, quarantine?.length, dim_customer?.length]).toEqual([129, 1, 1]);
    expect([...dumps.values()].every(dump => dump.length > 10)).toBe(true);
  });

  it.each(WAYS)(
    'chunks of $chunkBytes bytes on $threads threads give the same files and marts',
    async way => {
      const published = await publishFrom({ input, project: await folder(), ...way });
      try {
        expect(hashesOf(published)).toEqual(hashesOf(reference));
        const others = await dumpAll(published);
        expect([...others.keys()]).toEqual([...dumps.keys()]);
        for (const [table, dump] of others) expect(dump === dumps.get(table), table).toBe(true);
        const { sales, tables, money, reasons, metrics, checks } = reference.summary;
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
      expect(finished.reduce((sum, { reused }) => sum + reused, 0)).toBeGreaterThan(50);
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
