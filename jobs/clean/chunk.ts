import type { Contract } from '../../datasets/contract.ts';
import { int32Column } from '../../kernels/column.ts';
import { sortRows } from '../../kernels/sort.ts';
import { encodeRun, slabCuts } from '../../lake/run.ts';
import type { Rows } from '../../lake/slab.ts';
import { placeSlice, type Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { type ChunkKeys, chunkKeys, type KeysShared } from './keys.ts';
import { cutsOf, orderColumns, type SaleOrder } from './order.ts';
import type { ChunkInput } from './plan.ts';
import {
  type ChunkRecords,
  fieldText,
  goodRecords,
  type Replaced,
  readChunk,
  replacedValues,
  type TableReading,
} from './read.ts';
import { type Reject, type RejectSlice, writeRejects } from './rejects.ts';

export interface ChunkShared extends KeysShared {
  readonly sale: SaleOrder;
}

export interface ChunkOutput {
  readonly read: number;
  readonly rejected: number;
  /** The good records by day; those of a day are in slices one behind the other. */
  readonly days: readonly { readonly day: number; readonly slices: readonly Slice[] }[];
  readonly keys: ChunkKeys;
  readonly rejects: readonly RejectSlice[];
  readonly replaced: readonly Replaced[];
}

/**
 * Cleans one chunk with nothing but the chunk at hand: every record becomes typed columns or a reject. The good ones are
 * written as a run sorted by day, customer and sale. Depends only on the bytes, the part of the contract that says how they
 * are read, and the kernels.
 */
export async function chunk(input: ChunkInput, context: TaskContext<ChunkShared>): Promise<ChunkOutput> {
  const { shared, kernels, scratch } = context;
  const records = await readChunk(context, input, shared.reading);
  const chosen = goodRecords(kernels, records, shared.sold);
  const keys = await chunkKeys(chosen, shared, context);
  const by = orderColumns(kernels, shared.sale, records.rows);
  const order = sortRows(kernels, chosen.good, [chosen.day, ...by]);
  const run = encodeRun(kernels, withSource(records), order, slabCuts(cutsOf(order, chosen.day.values)));
  const runFile = await scratch('run.bin', run.bytes, order.length);
  const rejects = recordRejects(records, input);
  const { bytes, batch } = records;
  const original = (row: number) => ({ bytes, start: batch.start[row]!, end: batch.end[row]! });
  return {
    read: records.rows.length,
    rejected: records.rows.length - order.length,
    days: [...Map.groupBy(run.slices, ({ name }) => name)].map(([day, slices]) => ({
      day,
      slices: slices.map(slice => placeSlice(runFile, slice)),
    })),
    keys,
    rejects: await writeRejects(kernels, [{ file: input.file, rows: records.rows, rejects, original }], scratch),
    replaced: replacedValues(records, shared.reading),
  };
}

/** `$source` counts the chunks of a run, and this one's has only one; see DayRun. */
function withSource({ rows: { length, columns } }: ChunkRecords): Rows {
  return {
    length,
    columns: { ...columns, $source: { ...int32Column(length), validity: new Uint8Array((length + 7) >> 3).fill(255) } },
  };
}

/** The records that are refused by looking at nothing but themselves. */
export function recordRejects(records: ChunkRecords, { header }: ChunkInput): Reject[] {
  const rejects: Reject[] = [];
  for (let row = 0; row < records.rows.length; row++) {
    const code = records.fault[row]!;
    if (code === 0) continue;
    const position = records.faultColumn[row]!;
    const value = position < 0 ? null : fieldText(records, row, position);
    rejects.push({
      row,
      code,
      column: position < 0 ? null : (header[position] ?? null),
      value: value === '' ? null : value,
    });
  }
  return rejects;
}

/** What of a contract decides how the records of one table are read. */
export function tableReading(contract: Contract, table: string): TableReading {
  const { columns, key, encoding, delimiter } = contract.tables[table]!;
  const { sale } = contract;
  const required =
    table === sale.from
      ? [...key, ...[sale.sale_id].flat(), sale.order_id, sale.customer_id, sale.product_id, sale.sold]
      : [...key];
  return {
    table,
    contract: { columns, key, ...(encoding && { encoding }), ...(delimiter && { delimiter }) },
    required: [...new Set(required)],
  };
}
