import { createHash, randomBytes } from 'node:crypto';
import { InvariantError, UserError } from '../base/errors.ts';
import type { AttemptError, AttemptMessage, AttemptOutcome, Commit, Task } from '../cluster/task.ts';
import { KernelMemoryError, withKernels } from '../kernels/wasm.ts';
import { layout } from '../lake/layout.ts';
import { openStore } from '../lake/open.ts';
import { NoObjectError, type ObjectStore, type ObjectWriter, readJson, writeJson } from '../lake/store.ts';
import { adviceFor, type PartWriter, type TaskContext, type TaskFunction, taskFunction } from './registry.ts';
import { type OpenPlan, openPlan } from './stage.ts';

/**
 * Runs one attempt: reads the task's input from the stage's plan, runs its function, and creates the task's commit if
 * no attempt has yet. An attempt that finds the commit taken has lost quietly: the winner's commit is its answer too.
 */
export async function runAttempt({ task, lakeUrl }: AttemptMessage): Promise<AttemptOutcome> {
  const started = performance.now();
  let plan: OpenPlan | undefined;
  try {
    const lake = await storeAt(lakeUrl);
    plan = await stagePlan(lake, task.plan);
    const { shared } = plan;
    const input = plan.input(task.index);
    const raw = await storeAt(plan.raw);
    const run = (await taskFunction(task.kind)) as unknown as TaskFunction<unknown, unknown>;
    const attempt = randomBytes(8).toString('hex');
    const files: { key: string; bytes: number }[] = [];
    const writes: Promise<unknown>[] = [];
    const put = (key: string, bytes: Uint8Array, flush: boolean) => {
      const written = lake.write(key, bytes, { flush });
      // What fails is heard of before the commit; until then it must not end the process.
      written.catch(() => undefined);
      writes.push(written);
      files.push({ key, bytes: bytes.length });
      return { key, bytes: bytes.length };
    };
    const context: Omit<TaskContext, 'kernels'> = {
      shared,
      lake,
      raw,
      async scratch(name, bytes, rows) {
        return { ...put(layout.scratch(task.kind, task.id, attempt, name), bytes, false), rows };
      },
      async write(name, bytes, rows) {
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        return { ...put(layout.part(task.kind, task.id, attempt, name), bytes, true), rows, sha256 };
      },
      async writer(name) {
        const key = layout.part(task.kind, task.id, attempt, name);
        return partWriter(key, await lake.writer(key), bytes => files.push({ key, bytes }));
      },
    };
    // The next task has the kernels while this one's files are on their way to the disk.
    const output = await withKernels(async kernels => run(input, { ...context, kernels })).finally(() =>
      Promise.allSettled(writes),
    );
    await Promise.all(writes);
    const own: Commit = { kind: task.kind, task: task.id, attempt, files, output };
    const commit = await commitOnce(lake, own);
    return { ok: true, commit, ms: performance.now() - started };
  } catch (error) {
    const told = plan && error instanceof KernelMemoryError ? await tooLarge(task, plan, error) : error;
    return { ok: false, error: attemptError(told) };
  }
}

/** Hashes and counts the bytes on their way; `onClose` is told how many there were when they are all written. */
function partWriter(key: string, output: ObjectWriter, onClose: (bytes: number) => void): PartWriter {
  const hash = createHash('sha256');
  let size = 0;
  return {
    async write(bytes) {
      hash.update(bytes);
      size += bytes.length;
      await output.write(bytes);
    },
    async close(rows) {
      await output.close();
      onClose(size);
      return { key, sha256: hash.digest('hex'), bytes: size, rows };
    },
    abort: () => output.abort(),
  };
}

async function commitOnce(lake: ObjectStore, own: Commit): Promise<Commit> {
  const key = layout.commit(own.kind, own.task);
  // Not flushed: when the power goes, what is lost is known to be, and is done again.
  if (await writeJson(lake, key, own, { ifAbsent: true, flush: false })) return own;
  const winner = await readJson<Commit>(lake, key);
  if (!winner) throw new Error(`commit '${key}' was taken and then vanished`);
  return winner;
}

/** Stores by address, opened once a thread. */
const stores = new Map<string, Promise<ObjectStore>>();

function storeAt(url: string): Promise<ObjectStore> {
  let store = stores.get(url);
  if (!store) {
    store = openStore(url);
    stores.set(url, store);
  }
  return store;
}

/** The plan of the stage that this thread works on. */
let current: { readonly hash: string; readonly lake: ObjectStore; readonly plan: OpenPlan } | null = null;

async function stagePlan(lake: ObjectStore, hash: string): Promise<OpenPlan> {
  if (current?.hash === hash && current.lake === lake) return current.plan;
  const document = await lake.read(layout.plan(hash)).catch((cause: unknown) => {
    throw cause instanceof NoObjectError ? new Error(`no stage plan '${hash}' in ${lake.url}`, { cause }) : cause;
  });
  const plan = openPlan(document);
  current = { hash, lake, plan };
  return plan;
}

/** The limits that cut tasks make this rare: records that are far smaller or larger than those of other shops. */
async function tooLarge({ kind, index }: Task, plan: OpenPlan, error: KernelMemoryError): Promise<UserError> {
  const advice = await adviceFor(kind, plan.input(index), plan.shared);
  const [limit, used, size] = [error.limit, error.used, error.size].map(bytes => Math.ceil(bytes / 2 ** 20));
  const figures = `${kind} ${index + 1} held ${used} MiB and needed ${size} MiB more`;
  return new UserError({
    code: 'E_MEMORY',
    what: `${advice?.what ?? `${kind} ${index + 1} cannot be done`} in the ${limit} MiB that a task works in`,
    where: advice?.where,
    why: advice ? `${advice.why}; ${figures}` : figures,
    unchanged: 'nothing was published; what was finished is kept',
    next: advice?.next,
    exitCode: 1,
  });
}

function attemptError(error: unknown): AttemptError {
  if (error instanceof UserError)
    return { name: error.name, message: error.message, details: error.details, retry: false };
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), retry: true };
  const { name, message, stack } = error;
  const ours = [InvariantError, TypeError, RangeError, ReferenceError, SyntaxError].some(kind => error instanceof kind);
  return { name, message, stack, retry: !ours };
}
