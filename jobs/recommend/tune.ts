/**
 * The search for a recommender, on the coordinator: what is learned from the days before the validation window is judged by
 * what was bought in it. Nothing that was sold later is looked at.
 */
import type { CustomerInput } from '../customers/analysis.ts';
import type { Driver } from '../driver.ts';
import { sha256 } from '../stage.ts';
import type { Interval } from './bootstrap.ts';
import { type AlsParameters, type Choice, DEFAULT_CHOICE, isSmall, type ListName } from './choice.ts';
import { makeCatalogue } from './driver.ts';
import type { Measures } from './measures.ts';
import { alsTrial, around, BASELINE_LISTS, easeTrial, effortOf, grid, lastTrial, type SearchSpace } from './search.ts';
import type { TrialResult } from './trial.ts';
import { createTrials, type Sample, type Trial, type Trials, type TuneLimits } from './trials.ts';
import type { Window } from './windows.ts';

export interface TuneOptions {
  readonly space: SearchSpace;
  readonly limits: TuneLimits;
  /** The validation window. */
  readonly window: Window;
}

export interface Tuning {
  readonly choice: Choice;
  readonly lists: Readonly<Record<ListName, Chosen>>;
  /** In the order in which they were made. */
  readonly trials: readonly Trial[];
  readonly sample: Sample;
}

/** What was chosen for a list, and how good that was on the days on which it was chosen. */
export interface Chosen {
  /** Means of the chosen one and of the baseline. */
  readonly chosen: Measures;
  readonly baseline: Measures;
  /** By how much NDCG is better than the baseline's, customer by customer. */
  readonly gain: Interval;
}

/**
 * First what earlier purchases are worth, by the list that is made of them alone; then what is learned, by the list of new
 * products, where nothing else helps; then how all that is put together, list by list. Null when nobody can judge: none of the customers
 * who bought something before the window did so in it.
 */
export async function tuneRecommender(
  driver: Driver,
  input: CustomerInput,
  options: TuneOptions,
): Promise<Tuning | null> {
  const { space, limits, window } = options;
  const catalogue = await makeCatalogue(driver, input, window.end);
  const { products } = catalogue;
  const trials = createTrials(driver, input, { catalogue, limits, window });
  const withEase = isSmall(products, limits.easeItems);
  const history = window.until - input.periods.first;
  const halfLife = await bestHalfLife(trials, [null, ...space.halfLives.filter(days => days < history)]);
  if (!trials.made.some(isJudged)) return null;
  const coarse = await trials.run('coarse', halfLife, [
    ...grid(space, products).map(alsTrial),
    ...(withEase ? space.easeRegularizations.map(easeTrial) : []),
  ]);
  const learned = coarse.filter(({ als }) => als !== null);
  for (const step of space.rounds) {
    const near = around(highest(learned).als!, space, { products, step });
    learned.push(...(await trials.run('fine', halfLife, near.map(alsTrial))));
  }
  const als = await bestAls(trials, learned);
  const ease = withEase ? highest(coarse.filter(trial => trial.ease !== null)).ease : null;
  const [last] = await trials.run('blend', halfLife, [lastTrial(als, ease)]);
  const [again, fresh] = [await bestList(trials, last!, 'again'), await bestList(trials, last!, 'new')];
  const choice: Choice = {
    als,
    ease: ease ?? DEFAULT_CHOICE.ease,
    halfLife,
    lists: { again: again.blend, new: fresh.blend },
    top: DEFAULT_CHOICE.top,
  };
  return {
    choice,
    lists: { again: again.figures, new: fresh.figures },
    trials: trials.made,
    sample: await trials.sample(),
  };
}

/** Hash of the sales that recommenders learn from, whatever the analysis day is. */
export const dataHash = ({ blocks }: CustomerInput): string =>
  sha256(JSON.stringify(blocks.map(({ slices }) => slices.map(({ hash }) => hash)))).slice(0, 16);

async function bestHalfLife(trials: Trials, halfLives: readonly (number | null)[]): Promise<number | null> {
  const made: Trial[] = [];
  for (const halfLife of halfLives)
    made.push(...(await trials.run('half-life', halfLife, [{ als: null, ease: null, wanted: BASELINE_LISTS }])));
  const [never, ...others] = made;
  if (others.length === 0) return null;
  const contenders = [never!, highest(others)];
  const { winner } = await trials.compare(contenders.map(firstResult));
  return contenders[winner]!.halfLife;
}

/** Of the best of each rank the lowest that is as good as any. */
async function bestAls(trials: Trials, made: readonly Trial[]): Promise<AlsParameters> {
  const byRank = [...Map.groupBy(made, ({ als }) => als!.rank)].sort(([a], [b]) => a - b);
  const contenders = byRank.map(([, own]) => highest(own));
  const { winner } = await trials.compare(contenders.map(firstResult));
  return contenders[winner]!.als!;
}

/** Of the best of each effort the least that is as good as any; the baseline takes the least. */
async function bestList(trials: Trials, { results }: Trial, list: ListName) {
  const own = results.filter(result => result.list === list);
  const byEffort = [...Map.groupBy(own, ({ blend }) => effortOf(blend))].sort(([a], [b]) => a - b);
  const contenders = byEffort.map(([, equal]) => equal.reduce((a, b) => (ndcgOf(b) > ndcgOf(a) ? b : a)));
  const { winner, gain } = await trials.compare(contenders);
  const { blend, measures } = contenders[winner]!;
  const figures: Chosen = { chosen: measures, baseline: contenders[0]!.measures, gain };
  return { blend, figures };
}

const isJudged = ({ results }: Trial): boolean => results.some(({ measures }) => measures.customers > 0);

const ndcgOf = ({ measures }: TrialResult): number => measures.ndcg;

/** By which trials of a step are compared. */
const firstResult = ({ results }: Trial): TrialResult => results[0]!;

/** The first of those that are equally good. */
const highest = (made: readonly Trial[]): Trial =>
  made.reduce((a, b) => (ndcgOf(firstResult(b)) > ndcgOf(firstResult(a)) ? b : a));
