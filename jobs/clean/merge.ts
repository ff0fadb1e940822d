import type { Column, Int32Column } from '../../kernels/column.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { type DayRuns, type SortedPiece, type Sorting, sortedPieces } from './pieces.ts';
import { createRunFile } from './runfile.ts';

export interface MergeInput {
  readonly days: readonly DayRuns[];
}

export interface MergeOutput {
  /** Of each day of the input, in its order, the slices of the one run that its runs became. */
  readonly days: readonly (readonly Slice[])[];
  readonly rows: number;
}

/** Merges runs into one, so that whoever reads a day has no more of them at once than the stated fan-in. */
export async function merge({ days }: MergeInput, context: TaskContext<Sorting>): Promise<MergeOutput> {
  const file = createRunFile<number>(context, 'run.bin');
  const firstSources = sourcesBefore(days);
  let rows = 0;
  try {
    for await (const piece of sortedPieces(context, days, context.shared)) {
      const { length, columns } = piece.rows;
      const $source = withinDays(piece, firstSources);
      const cuts = piece.starts.slice(1).map((end, i) => ({ name: piece.day + i, end }));
      await file.add({ length, columns: { ...columns, $source } }, cuts);
      rows += length;
    }
    const byDay = await file.close();
    return { days: days.map((_, i) => byDay.get(i) ?? []), rows };
  } catch (error) {
    await file.abort();
    throw error;
  }
}

/** How many chunks the days before each have. */
function sourcesBefore(days: readonly DayRuns[]): number[] {
  let sources = 0;
  return days.map(({ runs }) => {
    const before = sources;
    for (const { files } of runs) sources += files.length;
    return before;
  });
}

/** `$source`: chunks counted in each day from 0. */
function withinDays({ rows, source, day, starts }: SortedPiece, before: readonly number[]): Column {
  for (let i = 0; i + 1 < starts.length; i++) {
    for (let row = starts[i]!; row < starts[i + 1]!; row++) source[row]! -= before[day + i]!;
  }
  const validity = new Uint8Array((rows.length + 7) >> 3).fill(255);
  return { type: 'int32', length: rows.length, values: source, validity } satisfies Int32Column;
}
