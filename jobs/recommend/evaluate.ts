import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import type { Blend, ListName } from './choice.ts';
import { judge, talliesOf, wantedOf } from './judging.ts';
import type { Measures } from './measures.ts';
import { loadModels, type Models } from './models.ts';
import type { PairsOutput } from './pairs.ts';
import { rank } from './rank.ts';
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
  const wanted = wantedOf(shared.blends);
  const tallies = talliesOf(models, wanted);
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
    results: tallies.map(({ list, measures }, i) => ({
      list,
      blend: wanted[i]!.index,
      measures,
      listed: written[`listed${i}`]!,
      gains: written[`gains${i}`]!,
    })),
  };
}
