/** The job that brings each customer's lines together and says what they are like, on the coordinator; other jobs follow it. */
import { invariant } from '../../base/errors.ts';
import { amountText, parseAmount } from '../../kernels/money.ts';
import type { BlockSlices } from '../clean/customers.ts';
import { type MergeLimits, mergeRuns } from '../clean/days.ts';
import type { CleanResult } from '../clean/driver.ts';
import type { DayRun } from '../clean/pieces.ts';
import type { Driver } from '../driver.ts';
import { type Analysis, type CustomerInput, NO_ANALYSIS } from './analysis.ts';
import { type BlockInput, type BlockOutput, blockSorting } from './block.ts';
import type { CohortInput, CohortOutput } from './cohort.ts';
import type { ProfileInput, ProfileOutput } from './profile.ts';

/** One run a piece of days becomes one a block, in passes where there are more than `fanIn`. Checks that no line is lost. */
export async function gatherCustomers(
  driver: Driver,
  { customers, fact, net }: Pick<CleanResult, 'customers' | 'fact' | 'net'>,
  { rowsAtOnce, fanIn }: MergeLimits,
): Promise<BlockOutput[]> {
  const sorting = blockSorting(rowsAtOnce);
  const merged = await mergeRuns(driver, runsOfBlocks(customers), sorting, fanIn);
  const blocks = await driver.stage<BlockOutput>({
    kind: 'customers.block',
    title: 'customers',
    unit: 'blocks',
    shared: sorting,
    inputs: merged.flat().map(({ day, runs }): BlockInput => ({ block: day, runs })),
    rows: ({ rows }) => rows,
  });
  const lines = fact.reduce((sum, { rows }) => sum + rows, 0);
  const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
  const sum = amountText(blocks.reduce((total, block) => total + parseAmount(block.net), 0n));
  invariant(rows === lines && sum === net, `${rows} lines of ${sum} by customer, ${lines} of ${net} in fct_sales`);
  return blocks;
}

/** What is known of each customer, block by block. */
export function profileCustomers(driver: Driver, { blocks, periods }: CustomerInput): Promise<ProfileOutput[]> {
  return driver.stage<ProfileOutput>({
    kind: 'customers.profile',
    title: 'profiles',
    unit: 'blocks',
    shared: periods,
    inputs: blocks.map(({ block, slices, rows }): ProfileInput => ({ block, slices, rows })),
    rows: ({ customers }) => customers,
  });
}

/** The table of cohorts, which the profiles' stage has counted block by block. */
export async function cohortsOf(driver: Driver, profiles: readonly ProfileOutput[]): Promise<Analysis> {
  const blocks = profiles.flatMap(({ cohorts }) => (cohorts ? [cohorts] : []));
  const tooLarge = { ...NO_ANALYSIS, absent: { cohort_activity: COHORT_TOO_LARGE } };
  if (blocks.length < profiles.length) return tooLarge;
  const [merged] = await driver.stage<CohortOutput>({
    kind: 'customers.cohort',
    title: 'cohorts',
    unit: 'tables',
    shared: null,
    inputs: [{ blocks } satisfies CohortInput],
    rows: ({ rows }) => rows,
  });
  return merged?.part ? { ...NO_ANALYSIS, tables: { cohort_activity: [merged.part] } } : tooLarge;
}

const COHORT_TOO_LARGE = 'the revenue of a cohort in one month is 10¹² or more, which no amount may be';

/** A block is merged as a day is, and takes its place. The runs are of one chunk each: no line is traced to its file here. */
function runsOfBlocks(customers: readonly (readonly BlockSlices[])[]): { day: number; runs: DayRun[] }[][] {
  const blocks = Map.groupBy(customers.flat(), ({ block }) => block);
  return [...blocks]
    .sort(([a], [b]) => a - b)
    .map(([day, parts]) => [{ day, runs: parts.map(({ slices }) => ({ files: [''], slices })) }]);
}
