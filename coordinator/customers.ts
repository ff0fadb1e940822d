/** What is computed customer by customer, job by job, in order. */
import { usageError } from '../base/errors.ts';
import type { Contract } from '../datasets/contract.ts';
import { findBasketRules } from '../jobs/baskets/driver.ts';
import type { MergeLimits } from '../jobs/clean/days.ts';
import type { CleanResult } from '../jobs/clean/driver.ts';
import { type Analysis, addAnalyses, NO_ANALYSIS, type Periods } from '../jobs/customers/analysis.ts';
import { cohortsOf, gatherCustomers, profileCustomers } from '../jobs/customers/driver.ts';
import type { Driver } from '../jobs/driver.ts';
import { DEFAULT_CHOICE } from '../jobs/recommend/choice.ts';
import { recommendProducts } from '../jobs/recommend/driver.ts';
import { type RfmOptions, segmentCustomers } from '../jobs/segment/driver.ts';
import { valueCustomers } from '../jobs/value/driver.ts';
import { dayText, parseIsoDay } from '../kernels/dates.ts';

export interface CustomerOptions {
  /** The analysis day, YYYY-MM-DD: see Periods. */
  readonly asOf?: string | undefined;
  /** How customers get their segments. */
  readonly rfm?: RfmOptions | undefined;
}

/** Segments, value, baskets, recommendations: tables that are published beside the fact, and why some are not. */
export async function analyseCustomers(
  driver: Driver,
  { contract, cleaned, limits }: { contract: Contract; cleaned: CleanResult; limits: MergeLimits },
  options: CustomerOptions,
): Promise<Analysis> {
  if (cleaned.fact.length === 0) return NO_ANALYSIS;
  const periods = periodsOf(
    cleaned.fact.map(({ partition }) => parseIsoDay(partition)!),
    options,
  );
  const blocks = await gatherCustomers(driver, cleaned, limits);
  const input = { contract, blocks, periods };
  const profiles = await profileCustomers(driver, input);
  const cohorts = await cohortsOf(driver, profiles);
  const segments = await segmentCustomers(driver, input, profiles, options.rfm ?? {});
  const value = await valueCustomers(driver, input, profiles);
  const baskets = await findBasketRules(driver, input);
  const recommended = await recommendProducts(driver, input, DEFAULT_CHOICE);
  return addAnalyses(cohorts, segments, value, baskets, recommended);
}

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
