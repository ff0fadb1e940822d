import type { Contract } from '../../datasets/contract.ts';
import type { Slice } from '../../lake/slice.ts';
import type { Periods } from '../customers/analysis.ts';
import { customerLines } from '../customers/lines.ts';
import type { TaskContext } from '../registry.ts';
import type { Bgnbd } from './bgnbd.ts';
import { type Estimate, estimatePurchases, estimateSpending, median, type SpendingEstimate } from './estimate.ts';
import { type Holdout, holdoutOf } from './holdout.ts';
import { createPopulation, type Observed, POPULATION_COLUMNS, type Population } from './population.ts';

/** What all tasks of the job have in common. */
export interface ValueSettings {
  readonly contract: Contract;
  readonly periods: Periods;
  /** How far ahead customers are valued, in days from the analysis day on. */
  readonly horizon: number;
  /** What a purchase a month later is worth less, as a share: 0.01 is 1 %. Nothing is taken off where it is 0. */
  readonly monthlyDiscount: number;
}

export interface FitInput {
  /** Profiles of all customers, block by block. */
  readonly slices: readonly Slice[];
  readonly customers: number;
}

/** Small, and without NaN or infinity: it travels as JSON to the tasks that score customers. */
export interface ValueFit {
  /** Of all that was sold before the analysis day. */
  readonly purchases: Estimate<Bgnbd>;
  readonly spending: SpendingEstimate;
  /** The median over customers of their median gap, in days. */
  readonly medianGap: number | null;
  readonly holdout: HoldoutResult;
}

export type HoldoutResult =
  | ({ readonly ok: true; readonly spendingReason: string | null } & Holdout)
  | { readonly ok: false; readonly reason: string };

/** Fits the models to all customers. One task: a customer is four numbers here, and millions of them take seconds. */
export async function fit({ slices, customers }: FitInput, context: TaskContext<ValueSettings>): Promise<ValueFit> {
  const { periods } = context.shared;
  const builder = createPopulation(customers, periods);
  for await (const { rows, starts } of customerLines(context, slices, POPULATION_COLUMNS)) {
    // Rows behind the last start come again with the next piece.
    builder.add(rows, starts.at(-1)!);
  }
  return fitValue(builder.finish(), periods);
}

/** The models, and how well they would have done: from nothing but the customers, in any order of theirs. */
function fitValue({ all, calibrated, gaps }: Population, periods: Periods): ValueFit {
  const { first, asOf, calibration } = periods;
  const medianGap = median(gaps);
  const whole = modelsOf(all, medianGap, asOf - first);
  const early = modelsOf(calibrated, medianGap, calibration - first);
  return { ...whole, medianGap, holdout: holdout() };

  function holdout(): HoldoutResult {
    const { purchases, spending } = early;
    if (!purchases.ok) return { ok: false, reason: purchases.reason };
    const found = holdoutOf(calibrated, { purchases, spending }, asOf - calibration);
    return { ok: true, spendingReason: spending.ok ? null : spending.reason, ...found };
  }
}

const modelsOf = (observed: Observed, medianGap: number | null, days: number) => ({
  purchases: estimatePurchases(observed, medianGap, days),
  spending: estimateSpending(observed),
});
