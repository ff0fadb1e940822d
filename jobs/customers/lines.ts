/** The lines of a customer block, as jobs that work customer by customer read them. */
import { CUSTOMER_ROWS_AT_ONCE } from '../../base/limits.ts';
import type { Column } from '../../kernels/column.ts';
import { addSizes, assembleRows, columnsOf, sizeOfRows } from '../../lake/assemble.ts';
import type { Rows } from '../../lake/slab.ts';
import { readSlices, type Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';

/** Whole customers, one after another. Views of the kernels' memory, good until the next piece is asked for. */
export interface CustomerRows {
  readonly rows: Rows;
  /** The first row of each customer, and behind the last one the number of rows. [customers + 1] */
  readonly starts: Int32Array;
}

/**
 * Reads rows that are sorted by customer, piece by piece: no piece but that of a very large customer has more than
 * `rowsAtOnce` rows. Only the columns that are named are read.
 */
export async function* customerLines(
  { kernels, lake }: Pick<TaskContext, 'kernels' | 'lake'>,
  slices: readonly Slice[],
  names: readonly string[],
  rowsAtOnce = CUSTOMER_ROWS_AT_ONCE,
): AsyncGenerator<CustomerRows> {
  let [slice, skip, wanted] = [0, 0, rowsAtOnce];
  while (slice < slices.length) {
    const end = slicesEnd(slices, slice, skip + wanted);
    const mark = kernels.mark();
    const rows = await readRows({ kernels, lake }, slices.slice(slice, end), { names, skip });
    const starts = customerStarts(rows.columns.customer_id!, rows.length);
    const isLast = end === slices.length;
    // The last customer of the piece may go on behind it.
    const customers = isLast ? starts.length - 1 : starts.length - 2;
    if (customers > 0) yield { rows, starts: starts.subarray(0, customers + 1) };
    kernels.release(mark);
    if (isLast) return;
    if (customers === 0) wanted *= 2;
    else [slice, skip, wanted] = [...placeOf(slices, slice, skip + starts[customers]!), rowsAtOnce];
  }
}

/**
 * Reads rows piece by piece, of no more than `rowsAtOnce` rows unless a slice has more. Only the columns that are named are
 * read; views of the kernels' memory, good until the next piece is asked for.
 */
export async function* columnRows(
  { kernels, lake }: Pick<TaskContext, 'kernels' | 'lake'>,
  slices: readonly Slice[],
  names: readonly string[],
  rowsAtOnce = CUSTOMER_ROWS_AT_ONCE,
): AsyncGenerator<Rows> {
  for (let slice = 0; slice < slices.length; ) {
    const end = slicesEnd(slices, slice, rowsAtOnce);
    const mark = kernels.mark();
    yield await readRows({ kernels, lake }, slices.slice(slice, end), { names, skip: 0 });
    kernels.release(mark);
    slice = end;
  }
}

/** The slice behind the one that has the last of `rows` rows from the slice `from` on. */
function slicesEnd(slices: readonly Slice[], from: number, rows: number): number {
  let end = from;
  for (let left = rows; left > 0 && end < slices.length; end++) left -= slices[end]!.rows;
  return end;
}

/** The slice of a row that is counted from the slice `from` on, and the rows before it there. */
function placeOf(slices: readonly Slice[], from: number, row: number): [slice: number, skip: number] {
  let slice = from;
  let skip = row;
  for (; skip >= slices[slice]!.rows; slice++) skip -= slices[slice]!.rows;
  return [slice, skip];
}

async function readRows(
  { kernels, lake }: Pick<TaskContext, 'kernels' | 'lake'>,
  slices: readonly Slice[],
  { names, skip }: { readonly names: readonly string[]; readonly skip: number },
): Promise<Rows> {
  const slabs = await readSlices(kernels, lake, slices);
  const columns = columnsOf(kernels, slabs[0]!).filter(({ name }) => names.includes(name));
  const size = slabs.map((slab, i) => sizeOfRows(kernels, slab, i === 0 ? skip : 0)).reduce(addSizes);
  const assembly = assembleRows(kernels, columns, size);
  slabs.forEach((slab, i) => void assembly.append(slab, i === 0 ? skip : 0));
  return assembly.rows;
}

/** The first row of each run of equal ids, and behind them the number of rows. */
function customerStarts(column: Column, length: number): Int32Array {
  const starts = new Int32Array(length + 1);
  let count = 0;
  const differs = differsFromPrevious(column);
  for (let row = 0; row < length; row++) if (row === 0 || differs(row)) starts[count++] = row;
  starts[count++] = length;
  return starts.subarray(0, count);
}

function differsFromPrevious(column: Column): (row: number) => boolean {
  if (column.type === 'text') {
    const { offsets, bytes } = column;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return row => text.compare(text, offsets[row - 1]!, offsets[row]!, offsets[row]!, offsets[row + 1]!) !== 0;
  }
  if (column.type === 'boolean') throw new Error('no customer is told apart by a boolean');
  const { values } = column;
  return row => values[row] !== values[row - 1];
}
