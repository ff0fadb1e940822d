/** Finds out from all customers where scores end or clusters are, and writes it down. */
import { RFM_CUT_TABLE, RFM_SEGMENT_TABLE } from '../../datasets/segments.ts';
import { numberColumn, textColumn } from '../../kernels/column.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { encodeParquet } from '../../lake/parquet/write.ts';
import type { Slice } from '../../lake/slice.ts';
import { columnRows } from '../customers/lines.ts';
import type { TaskContext } from '../registry.ts';
import { fixedCuts, quantileCuts } from './cutpoints.ts';
import { clusterRows, cutRows, type ExplainedCut, tileRows } from './explain.ts';
import { fitClusters } from './kmeans.ts';
import { type ByMeasure, byMeasure, MEASURE_COLUMNS, newValues, setMeasures, type Values } from './measures.ts';
import { cutsModel, type Model, tilesModel } from './model.ts';
import { countEquals, countSplit, tilesOf } from './ntile.ts';
import { CLUSTER_SEGMENTS, SEGMENTS } from './segments.ts';

export interface FitInput {
  readonly method: 'quantiles' | 'fixed' | 'ntile' | 'kmeans';
  /** Of `fixed`: see RfmOptions. */
  readonly cuts: ByMeasure<readonly string[]> | null;
  readonly asOf: number;
  /** Profiles. */
  readonly blocks: readonly { readonly customers: number; readonly slices: readonly Slice[] }[];
}

export interface FitOutput {
  readonly customers: number;
  readonly model: Model;
  /** rfm_cut and rfm_segment. */
  readonly files: { readonly rfm_cut: PartFile; readonly rfm_segment: PartFile };
  /** Of `ntile`: customers who have another score than their equals. */
  readonly split: number;
  /** Of `ntile`: by block, how many customers are equal to each end of a tile. */
  readonly equals: readonly (readonly number[])[];
}

interface Fit extends Pick<FitOutput, 'model' | 'split' | 'equals'> {
  readonly explained: readonly ExplainedCut[];
}

/** Holds three numbers of each customer, twice: 48 bytes; for clusters three times. */
export async function fit(input: FitInput, context: TaskContext): Promise<FitOutput> {
  const { kernels, write } = context;
  const values = await readValues(input, context);
  const { explained, ...found } = fitOf(input, values);
  const cuts = encodeParquet(kernels, RFM_CUT_TABLE, rowsOfCuts(explained));
  const rfm_cut = await write('rfm_cut.parquet', cuts, explained.length);
  const segments = input.method === 'kmeans' ? CLUSTER_SEGMENTS : SEGMENTS;
  const columns = {
    segment: textColumn(segments.map(({ name }) => name)),
    position: int32s(segments.map((_, i) => i + 1)),
    action: textColumn(segments.map(({ action }) => action)),
  };
  const named = encodeParquet(kernels, RFM_SEGMENT_TABLE, { length: segments.length, columns });
  const rfm_segment = await write('rfm_segment.parquet', named, segments.length);
  return { customers: values.recency.length, ...found, files: { rfm_cut, rfm_segment } };
}

async function readValues({ blocks, asOf }: FitInput, context: TaskContext): Promise<Values> {
  const values = newValues(blocks.reduce((sum, { customers }) => sum + customers, 0));
  let at = 0;
  for (const { slices } of blocks) {
    for await (const rows of columnRows(context, slices, MEASURE_COLUMNS)) {
      setMeasures(rows, asOf, values, at);
      at += rows.length;
    }
  }
  return values;
}

function fitOf({ method, cuts, blocks }: FitInput, values: Values): Fit {
  const sorted = byMeasure(measure => values[measure].slice().sort());
  if (method === 'kmeans') {
    const { sizes, means, ...clusters } = fitClusters(values, sorted);
    const explained = clusterRows(clusters, sizes, means);
    return { model: { kind: 'clusters', ...clusters }, explained, split: 0, equals: [] };
  }
  if (method === 'ntile') {
    const tiles = tilesOf(sorted);
    let at = 0;
    const equals = blocks.map(({ customers }) => {
      const from = at;
      at += customers;
      return countEquals(values, tiles, from, at);
    });
    return { model: tilesModel(tiles), explained: tileRows(tiles, values), split: countSplit(values, tiles), equals };
  }
  const points = method === 'fixed' ? fixedCuts(cuts!) : quantileCuts(sorted);
  return { model: cutsModel(points), explained: cutRows(points, sorted), split: 0, equals: [] };
}

function rowsOfCuts(rows: readonly ExplainedCut[]) {
  const amounts = (name: 'lower' | 'upper' | 'centroid') =>
    numberColumn(
      'decimal',
      rows.map(row => row[name]),
    );
  const columns = {
    measure: textColumn(rows.map(({ measure }) => measure)),
    score: int32s(rows.map(({ score }) => score)),
    lower_bound: amounts('lower'),
    upper_bound: amounts('upper'),
    centroid: amounts('centroid'),
    customers: numberColumn(
      'int64',
      rows.map(({ customers }) => customers),
    ),
    note: textColumn(rows.map(({ note }) => note)),
  };
  return { length: rows.length, columns };
}

function int32s(values: readonly number[]) {
  const validity = new Uint8Array((values.length + 7) >> 3).fill(255);
  return { type: 'int32' as const, length: values.length, values: Int32Array.from(values), validity };
}
