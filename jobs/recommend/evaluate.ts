import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { type Blend, LISTS, type ListName } from './choice.ts';
import { addMeasures, type Measures, measure, NO_MEASURES } from './measures.ts';
import { type LoadedModels, loadModels, type Models } from './models.ts';
import type { PairsOutput } from './pairs.ts';
import { type RankedPiece, rank } from './rank.ts';
import { asIntegers, readBought, readSections, writeSections } from './sections.ts';

export interface EvaluateInput {
  readonly blocks: readonly PairsOutput['sections'][];
}

export interface EvaluateShared {
  readonly models: Models;
  /** Blends to be compared, of each list. */
  readonly blends: Readonly<Record<ListName, readonly Blend[]>>;
  readonly top: number;
}

export interface EvaluateOutput {
  readonly results: readonly Evaluation[];
}

export interface Evaluation {
  readonly list: ListName;
  /** Which of the blends. */
  readonly blend: number;
  readonly measures: Readonly<Record<'judged' | 'repeat', Measures>>;
  /** How often each product is on a list. Int32 [items] */
  readonly listed: Slice;
  /** NDCG of each judged customer. Float64 */
  readonly gains: Slice;
}

/** Tries lists out on what the customers of a span bought in the window behind the one that was learned from. */
export async function evaluate(
  { blocks }: EvaluateInput,
  context: TaskContext<EvaluateShared>,
): Promise<EvaluateOutput> {
  const { kernels, shared } = context;
  const models = await loadModels(context, shared.models);
  const tallies = talliesOf(models, shared);
  const wanted = tallies.map(({ list, own }) => ({ list, blend: own }));
  for (const sections of blocks) {
    const mark = kernels.mark();
    const bought = await readBought(context, sections);
    const [truthStarts, truths] = (await readSections(context, [sections.truthStarts, sections.truths])).map(
      asIntegers,
    );
    for (const piece of rank(kernels, models, bought, wanted, shared.top))
      judge(piece, { starts: truthStarts!, truths: truths! }, tallies);
    kernels.release(mark);
  }
  const arrays = tallies.map(
    ({ listed, gains }, i) =>
      [
        [`listed${i}`, listed],
        [`gains${i}`, Float64Array.from(gains)],
      ] as const,
  );
  const written: Readonly<Record<string, Slice>> = await writeSections(
    context,
    'tried.bin',
    Object.fromEntries(arrays.flat()),
  );
  return {
    results: tallies.map(({ list, blend, measures }, i) => ({
      list,
      blend,
      measures,
      listed: written[`listed${i}`]!,
      gains: written[`gains${i}`]!,
    })),
  };
}

interface Tally {
  readonly list: ListName;
  readonly blend: number;
  readonly own: Blend;
  readonly measures: { judged: Measures; repeat: Measures };
  readonly listed: Int32Array;
  readonly gains: number[];
  readonly novelties: Float64Array;
}

function talliesOf(models: LoadedModels, { blends }: EvaluateShared): Tally[] {
  const novelties = Float64Array.from(models.popularity, count => -Math.log2(Math.max(1, count) / models.customers));
  return LISTS.flatMap(list =>
    blends[list].map((own, blend) => ({
      list,
      blend,
      own,
      measures: { judged: NO_MEASURES, repeat: NO_MEASURES },
      listed: new Int32Array(models.items),
      gains: [],
      novelties,
    })),
  );
}

/** `again` is judged by all that was bought later, `new` by what was never bought before. */
function judge(
  { from, to, purchases, lists }: RankedPiece,
  later: { readonly starts: Int32Array; readonly truths: Int32Array },
  tallies: readonly Tally[],
): void {
  for (let customer = from; customer < to; customer++) {
    const truths = later.truths.subarray(later.starts[customer]!, later.starts[customer + 1]!);
    const own = purchases.items.subarray(purchases.ptr[customer - from]!, purchases.ptr[customer - from + 1]!);
    // Who bought nothing before has no history to recommend from, and who bought nothing later cannot judge.
    if (truths.length === 0 || own.length === 0) continue;
    const { repeated, fresh } = split(truths, own);
    tallies.forEach((tally, i) => {
      const top = lists[i]!.items.length / (to - from);
      const list = lists[i]!.items.subarray((customer - from) * top, (customer - from + 1) * top);
      add(tally, list, tally.list === 'new' ? fresh : truths);
      if (tally.list === 'again' && repeated.length > 0)
        tally.measures.repeat = addMeasures(tally.measures.repeat, measure(list, repeated, tally.novelties));
    });
  }
}

function add(tally: Tally, list: Int32Array, truths: Int32Array): void {
  if (truths.length === 0) return;
  const own = measure(list, truths, tally.novelties);
  tally.measures.judged = addMeasures(tally.measures.judged, own);
  tally.gains.push(own.ndcg);
  for (const item of list) if (item >= 0) tally.listed[item]!++;
}

/** Both are rising. */
function split(truths: Int32Array, own: Int32Array): { repeated: Int32Array; fresh: Int32Array } {
  const isOwn = truths.map(() => 0);
  for (let i = 0, j = 0; i < truths.length && j < own.length; ) {
    if (truths[i]! < own[j]!) i++;
    else if (truths[i]! > own[j]!) j++;
    else isOwn[i++] = 1;
  }
  return { repeated: truths.filter((_, i) => isOwn[i] === 1), fresh: truths.filter((_, i) => isOwn[i] === 0) };
}
