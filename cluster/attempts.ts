import { setTimeout as wait } from 'node:timers/promises';
import { RETRY_DELAY_MS, TASK_ATTEMPTS } from '../base/limits.ts';
import { type ExecuteOptions, type RunAttempt, TaskFailure } from './cluster.ts';
import type { AttemptOutcome, Task, TaskResult } from './task.ts';

/** Tries a task until it ends, must not be tried again, or is out of attempts. */
export async function tryTask(
  task: Task,
  lakeUrl: string,
  run: RunAttempt,
  { attempts = TASK_ATTEMPTS, signal, onRetry }: ExecuteOptions,
): Promise<TaskResult> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const outcome = await run({ task, attempt, lakeUrl }).catch(lostAttempt);
    if (outcome.ok) return { task, attempts: attempt, commit: outcome.commit, ms: outcome.ms };
    if (!outcome.error.retry || attempt >= attempts) throw new TaskFailure(task, attempt, outcome.error);
    onRetry?.(task, attempt, outcome.error);
    const delay = RETRY_DELAY_MS * 2 ** (attempt - 1);
    // Jitter keeps tasks that failed together from coming back together.
    await wait(delay + Math.random() * delay, undefined, signal ? { signal } : {}).catch(() =>
      signal?.throwIfAborted(),
    );
  }
}

/** An attempt whose thread died says nothing of its own: out of memory, most often. */
function lostAttempt(error: unknown): AttemptOutcome {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { ok: false, error: { name, message, stack, retry: true } };
}
