import { loadBlock, strideOf, userHalf } from '../../kernels/als.ts';
import { countOfUsers, penaltiesOf } from '../../kernels/factors.ts';
import { allocDoubles, allocFloats } from '../../kernels/place.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { type FactorsShared, itemFactors, popularityOf, sum, userCoordinates } from './factors.ts';
import type { PairsOutput } from './pairs.ts';
import { readBought, writeSections } from './sections.ts';

export interface UsersInput {
  /** Purchases of the span's blocks. */
  readonly blocks: readonly PairsOutput['sections'][];
}

export type UsersShared = FactorsShared;

export interface UsersOutput {
  /** The customers' factors, block by block. Float32 [customers × stride] */
  readonly x: readonly Slice[];
  /** What they bring to the items' right sides, and XᵀX. Float64 [items × stride], [stride × stride] */
  readonly targets: Slice;
  readonly gramian: Slice;
}

/** The customers' half of an iteration, for one span: each customer's factors from those of the products. */
export async function users({ blocks }: UsersInput, context: TaskContext<UsersShared>): Promise<UsersOutput> {
  const { kernels, shared } = context;
  const { options } = shared;
  const stride = strideOf(options.rank);
  const pairs = sum(await popularityOf(context, shared.popularity, options));
  const given = userCoordinates(kernels, options, await itemFactors(context, shared), pairs / shared.customers);
  const sums = {
    targets: allocDoubles(kernels, options.items * stride).fill(0),
    gramian: allocDoubles(kernels, stride * stride).fill(0),
  };
  const factors: Record<string, Float32Array> = {};
  for (const [i, sections] of blocks.entries()) {
    const x = allocFloats(kernels, sections.starts.rows * stride - stride);
    factors[`x${i}`] = x;
    const mark = kernels.mark();
    const block = loadBlock(kernels, await readBought(context, sections), options.items);
    const penalties = penaltiesOf(countOfUsers(block), options.items, options);
    userHalf(kernels, options, block, { ...given, penalties, x }, sums);
    kernels.release(mark);
  }
  const written = await writeSections(context, 'users.bin', { ...factors, ...sums });
  return {
    x: blocks.map((_, i) => written[`x${i}` as keyof typeof written]),
    targets: written.targets,
    gramian: written.gramian,
  };
}
