/**
 * Terminology, used everywhere in this repository, without synonyms:
 *
 * - run: one execution of the pipeline over one folder of raw files; has an id
 * - job: a named computation (clean, load …); a folder of `jobs/`
 * - plan: what a run or a stage will execute; data that can be printed
 * - stage: the tasks of one job that may run at the same time; a barrier follows it
 * - task: one function of a job applied to one input; the unit of scheduling
 * - attempt: one try at a task; only one attempt's files are ever committed
 * - commit: the record of what a task made, created once by the first attempt that ends
 * - chunk: a byte range of a raw file that begins and ends at record ends
 * - record: what a raw file holds between two record ends; row: a record that became part of a table
 * - part file: one Parquet file of one partition (a day of fct_sales), written by one attempt
 * - manifest: the list of part files that are a table; publication: the manifest that readers see
 * - lake: where bytes rest; warehouse: where answers rest
 * - data set, contract: a source, and what it promises
 * - fact, dimension, mart: fct_sales; dim_customer …; a table made for one question
 * - quarantine: records refused, with the reason, kept
 */

/** A message on a queue: small, because everything larger rests in the lake under `plan`. */
export interface Task {
  /** `<job>.<function>`, such as `clean.chunk`: which code to run. */
  readonly kind: string;
  /** Hash of the kind, its code and its input's content: the same for every attempt, run and machine. */
  readonly id: string;
  /** Hash of the stage's plan in the lake. */
  readonly plan: string;
  /** Which of the plan's inputs is this task's. */
  readonly index: number;
}

/** What a worker is handed. */
export interface AttemptMessage {
  readonly task: Task;
  /** Counts from 1. */
  readonly attempt: number;
  /** A worker opens its own store: a connection cannot cross threads. */
  readonly lakeUrl: string;
}

/** What became of an attempt. Data rather than an exception: errors lose their fields between threads. */
export type AttemptOutcome =
  | { readonly ok: true; readonly commit: Commit; readonly ms: number }
  | { readonly ok: false; readonly error: AttemptError };

export interface AttemptError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  /** Of a UserError. */
  readonly details?: unknown;
  /** Whether another attempt could end otherwise. */
  readonly retry: boolean;
}

/** Created only if absent, under the task's id: it decides which attempt's files exist. */
export interface Commit<Output = unknown> {
  readonly kind: string;
  readonly task: string;
  /** Random, and part of the keys of the files that the attempt wrote. */
  readonly attempt: string;
  readonly files: readonly { readonly key: string; readonly bytes: number }[];
  readonly output: Output;
}

export interface TaskResult {
  readonly task: Task;
  readonly attempts: number;
  readonly commit: Commit;
  readonly ms: number;
}
