/** EASE in two stages: which products are bought by the same customers, and the closed form that follows from it. */
import { easeWeights, itemGramian } from '../../kernels/ease.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import type { PairsOutput } from './pairs.ts';
import { asDoubles, readBought, readSections, writeSections } from './sections.ts';

export interface GramianInput {
  readonly blocks: readonly PairsOutput['sections'][];
}

export interface GramianShared {
  readonly items: number;
}

/** Customers of a span who have both, for each pair of products. */
export async function gramian(
  { blocks }: GramianInput,
  context: TaskContext<GramianShared>,
): Promise<{ readonly counts: Slice }> {
  const { kernels, shared } = context;
  const sum = new Float64Array(shared.items ** 2);
  for (const sections of blocks) {
    const mark = kernels.mark();
    const { ptr, items } = await readBought(context, sections);
    const own = itemGramian(kernels, shared.items, [{ ptr, items }]);
    for (let at = 0; at < sum.length; at++) sum[at]! += own[at]!;
    kernels.release(mark);
  }
  return writeSections(context, 'gramian.bin', { counts: sum });
}

export interface EaseInput {
  /** Of each span. */
  readonly gramians: readonly Slice[];
}

export interface EaseShared {
  readonly items: number;
  readonly regularization: number;
}

/** The weights of each product for each other. */
export async function ease(
  { gramians }: EaseInput,
  context: TaskContext<EaseShared>,
): Promise<{ readonly weights: Slice }> {
  const { kernels, shared } = context;
  const { items, regularization } = shared;
  const sum = new Float64Array(items ** 2);
  for (const slice of gramians) {
    const mark = kernels.mark();
    const [part] = await readSections(context, [slice]);
    asDoubles(part!).forEach((count, at) => {
      sum[at]! += count;
    });
    kernels.release(mark);
  }
  const weights = easeWeights(kernels, sum, items, regularization);
  return writeSections(context, 'ease.bin', { weights });
}
