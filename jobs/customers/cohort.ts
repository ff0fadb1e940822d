import { invariant } from '../../base/errors.ts';
import { cohortTables } from '../../datasets/cohorts.ts';
import {
  type DateColumn,
  dateColumn,
  type FixedColumn,
  isValid,
  numberColumn,
  setBit,
  type TextColumn,
  textAt,
  textColumn,
} from '../../kernels/column.ts';
import { AMOUNT_MAX } from '../../kernels/money.ts';
import { decodeRuns } from '../../lake/assemble.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { encodeParquet } from '../../lake/parquet/write.ts';
import type { Rows } from '../../lake/slab.ts';
import { readSlices, type Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { type Activity, type Grain, mergeActivity } from './cohorts.ts';

export interface CohortInput {
  /** Rows of activity, block by block. */
  readonly blocks: readonly (readonly Slice[])[];
}

export interface CohortOutput {
  readonly rows: number;
  /** Null if an amount is too large for a decimal. */
  readonly part: PartFile | null;
}

/** Adds up the activity of all blocks' customers. */
export async function cohort({ blocks }: CohortInput, context: TaskContext): Promise<CohortOutput> {
  const activity = await mergeActivity(readActivity(context, blocks));
  const [definition] = cohortTables();
  const rows = activityRows(activity);
  if (!rows || !definition) return { rows: activity.length, part: null };
  const part = await context.write('cohorts.parquet', encodeParquet(context.kernels, definition, rows), rows.length);
  return { rows: rows.length, part };
}

/** The columns of cohort_activity; null if an amount is too large for a decimal. */
export function activityRows(activity: readonly Activity[]): Rows | null {
  if (activity.some(({ revenue }) => revenue > AMOUNT_MAX || revenue < -AMOUNT_MAX)) return null;
  const numbers = (name: 'customers' | 'orders' | 'lines') =>
    numberColumn(
      'int64',
      activity.map(row => row[name]),
    );
  const revenues = activity.map(({ revenue }) => revenue);
  return {
    length: activity.length,
    columns: {
      grain: textColumn(activity.map(({ grain }) => grain)),
      cohort: days(activity.map(row => row.cohort)),
      period: days(activity.map(row => row.period)),
      customers: numbers('customers'),
      orders: numbers('orders'),
      lines: numbers('lines'),
      revenue: numberColumn('decimal', revenues),
    },
  };
}

async function* readActivity(
  { kernels, lake }: TaskContext,
  blocks: readonly (readonly Slice[])[],
): AsyncGenerator<Activity[]> {
  for (const slices of blocks) {
    if (slices.length === 0) continue;
    const mark = kernels.mark();
    yield activityIn(decodeRuns(kernels, await readSlices(kernels, lake, slices)));
    kernels.release(mark);
  }
}

function activityIn({ length, columns }: Rows): Activity[] {
  const [grain, cohort] = [columns.grain as TextColumn, columns.cohort as DateColumn];
  const day = (name: string, row: number) => (columns[name] as DateColumn).values[row]!;
  const amount = (name: string, row: number) => (columns[name] as FixedColumn).values[row]!;
  return Array.from({ length }, (_, row) => {
    const name = textAt(grain, row);
    invariant(name !== null, 'every row of activity has a grain');
    return {
      grain: name as Grain,
      cohort: isValid(cohort, row) ? cohort.values[row]! : null,
      period: day('period', row),
      customers: Number(amount('customers', row)),
      orders: Number(amount('orders', row)),
      lines: Number(amount('lines', row)),
      revenue: amount('revenue', row),
    };
  });
}

function days(values: readonly (number | null)[]): DateColumn {
  const column = dateColumn(values.length);
  values.forEach((value, row) => {
    if (value === null) return;
    column.values[row] = value;
    setBit(column.validity, row);
  });
  return column;
}
