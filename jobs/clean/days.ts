/** On the coordinator: the stages that bring the records of all chunks together, day by day. */
import { CUSTOMER_BLOCK_ROWS, DAY_ROWS_AT_ONCE, LINES_PER_DAY_TASK, MERGE_FAN_IN } from '../../base/limits.ts';
import { dayText } from '../../kernels/dates.ts';
import type { Slice } from '../../lake/slice.ts';
import type { Driver } from '../driver.ts';
import type { ChunkOutput } from './chunk.ts';
import type { DayInput, DayOutput, DayShared } from './day.ts';
import type { MergeInput, MergeOutput } from './merge.ts';
import type { DayRun, DayRuns, Sorting } from './pieces.ts';
import type { ChunkInput } from './plan.ts';

/** What bounds the memory of those who bring days together; nothing that is published depends on it. */
export interface MergeLimits {
  /** Most records of a day that are sorted at once. */
  readonly rowsAtOnce: number;
  /** Most runs of a day that are read together; at least 2. */
  readonly fanIn: number;
  /** Records for each customer block. */
  readonly blockRows: number;
}

export const MERGE_LIMITS: MergeLimits = {
  rowsAtOnce: DAY_ROWS_AT_ONCE,
  fanIn: MERGE_FAN_IN,
  blockRows: CUSTOMER_BLOCK_ROWS,
};

export interface Cleaned {
  readonly chunks: readonly ChunkInput[];
  readonly cleaned: readonly ChunkOutput[];
}

export interface PlannedDay {
  readonly day: number;
  readonly runs: readonly DayRun[];
  readonly losers: readonly Slice[];
  /** Number of the chunk of each file of each run. */
  readonly chunks: readonly number[];
}

/** The records of each day, in tasks: one a day when days are large, one a calendar month when they are small. */
export function planDays({
  chunks,
  cleaned,
  losers,
}: Cleaned & { readonly losers: ReadonlyMap<number, readonly Slice[]> }): PlannedDay[][] {
  const days = new Map<number, PlannedDay & { runs: DayRun[]; chunks: number[] }>();
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

/**
 * Merges runs in passes, groups of `fanIn` that follow one another in file order, until no day has more than that. Which
 * chunk a record is from stays known: a merged run has the files of all its runs, in their order.
 */
export async function mergeRuns<Day extends DayRuns>(
  driver: Driver,
  planned: readonly (readonly Day[])[],
  shared: Sorting,
  fanIn: number,
): Promise<(readonly Day[])[]> {
  let current = [...planned];
  const isOver = (days: readonly Day[]) => days.some(({ runs }) => runs.length > fanIn);
  while (current.some(isOver)) {
    const merges = current.map(days => (isOver(days) ? runGroups(days, fanIn) : []));
    const outputs = await driver.stage<MergeOutput>({
      kind: 'clean.merge',
      title: 'merge runs',
      unit: 'runs',
      shared,
      inputs: merges.flat().map((days): MergeInput => ({ days })),
      rows: ({ rows }) => rows,
    });
    let next = 0;
    current = current.map((days, i) => {
      if (!isOver(days)) return days;
      const own = merges[i]!.map(group => ({ group, output: outputs[next++]! }));
      return days.map(day => ({ ...day, runs: own.flatMap(merged => mergedRuns(day, merged)) }));
    });
  }
  return current;
}

/** The inputs of the merges: each has the runs of one group of every day that has as many groups. */
function runGroups(days: readonly DayRuns[], fanIn: number): DayRuns[][] {
  const counts = days.map(({ runs }) => Math.ceil(runs.length / fanIn));
  return Array.from({ length: Math.max(...counts) }, (_, group) =>
    days.flatMap(({ day, runs }, i) => {
      // Groups of about the same size: 1,025 runs become 513 and 512.
      const [start, end] = [group, group + 1].map(n => Math.ceil((n * runs.length) / counts[i]!)) as [number, number];
      return group < counts[i]! ? [{ day, runs: runs.slice(start, end) }] : [];
    }),
  );
}

/** The run that a day's runs became in one merge; none when it has fewer groups. */
function mergedRuns({ day }: DayRuns, { group, output }: { group: readonly DayRuns[]; output: MergeOutput }): DayRun[] {
  const i = group.findIndex(merged => merged.day === day);
  return i < 0 ? [] : [{ files: group[i]!.runs.flatMap(({ files }) => files), slices: output.days[i]! }];
}

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
