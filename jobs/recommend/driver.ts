/** The job that recommends products, on the coordinator: it learns, is tried out, learns from all days, and writes the lists. */
import { QUALITY_TABLE, recommendationTable } from '../../datasets/recommendations.ts';
import type { PartFile } from '../../lake/manifest.ts';
import type { Slice } from '../../lake/slice.ts';
import type { Analysis, CustomerInput } from '../customers/analysis.ts';
import type { Driver } from '../driver.ts';
import { sha256 } from '../stage.ts';
import type { CatalogueOutput, ProductsOutput, ProductsShared } from './catalogue.ts';
import { BASELINES, type Blend, blendName, type Choice, LISTS, type ListName, possibleChoice } from './choice.ts';
import type { EvaluateOutput, EvaluateShared } from './evaluate.ts';
import type { GateInput, GateOutput, GateShared, Verdict } from './gate.ts';
import type { ListsOutput, ListsShared } from './lists.ts';
import type { ModelShared } from './model.ts';
import type { Models } from './models.ts';
import type { PairsOutput, PairsShared } from './pairs.ts';
import { type Span, spansOf, trainAls, trainingOptions } from './training.ts';
import { type Window, windowsOf } from './windows.ts';

export interface Recommended extends Analysis {
  /** What the trial said of each list; none when the history is too short for one. */
  readonly verdicts: readonly Verdict[];
}

export async function recommendProducts(
  driver: Driver,
  input: CustomerInput,
  wanted: Choice,
  gate = true,
): Promise<Recommended> {
  const catalogue = await makeCatalogue(driver, input, input.periods.asOf);
  const { choice, notes } = possibleChoice(wanted, catalogue.products);
  const windows = gate ? windowsOf(input.periods) : null;
  const tried = windows && (await tryOut(driver, input, { catalogue, choice, window: windows.test }));
  const blends = gate ? publishedBlends(choice, tried?.verdicts ?? []) : choice.lists;
  const all = { until: input.periods.asOf, end: input.periods.asOf };
  const blocks = await findPairs(driver, input, { catalogue, choice, window: all, name: 'recommend' });
  const spans = spansOf(blocks);
  const models = await learn(driver, spans, { catalogue, choice, blends: Object.values(blends), name: 'recommend' });
  const published = {
    models,
    catalogue: catalogue.slices,
    blends,
    versions: versionsOf(models, blends, { catalogue: catalogue.slices, halfLife: choice.halfLife }),
    top: choice.top,
    asOf: input.periods.asOf,
  };
  const shared: ListsShared = { definition: recommendationTable(input.contract), ...published };
  const outputs = await driver.stage<ListsOutput>({
    kind: 'recommend.lists',
    title: 'lists',
    unit: 'spans',
    shared,
    inputs: spans.map(span => ({ blocks: span.map(({ sections, ids }) => ({ sections, ids })) })),
    rows: ({ parts }) => parts.reduce((sum, { rows }) => sum + rows, 0),
  });
  const [learned] = await driver.stage<{ file: PartFile }>({
    kind: 'recommend.model',
    title: 'model',
    unit: 'models',
    shared: { ...published, halfLife: choice.halfLife } satisfies ModelShared,
    inputs: [{}],
  });
  const quality: PartFile[] = tried ? [tried.part] : [];
  return {
    tables: { recommendation: outputs.flatMap(({ parts }) => parts), recommend_quality: quality },
    files: { recommend: learned!.file },
    absent: tried ? {} : { recommend_quality: gate ? TOO_SHORT : 'recommendations were not tried out' },
    notes,
    verdicts: tried?.verdicts ?? [],
  };
}

const TOO_SHORT = 'the history is too short to try a recommender out';

/** The products that were sold before the day `end`. */
export async function makeCatalogue(driver: Driver, { blocks }: CustomerInput, end: number): Promise<CatalogueOutput> {
  const common = { title: 'catalogue', shared: null };
  const parts = await driver.stage<ProductsOutput>({
    ...common,
    shared: { end } satisfies ProductsShared,
    kind: 'recommend.products',
    unit: 'blocks',
    inputs: blocks.map(({ block, rows, slices }) => ({ block, rows, slices })),
  });
  const [catalogue] = await driver.stage<CatalogueOutput>({
    ...common,
    kind: 'recommend.catalogue',
    unit: 'lists',
    inputs: [{ slices: parts.flatMap(({ slices }) => slices) }],
    rows: ({ products }) => products,
  });
  return catalogue!;
}

interface Learning {
  readonly catalogue: CatalogueOutput;
  readonly choice: Choice;
  /** What stages are called, up to their last word. */
  readonly name: string;
}

interface Pairing {
  readonly catalogue: CatalogueOutput;
  readonly choice: Pick<Choice, 'halfLife'>;
  readonly window: Window;
  /** What the stage is called, up to its last word. */
  readonly name: string;
}

/** What the customers bought before the window, and in it. */
export function findPairs(
  driver: Driver,
  { blocks }: CustomerInput,
  { catalogue, choice, window, name }: Pairing,
): Promise<PairsOutput[]> {
  const shared: PairsShared = { window, halfLife: choice.halfLife, catalogue: catalogue.slices };
  return driver.stage<PairsOutput>({
    kind: 'recommend.pairs',
    name: `${name}.pairs`,
    title: 'purchases',
    unit: 'blocks',
    shared,
    inputs: blocks.map(({ block, rows, slices }) => ({ block, rows, slices })),
    rows: ({ pairs }) => pairs,
  });
}

/** The models that any of the blends asks for. */
async function learn(
  driver: Driver,
  spans: readonly Span[],
  { catalogue, choice, blends, name }: Learning & { readonly blends: readonly Blend[] },
): Promise<Models> {
  const blocks = spans.flat();
  const { products: items } = catalogue;
  const popularity = blocks.map(({ sections }) => sections.popularity);
  const data = { spans, popularity, items };
  const als = blends.some(blend => blend.als !== 0)
    ? await trainAls(driver, data, { parameters: choice.als, name: `${name}.train`, title: 'train' })
    : null;
  const ease = blends.some(blend => blend.ease !== 0) ? await learnEase(driver, data, { choice, name }) : null;
  const customers = blocks.reduce((sum, block) => sum + block.customers, 0);
  return {
    items,
    customers,
    popularity,
    als: als && { options: trainingOptions(choice.als, items), factors: als.factors },
    ease,
  };
}

async function learnEase(
  driver: Driver,
  { spans, items }: { spans: readonly Span[]; items: number },
  { choice, name }: Pick<Learning, 'choice' | 'name'>,
): Promise<{ weights: Slice }> {
  const gramians = await driver.stage<{ counts: Slice }>({
    kind: 'recommend.gramian',
    name: `${name}.gramian`,
    title: 'together',
    unit: 'spans',
    shared: { items },
    inputs: spans.map(span => ({ blocks: span.map(({ sections }) => sections) })),
  });
  const [weights] = await driver.stage<{ weights: Slice }>({
    kind: 'recommend.ease',
    name: `${name}.ease`,
    title: 'ease',
    unit: 'models',
    shared: { items, regularization: choice.ease.regularization },
    inputs: [{ gramians: gramians.map(({ counts }) => counts) }],
  });
  return weights!;
}

/** Learns from the days before the window, and compares with what was bought in it. */
async function tryOut(
  driver: Driver,
  input: CustomerInput,
  { catalogue, choice, window }: Omit<Learning, 'name'> & { readonly window: Window },
): Promise<GateOutput> {
  const name = 'recommend.trial';
  const blocks = await findPairs(driver, input, { catalogue, choice, window, name });
  const spans = spansOf(blocks);
  const chosen = Object.values(choice.lists);
  const models = await learn(driver, spans, { catalogue, choice, blends: chosen, name });
  const shared: EvaluateShared = {
    models,
    blends: {
      again: [choice.lists.again, BASELINES.again],
      new: [choice.lists.new, BASELINES.new],
    },
    top: choice.top,
  };
  const tried = await driver.stage<EvaluateOutput>({
    kind: 'recommend.evaluate',
    name: `${name}.evaluate`,
    title: 'trial',
    unit: 'spans',
    shared,
    inputs: spans.map(span => ({ blocks: span.map(({ sections }) => sections) })),
  });
  const names = (list: ListName) => [blendName(choice.lists[list]), blendName(BASELINES[list])] as const;
  const gate: GateShared = {
    definition: QUALITY_TABLE,
    names: { again: names('again'), new: names('new') },
    items: catalogue.products,
  };
  const [output] = await driver.stage<GateOutput>({
    kind: 'recommend.gate',
    name: `${name}.gate`,
    title: 'gate',
    unit: 'trials',
    shared: gate,
    inputs: [{ spans: tried.map(({ results }) => results) } satisfies GateInput],
  });
  return output!;
}

/** The chosen blend where it has proved to be better, and the baseline otherwise. */
function publishedBlends({ lists }: Choice, verdicts: readonly Verdict[]): Record<ListName, Blend> {
  const blend = (list: ListName) =>
    verdicts.some(verdict => verdict.list === list && verdict.isBetter) ? lists[list] : BASELINES[list];
  return { again: blend('again'), new: blend('new') };
}

/** Hash of what a list depends on: what was learned, how parts are blended, what purchases are worth, and which products there are. */
function versionsOf(
  { popularity, als, ease }: Models,
  blends: Readonly<Record<ListName, Blend>>,
  { catalogue, halfLife }: { readonly catalogue: readonly Slice[]; readonly halfLife: number | null },
): Record<ListName, string> {
  const hashes = (slices: readonly (Slice | undefined)[]) => slices.map(slice => slice?.hash);
  const version = (list: ListName) =>
    sha256(
      JSON.stringify([
        blends[list],
        hashes(popularity),
        blends[list].als !== 0 ? [als?.options, als?.factors.hash] : null,
        blends[list].ease !== 0 ? ease?.weights.hash : null,
        blends[list].frequency !== 0 ? halfLife : null,
        hashes(catalogue),
      ]),
    ).slice(0, 16);
  return Object.fromEntries(LISTS.map(list => [list, version(list)])) as Record<ListName, string>;
}
