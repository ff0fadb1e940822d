import { loadBlock } from '../../kernels/als.ts';
import { easeWeights, itemGramian } from '../../kernels/ease.ts';
import { train } from '../../kernels/train.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import type { AlsParameters, EaseParameters } from './choice.ts';
import { popularityOf, sum } from './factors.ts';
import { type Candidates, type Judges, judgesOf } from './judges.ts';
import { judge, type Tally, talliesOf } from './judging.ts';
import { type Measures, meanOf } from './measures.ts';
import { alsOf, type LoadedModels } from './models.ts';
import type { PairsOutput } from './pairs.ts';
import { rank, type Wanted } from './rank.ts';
import { asIntegers, readBought, readSections, writeSections } from './sections.ts';
import { trainingOptions } from './training.ts';

/** One configuration: what is learned, and the lists that are made of it. */
export interface TrialInput {
  /** With `iterations` at most: training ends when it no longer helps the first of the wanted lists. */
  readonly als: AlsParameters | null;
  readonly ease: EaseParameters | null;
  readonly wanted: readonly Wanted[];
}

export interface TrialShared {
  /** Purchases of each span's blocks: all that is learned from. */
  readonly spans: readonly (readonly PairsOutput['sections'][])[];
  /** Products of the catalogue. */
  readonly items: number;
  readonly top: number;
  /** Customers who judge the lists, and who say when to stop training: at most. */
  readonly judges: number;
  readonly watchers: number;
}

export interface TrialOutput {
  /** After how many the lists were best; 0 without ALS. */
  readonly iterations: number;
  /** Of each wanted list, in order. */
  readonly results: readonly TrialResult[];
}

export interface TrialResult extends Wanted {
  /** Means. */
  readonly measures: Measures;
  /** NDCG of each judge; not a number for one who bought nothing that the list could name. Float64 [judges] */
  readonly gains: Slice;
}

/** Iterations without a gain after which training ends. */
const PATIENCE = 2;

/** Learns in one memory, and has the lists judged by what was bought in the window behind. */
export async function trial(input: TrialInput, context: TaskContext<TrialShared>): Promise<TrialOutput> {
  const { kernels, shared } = context;
  const spans: Candidates[][] = [];
  for (const span of shared.spans) spans.push(await readSpan(context, span));
  const blocks = spans.flat();
  const known = await knownOf(context, blocks);
  const ease = easeOf(kernels, input, blocks, shared.items);
  const watchers = judgesOf(blocks, shared.watchers);
  const watched = input.wanted.slice(0, 1);
  const watch = (models: LoadedModels) =>
    meanOf(tally(kernels, models, watchers, watched, shared.top)[0]!.measures.judged).ndcg;
  const { iterations, models } = input.als
    ? learnAls(kernels, spans, { known: { ...known, ease }, parameters: input.als, watch })
    : { iterations: 0, models: { ...known, ease } };
  const judges = judgesOf(blocks, shared.judges);
  const tallies = tally(kernels, models, judges, input.wanted, shared.top);
  const count = judges.later.starts.length - 1;
  const gains = Object.fromEntries(tallies.map((own, i) => [`gains${i}`, gainsOf(own, count)] as const));
  const written: Readonly<Record<string, Slice>> = await writeSections(context, 'trial.bin', gains);
  const results = input.wanted.map((wanted, i) => ({
    ...wanted,
    measures: meanOf(tallies[i]!.measures.judged),
    gains: written[`gains${i}`]!,
  }));
  return { iterations, results };
}

async function readSpan(
  context: TaskContext<TrialShared>,
  span: readonly PairsOutput['sections'][],
): Promise<Candidates[]> {
  const blocks: Candidates[] = [];
  for (const sections of span) {
    const bought = await readBought(context, sections);
    const later = await readSections(context, [sections.truthStarts, sections.truths]);
    const [starts, truths] = later.map(asIntegers);
    blocks.push({ bought, later: { starts: starts!, truths: truths! } });
  }
  return blocks;
}

function easeOf(
  kernels: Kernels,
  { ease }: TrialInput,
  blocks: readonly Candidates[],
  items: number,
): Float32Array | null {
  if (ease === null) return null;
  const purchases = blocks.map(({ bought }) => ({ ptr: bought.ptr, items: bought.items }));
  return easeWeights(kernels, itemGramian(kernels, items, purchases), items, ease.regularization);
}

/** What needs no learning. */
async function knownOf(context: TaskContext<TrialShared>, blocks: readonly Candidates[]): Promise<LoadedModels> {
  const { spans, items } = context.shared;
  const parts = spans.flat().map(({ popularity }) => popularity);
  return {
    items,
    customers: blocks.reduce((count, { bought }) => count + bought.users, 0),
    popularity: await popularityOf(context, parts, { items }),
    als: null,
    ease: null,
  };
}

interface Learning {
  readonly known: LoadedModels;
  readonly parameters: AlsParameters;
  /** How good the models are. */
  readonly watch: (models: LoadedModels) => number;
}

/** The models with the factors of the best iteration. */
function learnAls(
  kernels: Kernels,
  spans: readonly (readonly Candidates[])[],
  { known, parameters, watch }: Learning,
): { readonly iterations: number; readonly models: LoadedModels } {
  const options = trainingOptions(parameters, known.items);
  const pairsEach = sum(known.popularity) / Math.max(1, known.customers);
  const modelsWith = (factors: Float32Array) => ({ ...known, als: alsOf(kernels, options, factors, pairsEach) });
  const mark = kernels.mark();
  const blocks = spans.map(span => span.map(({ bought }) => loadBlock(kernels, bought, options.items)));
  let best = { iterations: 0, found: -1, factors: new Float32Array() };
  for (const { iteration, y } of train(kernels, blocks, options)) {
    const inner = kernels.mark();
    const found = watch(modelsWith(y));
    kernels.release(inner);
    if (found > best.found) best = { iterations: iteration, found, factors: y.slice() };
    else if (iteration - best.iterations >= PATIENCE) break;
  }
  kernels.release(mark);
  return { iterations: best.iterations, models: modelsWith(best.factors) };
}

/** What the judges' purchases say of each wanted list. */
function tally(
  kernels: Kernels,
  models: LoadedModels,
  { purchases, later }: Judges,
  wanted: readonly Wanted[],
  top: number,
): Tally[] {
  const tallies = talliesOf(models, wanted);
  for (const piece of rank(kernels, models, purchases, wanted, top)) judge(piece, later, tallies);
  return tallies;
}

const gainsOf = ({ gains, judges }: Tally, count: number): Float64Array => {
  const all = new Float64Array(count).fill(Number.NaN);
  judges.forEach((judge, i) => {
    all[judge] = gains[i]!;
  });
  return all;
};
