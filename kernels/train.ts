/** The whole training of als.ts in one memory; spread over workers the same calls are made, span by span. */
import { type AlsBlock, type AlsModel, itemPass, strideOf, type UserSums, userHalf } from './als.ts';
import { basisOf, gramianOf, timesMatrix } from './basis.ts';
import {
  addCountsOfItems,
  commonPenalties,
  countOfUsers,
  initialFactors,
  penaltiesOf,
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

/** All spans, and the items' penalties. */
interface Problem {
  readonly model: AlsModel;
  readonly spans: readonly (readonly Member[])[];
  readonly penalties: Float32Array;
  readonly common: ReturnType<typeof commonPenalties>;
}

/** Yields after each iteration, so that whoever trains can look at the factors and stop. Releases only what an iteration needs. */
export function* train(kernels: Kernels, spans: readonly Span[], options: TrainingOptions): Generator<Trained> {
  const problem = problemOf(kernels, spans, options);
  const y = initialFactors(kernels, options, options.seed);
  const x = problem.spans.flat().map(member => member.x);
  for (let iteration = 1; iteration <= options.iterations; iteration++) {
    const mark = kernels.mark();
    y.set(itemHalf(kernels, problem, userHalves(kernels, problem, y)));
    kernels.release(mark);
    yield { iteration, x, y };
  }
}

function problemOf(kernels: Kernels, blocks: readonly Span[], options: TrainingOptions): Problem {
  const { rank, items } = options;
  const spans = blocks.map(span =>
    span.map(block => ({
      block,
      penalties: penaltiesOf(countOfUsers(block), items, options),
      x: allocFloats(kernels, block.users * strideOf(rank)),
    })),
  );
  const counts = new Int32Array(items);
  let users = 0;
  for (const { block } of spans.flat()) {
    addCountsOfItems(block, counts);
    users += block.users;
  }
  const pairs = counts.reduce((sum, count) => sum + count, 0);
  const common = commonPenalties(options, { users, pairs });
  return { model: options, spans, penalties: penaltiesOf(counts, users, options), common };
}

/** The customers' half of all spans. */
function userHalves(kernels: Kernels, { model, spans, common }: Problem, factors: Float32Array): UserSums {
  const stride = strideOf(model.rank);
  const basis = basisOf(gramianOf(kernels, factors, stride), stride, model.unobserved, common.users);
  const given = { basis, y: timesMatrix(kernels, factors, basis.transposed, stride) };
  const [sums, own] = [0, 1].map(() => ({
    targets: allocDoubles(kernels, model.items * stride),
    gramian: allocDoubles(kernels, stride * stride),
  })) as [UserSums, UserSums];
  for (const span of spans) {
    own.targets.fill(0);
    own.gramian.fill(0);
    for (const { block, penalties, x } of span) userHalf(kernels, model, block, { ...given, penalties, x }, own);
    addTo(sums.targets, own.targets);
    addTo(sums.gramian, own.gramian);
  }
  return sums;
}

/** Y of what the customers' half brought. */
function itemHalf(kernels: Kernels, problem: Problem, sums: UserSums): Float32Array {
  const { model, penalties, common } = problem;
  const basis = basisOf(sums.gramian, strideOf(model.rank), model.unobserved, common.items);
  const state = startItems(kernels, model, basis, sums.targets);
  for (let step = 0; step < model.itemSteps; step++) {
    const mark = kernels.mark();
    const products = itemPasses(kernels, problem, directionsOf(kernels, model, basis, state));
    stepItems(kernels, model, state, { basis, products, penalties });
    kernels.release(mark);
  }
  return factorsOf(kernels, model, basis, state);
}

/** One pass of the items' half over all spans. */
function itemPasses(kernels: Kernels, { model, spans }: Problem, p: Float32Array): Float64Array {
  const sums = allocDoubles(kernels, p.length);
  const products = allocDoubles(kernels, p.length);
  for (const span of spans) {
    products.fill(0);
    for (const { block, x } of span) itemPass(kernels, model, block, { x, p, products });
    addTo(sums, products);
  }
  return sums;
}

/** Adds a span's sums to those of the spans before it. */
export function addTo(sums: Float64Array, span: Float64Array): void {
  for (let at = 0; at < sums.length; at++) sums[at]! += span[at]!;
}
