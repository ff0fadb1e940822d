/** What is computed customer by customer, job by job, in order. */
import { usageError } from '../base/errors.ts';
import type { Contract } from '../datasets/contract.ts';
import { customerTables } from '../datasets/mapped.ts';
import { findBasketRules } from '../jobs/baskets/driver.ts';
import type { MergeLimits } from '../jobs/clean/days.ts';
import type { CleanResult } from '../jobs/clean/driver.ts';
import {
  type Analysis,
  addAnalyses,
  type CustomerInput,
  NO_ANALYSIS,
  type Periods,
} from '../jobs/customers/analysis.ts';
import { cohortsOf, gatherCustomers, profileCustomers } from '../jobs/customers/driver.ts';
import type { Driver } from '../jobs/driver.ts';
import { type ChoiceChanges, changedChoice, DEFAULT_CHOICE } from '../jobs/recommend/choice.ts';
import { recommendProducts } from '../jobs/recommend/driver.ts';
import type { Verdict } from '../jobs/recommend/gate.ts';
import { dataHash } from '../jobs/recommend/tune.ts';
import { type RfmOptions, segmentCustomers } from '../jobs/segment/driver.ts';
import { valueCustomers } from '../jobs/value/driver.ts';
import { dayText, parseIsoDay } from '../kernels/dates.ts';
import { layout } from '../lake/layout.ts';
import type { SavedChoice } from './choicefile.ts';

export interface CustomerOptions {
  /** The analysis day, YYYY-MM-DD: see Periods. */
  readonly asOf?: string | undefined;
  /** How customers get their segments. */
  readonly rfm?: RfmOptions | undefined;
  /** What the recommender is to be, where that is not what was chosen. */
  readonly recommend?: ChoiceChanges | undefined;
}

export interface Customers extends Analysis {
  /** What came of trying the recommender out, list by list. */
  readonly verdicts: readonly Verdict[];
}

const NO_CUSTOMERS: Customers = { ...NO_ANALYSIS, verdicts: [] };

/** What there is of customers when nobody asks. */
export const withoutCustomers = (contract: Contract): Customers => ({
  ...NO_CUSTOMERS,
  absent: Object.fromEntries(customerTables(contract).map(({ name }) => [name, 'customers were left out'])),
});

export interface Cleaned {
  readonly contract: Contract;
  readonly cleaned: CleanResult;
  readonly limits: MergeLimits;
}

/** Segments, value, baskets, recommendations: tables that are published beside the fact, and why some are not. */
export async function analyseCustomers(
  driver: Driver,
  cleaned: Cleaned,
  { saved, ...options }: CustomerOptions & { readonly saved: SavedChoice | null },
): Promise<Customers> {
  const input = await findCustomers(driver, cleaned, options);
  if (input === null) return NO_CUSTOMERS;
  const profiles = await profileCustomers(driver, input);
  const cohorts = await cohortsOf(driver, profiles);
  const segments = await segmentCustomers(driver, input, profiles, options.rfm ?? {});
  const value = await valueCustomers(driver, input, profiles);
  const baskets = await findBasketRules(driver, input, profiles);
  const choice = changedChoice(saved?.choice ?? DEFAULT_CHOICE, options.recommend ?? {});
  const recommended = await recommendProducts(driver, input, choice, options.recommend?.gate);
  const all = addAnalyses(cohorts, segments, value, baskets, recommended);
  return { ...all, notes: [...all.notes, ...ageOf(saved, input)], verdicts: recommended.verdicts };
}

/** Null when nothing was sold. */
export async function findCustomers(
  driver: Driver,
  { contract, cleaned, limits }: Cleaned,
  options: Pick<CustomerOptions, 'asOf'>,
): Promise<CustomerInput | null> {
  if (cleaned.fact.length === 0) return null;
  const periods = periodsOf(
    cleaned.fact.map(({ partition }) => parseIsoDay(partition)!),
    options,
  );
  return { contract, blocks: await gatherCustomers(driver, cleaned, limits), periods };
}

/** A choice stays good for a while: that it is of other data is worth a word, not a failure. */
const ageOf = (saved: SavedChoice | null, input: CustomerInput): string[] =>
  saved === null || saved.data === dataHash(input)
    ? []
    : [`${layout.choice} was chosen on other data than these, and is used all the same; endcap tune DIR chooses anew`];

/** `days` with a sale, rising. Models of value are calibrated on the first half of the time. */
function periodsOf(days: readonly number[], { asOf: wanted }: CustomerOptions): Periods {
  const first = days[0]!;
  const asOf = wanted === undefined ? days.at(-1)! + 1 : parseIsoDay(wanted);
  if (asOf === null || asOf <= first)
    throw usageError(
      `nothing was sold before the analysis day ${wanted}: the first sale was on ${dayText(first)}`,
      `--as-of ${dayText(days.at(-1)! + 1)}   takes all sales; so does leaving it out`,
    );
  return { first, asOf, calibration: first + Math.ceil((asOf - first) / 2) };
}
