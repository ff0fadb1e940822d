/** On the coordinator: the stage that brings the records of all chunks together, day by day. */
import { DAY_ROWS_AT_ONCE, LINES_PER_DAY_TASK } from '../../base/limits.ts';
import { dayText } from '../../kernels/dates.ts';
import type { Slice } from '../../lake/slice.ts';
import type { Driver } from '../driver.ts';
import type { ChunkOutput } from './chunk.ts';
import type { DayInput, DayOutput, DayShared } from './day.ts';
import type { DayRun } from './pieces.ts';
import type { ChunkInput } from './plan.ts';

/** What bounds the memory of those who bring days together; nothing that is published depends on it. */
export interface MergeLimits {
  /** Most records of a day that are sorted at once. */
  readonly rowsAtOnce: number;
}

export const MERGE_LIMITS: MergeLimits = { rowsAtOnce: DAY_ROWS_AT_ONCE };

export interface Cleaned {
  readonly chunks: readonly ChunkInput[];
  readonly cleaned: readonly ChunkOutput[];
}

export interface PlannedDay {
  readonly day: number;
  readonly runs: DayRun[];
  readonly losers: readonly Slice[];
  /** Number of the chunk of each file of each run. */
  readonly chunks: number[];
}

/** The records of each day, in tasks: one a day when days are large, one a calendar month when they are small. */
export function planDays({
  chunks,
  cleaned,
  losers,
}: Cleaned & { readonly losers: ReadonlyMap<number, readonly Slice[]> }): PlannedDay[][] {
  const days = new Map<number, PlannedDay>();
  cleaned.forEach((output, chunk) => {
    for (const { day, slices } of output.days) {
      const planned = days.get(day) ?? { day, runs: [], losers: losers.get(day) ?? [], chunks: [] };
      planned.runs.push({ files: [chunks[chunk]!.file], slices });
      planned.chunks.push(chunk);
      days.set(day, planned);
    }
  });
  return groupDays([...days.values()].sort((a, b) => a.day - b.day));
}

/** So a task is never all overhead. */
function groupDays(days: readonly PlannedDay[]): PlannedDay[][] {
  const lines = days.reduce((sum, { runs }) => sum + runs.reduce((own, run) => own + rowsOf(run), 0), 0);
  if (lines >= days.length * LINES_PER_DAY_TASK) return days.map(day => [day]);
  return [...Map.groupBy(days, ({ day }) => dayText(day).slice(0, 7)).values()];
}

const rowsOf = ({ slices }: DayRun): number => slices.reduce((sum, { rows }) => sum + rows, 0);

export function mergeDays(
  driver: Driver,
  planned: readonly (readonly PlannedDay[])[],
  shared: DayShared,
): Promise<DayOutput[]> {
  return driver.stage<DayOutput>({
    kind: 'clean.day',
    title: 'merge days',
    unit: planned.some(days => days.length > 1) ? 'months' : 'days',
    shared,
    inputs: planned.map((days): DayInput => ({ days: days.map(({ day, runs, losers }) => ({ day, runs, losers })) })),
    rows: ({ counts }) =>
      counts.reduce((sum, { kept, duplicate, quarantined }) => sum + kept + duplicate + quarantined, 0),
    rejected: ({ counts }) => counts.reduce((sum, { quarantined }) => sum + quarantined, 0),
  });
}
