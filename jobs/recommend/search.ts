/** Which configurations are tried, and which of two is the simpler one. No data, no chance: the same products, the same trials. */
import { TUNE_FACTORS_MAX } from '../../base/limits.ts';
import { type AlsParameters, BASELINES, type Blend, blendOf, TIES } from './choice.ts';
import type { Wanted } from './rank.ts';
import type { TrialInput } from './trial.ts';

/** What is tried of each parameter: see Choice. */
export interface SearchSpace {
  readonly ranks: readonly number[];
  readonly regularizations: readonly number[];
  readonly unobserved: readonly number[];
  /** At most, while the grid is tried, and around its best. */
  readonly iterations: readonly [coarse: number, fine: number];
  /** How far from the best so far it is looked on, round by round; 1 tries other ranks alone. */
  readonly rounds: readonly number[];
  readonly easeRegularizations: readonly number[];
  /** Besides null. */
  readonly halfLives: readonly number[];
}

/** Rendle and others 2022 find the best of data sets of many kinds between these; see the source of kernels/als.ts. */
export const THOROUGH: SearchSpace = {
  ranks: [16, 32, 64],
  regularizations: [0.003, 0.03, 0.3],
  unobserved: [0.01, 0.1, 1],
  iterations: [6, 16],
  rounds: [3, 1.7, 1],
  easeRegularizations: [100, 500, 2_000, 10_000],
  halfLives: [14, 28, 91, 365],
};

/** A few that were good on groceries, in about a sixth of the time. */
export const QUICK: SearchSpace = {
  ranks: [32],
  regularizations: [0.03, 0.1],
  unobserved: [0.03, 0.1, 0.3],
  iterations: [8, 8],
  rounds: [],
  easeRegularizations: [500, 2_000],
  halfLives: [28],
};

/** How much the part that was learned says beside the part that is known. */
const WEIGHTS = [0.3, 1, 3];

const NEW_ALS: Wanted = { list: 'new', blend: blendOf({ als: 1 }) };
const NEW_EASE: Wanted = { list: 'new', blend: blendOf({ ease: 1 }) };
export const BASELINE_LISTS: readonly Wanted[] = [
  { list: 'again', blend: BASELINES.again },
  { list: 'new', blend: BASELINES.new },
];

/** Of one's own habits and what was learned. */
const habitsAnd = (part: (weight: number) => Partial<Blend>): Wanted[] =>
  WEIGHTS.map(weight => ({ list: 'again', blend: blendOf({ frequency: 1, popularity: TIES, ...part(weight) }) }));

export const alsTrial = (als: AlsParameters): TrialInput => ({
  als,
  ease: null,
  wanted: [NEW_ALS, ...habitsAnd(weight => ({ als: weight }))],
});

export const easeTrial = (regularization: number): TrialInput => ({
  als: null,
  ease: { regularization },
  wanted: [NEW_EASE, ...habitsAnd(weight => ({ ease: weight }))],
});

/**
 * All lists that can be made of the best of each. `ease` is null for a large catalogue: then there are no lists of two parts for
 * new products either, which need a number for each customer and product.
 */
export function lastTrial(als: AlsParameters, ease: TrialInput['ease']): TrialInput {
  const both: Wanted[] = [
    NEW_EASE,
    ...WEIGHTS.flatMap((weight): Wanted[] => [
      { list: 'new', blend: blendOf({ als: 1, ease: weight }) },
      { list: 'new', blend: blendOf({ als: 1, popularity: weight }) },
      { list: 'new', blend: blendOf({ ease: 1, popularity: weight }) },
    ]),
    ...habitsAnd(weight => ({ ease: weight })),
    ...habitsAnd(weight => ({ als: weight, ease: weight })),
  ];
  return {
    als,
    ease,
    // The first one says when to stop, as it did when the parameters were found.
    wanted: [NEW_ALS, ...BASELINE_LISTS, ...habitsAnd(weight => ({ als: weight })), ...(ease === null ? [] : both)],
  };
}

/** Every combination. Of ranks there is always the lowest. */
export function grid(
  { ranks, regularizations, unobserved, iterations: [iterations] }: SearchSpace,
  products: number,
): AlsParameters[] {
  const possible = ranks.filter((rank, i) => i === 0 || canHave(rank, products));
  return possible.flatMap(rank =>
    regularizations.flatMap(regularization =>
      unobserved.map(weight => ({ rank, iterations, regularization, unobserved: weight })),
    ),
  );
}

/** More numbers than products say nothing more, and very many have no room. */
const canHave = (rank: number, products: number): boolean => rank < products && rank * products <= TUNE_FACTORS_MAX;

/** The best so far with more iterations, and its neighbours: `step` times as large, and as small. */
export function around(
  { rank, regularization, unobserved }: AlsParameters,
  { iterations: [, iterations] }: SearchSpace,
  { products, step }: { readonly products: number; readonly step: number },
): AlsParameters[] {
  const steps = [...new Set([1, 1 / step, step])];
  const near = steps.flatMap(own =>
    steps.map(other => ({
      rank,
      iterations,
      regularization: rounded(regularization * own),
      unobserved: rounded(unobserved * other),
    })),
  );
  const ranks = [rank / 2, rank * 2].filter(other => other >= 8 && canHave(other, products));
  return [...near, ...ranks.map(other => ({ ...near[0]!, rank: other }))];
}

/** As people write them. */
const rounded = (value: number): number => Number(value.toPrecision(1));

/** How much a list takes: a part that is known is one, a part that has to be learned two. */
export const effortOf = ({ als, ease, frequency, popularity }: Blend): number =>
  [als, ease].filter(weight => weight !== 0).length * 2 +
  [frequency, popularity].filter(weight => weight > TIES).length;
