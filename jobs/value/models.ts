/** The models of a shop's customers, and how well they would have done. */
import type { Periods } from '../customers/analysis.ts';
import type { Bgnbd } from './bgnbd.ts';
import { type Estimate, estimatePurchases, estimateSpending, median, type SpendingEstimate } from './estimate.ts';
import { type Holdout, holdoutOf } from './holdout.ts';
import type { Observed, Population } from './population.ts';

export interface ValueSettings {
  readonly periods: Periods;
  /** How far ahead customers are valued, in days from the analysis day on. */
  readonly horizon: number;
  /** What a purchase a month later is worth less, as a share: 0.01 is 1 %. Nothing is taken off where it is 0. */
  readonly monthlyDiscount: number;
}

/** Small, and without NaN or infinity: it travels as JSON to the tasks that score customers. */
export interface ValueModels {
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

/** The models, and how well they would have done: from nothing but the customers, in any order of theirs. */
export function fitValue({ all, calibrated, gaps }: Population, periods: Periods): ValueModels {
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
