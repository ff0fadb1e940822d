import { Piscina } from 'piscina';
import { tryTask } from './attempts.ts';
import type { Cluster, ExecuteOptions } from './cluster.ts';
import type { AttemptMessage, AttemptOutcome, Task, TaskResult } from './task.ts';

/** While the files of one task of a thread are on their way to the disk, another computes. */
const RUNNING_PER_THREAD = 2;
/** Tasks handed to the pool per thread: those that run, and one that waits so that no thread idles between tasks. */
const TASKS_PER_THREAD = RUNNING_PER_THREAD + 1;

/** Runs tasks on this machine's cores. `threadUrl` is the module each thread loads (workers/thread.ts). */
export function threadCluster(threadUrl: URL, lakeUrl: string, threads: number): Cluster {
  const pool = new Piscina({
    filename: threadUrl.href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: RUNNING_PER_THREAD,
    idleTimeout: 60_000,
  });
  // Ending a thread that is still loading its module can abort the whole process: each says when it is ready.
  const ready = pool.threads.map(
    thread => new Promise(resolve => thread.once('message', resolve).once('exit', resolve)),
  );
  let closing: Promise<void> | null = null;
  const run = (message: AttemptMessage) => pool.run(message) as Promise<AttemptOutcome>;
  return {
    name: 'threads',
    parallelism: threads,
    async *execute(tasks: readonly Task[], options: ExecuteOptions = {}) {
      const waiting = tasks.values();
      const running = new Map<Task, Promise<TaskResult>>();
      const stop = new AbortController();
      const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
      try {
        while (true) {
          while (running.size < threads * TASKS_PER_THREAD) {
            options.signal?.throwIfAborted();
            const { done, value: task } = waiting.next();
            if (done) break;
            running.set(task, tryTask(task, lakeUrl, run, { ...options, signal }));
          }
          if (running.size === 0) return;
          const result = await Promise.race(running.values());
          running.delete(result.task);
          yield result;
        }
      } finally {
        // Attempts in flight end, as Piscina 5.3 fails the whole pool when an aborted one answers late; none follows them.
        stop.abort();
        await Promise.allSettled(running.values());
      }
    },
    close() {
      closing ??= Promise.all(ready).then(() => pool.close());
      return closing;
    },
  };
}
