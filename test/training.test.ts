/** A training spread over tasks comes to the same bits as one in a single memory, whoever does which part. */
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { inlineCluster } from '../cluster/inline.ts';
import { threadCluster } from '../cluster/threads.ts';
import { createDriver } from '../coordinator/driver.ts';
import type { RunEvent } from '../coordinator/events.ts';
import { runAttempt } from '../jobs/attempt.ts';
import type { AlsParameters } from '../jobs/recommend/choice.ts';
import type { PairsOutput } from '../jobs/recommend/pairs.ts';
import { readBought } from '../jobs/recommend/sections.ts';
import { type Span, spansOf, trainAls, trainingOptions } from '../jobs/recommend/training.ts';
import { loadBlock } from '../kernels/als.ts';
import { train } from '../kernels/train.ts';
import { withKernels } from '../kernels/wasm.ts';
import { layout } from '../lake/layout.ts';
import { openStore } from '../lake/open.ts';
import { type ObjectStore, readJson } from '../lake/store.ts';
import { makeOwnGrocery } from './grocery.ts';
import { RUN_MS, runHere, useFolders } from './support.ts';

const folder = useFolders();
const PARAMETERS: AlsParameters = { rank: 10, iterations: 3, regularization: 0.05, unobserved: 0.1 };

describe('a grocery of eight customer blocks', () => {
  let lake: ObjectStore;
  let blocks: PairsOutput[];
  let items: number;
  beforeAll(async () => {
    const [input, project] = [await folder(), await folder()];
    await makeOwnGrocery(input, { rows: 4_000, customers: 300, seed: 3, dirt: 0.01 });
    await runHere({ input, project, merging: { blockRows: 500 } });
    lake = await openStore(`${pathToFileURL(project).href}/`);
    blocks = await pairsOf(lake);
    items = blocks[0]!.sections.popularity.rows;
  }, RUN_MS);

  /** In one memory. */
  const reference = (spans: readonly Span[]): Promise<Buffer> =>
    withKernels(async kernels => {
      const loaded = [];
      for (const span of spans) {
        const own = [];
        for (const { sections } of span)
          own.push(loadBlock(kernels, await readBought({ kernels, lake }, sections), items));
        loaded.push(own);
      }
      let factors = new Float32Array();
      for (const { y } of train(kernels, loaded, trainingOptions(PARAMETERS, items))) factors = y.slice();
      return Buffer.from(factors.buffer);
    });

  /** In tasks of a lake of their own, so that none is done yet. */
  async function spread(spans: readonly Span[], threads: number): Promise<{ factors: Buffer; events: RunEvent[] }> {
    const own = await openStore(`${pathToFileURL(await folder()).href}/`);
    for (const { key } of await filesOf(lake, layout.scratchOf('recommend.pairs')))
      await own.write(key, await lake.read(key));
    const cluster =
      threads === 0
        ? inlineCluster(runAttempt, own.url)
        : threadCluster(new URL('../workers/thread.ts', import.meta.url), own.url, threads);
    const events: RunEvent[] = [];
    try {
      const emit = (event: object) => void events.push(event as RunEvent);
      const driver = createDriver({ cluster, lake: own, raw: own.url, emit });
      const popularity = blocks.map(({ sections }) => sections.popularity);
      const { factors } = await trainAls(
        driver,
        { spans, popularity, items },
        { parameters: PARAMETERS, name: 'recommend.train', title: 'train' },
      );
      const [, file, start, end] = /^(.*)#(\d+)-(\d+)$/.exec(factors.key)!;
      return { factors: await own.read(file!, { start: Number(start), end: Number(end) }), events };
    } finally {
      await cluster.close();
    }
  }

  it('is one span, being small; spans of it are runs of blocks with about as many pairs', () => {
    expect(blocks.map(({ block }) => block)).toEqual([...Array(8).keys()]);
    expect(spansOf(blocks)).toEqual([blocks]);
  });

  it.each([0, 1, 2, 3])(
    'has the same factors from spans on %i threads as in one memory',
    { timeout: RUN_MS },
    async threads => {
      const spans = [blocks.slice(0, 3), blocks.slice(3, 4), blocks.slice(4)];
      const { factors, events } = await spread(spans, threads);
      expect(factors.equals(await reference(spans))).toBe(true);
      expect(new Set(new Float32Array(factors.buffer, factors.byteOffset, 20)).size).toBeGreaterThan(10);
      // People see one stage of nine steps, and the one that ends it.
      const finished = events.filter(event => event.ev === 'stage.finished');
      expect(finished.map(({ stage, computed }) => [stage, computed])).toEqual([
        ['recommend.train', 9],
        ['recommend.train.end', 1],
      ]);
    },
  );

  it('has the same factors as one span, in one task', { timeout: RUN_MS }, async () => {
    const { factors } = await spread([blocks], 1);
    expect(factors.equals(await reference([blocks]))).toBe(true);
  });
});

/** The purchases of all days, in the order of blocks. */
async function pairsOf(lake: ObjectStore): Promise<PairsOutput[]> {
  const found: PairsOutput[] = [];
  for (const { key } of await filesOf(lake, layout.commitsOf('recommend.pairs')))
    found.push((await readJson<{ output: PairsOutput }>(lake, key))!.output);
  // Where nothing is tried out, nothing was bought later.
  return found.filter(({ sections }) => sections.truths.rows === 0).sort((a, b) => a.block - b.block);
}

async function filesOf(lake: ObjectStore, prefix: string): Promise<{ key: string }[]> {
  const files: { key: string }[] = [];
  for await (const { key } of lake.list(prefix)) files.push({ key });
  return files;
}
