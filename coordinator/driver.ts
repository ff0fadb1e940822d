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
export function createDriver(options: DriverOptions): Driver & { readonly timings: StageTiming[] } {
  const { emit, signal } = options;
  const timings: StageTiming[] = [];
  const unfinished = new Map<string, StepsReport>();
  return {
    timings,
    async stage<Output>(request: StageRequest<Output>): Promise<Output[]> {
      signal?.throwIfAborted();
      const { kind, name = kind, steps } = request;
      if (steps === undefined) {
        const own = timings.some(timing => timing.stage === name) ? `${name}#${timings.length}` : name;
        return runTasks(options, request, reportStage(request, own, { emit, timings }));
      }
      const report = unfinished.get(name) ?? reportSteps(request, { name, of: steps }, { emit, timings });
      const outputs = await runTasks(options, request, report.step());
      if (report.isFinished()) unfinished.delete(name);
      else unfinished.set(name, report);
      return outputs;
    },
  };
}

/** What a stage tells of itself while it runs. */
interface Report<Output> {
  readonly name: string;
  started(reused: number): void;
  add(output: Output): void;
  finished(computed: number, reused: number): void;
}

async function runTasks<Output>(
  { cluster, lake, raw, emit, signal }: DriverOptions,
  { kind, shared, inputs }: StageRequest<Output>,
  report: Report<Output>,
): Promise<Output[]> {
  const code = await codeHash(kind.slice(0, kind.indexOf('.')));
  const { tasks, hash, document } = planStage({ kind, code, raw, shared, inputs });
  const commits = new Map<Task, Commit<Output>>();
  for (const [task, commit] of await committed<Output>(lake, tasks)) commits.set(task, commit);
  const missing = tasks.filter(task => !commits.has(task));
  const reused = tasks.length - missing.length;
  report.started(reused);
  for (const commit of commits.values()) report.add(commit.output);
  if (missing.length > 0) {
    // Not flushed: whoever goes on after a power cut writes it again.
    await lake.write(layout.plan(hash), document, { flush: false });
    for (const task of missing)
      invariant(JSON.stringify(task).length <= TASK_MESSAGE_BYTES_MAX, 'a task message is small');
    const onRetry = (task: Task, attempt: number, { message }: { message: string }) =>
      emit({ ev: 'task.retried', stage: report.name, index: task.index, attempt, error: message });
    for await (const { task, commit } of cluster.execute(missing, { onRetry, ...(signal && { signal }) })) {
      commits.set(task, commit as Commit<Output>);
      report.add(commit.output as Output);
    }
  }
  report.finished(missing.length, reused);
  return tasks.map(task => commits.get(task)!.output);
}

interface Listeners {
  readonly emit: Emit;
  readonly timings: StageTiming[];
}

function reportStage<Output>(
  request: StageRequest<Output>,
  name: string,
  { emit, timings }: Listeners,
): Report<Output> {
  const { title, unit, inputs } = request;
  const started = performance.now();
  const progress = progressOf(request, name, inputs.length, emit);
  return {
    name,
    started: reused => emit({ ev: 'stage.started', stage: name, title, unit, total: inputs.length, reused }),
    add: progress.add,
    finished(computed, reused) {
      const rows = progress.finish();
      const ms = performance.now() - started;
      timings.push({ stage: name, title, unit, ms, rows, computed, reused });
      emit({ ev: 'stage.finished', stage: name, ms, computed, reused, rows });
    },
  };
}

interface StepsReport {
  /** The report of the next stage: a step of what people see. */
  step(): Report<unknown>;
  isFinished(): boolean;
}

/** Many stages as one: each is a step of it, done or done before. */
function reportSteps(
  { title, unit }: StageRequest<never>,
  { name, of }: { readonly name: string; readonly of: number },
  { emit, timings }: Listeners,
): StepsReport {
  const started = performance.now();
  const progress = progressOf<unknown>({}, name, of, emit);
  let [done, computed] = [0, 0];
  const finish = () => {
    const ms = performance.now() - started;
    const [rows, reused] = [progress.finish(), of - computed];
    timings.push({ stage: name, title, unit, ms, rows, computed, reused });
    emit({ ev: 'stage.finished', stage: name, ms, computed, reused, rows });
  };
  emit({ ev: 'stage.started', stage: name, title, unit, total: of, reused: 0 });
  return {
    isFinished: () => done === of,
    step: () => ({
      name,
      started: () => undefined,
      add: () => undefined,
      finished(own) {
        done++;
        if (own > 0) computed++;
        progress.add(undefined);
        if (done === of) finish();
      },
    }),
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

function progressOf<Output>(
  { rows, rejected }: Pick<StageRequest<Output>, 'rows' | 'rejected'>,
  stage: string,
  total: number,
  emit: Emit,
) {
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
