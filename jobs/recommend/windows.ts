/** Which days a recommender learns from, and on which it is tried out. Always in the order of time: never by chance. */
import { WINDOW_DAYS_MAX, WINDOW_DAYS_MIN, WINDOW_SHARE } from '../../base/limits.ts';
import type { Periods } from '../customers/analysis.ts';

/** Days since 1970-01-01. */
export interface Window {
  /** Learned is what was bought before this day. */
  readonly until: number;
  /** Looked for is what was bought from `until` on and before this day; equal to `until` when nothing is tried out. */
  readonly end: number;
}

export interface Windows {
  /** For choosing a model: train < validation. */
  readonly validation: Window;
  /** For judging the one that was chosen, once: train and validation < test. */
  readonly test: Window;
}

/** Validation and test are of equal length; null when the history is too short for both and something to learn from. */
export function windowsOf({ first, asOf }: Periods): Windows | null {
  const history = asOf - first;
  const days = Math.min(WINDOW_DAYS_MAX, Math.max(WINDOW_DAYS_MIN, Math.round(history / WINDOW_SHARE)));
  if (history < 4 * days) return null;
  return {
    validation: { until: asOf - 2 * days, end: asOf - days },
    test: { until: asOf - days, end: asOf },
  };
}
