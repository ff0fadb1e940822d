import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { bootstrap, type Interval } from './bootstrap.ts';
import { asDoubles, readSections } from './sections.ts';

export interface CompareInput {
  /** Of lists that the same judges have judged, the simplest first: see TrialResult. Float64 [judges] */
  readonly gains: readonly Slice[];
}

export interface CompareOutput {
  /** The simplest that is not worse than the best for certain. */
  readonly winner: number;
  /** By how much it is better than the first, customer by customer. */
  readonly gain: Interval;
}

/** What chance may have made better is not worth being more complicated. */
export async function compare({ gains }: CompareInput, context: TaskContext): Promise<CompareOutput> {
  const read = (await readSections(context, gains)).map(asDoubles);
  // Who bought nothing new cannot judge lists of what is new: see TrialResult.
  const isJudged = read[0]!.map((_, judge) => (read.some(own => Number.isNaN(own[judge]!)) ? 0 : 1));
  const all = read.map(own => own.filter((_, judge) => isJudged[judge] === 1));
  const means = all.map(own => own.reduce((sum, gain) => sum + gain, 0));
  const best = means.indexOf(Math.max(...means));
  const over = (a: number, b: number) => bootstrap(all[a]!.map((gain, judge) => gain - all[b]![judge]!));
  let winner = 0;
  while (winner < best && over(best, winner).lower > 0) winner++;
  return { winner, gain: over(winner, 0) };
}
