/** Trials as stages: one task for each configuration, all of which learn from the same customers and are judged by the same. */
import {
  EASE_ITEMS_MAX,
  TUNE_CUSTOMERS_MAX,
  TUNE_JUDGES_MAX,
  TUNE_LINES_MAX,
  TUNE_WATCHERS_MAX,
} from '../../base/limits.ts';
import type { CustomerInput } from '../customers/analysis.ts';
import type { Driver } from '../driver.ts';
import type { CatalogueOutput } from './catalogue.ts';
import { type AlsParameters, DEFAULT_CHOICE, type EaseParameters } from './choice.ts';
import type { CompareInput, CompareOutput } from './compare.ts';
import { findPairs } from './driver.ts';
import type { PairsOutput } from './pairs.ts';
import { spansOf } from './training.ts';
import type { TrialInput, TrialOutput, TrialResult, TrialShared } from './trial.ts';
import type { Window } from './windows.ts';

/** How much the search looks at; see base/limits.ts. Tests set lower ones. */
export interface TuneLimits {
  readonly lines: number;
  readonly customers: number;
  readonly judges: number;
  readonly watchers: number;
  readonly easeItems: number;
}

export const TUNE_LIMITS: TuneLimits = {
  lines: TUNE_LINES_MAX,
  customers: TUNE_CUSTOMERS_MAX,
  judges: TUNE_JUDGES_MAX,
  watchers: TUNE_WATCHERS_MAX,
  easeItems: EASE_ITEMS_MAX,
};

const STEPS = { 'half-life': 'half-lives', coarse: 'search', fine: 'refine', blend: 'blends' } as const;

/** One configuration that was tried, and what came of it. */
export interface Trial {
  readonly step: keyof typeof STEPS;
  readonly halfLife: number | null;
  /** With as many iterations as were best. */
  readonly als: AlsParameters | null;
  readonly ease: EaseParameters | null;
  readonly results: readonly TrialResult[];
}

/** How much a choice rests on. */
export interface Sample {
  /** Customer blocks that were looked at, of how many. */
  readonly blocks: readonly [looked: number, all: number];
  readonly customers: number;
  readonly pairs: number;
  readonly products: number;
}

export interface Trials {
  run(step: Trial['step'], halfLife: number | null, inputs: readonly TrialInput[]): Promise<Trial[]>;
  /** Of lists that come in order of effort: see compare.ts. */
  compare(results: readonly TrialResult[]): Promise<CompareOutput>;
  /** All so far. */
  readonly made: readonly Trial[];
  sample(): Promise<Sample>;
}

export interface TrialsOptions {
  readonly catalogue: CatalogueOutput;
  readonly limits: TuneLimits;
  readonly window: Window;
}

export function createTrials(driver: Driver, input: CustomerInput, options: TrialsOptions): Trials {
  const { catalogue, limits, window } = options;
  const made: Trial[] = [];
  const known = new Map<number | null, readonly PairsOutput[]>();
  const looked = { ...input, blocks: firstOf(input.blocks, ({ rows }) => rows, limits.lines) };
  const pairsWith = async (halfLife: number | null) => {
    const pairing = { catalogue, choice: { halfLife }, window, name: 'recommend.tune' };
    const pairs = known.get(halfLife) ?? (await findPairs(driver, looked, pairing));
    known.set(halfLife, pairs);
    return firstOf(pairs, ({ customers }) => customers, limits.customers);
  };
  return {
    made,
    async run(step, halfLife, inputs) {
      const outputs = await runTrials(driver, step, inputs, sharedOf(await pairsWith(halfLife), options));
      const own = outputs.map(({ iterations, results }, i): Trial => {
        const { als, ease } = inputs[i]!;
        return { step, halfLife, als: als && { ...als, iterations }, ease, results };
      });
      made.push(...own);
      return own;
    },
    async compare(results) {
      const kind = 'recommend.compare';
      const comparison: CompareInput = { gains: results.map(({ gains }) => gains) };
      const stage = { kind, title: 'compare', unit: 'choices', shared: null, inputs: [comparison] };
      return (await driver.stage<CompareOutput>(stage))[0]!;
    },
    async sample() {
      const pairs = await pairsWith(null);
      const count = (of: (block: PairsOutput) => number) => pairs.reduce((sum, block) => sum + of(block), 0);
      return {
        blocks: [pairs.length, input.blocks.length],
        customers: count(block => block.customers),
        pairs: count(block => block.pairs),
        products: catalogue.products,
      };
    },
  };
}

const sharedOf = (pairs: readonly PairsOutput[], { catalogue, limits }: TrialsOptions): TrialShared => ({
  spans: spansOf(pairs).map(span => span.map(({ sections }) => sections)),
  items: catalogue.products,
  top: DEFAULT_CHOICE.top,
  judges: limits.judges,
  watchers: limits.watchers,
});

const runTrials = (
  driver: Driver,
  step: Trial['step'],
  inputs: readonly TrialInput[],
  shared: TrialShared,
): Promise<TrialOutput[]> =>
  driver.stage<TrialOutput>({
    kind: 'recommend.trial',
    name: `recommend.${step}`,
    title: STEPS[step],
    unit: 'trials',
    shared,
    inputs,
  });

/** Whole blocks in their order, which the customers' hashes decide: as good as drawn by lot. At least one. */
function firstOf<Block>(blocks: readonly Block[], sizeOf: (block: Block) => number, most: number): Block[] {
  let size = 0;
  const end = blocks.findIndex((block, i) => {
    size += sizeOf(block);
    return i > 0 && size > most;
  });
  return blocks.slice(0, end < 0 ? blocks.length : end);
}
