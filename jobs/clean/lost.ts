/** Records that clean.keys found to lose their key, among the rows of a day. */
import { type FixedColumn, halves, numberAt, valueText } from '../../kernels/column.ts';
import { allocInt32s } from '../../kernels/place.ts';
import { firstIndex, sortRows } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { decodeSlab, type Rows } from '../../lake/slab.ts';
import { readSlice, type Slice } from '../../lake/slice.ts';
import type { ObjectStore } from '../../lake/store.ts';
import { displayText } from './display.ts';
import type { Reject } from './rejects.ts';

/** Rows [start, end), which are of one day. */
export interface DayRange {
  readonly rows: Rows;
  readonly start: number;
  readonly end: number;
  fileOf(row: number): string;
}

/**
 * Rejects for those of the rows that lose. Losers are read slice by slice, and found by their line: a slice may name many
 * that are in other pieces of the day.
 */
export async function loserRejects(
  { kernels, lake }: { readonly kernels: Kernels; readonly lake: ObjectStore },
  losers: readonly Slice[],
  key: readonly string[],
  range: DayRange,
): Promise<Reject[]> {
  if (losers.length === 0) return [];
  const { rows, fileOf } = range;
  const mark = kernels.mark();
  const rowsAt = lineIndex(kernels, range);
  const rejects: Reject[] = [];
  for (const slice of losers) {
    const { length, columns } = decodeSlab(await readSlice(lake, slice));
    const line = halves(columns.line as FixedColumn);
    const text = (name: string, i: number) => valueText(columns[name]!, i)!;
    for (let i = 0; i < length; i++) {
      const found = rowsAt(numberAt(line, i));
      if (found.length === 0) continue;
      const file = text('file', i);
      const row = found.find(candidate => fileOf(candidate) === file);
      if (row === undefined) continue;
      const value = key.map(name => displayText(rows.columns[name]!, row)).join(', ');
      const winner = { file: text('winner_file', i), line: Number(text('winner_line', i)) };
      rejects.push({ row, code: Number(text('code', i)), column: key.join(', '), value, winner });
    }
  }
  kernels.release(mark);
  return rejects;
}

/** Finds the rows, of any file, that stand on a line. */
function lineIndex(kernels: Kernels, { rows, start, end }: DayRange): (line: number) => number[] {
  const column = rows.columns.$line as FixedColumn;
  const lines = halves(column);
  const range = allocInt32s(kernels, end - start);
  for (let i = 0; i < range.length; i++) range[i] = start + i;
  const order = sortRows(kernels, range, [column]);
  return line => {
    const found: number[] = [];
    for (
      let i = firstIndex(order.length, at => numberAt(lines, order[at]!) >= line);
      i < order.length && numberAt(lines, order[i]!) === line;
      i++
    )
      found.push(order[i]!);
    return found;
  };
}
