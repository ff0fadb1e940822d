import { invariant } from '../base/errors.ts';
import { TASK_MESSAGE_BYTES_MAX } from '../base/limits.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Commit, Task } from '../cluster/task.ts';
import { codeHash } from '../jobs/code.ts';
import type { Driver, StageRequest } from '../jobs/driver.ts';
import { planStage } from '../jobs/stage.ts';
import { layout } from '../lake/layout.ts';
import { type ObjectStore, readJson } from '../lake/store.ts';
import type { Emit } from './events.ts';
import type { StageTiming } from './summary.ts';

export interface DriverOptions {
  readonly cluster: Cluster;
  readonly lake: ObjectStore;
  /** Address of the raw files. */
  readonly raw: string;
  readonly emit: Emit;
  readonly signal?: AbortSignal | undefined;
}

/** How often progress is told, at most: more often than the eye sees is waste. */
const PROGRESS_MS = 100;

/**
 * Runs stages: writes the stage's plan to the lake, leaves out tasks that are committed, runs the others, and waits for
 * all. What a coordinator knows is in the lake, so another can go on where it died.
 */
export function createDriver({
  cluster,
  lake,
  raw,
  emit,
  signal,
}: DriverOptions): Driver & { readonly timings: StageTiming[] } {
  const timings: StageTiming[] = [];
  return {
    timings,
    async stage<Output>(request: StageRequest<Output>): Promise<Output[]> {
      signal?.throwIfAborted();
      const started = performance.now();
      const { kind, title, unit, shared, inputs } = request;
      const stage = timings.some(timing => timing.stage === kind) ? `${kind}#${timings.length}` : kind;
      const code = await codeHash(kind.slice(0, kind.indexOf('.')));
      const { tasks, hash, document } = planStage({ kind, code, raw, shared, inputs });
      const commits = new Map<Task, Commit<Output>>();
      for (const [task, commit] of await committed<Output>(lake, tasks)) commits.set(task, commit);
      const missing = tasks.filter(task => !commits.has(task));
      const reused = tasks.length - missing.length;
      emit({ ev: 'stage.started', stage, title, unit, total: tasks.length, reused });
      const progress = progressOf(request, stage, tasks.length, emit);
      for (const commit of commits.values()) progress.add(commit.output);
      if (missing.length > 0) {
        await lake.write(layout.plan(hash), document, { ifAbsent: true });
        for (const task of missing)
          invariant(JSON.stringify(task).length <= TASK_MESSAGE_BYTES_MAX, 'a task message is small');
        const onRetry = (task: Task, attempt: number, { message }: { message: string }) =>
          emit({ ev: 'task.retried', stage, index: task.index, attempt, error: message });
        for await (const { task, commit } of cluster.execute(missing, { onRetry, ...(signal && { signal }) })) {
          commits.set(task, commit as Commit<Output>);
          progress.add(commit.output as Output);
        }
      }
      const rows = progress.finish();
      const ms = performance.now() - started;
      timings.push({ stage, title, unit, ms, rows, computed: missing.length, reused });
      emit({ ev: 'stage.finished', stage, ms, computed: missing.length, reused, rows });
      return tasks.map(task => commits.get(task)!.output);
    },
  };
}

/**
 * The commits that exist already, and whose files do: one listing of each says which to read. A commit whose files have
 * been taken away is worth nothing; it is removed, so that another attempt can commit.
 */
async function committed<Output>(
  lake: ObjectStore,
  tasks: readonly Task[],
): Promise<(readonly [Task, Commit<Output>])[]> {
  const kind = tasks[0]?.kind;
  if (kind === undefined) return [];
  const commits = await sizesBelow(lake, layout.commitsOf(kind));
  const found = tasks.filter(({ id }) => commits.has(layout.commit(kind, id)));
  if (found.length === 0) return [];
  const written = [await sizesBelow(lake, layout.partsOf(kind)), await sizesBelow(lake, layout.scratchOf(kind))];
  const isWhole = ({ key, bytes }: { key: string; bytes: number }) => written.some(sizes => sizes.get(key) === bytes);
  const whole: (readonly [Task, Commit<Output>])[] = [];
  await Promise.all(
    found.map(async task => {
      const key = layout.commit(kind, task.id);
      const commit = await readCommit<Output>(lake, key);
      // A file that a power cut has left short is as good as gone.
      if (commit?.files.every(isWhole)) whole.push([task, commit]);
      else await lake.remove(key);
    }),
  );
  return whole;
}

/** Null for a commit that a power cut has left short: commits are not flushed. */
async function readCommit<Output>(lake: ObjectStore, key: string): Promise<Commit<Output> | null> {
  try {
    return await readJson<Commit<Output>>(lake, key);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function sizesBelow(lake: ObjectStore, prefix: string): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { key, size } of lake.list(prefix)) sizes.set(key, size);
  return sizes;
}

function progressOf<Output>({ rows, rejected }: StageRequest<Output>, stage: string, total: number, emit: Emit) {
  let done = 0;
  let rowsDone = 0;
  let rejectedDone = 0;
  let told = 0;
  const tell = () => {
    told = performance.now();
    const rssMb = Math.round(process.memoryUsage.rss() / 1e6);
    emit({ ev: 'stage.progress', stage, done, total, rows: rowsDone, rejected: rejectedDone, rssMb });
  };
  return {
    add(output: Output) {
      done++;
      rowsDone += rows?.(output) ?? 0;
      rejectedDone += rejected?.(output) ?? 0;
      if (performance.now() - told >= PROGRESS_MS) tell();
    },
    finish(): number {
      tell();
      return rowsDone;
    },
  };
}
