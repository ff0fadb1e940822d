import { describe, expect, it, onTestFinished } from 'vitest';
import { TASK_ATTEMPTS, TASK_MESSAGE_BYTES_MAX } from '../base/limits.ts';
import { type Cluster, type ExecuteOptions, TaskFailure } from './cluster.ts';
import type { AttemptError, Task, TaskResult } from './task.ts';

/** What a probe task does; see jobs/probe/tasks.ts. */
export interface Probe {
  readonly value: number;
  readonly failures?: number;
  readonly refuse?: boolean;
  readonly bytes?: number;
}

/** A cluster on a lake of its own. */
export interface Bench {
  readonly cluster: Cluster;
  /** Writes the plan of a stage to the lake, and gives its tasks. */
  plan(probes: readonly Probe[]): Promise<readonly Task[]>;
  /** The ids of the tasks that are committed. */
  committed(): Promise<readonly string[]>;
  /** Attempts that left their mark because they were told to fail. */
  marks(): Promise<number>;
  close(): Promise<void>;
}

/** The promises of Cluster, checked. A new kind of cluster is done when this passes on it. */
export function testCluster(name: string, open: () => Promise<Bench>): void {
  const ready = async (): Promise<Bench> => {
    const bench = await open();
    onTestFinished(() => bench.close());
    return bench;
  };
  describe(name, () => {
    describe('tasks', () => testResults(ready));
    describe('a task whose world fails', () => testRetries(ready));
    describe('a task that ends a run', () => testFailures(ready));
    describe('an interrupted run', () => testAborts(ready));
  });
}

const echoes = (count: number): Probe[] => Array.from({ length: count }, (_, value) => ({ value }));
const outputOf = ({ commit }: TaskResult): unknown => commit.output;

async function collect(
  results: AsyncIterable<TaskResult>,
  onResult?: (result: TaskResult) => void,
): Promise<TaskResult[]> {
  const found = [];
  for await (const result of results) {
    found.push(result);
    onResult?.(result);
  }
  return found;
}

/** Runs tasks to the error that ends them. */
async function failureOf(bench: Bench, tasks: readonly Task[], options?: ExecuteOptions): Promise<TaskFailure> {
  const error = await collect(bench.cluster.execute(tasks, options)).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(TaskFailure);
  return error as TaskFailure;
}

function testResults(open: () => Promise<Bench>): void {
  it('give one result each, with what they committed', async () => {
    const bench = await open();
    const tasks = await bench.plan(echoes(40));
    const results = await collect(bench.cluster.execute(tasks));
    const byIndex = results.toSorted((a, b) => a.task.index - b.task.index);
    expect(byIndex.map(outputOf)).toEqual(echoes(40));
    expect(byIndex.map(({ task }) => task)).toEqual(tasks);
    expect(byIndex.map(({ commit }) => commit.task)).toEqual(tasks.map(({ id }) => id));
    expect(new Set(results.map(({ commit }) => commit.attempt)).size).toBe(40);
    expect(results.every(({ attempts, ms }) => attempts === 1 && ms >= 0)).toBe(true);
    expect(await bench.committed()).toEqual(tasks.map(({ id }) => id).sort());
  });

  it('may be none', async () => {
    const bench = await open();
    expect(await collect(bench.cluster.execute([]))).toEqual([]);
  });

  it('may come in stages, one cluster for all', async () => {
    const bench = await open();
    for (const count of [3, 1, 5]) {
      const results = await collect(bench.cluster.execute(await bench.plan(echoes(count))));
      expect(results.map(({ task }) => task.index).sort()).toEqual(echoes(count).map(({ value }) => value));
    }
  });

  it('that were committed before give the same commit again', async () => {
    const bench = await open();
    const tasks = await bench.plan(echoes(3));
    const first = await collect(bench.cluster.execute(tasks));
    const second = await collect(bench.cluster.execute(tasks));
    const commits = (results: TaskResult[]) =>
      results.toSorted((a, b) => a.task.index - b.task.index).map(({ commit }) => commit);
    expect(commits(second)).toEqual(commits(first));
  });

  it('that are attempted twice at once have one winner, whose commit is the answer of both', async () => {
    const bench = await open();
    const tasks = await bench.plan(echoes(10));
    const twice = tasks.flatMap(task => [task, { ...task }]);
    const results = await collect(bench.cluster.execute(twice));
    expect(results).toHaveLength(20);
    for (const task of tasks) {
      const attempts = results.filter(result => result.task.id === task.id).map(({ commit }) => commit.attempt);
      expect(attempts).toHaveLength(2);
      expect(new Set(attempts).size).toBe(1);
    }
    expect(await bench.committed()).toHaveLength(10);
  });

  it('are small messages, whatever their input', async () => {
    const bench = await open();
    const tasks = await bench.plan([{ value: 1e300, failures: 0 }, ...echoes(2_000)]);
    expect(Math.max(...tasks.map(task => Buffer.byteLength(JSON.stringify(task))))).toBeLessThanOrEqual(
      TASK_MESSAGE_BYTES_MAX,
    );
  });

  it('end when nobody waits for the rest', async () => {
    const bench = await open();
    const tasks = await bench.plan(echoes(200));
    for await (const _ of bench.cluster.execute(tasks)) break;
    const committed = await bench.committed();
    expect(committed.length).toBeLessThan(50);
    expect(await collect(bench.cluster.execute(tasks.slice(0, 3)))).toHaveLength(3);
  });
}

function testRetries(open: () => Promise<Bench>): void {
  it('is tried again until it ends, and each failure is told', async () => {
    const bench = await open();
    const told: [number, number, string][] = [];
    const onRetry = (task: Task, attempt: number, error: AttemptError) =>
      void told.push([task.index, attempt, error.message]);
    const tasks = await bench.plan([{ value: 7, failures: 2 }]);
    const results = await collect(bench.cluster.execute(tasks, { attempts: 3, onRetry }));
    expect(results.map(outputOf)).toEqual([{ value: 7 }]);
    expect(results.map(({ attempts }) => attempts)).toEqual([3]);
    expect(told).toEqual([
      [0, 1, 'probe failure 1 of 2'],
      [0, 2, 'probe failure 2 of 2'],
    ]);
  });

  it('names only the files of the attempt that ended', async () => {
    const bench = await open();
    const [result] = await collect(bench.cluster.execute(await bench.plan([{ value: 7, failures: 1 }])));
    expect(await bench.marks()).toBe(2);
    expect(result!.commit.files.map(({ key }) => key)).toEqual([
      `lake/scratch/probe.echo/${result!.task.id}-${result!.commit.attempt}/failure`,
    ]);
  });

  it(`is tried ${TASK_ATTEMPTS} times unless told otherwise, and then named with its last error`, async () => {
    const bench = await open();
    const failure = await failureOf(bench, await bench.plan([{ value: 0, failures: 99 }]));
    expect(failure.attempts).toBe(TASK_ATTEMPTS);
    expect(failure.task).toMatchObject({ kind: 'probe.echo', index: 0 });
    expect(failure.message).toBe(`task probe.echo 0 failed after 3 attempts: probe failure 3 of 99`);
    expect(await bench.marks()).toBe(TASK_ATTEMPTS);
    expect(await bench.committed()).toEqual([]);
  });

  it('for want of its plan is such a task', async () => {
    const bench = await open();
    const [task] = await bench.plan(echoes(1));
    const failure = await failureOf(bench, [{ ...task!, plan: '0'.repeat(64) }], { attempts: 2 });
    expect([failure.attempts, failure.error.retry]).toEqual([2, true]);
    expect(failure.error.message).toMatch(/^no stage plan '0{64}'/);
  });
}

function testFailures(open: () => Promise<Bench>): void {
  it('because another attempt would not mend it is tried once', async () => {
    const bench = await open();
    const retries: number[] = [];
    const tasks = await bench.plan([{ value: 0, refuse: true }]);
    const failure = await failureOf(bench, tasks, {
      attempts: 5,
      onRetry: (_task, attempt) => void retries.push(attempt),
    });
    expect([failure.attempts, retries]).toEqual([1, []]);
    expect(failure.error).toMatchObject({
      name: 'UserError',
      retry: false,
      details: { code: 'E_PROBE', what: 'the probe refuses', exitCode: 1 },
    });
    expect(failure.message).toBe('task probe.echo 0 failed after 1 attempt: E_PROBE the probe refuses');
  });

  it('that needs more memory than it has is told as what a person can do something about', async () => {
    const bench = await open();
    const failure = await failureOf(bench, await bench.plan([{ value: 0, bytes: 2 ** 32 }]));
    expect([failure.attempts, failure.error.retry]).toEqual([1, false]);
    expect(failure.error.details).toMatchObject({
      code: 'E_MEMORY',
      what: 'probe.echo 1 cannot be done in the 1024 MiB that a task works in',
      why: expect.stringMatching(/^probe.echo 1 held \d+ MiB and needed 4096 MiB more$/),
    });
  });

  it('lets no new task start, and those in flight end first', async () => {
    const bench = await open();
    // All workers are at work before: one that is still being started would leave the others time for everything.
    const first = await bench.plan(echoes(40).map(({ value }) => ({ value: value + 1_000 })));
    await collect(bench.cluster.execute(first));
    const tasks = await bench.plan([{ value: 0, refuse: true }, ...echoes(200)]);
    await failureOf(bench, tasks);
    const committed = await bench.committed();
    expect(committed.length).toBeLessThan(first.length + 50);
    expect(await collect(bench.cluster.execute(tasks.slice(-1))), 'the cluster works on').toHaveLength(1);
    const one = tasks.at(-1)!.id;
    expect(
      (await bench.committed()).filter(id => id !== one),
      'nothing ended late',
    ).toEqual(committed.filter(id => id !== one));
  });

  it('lets no other task be tried again', async () => {
    const bench = await open();
    const hopeless = Array.from({ length: 3 }, (_, value) => ({ value, failures: 1e9 }));
    const failure = await failureOf(bench, await bench.plan([{ value: 9, refuse: true }, ...hopeless]), {
      attempts: 50,
    });
    expect(failure.error.retry).toBe(false);
    expect(await bench.marks()).toBeLessThan(20);
  });

  it('leaves no rejection that nobody handles, however many fail together', async () => {
    const bench = await open();
    const leaked: unknown[] = [];
    const onLeak = (reason: unknown) => void leaked.push(reason);
    process.on('unhandledRejection', onLeak);
    try {
      await failureOf(bench, await bench.plan(Array.from({ length: 8 }, (_, value) => ({ value, refuse: true }))));
      const half = await bench.plan(Array.from({ length: 8 }, (_, value) => ({ value, refuse: value > 0 })));
      const first = bench.cluster.execute(half)[Symbol.asyncIterator]();
      await first.next().catch(() => undefined);
      await first.return?.();
      // Node tells of a rejection once the queue of microtasks is empty.
      await new Promise(resolve => setImmediate(resolve));
    } finally {
      process.off('unhandledRejection', onLeak);
    }
    expect(leaked).toEqual([]);
  });
}

function testAborts(open: () => Promise<Bench>): void {
  const reason = new Error('interrupted by a person');

  it('starts no new task, ends those in flight, and says why it ended', async () => {
    const bench = await open();
    const abort = new AbortController();
    const tasks = await bench.plan(echoes(200));
    const results: TaskResult[] = [];
    const running = collect(bench.cluster.execute(tasks, { signal: abort.signal }), result => {
      results.push(result);
      if (results.length === 3) abort.abort(reason);
    });
    await expect(running).rejects.toBe(reason);
    const committed = await bench.committed();
    expect(committed.length).toBeGreaterThanOrEqual(3);
    expect(committed.length).toBeLessThan(50);
    const again = await collect(bench.cluster.execute(tasks));
    expect(again, 'and goes on later').toHaveLength(200);
  });

  it('starts nothing when it was interrupted before it began', async () => {
    const bench = await open();
    const signal = AbortSignal.abort(reason);
    await expect(collect(bench.cluster.execute(await bench.plan(echoes(3)), { signal }))).rejects.toBe(reason);
    expect(await bench.committed()).toEqual([]);
  });

  it('waits for no further attempt', async () => {
    const bench = await open();
    const abort = new AbortController();
    const onRetry = () => abort.abort(reason);
    const tasks = await bench.plan([{ value: 0, failures: 1e9 }]);
    await expect(collect(bench.cluster.execute(tasks, { attempts: 1e6, signal: abort.signal, onRetry }))).rejects.toBe(
      reason,
    );
    expect(await bench.marks()).toBe(1);
  });

  it('is told from a finished one even when its last task ends', async () => {
    const bench = await open();
    const abort = new AbortController();
    const running = collect(bench.cluster.execute(await bench.plan(echoes(1)), { signal: abort.signal }), () =>
      abort.abort(reason),
    );
    await expect(running).rejects.toBe(reason);
    expect(await bench.committed()).toHaveLength(1);
  });
}
