/** The lines of each customer are together, all of them and as the fact has them, however a run was cut. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../coordinator/events.ts';
import type { RunOptions } from '../coordinator/run.ts';
import type { RunSummary } from '../coordinator/summary.ts';
import { contractNames } from '../datasets/open.ts';
import { openStore } from '../lake/open.ts';
import { type Block, contentOf, customerLines, type Line, readBlocks } from './customers.ts';
import { makeOwnGrocery } from './grocery.ts';
import { below, between, listOf, seeded } from './random.ts';
import { csv, GOODS, openStall, SOLD_HEADER } from './stall.ts';
import { lenientContract, type Published, publishFrom, RUN_MS, runHere, useFolders } from './support.ts';

const folder = useFolders();

/** Each block is what the fact has of its customers, in its order; no customer is in two. */
async function expectFact(blocks: readonly Block[], published: Published): Promise<void> {
  const blockOf = new Map<string, number>();
  for (const { block, lines, rows } of blocks) {
    expect(lines).toHaveLength(rows);
    for (const [customer] of lines) {
      expect(blockOf.get(customer!) ?? block).toBe(block);
      blockOf.set(customer!, block);
    }
  }
  const expected = Map.groupBy(await customerLines(published), ([customer]) => blockOf.get(customer!));
  expect(new Map<number | undefined, readonly Line[]>(blocks.map(({ block, lines }) => [block, lines]))).toEqual(
    expected,
  );
}

describe.each(contractNames())('the fixtures of %s', name => {
  it('have each customer’s lines in one block, value by value those of fct_sales', { timeout: RUN_MS }, async () => {
    const project = await folder();
    const input = fileURLToPath(new URL(`../datasets/${name}/fixtures`, import.meta.url));
    const contract = await lenientContract(folder, name);
    const published = await publishFrom({ input, project, contract, customers: {}, merging: { blockRows: 1 } });
    try {
      const blocks = await readBlocks(project);
      expect(blocks.length).toBeGreaterThan(1);
      await expectFact(blocks, published);
    } finally {
      await published.close();
    }
  });
});

/** A run as far as the blocks: what is published does not depend on them. */
async function gather(options: RunOptions & { readonly project: string }): Promise<void> {
  const stop = new AbortController();
  const onEvent = (event: RunEvent) => {
    if (event.ev === 'stage.finished' && event.stage === 'customers.block') stop.abort(GATHERED);
  };
  const ended = runHere({ ...options, customers: {}, signal: stop.signal, onEvent });
  await expect(ended).rejects.toBe(GATHERED);
}

const GATHERED = new Error('the blocks are there');

type Way = Pick<RunOptions, 'chunkBytes' | 'threads' | 'merging'>;

const KIB = 1024;
const BLOCK_ROWS = 300;

const WAYS: readonly Way[] = [
  { chunkBytes: 8 * KIB, threads: 1 },
  { chunkBytes: 1024 * KIB, threads: 2 },
  // Days of about 25 lines in several pieces, and blocks of about 200 too.
  { threads: 2, merging: { rowsAtOnce: 10 } },
  { chunkBytes: 64 * KIB, merging: { rowsAtOnce: 60, fanIn: 3 } },
  { threads: 4, merging: { fanIn: 2 } },
];

describe('a grocery with the lines of its customers', () => {
  let input: string;
  let reference: Published;
  let blocks: Block[];
  beforeAll(async () => {
    input = await folder();
    await makeOwnGrocery(input, { rows: 3_000, customers: 300, seed: 5, dirt: 0.02 });
    const project = await folder();
    reference = await publishFrom({ input, project, customers: {}, merging: { blockRows: BLOCK_ROWS } });
    blocks = await readBlocks(project);
  }, RUN_MS);
  afterAll(() => reference?.close());

  it('has as many blocks as its records ask for, of about the same size', async () => {
    await expectFact(blocks, reference);
    expect(blocks.map(({ block }) => block)).toEqual([...Array(16).keys()]);
    const sizes = blocks.map(({ rows }) => rows);
    expect(Math.min(...sizes)).toBeGreaterThan(Math.max(...sizes) / 5);
  });

  it.each(WAYS)(
    'has the same bytes in chunks of $chunkBytes bytes on $threads threads, merged as $merging',
    async ({ merging, ...way }) => {
      const project = await folder();
      await gather({ input, project, ...way, merging: { blockRows: BLOCK_ROWS, ...merging } });
      expect(contentOf(await readBlocks(project))).toEqual(contentOf(blocks));
    },
    RUN_MS,
  );
});

it('months that fit into the memory become one block that does not', { timeout: RUN_MS }, async () => {
  const random = seeded(6);
  const sold = listOf(400, line => {
    const day = `2024-0${between(random, 1, 9)}-${between(random, 10, 28)}`;
    return `${(line * 37) % 400},${day},customer ${below(random, 30)},apple,${line}`;
  });
  const stall = await openStall(folder, { 'goods.csv': GOODS, 'sold.csv': csv(SOLD_HEADER, ...sold) });
  const published = await publishFrom({ ...stall, customers: {}, merging: { rowsAtOnce: 80 } });
  try {
    const blocks = await readBlocks(stall.project);
    expect(blocks.map(({ rows, slices }) => [rows, slices.length])).toEqual([[400, 1]]);
    await expectFact(blocks, published);
  } finally {
    await published.close();
  }
});

describe('a run that does not ask for customers', () => {
  const computed = ({ stages }: RunSummary) =>
    Object.fromEntries(stages.filter(({ stage }) => stage.includes('.')).map(stage => [stage.stage, stage.computed]));

  it('is what it was: the same tasks, of which a run that does ask computes only the days anew', {
    timeout: RUN_MS,
  }, async () => {
    const stall = await openStall(folder);
    const plain = await runHere({ ...stall, customers: false });
    expect(Object.keys(computed(plain)).filter(stage => stage.startsWith('customers'))).toEqual([]);
    expect(await daysOf(stall.project)).toEqual([
      { shared: ['contract', 'tables', 'rowsAtOnce'], inputs: [['days'], ['days']] },
    ]);
    const asked = await runHere(stall);
    const cleaned = Object.entries(computed(asked)).filter(([stage, count]) => stage.startsWith('clean.') && count > 0);
    expect(cleaned).toEqual([['clean.day', 2]]);
    const again = await runHere({ ...stall, customers: false });
    // It publishes without the tables of customers, and nothing else is computed.
    const tasks = Object.entries(computed(again)).filter(([stage, count]) => stage.includes('.') && count > 0);
    expect(tasks).toEqual([]);
  });

  /** What identifies the tasks of days, and that nothing else does. */
  async function daysOf(project: string): Promise<unknown[]> {
    const lake = await openStore(`${pathToFileURL(project).href}/`);
    const found: unknown[] = [];
    for await (const { key } of lake.list('lake/plans/')) {
      const [plan, ...inputs] = (await readFile(join(project, key), 'utf8')).split('\n').map(line => JSON.parse(line));
      if (plan.kind !== 'clean.day') continue;
      found.push({ shared: Object.keys(plan.shared), inputs: inputs.map(input => Object.keys(input)) });
    }
    return found;
  }
});
