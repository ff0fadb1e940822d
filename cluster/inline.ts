import { tryTask } from './attempts.ts';
import type { Cluster, ExecuteOptions, RunAttempt } from './cluster.ts';
import type { Task } from './task.ts';

/** Runs tasks one after another in this process: the reference cluster. */
export function inlineCluster(run: RunAttempt, lakeUrl: string): Cluster {
  return {
    name: 'inline',
    parallelism: 1,
    async *execute(tasks: readonly Task[], options: ExecuteOptions = {}) {
      for (const task of tasks) yield await tryTask(task, lakeUrl, run, options);
      options.signal?.throwIfAborted();
    },
    async close() {},
  };
}
