import { CUSTOMERS_MIN } from '../../base/limits.ts';
import type { TableDefinition } from '../../base/table.ts';
import { booleans, doubles, numberColumn, textColumn } from '../../kernels/column.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { encodeParquet } from '../../lake/parquet/write.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { bootstrap, type Interval } from './bootstrap.ts';
import { LISTS, type ListName } from './choice.ts';
import type { Evaluation } from './evaluate.ts';
import { addMeasures, type Measures, meanOf, NO_MEASURES } from './measures.ts';
import { asDoubles, asIntegers, readSections } from './sections.ts';

export interface GateInput {
  /** Of each span, in order: of each list the chosen blend (0) and the baseline (1). */
  readonly spans: readonly (readonly Evaluation[])[];
}

export interface GateShared {
  readonly definition: TableDefinition;
  /** Names of the blends of each list. */
  readonly names: Readonly<Record<ListName, readonly [chosen: string, baseline: string]>>;
  /** Products of the catalogue. */
  readonly items: number;
}

/** What the trial said of a list. */
export interface Verdict {
  readonly list: ListName;
  readonly chosen: string;
  readonly baseline: string;
  /** By how much the chosen one's NDCG is better, customer by customer. */
  readonly gain: Interval;
  readonly customers: number;
  /** Of the chosen one and of the baseline: means. */
  readonly results: readonly [chosen: Measures, baseline: Measures];
  /** Whether the chosen one is better for certain: the baseline is published otherwise. */
  readonly isBetter: boolean;
}

export interface GateOutput {
  readonly verdicts: readonly Verdict[];
  /** Table recommend_quality. */
  readonly part: PartFile;
}

/** Compares each list with its baseline. One is published only if the lower bound of its gain is above zero. */
export async function gate({ spans }: GateInput, context: TaskContext<GateShared>): Promise<GateOutput> {
  const { kernels, shared } = context;
  const verdicts: Verdict[] = [];
  const rows: QualityRow[] = [];
  for (const list of LISTS) {
    const both = [0, 1].map(blend => spans.map(span => span.find(own => own.list === list && own.blend === blend)!));
    const [chosen, baseline] = (await Promise.all(both.map(own => totalOf(context, own)))) as [Total, Total];
    const gain = bootstrap(chosen.gains.map((own, i) => own - baseline.gains[i]!));
    const customers = chosen.judged.customers;
    const isSame = shared.names[list][0] === shared.names[list][1];
    const isBetter = !isSame && customers >= CUSTOMERS_MIN && gain.lower > 0;
    const [chosenName, baselineName] = shared.names[list];
    const results = [meanOf(chosen.judged), meanOf(baseline.judged)] as const;
    verdicts.push({ list, chosen: chosenName, baseline: baselineName, gain, customers, results, isBetter });
    [chosen, baseline].forEach((total, i) => {
      const common = { list, model: shared.names[list][i]!, isBaseline: i === 1, isPublished: (i === 0) === isBetter };
      const coverage = total.listed.filter(count => count > 0).length / shared.items;
      rows.push({ ...common, tried: 'judged', measures: total.judged, coverage, gain: i === 0 ? gain : null });
      if (list === 'again') rows.push({ ...common, tried: 'repeat', measures: total.repeat, coverage, gain: null });
    });
  }
  const bytes = encodeParquet(kernels, shared.definition, qualityRows(rows));
  return { verdicts, part: await context.write('recommend_quality.parquet', bytes, rows.length) };
}

interface Total {
  readonly judged: Measures;
  readonly repeat: Measures;
  readonly listed: Int32Array;
  readonly gains: Float64Array;
}

async function totalOf(context: TaskContext, spans: readonly Evaluation[]): Promise<Total> {
  const sum = (kind: 'judged' | 'repeat') =>
    spans.map(({ measures }) => measures[kind]).reduce(addMeasures, NO_MEASURES);
  const read = async (slices: readonly Slice[]) => readSections(context, slices);
  const gains = (await read(spans.map(own => own.gains))).flatMap(part => [...asDoubles(part)]);
  const listed = (await read(spans.map(own => own.listed))).map(asIntegers);
  return {
    judged: sum('judged'),
    repeat: sum('repeat'),
    gains: Float64Array.from(gains),
    listed: listed.reduce((all, part) => all.map((count, item) => count + part[item]!)),
  };
}

interface QualityRow {
  readonly list: ListName;
  readonly model: string;
  readonly isBaseline: boolean;
  readonly isPublished: boolean;
  readonly tried: 'judged' | 'repeat';
  readonly measures: Measures;
  readonly coverage: number;
  readonly gain: Interval | null;
}

function qualityRows(rows: readonly QualityRow[]) {
  const means = rows.map(({ measures }) => meanOf(measures));
  const relevance = ({ list, tried }: QualityRow) => (tried === 'repeat' ? 'repeat' : list === 'new' ? 'new' : 'all');
  return {
    length: rows.length,
    columns: {
      list: textColumn(rows.map(({ list }) => list)),
      relevance: textColumn(rows.map(relevance)),
      model: textColumn(rows.map(({ model }) => model)),
      is_baseline: booleans(rows.map(({ isBaseline }) => isBaseline)),
      is_published: booleans(rows.map(({ isPublished }) => isPublished)),
      customers: numberColumn(
        'int64',
        means.map(({ customers }) => customers),
      ),
      recall: doubles(means.map(({ recall }) => recall)),
      ndcg: doubles(means.map(({ ndcg }) => ndcg)),
      average_precision: doubles(means.map(({ map }) => map)),
      hit_rate: doubles(means.map(({ hit }) => hit)),
      coverage: doubles(rows.map(({ coverage }) => coverage)),
      novelty: doubles(means.map(({ novelty }) => novelty)),
      ndcg_gain: doubles(rows.map(({ gain }) => gain?.mean ?? null)),
      gain_lower: doubles(rows.map(({ gain }) => gain?.lower ?? null)),
      gain_upper: doubles(rows.map(({ gain }) => gain?.upper ?? null)),
    },
  };
}
