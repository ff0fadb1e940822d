/** Gives customers their scores or clusters and segments: one part file of customer_rfm. */
import type { TableDefinition } from '../../base/table.ts';
import { type Column, int32Column, type TextColumn } from '../../kernels/column.ts';
import { allocTexts } from '../../kernels/place.ts';
import { rowNumbers } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { PartFile } from '../../lake/manifest.ts';
import type { Rows } from '../../lake/slab.ts';
import type { Slice } from '../../lake/slice.ts';
import { streamPart } from '../clean/parts.ts';
import { columnRows } from '../customers/lines.ts';
import type { TaskContext } from '../registry.ts';
import { newValues, setMeasures } from './measures.ts';
import type { Axis, Model } from './model.ts';
import { createScorer, type Scorer } from './scorer.ts';
import { SEGMENTS } from './segments.ts';

export interface ScoreInput {
  /** Profiles of consecutive blocks. */
  readonly blocks: readonly { readonly slices: readonly Slice[] }[];
  /** Of `ntile`: how many customers of the blocks before are equal to each end of a tile. */
  readonly equalsBefore: readonly number[] | null;
}

export interface ScoreShared {
  /** customer_rfm. */
  readonly definition: TableDefinition;
  readonly asOf: number;
  readonly model: Model;
  readonly axis: Axis;
}

export interface ScoreOutput {
  readonly file: PartFile;
  readonly customers: number;
}

const PROFILE_NAMES = ['customer_id', 'first_day', 'last_day', 'orders', 'net'];

export async function score(
  { blocks, equalsBefore }: ScoreInput,
  context: TaskContext<ScoreShared>,
): Promise<ScoreOutput> {
  const { kernels, shared } = context;
  const scorer = createScorer(shared, equalsBefore);
  const part = await streamPart(context, shared.definition, shared.definition.name);
  let customers = 0;
  try {
    for (const { slices } of blocks) {
      for await (const profiles of columnRows(context, slices, PROFILE_NAMES)) {
        const rows = scoredRows(kernels, profiles, shared, scorer);
        await part.add(rows, rowNumbers(kernels, rows.length));
        customers += rows.length;
      }
    }
    return { file: await part.finish(), customers };
  } catch (error) {
    await part.abort();
    throw error;
  }
}

function scoredRows(kernels: Kernels, { length, columns }: Rows, { asOf }: ScoreShared, scorer: Scorer): Rows {
  const values = newValues(length);
  setMeasures({ length, columns }, asOf, values);
  const { r, f, m, second, cluster, segment } = scorer(values);
  const known = new Uint8Array((length + 7) >> 3).fill(255);
  const recency = Int32Array.from(values.recency, Number);
  const score = (own: Int32Array | null): Column =>
    own === null ? int32Column(length) : { type: 'int32', length, values: own, validity: known };
  return {
    length,
    columns: {
      customer_id: columns.customer_id!,
      as_of: { type: 'date', length, values: new Int32Array(length).fill(asOf), validity: known },
      first_day: columns.first_day!,
      last_day: columns.last_day!,
      recency: { type: 'int32', length, values: recency, validity: known },
      frequency: columns.orders!,
      monetary: columns.net!,
      r_score: score(r),
      f_score: score(f),
      m_score: score(m),
      second_score: score(second),
      cluster: score(cluster),
      segment: segmentNames(kernels, segment),
    },
  };
}

const NAMES = SEGMENTS.map(({ name }) => Buffer.from(name));

/** @param numbers places in SEGMENTS */
function segmentNames(kernels: Kernels, numbers: Uint8Array): TextColumn {
  let size = 0;
  for (const number of numbers) size += NAMES[number]!.length;
  const out = allocTexts(kernels, numbers.length, size);
  out.validity.fill(255);
  let at = 0;
  numbers.forEach((number, row) => {
    out.offsets[row] = at;
    out.bytes.set(NAMES[number]!, at);
    at += NAMES[number]!.length;
  });
  out.offsets[numbers.length] = at;
  return out;
}
