/** What a job's driver may ask for. A driver runs once, on the coordinator; its tasks run many times, on workers. */
export interface Driver {
  /** Runs one task per input and returns their outputs in the inputs' order once all are committed: a barrier. */
  stage<Output>(stage: StageRequest<Output>): Promise<Output[]>;
}

export interface StageRequest<Output> {
  /** `<job>.<function>`. */
  readonly kind: string;
  /** What a person sees: `clean`, `merge days`. */
  readonly title: string;
  /** What one task is, in the plural: files, chunks, days. */
  readonly unit: string;
  /** What all tasks have in common; part of each task's identity. */
  readonly shared: unknown;
  readonly inputs: readonly unknown[];
  /** What the stage is called in events and summaries. (Default: the kind) */
  readonly name?: string;
  /** How many stages of this name people see as one. (Default: each is seen by itself) */
  readonly steps?: number;
  /** Records that one output stands for, for the rate on the screen. */
  readonly rows?: (output: Output) => number;
  /** Records refused in one output. */
  readonly rejected?: (output: Output) => number;
}
