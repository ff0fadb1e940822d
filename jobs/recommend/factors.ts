/** The products' factors, from what the spans of an iteration have brought. */
import { type AlsModel, strideOf, type UserHalf } from '../../kernels/als.ts';
import { type Basis, basisOf, gramianOf, timesMatrix } from '../../kernels/basis.ts';
import { commonPenalties, initialFactors, penaltiesOf } from '../../kernels/factors.ts';
import { factorsOf, type ItemState, startItems, stepItems } from '../../kernels/itemhalf.ts';
import { allocDoubles } from '../../kernels/place.ts';
import { addTo, type TrainingOptions } from '../../kernels/train.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { asDoubles, asFloats, asIntegers, readSections, writeSections } from './sections.ts';

/** Where the items' half stands: what the next task begins with. */
export interface Progress {
  /** y, r and p of the conjugate gradient; null before its first step. Float32 [3 × items × stride] */
  readonly state: Slice | null;
  /** Of each span what its customers bring: the right sides before the first step, then the products with p. Float64 */
  readonly sums: readonly Slice[];
  /** Of each span XᵀX. Float64 [stride × stride] */
  readonly gramians: readonly Slice[];
}

export interface Trained {
  /** Float32 [items × stride] */
  readonly factors: Slice;
}

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
  const { kernels } = context;
  const { options, progress } = shared;
  if (progress === null) return initialFactors(kernels, options, options.seed);
  const { basis, state } = await itemState(context, shared, progress);
  return factorsOf(kernels, options, basis, state);
}

/** What customers' factors are computed from: see kernels/basis.ts. */
export function userCoordinates(
  kernels: Kernels,
  options: TrainingOptions,
  factors: Float32Array,
  pairsEach: number,
): Pick<UserHalf, 'y' | 'basis'> {
  const stride = strideOf(options.rank);
  const penalty = commonPenalties(options, { users: 1, pairs: pairsEach }).users;
  const basis = basisOf(gramianOf(kernels, factors, stride), stride, options.unobserved, penalty);
  return { basis, y: timesMatrix(kernels, factors, basis.transposed, stride) };
}

/** Takes the step for which the spans have done their part; before the first one, begins. */
export async function itemState(
  context: Context,
  shared: FactorsShared,
  progress: Progress,
): Promise<{ readonly basis: Basis; readonly state: ItemState }> {
  const { kernels } = context;
  const { options, customers, popularity } = shared;
  const stride = strideOf(options.rank);
  const size = options.items * stride;
  const counts = await popularityOf(context, popularity, options);
  const gramian = await sumOf(context, progress.gramians, stride * stride);
  const common = commonPenalties(options, { users: customers, pairs: sum(counts) });
  const basis = basisOf(gramian, stride, options.unobserved, common.items);
  const sums = await sumOf(context, progress.sums, size);
  if (progress.state === null) return { basis, state: startItems(kernels, options, basis, sums) };
  const [whole] = await readSections(context, [progress.state]);
  const [y, r, p] = [0, 1, 2].map(part => asFloats(whole!).subarray(part * size, (part + 1) * size)) as Three;
  const state = { y, r, p };
  stepItems(kernels, options, state, { basis, products: sums, penalties: penaltiesOf(counts, customers, options) });
  return { basis, state };
}

type Three = [Float32Array, Float32Array, Float32Array];

export const sum = (counts: Int32Array): number => counts.reduce((total, count) => total + count, 0);

/** How many customers have each product. [items] */
export async function popularityOf(
  context: Context,
  blocks: readonly Slice[],
  { items }: Pick<AlsModel, 'items'>,
): Promise<Int32Array> {
  const counts = new Int32Array(items);
  await eachOf(context, blocks, part => {
    asIntegers(part).forEach((count, item) => {
      counts[item]! += count;
    });
  });
  return counts;
}

/** The parts added up in their order. */
async function sumOf(context: Context, parts: readonly Slice[], size: number): Promise<Float64Array> {
  const sum = allocDoubles(context.kernels, size).fill(0);
  await eachOf(context, parts, part => addTo(sum, asDoubles(part)));
  return sum;
}

/** One after the other: all of a large catalogue together would not fit. */
async function eachOf(context: Context, parts: readonly Slice[], take: (part: Uint8Array) => void): Promise<void> {
  for (const slice of parts) {
    const mark = context.kernels.mark();
    const [part] = await readSections(context, [slice]);
    take(part!);
    context.kernels.release(mark);
  }
}
