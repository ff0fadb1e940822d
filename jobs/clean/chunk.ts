import type { Contract } from '../../datasets/contract.ts';
import type { DateColumn } from '../../kernels/column.ts';
import { encodeSlab } from '../../lake/slab.ts';
import { packSlices, placeSlice, type Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { soldColumns } from './conform.ts';
import { keyEntries } from './keys.ts';
import type { ChunkInput } from './plan.ts';
import { type ChunkRecords, fieldText, type Replaced, readChunk, replacedValues, type TableReading } from './read.ts';
import { gatherRows, type Reject, type RejectSlice, writeRejects } from './rejects.ts';

export interface ChunkShared {
  readonly reading: TableReading;
  /** Column that holds the day of the sale. */
  readonly sold: string;
  readonly buckets: number;
}

export interface ChunkOutput {
  readonly read: number;
  readonly rejected: number;
  /** The good records by day, in file order. */
  readonly days: readonly { readonly day: number; readonly slice: Slice }[];
  /** Their key entries by bucket. */
  readonly keys: readonly Slice[];
  readonly rejects: readonly RejectSlice[];
  readonly replaced: readonly Replaced[];
}

/**
 * Cleans one chunk with nothing but the chunk at hand: every record becomes typed columns or a reject. Depends only on
 * the bytes, the part of the contract that says how they are read, and the kernels.
 */
export async function chunk(input: ChunkInput, context: TaskContext<ChunkShared>): Promise<ChunkOutput> {
  const { shared, write } = context;
  const records = await readChunk(context, input, shared.reading);
  const { sales_day } = soldColumns(records.rows.columns[shared.sold]!);
  const days = sales_day as DateColumn;
  const good: number[] = [];
  for (let record = 0; record < records.rows.length; record++) if (records.fault[record] === 0) good.push(record);
  const order = byDay(good, days.values);

  const buckets = keyEntries(records, Int32Array.from(good), days.values, {
    key: shared.reading.contract.key,
    buckets: shared.buckets,
  });
  const run = packSlices(
    order.map(({ day, rows }) => ({ name: day, bytes: encodeSlab(gatherRows(records.rows, rows)), rows: rows.length })),
  );
  const runFile = await write('run.slab', run.packed, good.length);
  const keyFile = await write('keys.bin', buckets.packed, good.length);
  return {
    read: records.rows.length,
    rejected: records.rows.length - good.length,
    days: run.slices.map(slice => ({ day: slice.name, slice: placeSlice(runFile, slice) })),
    keys: buckets.slices.map(slice => placeSlice(keyFile, slice)),
    rejects: await writeRejects(
      [{ file: input.file, rows: records.rows, rejects: recordRejects(records, input) }],
      write,
    ),
    replaced: replacedValues(records, shared.reading),
  };
}

/** Rows by day, days in order, file order within a day. */
function byDay(good: readonly number[], days: Int32Array): { day: number; rows: Int32Array }[] {
  const groups = Map.groupBy(good, record => days[record]!);
  return [...groups.keys()].sort((a, b) => a - b).map(day => ({ day, rows: Int32Array.from(groups.get(day)!) }));
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
