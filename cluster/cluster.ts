import type { AttemptError, AttemptMessage, AttemptOutcome, Task, TaskResult } from './task.ts';

/**
 * Where tasks run. The coordinator sees only this: it cannot tell a loop in its own process from threads or a fleet.
 *
 * Every cluster keeps these promises (cluster.conformance.ts):
 * - each task yields exactly one result, in no particular order;
 * - a task whose world failed is tried again, up to `attempts` times, after a growing wait;
 * - when a task is out of attempts, or must not be tried again, the iteration throws TaskFailure and no new task starts;
 * - when `signal` aborts, no new task starts, those in flight end, and the iteration throws the signal's reason.
 */
export interface Cluster {
  readonly name: string;
  /** Tasks that run at the same time. */
  readonly parallelism: number;
  execute(tasks: readonly Task[], options?: ExecuteOptions): AsyncIterable<TaskResult>;
  /** Lets go of everything; twice is once. */
  close(): Promise<void>;
}

export interface ExecuteOptions {
  /** Tries per task. (Default: TASK_ATTEMPTS) */
  readonly attempts?: number;
  readonly signal?: AbortSignal;
  /** Told of each attempt that failed and will be followed by another. */
  readonly onRetry?: (task: Task, attempt: number, error: AttemptError) => void;
}

/** Runs one attempt; handed to a cluster, which may not know what jobs there are. */
export type RunAttempt = (message: AttemptMessage) => Promise<AttemptOutcome>;

export class TaskFailure extends Error {
  override readonly name = 'TaskFailure';
  readonly task: Task;
  readonly attempts: number;
  readonly error: AttemptError;
  constructor(task: Task, attempts: number, error: AttemptError) {
    super(
      `task ${task.kind} ${task.index} failed after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}: ${error.message}`,
    );
    this.task = task;
    this.attempts = attempts;
    this.error = error;
  }
}
