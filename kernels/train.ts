/** The whole training of als.ts in one memory; spread over workers the same calls are made, span by span. */
import { type AlsBlock, type AlsModel, itemPass, strideOf, type UserSums, userHalf } from './als.ts';
import { basisOf, gramianOf, timesMatrix } from './basis.ts';
import {
  addCountsOfItems,
  countOfUsers,
  initialFactors,
  penaltiesOf,
  penaltyOf,
  type Regularization,
} from './factors.ts';
import { directionsOf, factorsOf, startItems, stepItems } from './itemhalf.ts';
import { allocDoubles, allocFloats } from './place.ts';
import type { Kernels } from './wasm.ts';

/** Blocks whose sums are added up apart; their bounds are a part of what decides the last bits. */
export type Span = readonly AlsBlock[];

export interface TrainingOptions extends AlsModel, Regularization {
  readonly iterations: number;
  /** A whole number below 2³². */
  readonly seed: number;
}

/** What an iteration left, in the kernels' memory; the next one writes over it. */
export interface Trained {
  /** Counts from 1. */
  readonly iteration: number;
  /** Of each block, in order: from Y before the iteration. To recommend, take `userHalf` with `y`. [users × stride] */
  readonly x: readonly Float32Array[];
  /** [items × stride] */
  readonly y: Float32Array;
}

interface Member {
  readonly block: AlsBlock;
  readonly penalties: Float32Array;
  readonly x: Float32Array;
}

/** Yields after each iteration, so that whoever trains can look at the factors and stop. Releases nothing. */
export function* train(kernels: Kernels, spans: readonly Span[], options: TrainingOptions): Generator<Trained> {
  const stride = strideOf(options.rank);
  const counts = new Int32Array(options.items);
  const members = spans.map(blocks => blocks.map(block => memberOf(kernels, options, block)));
  for (const { block } of members.flat()) addCountsOfItems(block, counts);
  const users = members.flat().reduce((sum, { block }) => sum + block.users, 0);
  const pairs = counts.reduce((sum, count) => sum + count, 0);
  const penalties = penaltiesOf(counts, users, options);
  const y = initialFactors(kernels, options, options.seed);
  const x = members.flat().map(member => member.x);
  for (let iteration = 1; iteration <= options.iterations; iteration++) {
    const mark = kernels.mark();
    const sums = userHalves(kernels, options, members, y, penaltyOf(pairs / users, options.items, options));
    const basis = basisOf(sums.gramian, stride, options.unobserved, penaltyOf(pairs / options.items, users, options));
    const state = startItems(kernels, options, basis, sums.targets);
    for (let step = 0; step < options.steps; step++) {
      const inner = kernels.mark();
      const products = itemPasses(kernels, options, members, directionsOf(kernels, options, basis, state));
      stepItems(kernels, options, state, { basis, products, penalties });
      kernels.release(inner);
    }
    y.set(factorsOf(kernels, options, basis, state));
    kernels.release(mark);
    yield { iteration, x, y };
  }
}

function memberOf(kernels: Kernels, options: TrainingOptions, block: AlsBlock): Member {
  const x = allocFloats(kernels, block.users * strideOf(options.rank));
  return { block, penalties: penaltiesOf(countOfUsers(block), options.items, options), x };
}

/** The customers' half of all spans. */
function userHalves(
  kernels: Kernels,
  model: AlsModel,
  members: readonly (readonly Member[])[],
  factors: Float32Array,
  penalty: number,
): UserSums {
  const stride = strideOf(model.rank);
  const basis = basisOf(gramianOf(kernels, factors, stride), stride, model.unobserved, penalty);
  const given = { basis, y: timesMatrix(kernels, factors, basis.transposed, stride) };
  const [sums, span] = [0, 1].map(() => ({
    targets: allocDoubles(kernels, model.items * stride),
    gramian: allocDoubles(kernels, stride * stride),
  })) as [UserSums, UserSums];
  for (const blocks of members) {
    span.targets.fill(0);
    span.gramian.fill(0);
    for (const { block, penalties, x } of blocks) userHalf(kernels, model, block, { ...given, penalties, x }, span);
    addTo(sums.targets, span.targets);
    addTo(sums.gramian, span.gramian);
  }
  return sums;
}

/** One pass of the items' half over all spans. */
function itemPasses(
  kernels: Kernels,
  model: AlsModel,
  members: readonly (readonly Member[])[],
  p: Float32Array,
): Float64Array {
  const sums = allocDoubles(kernels, p.length);
  const products = allocDoubles(kernels, p.length);
  for (const blocks of members) {
    products.fill(0);
    for (const { block, x } of blocks) itemPass(kernels, model, block, { x, p, products });
    addTo(sums, products);
  }
  return sums;
}

/** Adds a span's sums to those of the spans before it. */
export function addTo(sums: Float64Array, span: Float64Array): void {
  for (let at = 0; at < sums.length; at++) sums[at]! += span[at]!;
}
