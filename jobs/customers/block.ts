import { RUN_SLAB_ROWS } from '../../base/limits.ts';
import type { FixedColumn } from '../../kernels/column.ts';
import { amountText } from '../../kernels/money.ts';
import { sumOf } from '../../kernels/rows.ts';
import { rowNumbers } from '../../kernels/sort.ts';
import type { Slice } from '../../lake/slice.ts';
import { CUSTOMER_COLUMNS } from '../clean/customers.ts';
import { type DayRun, type Sorting, sortedPieces } from '../clean/pieces.ts';
import { NOTHING, restOf, restRows, withRest } from '../clean/rest.ts';
import { createRunFile } from '../clean/runfile.ts';
import type { TaskContext } from '../registry.ts';

export interface BlockInput {
  readonly block: number;
  /** In the order of days. */
  readonly runs: readonly DayRun[];
}

export interface BlockOutput {
  readonly block: number;
  readonly rows: number;
  /** Sum of net_amount_base. */
  readonly net: string;
  /** CUSTOMER_COLUMNS, sorted by customer, day, sale, and place in the files; RUN_SLAB_ROWS in each but the last. */
  readonly slices: readonly Slice[];
}

/** Runs come in the order of days, and each has a customer's lines of a day in the order of sales: sorting leaves it. */
export const blockSorting = (rowsAtOnce: number): Sorting => ({
  by: 'customer block',
  sale: { customer_id: 'customer_id', sale_id: 'sales_day', sold: 'sales_day' },
  columns: CUSTOMER_COLUMNS.length,
  rowsAtOnce,
});

/**
 * Brings the lines of a block's customers together. A block that is too large for the memory is sorted key range by key
 * range, and a customer's days may then be in several; slices end at the same rows however it was sorted.
 */
export async function block({ block, runs }: BlockInput, context: TaskContext<Sorting>): Promise<BlockOutput> {
  const { kernels, shared } = context;
  const file = createRunFile<number>(context, 'block.bin');
  let rest = NOTHING;
  let net = 0n;
  let count = 0;
  try {
    for await (const { rows } of sortedPieces(context, [{ day: block, runs }], shared)) {
      const own = rowNumbers(kernels, rows.length);
      net += sumOf(rows.columns.net_amount_base as FixedColumn, own);
      count += rows.length;
      const lines = rest.rows === 0 ? rows : withRest(kernels, rest, rows, own);
      const full = lines.length - (lines.length % RUN_SLAB_ROWS);
      if (full > 0) await file.add(lines, [{ name: block, end: full }]);
      rest = restOf(kernels, lines, full);
    }
    if (rest.rows > 0) await file.add(restRows(kernels, rest), [{ name: block, end: rest.rows }]);
    const slices = (await file.close()).get(block) ?? [];
    return { block, rows: count, net: amountText(net), slices };
  } catch (error) {
    await file.abort();
    throw error;
  }
}
