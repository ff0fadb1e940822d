/**
 * Sale lines by customer block, for all that is computed customer by customer: beside its part files, each piece of a
 * clean.day task leaves one run sorted by (block, customer, day, sale), and says where each block is in it. Which block a
 * customer is in depends on the id and the number of blocks alone, so that a block's lines are found in the runs of all days.
 */
import { CUSTOMER_BLOCKS_MAX } from '../../base/limits.ts';
import { type Column, type Int32Column, int32Column } from '../../kernels/column.ts';
import { hashKeys } from '../../kernels/keys.ts';
import { allocInt32s } from '../../kernels/place.ts';
import { sortRows } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { encodeRun, slabCuts } from '../../lake/run.ts';
import { placeSlice, type Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { cutsOf } from './order.ts';

/** The lines of one block in one run. */
export interface BlockSlices {
  readonly block: number;
  /** One behind the other, sorted by customer, day, sale, and place in the files. */
  readonly slices: readonly Slice[];
}

/** The columns of fct_sales that a customer part keeps. None but the quantity is ever null. */
export const CUSTOMER_COLUMNS = [
  'customer_id',
  'sales_day',
  'order_id',
  'product_id',
  'quantity',
  'net_amount_base',
  'is_return',
] as const;

/** As many blocks as give each about `blockRows` records of the input; a power of two, so that growth seldom moves customers. */
export function customerBlocks(records: number, blockRows: number): number {
  let blocks = 1;
  while (blocks < CUSTOMER_BLOCKS_MAX && blocks * blockRows < records) blocks *= 2;
  return blocks;
}

/** Lines of the fact, sorted by day, customer and sale. */
export interface DayLines {
  /** The columns of fct_sales. */
  readonly columns: Readonly<Record<string, Column>>;
  /** The rows that are lines, rising. */
  readonly kept: Int32Array;
  /** Whether all are of one day. */
  readonly isOneDay: boolean;
}

/** Writes lines by block. A block of which there is no line has no slices. */
export async function writeBlocks(
  kernels: Kernels,
  { columns, kept, isOneDay }: DayLines,
  blocks: number,
  scratch: TaskContext['scratch'],
): Promise<BlockSlices[]> {
  if (kept.length === 0) return [];
  const mark = kernels.mark();
  const customer = columns.customer_id!;
  const block = blockColumn(kernels, customer, blocks);
  // Sorting is stable: lines of one customer stay in the order of days and sales, and of one day customers are in theirs.
  const order = sortRows(kernels, kept, isOneDay ? [block] : [block, customer]);
  const rows = {
    length: customer.length,
    columns: { ...partColumns(columns), $source: sourceColumn(customer.length) },
  };
  const run = encodeRun(kernels, rows, order, slabCuts(cutsOf(order, block.values)));
  const file = await scratch('customers.bin', run.bytes, order.length);
  kernels.release(mark);
  return [...Map.groupBy(run.slices, ({ name }) => name)].map(([name, slices]) => ({
    block: name,
    slices: slices.map(slice => placeSlice(file, slice)),
  }));
}

const partColumns = (columns: DayLines['columns']): Record<string, Column> =>
  Object.fromEntries(CUSTOMER_COLUMNS.map(name => [name, columns[name]!]));

/** The block of each row: the lowest bits of the hash of the customer's id. `blocks` is a power of two. */
function blockColumn(kernels: Kernels, customer: Column, blocks: number): Int32Column {
  const { length } = customer;
  const values = allocInt32s(kernels, length);
  const hashes = new Int32Array(kernels.bytes.buffer, hashKeys(kernels, [customer], length), length * 4);
  for (let row = 0; row < length; row++) values[row] = hashes[row * 4]! & (blocks - 1);
  return { type: 'int32', length, values, validity: allSet(length) };
}

/** `$source` of a run counts its chunks, and this is made of one; see DayRun. */
const sourceColumn = (length: number): Column => ({ ...int32Column(length), validity: allSet(length) });

const allSet = (length: number): Uint8Array => new Uint8Array((length + 7) >> 3).fill(255);
