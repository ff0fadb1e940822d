import type { Kernels } from '../kernels/wasm.ts';
import type { PartFile, ScratchFile } from '../lake/manifest.ts';
import type { ObjectStore } from '../lake/store.ts';

/** What a task may use besides its input. */
export interface TaskContext<Shared = unknown> {
  /** The part of the stage's plan that all its tasks have in common. */
  readonly shared: Shared;
  readonly lake: ObjectStore;
  /** The folder or bucket of raw files. */
  readonly raw: ObjectStore;
  /** Kernels and memory that this task has to itself until it ends. */
  readonly kernels: Kernels;
  /**
   * Writes a file of this attempt; nobody sees it unless the attempt commits, and that waits until it is on the disk. The
   * bytes are the task's again at once.
   */
  write(name: string, bytes: Uint8Array, rows: number): Promise<PartFile>;
  /** The same for a file that only later tasks read, slice by slice: each slice has a hash of its own, the whole has none. */
  scratch(name: string, bytes: Uint8Array, rows: number): Promise<ScratchFile>;
  /** Like `write`, piece by piece: for what is too large for the memory. */
  writer(name: string): Promise<PartWriter>;
}

export interface PartWriter {
  write(bytes: Uint8Array): Promise<void>;
  close(rows: number): Promise<PartFile>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

/** What to tell of a task that needs more memory than it has. */
export interface MemoryAdvice {
  readonly what: string;
  readonly where: string;
  /** What takes the memory. */
  readonly why: string;
  /** What makes it less. */
  readonly next: string;
}

/** Runs on a worker thread. Idempotent and without state: the same input makes the same bytes, whatever the attempt. */
export type TaskFunction<Input = never, Shared = never, Output = unknown> = (
  input: Input,
  context: TaskContext<Shared>,
) => Promise<Output>;

type Job = Readonly<Record<string, unknown>>;

/** The task functions of each job, loaded by the first thread that needs them. */
const JOBS: Readonly<Record<string, () => Promise<Job>>> = {
  baskets: () => import('./baskets/tasks.ts'),
  clean: () => import('./clean/tasks.ts'),
  customers: () => import('./customers/tasks.ts'),
  recommend: () => import('./recommend/tasks.ts'),
  segment: () => import('./segment/tasks.ts'),
  probe: () => import('./probe/tasks.ts'),
  value: () => import('./value/tasks.ts'),
};

/** What can be done about a task of a kind that needs more memory than it has; null when its job does not say. */
export async function adviceFor(kind: string, input: unknown, shared: unknown): Promise<MemoryAdvice | null> {
  const job = await JOBS[kind.split('.')[0]!]?.();
  const advise = job?.memoryAdvice as ((...of: unknown[]) => MemoryAdvice | null) | undefined;
  return advise?.(kind, input, shared) ?? null;
}

/** The function of a kind such as `clean.chunk`. */
export async function taskFunction(kind: string): Promise<TaskFunction> {
  const [job = '', name = ''] = kind.split('.');
  const found = (await JOBS[job]?.())?.[name];
  if (typeof found !== 'function') throw new Error(`no task '${kind}': known jobs are ${Object.keys(JOBS).join(', ')}`);
  return found as TaskFunction;
}
