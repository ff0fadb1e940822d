import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../base/errors.ts';
import { customerBlocks } from '../clean/customers.ts';
import { MERGE_LIMITS } from '../clean/days.ts';
import type { CleanResult } from '../clean/driver.ts';
import type { MergeInput, MergeOutput } from '../clean/merge.ts';
import type { Driver, StageRequest } from '../driver.ts';
import type { BlockInput, BlockOutput } from './block.ts';
import { gatherCustomers } from './driver.ts';

/** Two lines of 1.50 in each block, once a run; block 7 has none on the first day. */
const DAYS = 5;
const slicesOf = (day: number, block: number) => ({
  block,
  slices: [{ key: `lake/parts/${day}#${block}`, hash: `${day}-${block}`, rows: 2 }],
});
const CUSTOMERS = Array.from({ length: DAYS }, (_, day) => [
  slicesOf(day, 2),
  ...(day > 0 ? [slicesOf(day, 7)] : []),
  slicesOf(day, 10),
]);
const result = (rows: number, net: string) =>
  ({ customers: CUSTOMERS, net, fact: [{ rows: rows - 3 }, { rows: 3 }] }) as unknown as CleanResult;

const rowsOf = (runs: BlockInput['runs']): number =>
  runs.flatMap(({ slices }) => slices).reduce((sum, { rows }) => sum + rows, 0);

/** Does as the tasks would, with the slices alone; tells which stages there were, and their inputs. */
function fakeDriver() {
  const stages: { kind: string; inputs: readonly unknown[] }[] = [];
  const outputOf: Record<string, (input: never) => unknown> = {
    'clean.merge': ({ days }: MergeInput): MergeOutput => ({
      days: days.map(({ runs }) => runs.flatMap(({ slices }) => slices)),
      rows: 0,
    }),
    'customers.block': ({ block, runs }: BlockInput): BlockOutput => {
      const rows = rowsOf(runs);
      return { block, rows, net: `${(rows * 1.5).toFixed(6)}`, slices: [] };
    },
  };
  const driver: Driver = {
    async stage<Output>({ kind, inputs }: StageRequest<Output>) {
      stages.push({ kind, inputs });
      return inputs.map(input => outputOf[kind]!(input as never) as Output);
    },
  };
  return { driver, stages };
}

describe('the lines of customers', () => {
  it('are as many, and worth as much, as those of the fact', async () => {
    const blocks = await gatherCustomers(fakeDriver().driver, result(28, '42.000000'), MERGE_LIMITS);
    expect(blocks.map(({ block, rows }) => [block, rows])).toEqual([
      [2, 10],
      [7, 8],
      [10, 10],
    ]);
  });

  it.each([
    ['a line more', 29, '42.000000'],
    ['a line less', 27, '42.000000'],
    ['a millionth more', 28, '42.000001'],
  ])('fail the run when the fact has %s', async (_name, rows, net) => {
    const gathered = gatherCustomers(fakeDriver().driver, result(rows, net), MERGE_LIMITS);
    await expect(gathered).rejects.toThrow(InvariantError);
  });

  it('are merged in passes until no block has more runs than the fan-in, in the order of days', async () => {
    const { driver, stages } = fakeDriver();
    await gatherCustomers(driver, result(28, '42.000000'), { ...MERGE_LIMITS, fanIn: 2 });
    expect(stages.map(({ kind, inputs }) => [kind, inputs.length])).toEqual([
      ['clean.merge', 8],
      // Block 7 has no more runs than that by now.
      ['clean.merge', 4],
      ['customers.block', 3],
    ]);
    const runs = (stages.at(-1)!.inputs as BlockInput[]).map(input => input.runs);
    expect(runs.map(({ length }) => length)).toEqual([2, 2, 2]);
    expect(runs[0]!.flatMap(({ slices }) => slices.map(({ hash }) => hash))).toEqual(
      CUSTOMERS.map((_, day) => `${day}-2`),
    );
  });
});

describe('the number of blocks', () => {
  it.each([
    [0, 1],
    [100, 1],
    [101, 2],
    [201, 4],
    [1_600, 16],
    [1_000_000, 256],
  ])('of %i records, 100 a block, is %i', (records, blocks) => {
    expect(customerBlocks(records, 100)).toBe(blocks);
  });
});
