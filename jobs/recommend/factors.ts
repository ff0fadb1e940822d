/** The products' factors, from what the spans of an iteration have brought. */
import { type AlsModel, strideOf } from '../../kernels/als.ts';
import { initialFactors, penaltiesOf } from '../../kernels/factors.ts';
import { fullMatrix, type ItemState, startItems, stepItems } from '../../kernels/itemhalf.ts';
import { allocDoubles, allocFloats } from '../../kernels/place.ts';
import { addTo, type TrainingOptions } from '../../kernels/train.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { asDoubles, asFloats, asIntegers, readSections, writeSections } from './sections.ts';
import type { Progress, Trained } from './training.ts';

export interface FactorsShared {
  readonly options: TrainingOptions;
  readonly customers: number;
  /** Of each block how many customers have each product. Int32 [items] */
  readonly popularity: readonly Slice[];
  /** Null before the first iteration. */
  readonly progress: Progress | null;
}

type Context = Pick<TaskContext, 'kernels' | 'lake'>;

/** The factors after the last iteration. */
export async function factors(_input: unknown, context: TaskContext<FactorsShared>): Promise<Trained> {
  const y = await itemFactors(context, context.shared);
  return writeSections(context, 'factors.bin', { factors: y });
}

/** Where an iteration begins. [items × stride] */
export async function itemFactors(context: Context, shared: FactorsShared): Promise<Float32Array> {
  const { options, progress } = shared;
  if (progress === null) return initialFactors(context.kernels, options, options.seed);
  return (await itemState(context, shared, progress)).y;
}

/** Takes the step for which the spans have done their part; before the first one, begins. */
export async function itemState(context: Context, shared: FactorsShared, progress: Progress): Promise<ItemState> {
  const { kernels } = context;
  const { options } = shared;
  const size = options.items * strideOf(options.rank);
  const sums = await sumOf(context, progress.sums, size);
  if (progress.state === null) return startItems(kernels, sums);
  const [whole] = await readSections(context, [progress.state]);
  const [y, r, p] = [0, 1, 2].map(part => {
    const own = allocFloats(kernels, size);
    own.set(asFloats(whole!).subarray(part * size, (part + 1) * size));
    return own;
  }) as [Float32Array, Float32Array, Float32Array];
  const state = { y, r, p };
  stepItems(kernels, options, state, { products: sums, ...(await itemMatrices(context, shared, progress)) });
  return state;
}

async function itemMatrices(context: Context, shared: FactorsShared, { gramians }: Progress) {
  const { options, popularity, customers } = shared;
  const stride = strideOf(options.rank);
  const gramian = await sumOf(context, gramians, stride * stride);
  const counts = await popularityOf(context, popularity, options);
  return {
    matrix: fullMatrix(gramian, stride, options.unobserved),
    penalties: penaltiesOf(counts, customers, options, options),
  };
}

/** How many customers have each product. [items] */
export async function popularityOf(
  context: Context,
  blocks: readonly Slice[],
  { items }: Pick<AlsModel, 'items'>,
): Promise<Int32Array> {
  const counts = new Int32Array(items);
  for (const part of await readSections(context, blocks))
    asIntegers(part).forEach((count, item) => {
      counts[item]! += count;
    });
  return counts;
}

/** The parts added up in their order. */
async function sumOf(context: Context, parts: readonly Slice[], size: number): Promise<Float64Array> {
  const sum = allocDoubles(context.kernels, size).fill(0);
  for (const part of await readSections(context, parts)) addTo(sum, asDoubles(part));
  return sum;
}
