/**
 * The job that gives customers their segments by recency, frequency and monetary value (RFM), on the coordinator.
 *
 * Hughes, A. M. (1994): Strategic Database Marketing. The names of segments are those that much public work shares.
 */
import { invariant } from '../../base/errors.ts';
import { SEGMENT_PART_CUSTOMERS } from '../../base/limits.ts';
import { rfmTable } from '../../datasets/segments.ts';
import type { Analysis, CustomerInput } from '../customers/analysis.ts';
import type { ProfileOutput } from '../customers/profile.ts';
import type { Driver } from '../driver.ts';
import { sha256 } from '../stage.ts';
import type { FitInput, FitOutput } from './fit.ts';
import type { ByMeasure } from './measures.ts';
import type { Axis } from './model.ts';
import { TILE_ENDS } from './ntile.ts';
import type { ScoreInput, ScoreOutput, ScoreShared } from './score.ts';

export interface RfmOptions {
  /**
   * `quantiles`: cut points at the quintiles, equal values have equal scores; `fixed`: at `cuts`; `ntile`: as equal numbers
   * of customers as can be; `kmeans`: four clusters instead of scores. (Default: quantiles)
   */
  readonly method?: FitInput['method'] | undefined;
  /** Of `fixed`: four rising decimals for each measure; a value that equals one is below it. */
  readonly cuts?: ByMeasure<readonly string[]> | undefined;
  /** (Default: F) */
  readonly axis?: Axis | undefined;
}

export async function segmentCustomers(
  driver: Driver,
  { contract, periods: { asOf } }: CustomerInput,
  profiles: readonly ProfileOutput[],
  { method = 'quantiles', cuts, axis = 'F' }: RfmOptions,
): Promise<Analysis> {
  invariant((method === 'fixed') === (cuts !== undefined), `segments by ${method} ${cuts ? 'with' : 'without'} cuts`);
  const blocks = profiles.map(({ customers, slices }) => ({ customers, slices }));
  const fitting: FitInput = { method, cuts: cuts ?? null, asOf, blocks };
  const [fit] = await driver.stage<FitOutput>({
    kind: 'segment.fit',
    title: 'segments: cut points',
    unit: 'fits',
    shared: {},
    inputs: [fitting],
    rows: ({ customers }) => customers,
  });
  const { model, files, equals, split, customers } = fit!;
  const shared: ScoreShared = { definition: rfmTable(contract), asOf, model, axis };
  const parts = await driver.stage<ScoreOutput>({
    kind: 'segment.score',
    title: 'segments: scores',
    unit: 'parts',
    shared,
    inputs: spansOf(blocks, method === 'ntile' ? equals : null),
    rows: output => output.customers,
  });
  const schema = sha256(JSON.stringify(shared.definition.columns.map(({ name, type }) => [name, type]))).slice(0, 16);
  const scored = parts.reduce((sum, part) => sum + part.customers, 0);
  invariant(scored === customers, `${customers} customers have profiles, ${scored} have segments`);
  const tables = {
    customer_rfm: parts.map(({ file }) => ({ ...file, schema })),
    rfm_cut: [files.rfm_cut],
    rfm_segment: [files.rfm_segment],
  };
  return { tables, absent: {}, notes: split > 0 ? [splitNote(split, customers)] : [] };
}

/** Consecutive blocks with enough customers for a part file each. */
function spansOf(blocks: FitInput['blocks'], equals: FitOutput['equals'] | null): ScoreInput[] {
  const spans: { blocks: { slices: ScoreInput['blocks'][number]['slices'] }[]; equalsBefore: number[] | null }[] = [];
  const before = new Array<number>(TILE_ENDS).fill(0);
  let customers = Number.POSITIVE_INFINITY;
  blocks.forEach((block, i) => {
    if (customers >= SEGMENT_PART_CUSTOMERS) {
      spans.push({ blocks: [], equalsBefore: equals && [...before] });
      customers = 0;
    }
    spans.at(-1)!.blocks.push({ slices: block.slices });
    customers += block.customers;
    equals?.[i]?.forEach((count, end) => {
      before[end]! += count;
    });
  });
  return spans;
}

const splitNote = (split: number, customers: number): string =>
  `segments: ntile gave ${split} of ${customers} customers another score than customers whose recency, frequency or monetary value is the same; --rfm quantiles never does`;
