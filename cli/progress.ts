/** The events of a run, folded into what a screen shows. */
import type { RunEvent } from '../coordinator/events.ts';

export interface StageState {
  readonly stage: string;
  readonly title: string;
  readonly unit: string;
  readonly total: number;
  readonly reused: number;
  readonly done: number;
  readonly rows: number;
  readonly rejected: number;
  readonly startedAt: number;
  /** How long it took, once it has ended. */
  readonly ms: number | null;
  /** From where on work is new: what was reused says nothing of the speed. */
  readonly base: { readonly at: number; readonly done: number; readonly rows: number } | null;
}

export interface Progress {
  readonly run: string;
  readonly dataset: string;
  readonly project: string;
  readonly input: string;
  readonly workers: string;
  /** Whether this is a search for a recommender, which comes to no marts. */
  readonly isSearch: boolean;
  readonly startedAt: number;
  readonly plan: {
    readonly files: number;
    readonly bytes: number;
    readonly records: number;
    readonly chunks: number;
  } | null;
  readonly stages: readonly StageState[];
  readonly rssMb: number;
  readonly retries: number;
  readonly warnings: readonly string[];
  /** No more events come. */
  readonly ended: boolean;
}

export const NO_PROGRESS: Progress = {
  run: '',
  dataset: '',
  project: '',
  input: '',
  workers: '',
  isSearch: false,
  startedAt: 0,
  plan: null,
  stages: [],
  rssMb: 0,
  retries: 0,
  warnings: [],
  ended: false,
};

export function foldEvent(progress: Progress, event: RunEvent): Progress {
  const at = Date.parse(event.t);
  switch (event.ev) {
    case 'run.started': {
      const { run, dataset, project, input } = event;
      const workers = event.cluster === 'inline' ? 'no threads' : `${event.parallelism} ${event.cluster}`;
      const isSearch = event.verb === 'tune';
      return { ...progress, run, dataset, project, input, workers, isSearch, startedAt: at };
    }
    case 'run.warning':
      return { ...progress, warnings: [...progress.warnings, event.message] };
    case 'plan.ready': {
      const { files, bytes, records, chunks } = event;
      return { ...progress, plan: { files, bytes, records, chunks } };
    }
    case 'stage.started': {
      const { stage, title, unit, total, reused } = event;
      const base = reused === 0 ? { at, done: 0, rows: 0 } : null;
      const state = { stage, title, unit, total, reused, done: 0, rows: 0, rejected: 0, startedAt: at, ms: null, base };
      return { ...progress, stages: [...progress.stages, state] };
    }
    case 'stage.progress': {
      const { done, total, rows, rejected } = event;
      const stages = changed(progress.stages, event.stage, stage => ({
        ...stage,
        done,
        total,
        rows,
        rejected,
        base: stage.base ?? { at, done, rows },
      }));
      return { ...progress, rssMb: event.rssMb, stages };
    }
    case 'task.retried':
      return { ...progress, retries: progress.retries + 1 };
    case 'stage.finished': {
      const { ms, rows } = event;
      return {
        ...progress,
        stages: changed(progress.stages, event.stage, stage => ({ ...stage, ms, rows, done: stage.total })),
      };
    }
    case 'run.published':
      return progress;
    default:
      return { ...progress, ended: true };
  }
}

function changed(
  stages: readonly StageState[],
  name: string,
  change: (stage: StageState) => StageState,
): readonly StageState[] {
  return stages.map(stage => (stage.stage === name ? change(stage) : stage));
}

/** The stage that is at work. */
export const current = ({ stages }: Progress): StageState | undefined => stages.findLast(({ ms }) => ms === null);

/** Below this a speed is noise. */
const SPEED_AFTER_MS = 500;

/** Rows a second of what was computed anew, or null while there is nothing to tell it from. */
export function speed({ base, rows, ms, startedAt }: StageState, now: number): number | null {
  if (base === null || rows <= base.rows) return null;
  const elapsed = ms === null ? now - base.at : startedAt + ms - base.at;
  return ms === null && elapsed < SPEED_AFTER_MS ? null : ((rows - base.rows) / Math.max(1, elapsed)) * 1000;
}

/** Milliseconds until the stage ends if its tasks go on as they did, or null. */
export function remaining({ base, done, total, ms }: StageState, now: number): number | null {
  if (ms !== null || base === null || done <= base.done || now - base.at < SPEED_AFTER_MS) return null;
  return ((now - base.at) / (done - base.done)) * (total - done);
}
