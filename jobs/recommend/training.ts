/**
 * Training of implicit ALS over spans of customer blocks, on the coordinator. An iteration is a stage that computes the
 * customers' factors, and a stage for each step of the items' conjugate gradient; what spans bring to the items is added
 * up, in their order, by whoever comes next. kernels/als.ts says what is solved; kernels/train.ts does the same in one memory.
 */
import { SPAN_PAIRS, SPANS_MAX } from '../../base/limits.ts';
import { ITEM_STEPS, USER_STEPS } from '../../kernels/als.ts';
import type { TrainingOptions } from '../../kernels/train.ts';
import type { Slice } from '../../lake/slice.ts';
import type { Driver } from '../driver.ts';
import type { AlsParameters } from './choice.ts';
import type { FactorsShared, Progress, Trained } from './factors.ts';
import type { ItemsInput, ItemsOutput, ItemsShared } from './items.ts';
import type { PairsOutput } from './pairs.ts';
import type { TrainInput } from './train.ts';
import type { UsersInput, UsersOutput, UsersShared } from './users.ts';

/** Blocks whose purchases one task works on. Which they are depends on the data alone. */
export type Span = readonly PairsOutput[];

/** Runs of blocks with about as many pairs each. */
export function spansOf(blocks: readonly PairsOutput[]): Span[] {
  const pairs = blocks.reduce((sum, block) => sum + block.pairs, 0);
  const wanted = Math.min(SPANS_MAX, blocks.length, Math.max(1, Math.ceil(pairs / SPAN_PAIRS)));
  const spans: PairsOutput[][] = Array.from({ length: wanted }, () => []);
  let before = 0;
  for (const block of blocks) {
    spans[Math.min(wanted - 1, Math.floor((before / Math.max(1, pairs)) * wanted))]!.push(block);
    before += block.pairs;
  }
  return spans.filter(span => span.length > 0);
}

/** The same seed for all: the factors are a function of the purchases and the parameters. */
const SEED = 1;

export const trainingOptions = (
  { rank, iterations, regularization, unobserved }: AlsParameters,
  items: number,
): TrainingOptions => ({
  rank,
  iterations,
  items,
  unobserved,
  target: 0,
  userSteps: USER_STEPS,
  itemSteps: ITEM_STEPS,
  strength: regularization,
  exponent: 1,
  seed: SEED,
});

/** `name` is that of the stage as people see it. */
export async function trainAls(
  driver: Driver,
  { spans, popularity, items }: { spans: readonly Span[]; popularity: readonly Slice[]; items: number },
  { parameters, name, title }: { parameters: AlsParameters; name: string; title: string },
): Promise<Trained> {
  const options = trainingOptions(parameters, items);
  const { iterations, itemSteps } = options;
  if (spans.length === 1) return trainInOne(driver, spans[0]!, { options, name, title });
  const customers = spans.flat().reduce((sum, block) => sum + block.customers, 0);
  const common = { options, customers, popularity };
  const steps = iterations * (1 + itemSteps);
  let progress: Progress | null = null;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const users: UsersOutput[] = await driver.stage<UsersOutput>({
      kind: 'recommend.users',
      name,
      title,
      unit: 'steps',
      steps,
      shared: { ...common, progress } satisfies UsersShared,
      inputs: spans.map((blocks): UsersInput => ({ blocks: blocks.map(({ sections }) => sections) })),
    });
    const gramians = users.map(({ gramian }) => gramian);
    progress = { state: null, sums: users.map(({ targets }) => targets), gramians };
    for (let step = 0; step < itemSteps; step++) {
      const passes: ItemsOutput[] = await driver.stage<ItemsOutput>({
        kind: 'recommend.items',
        name,
        title,
        unit: 'steps',
        steps,
        shared: { ...common, progress } satisfies ItemsShared,
        inputs: spans.map((blocks, span): ItemsInput => {
          const { x } = users[span]!;
          return { isFirst: span === 0, blocks: blocks.map(({ sections }, i) => ({ ...sections, x: x[i]! })) };
        }),
      });
      progress = { state: passes[0]!.state!, sums: passes.map(({ products }) => products), gramians };
    }
  }
  const shared: FactorsShared = { ...common, progress };
  const kind = 'recommend.factors';
  const [last] = await driver.stage<Trained>({ kind, name: `${name}.end`, title, unit: 'steps', shared, inputs: [{}] });
  return last!;
}

async function trainInOne(
  driver: Driver,
  span: Span,
  { options, name, title }: { options: TrainingOptions; name: string; title: string },
): Promise<Trained> {
  const input: TrainInput = { blocks: span.map(({ sections }) => sections) };
  const [trained] = await driver.stage<Trained>({
    kind: 'recommend.train',
    name,
    title,
    unit: 'models',
    shared: options,
    inputs: [input],
  });
  return trained!;
}
