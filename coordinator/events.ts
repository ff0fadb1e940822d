/**
 * One event log, many views: progress bars, `--json`, the summary, and later the live page all fold these events.
 * Each event is one line of NDJSON; `v` changes when a field changes its meaning.
 */

import type { ErrorDetails } from '../base/errors.ts';
import { EVENT_SEGMENT_EVENTS, EVENT_SEGMENT_MS } from '../base/limits.ts';
import { layout } from '../lake/layout.ts';
import type { ObjectStore } from '../lake/store.ts';
import type { ChoiceFile } from './choicefile.ts';
import type { RunSummary } from './summary.ts';

export type EventBody =
  | {
      readonly ev: 'run.started';
      /** A search for a recommender; a run has none. */
      readonly verb?: 'tune';
      readonly dataset: string;
      readonly project: string;
      readonly input: string;
      readonly cluster: string;
      readonly parallelism: number;
    }
  | { readonly ev: 'run.warning'; readonly message: string }
  | {
      readonly ev: 'plan.ready';
      readonly files: number;
      readonly bytes: number;
      readonly records: number;
      readonly chunks: number;
    }
  /** `reused` tasks were committed before and are not computed again. */
  | {
      readonly ev: 'stage.started';
      readonly stage: string;
      readonly title: string;
      readonly unit: string;
      readonly total: number;
      readonly reused: number;
    }
  | {
      readonly ev: 'stage.progress';
      readonly stage: string;
      readonly done: number;
      readonly total: number;
      /** Records dealt with so far by this stage, where that makes sense, else 0. */
      readonly rows: number;
      readonly rejected: number;
      readonly rssMb: number;
    }
  | {
      readonly ev: 'task.retried';
      readonly stage: string;
      readonly index: number;
      readonly attempt: number;
      readonly error: string;
    }
  | {
      readonly ev: 'stage.finished';
      readonly stage: string;
      readonly ms: number;
      readonly computed: number;
      readonly reused: number;
      readonly rows: number;
    }
  | { readonly ev: 'run.published'; readonly n: number }
  | { readonly ev: 'run.finished'; readonly ms: number; readonly summary: RunSummary }
  /** Of a search for a recommender, which is told of as a run is. */
  | { readonly ev: 'tune.finished'; readonly ms: number; readonly choice: ChoiceFile }
  | { readonly ev: 'run.failed'; readonly ms: number; readonly exitCode: number; readonly error: ErrorDetails }
  | { readonly ev: 'run.interrupted'; readonly ms: number };

export type RunEvent = EventBody & { readonly v: 1; readonly t: string; readonly run: string };
export type Emit = (body: EventBody) => void;

/** Appends events to the run's log in numbered segments, each an object of its own, and shows them to a listener. */
export class EventLog {
  readonly #lake: ObjectStore;
  readonly #run: string;
  readonly #listener: (event: RunEvent) => void;
  #pending: RunEvent[] = [];
  #segment = 0;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(lake: ObjectStore, run: string, listener: (event: RunEvent) => void) {
    this.#lake = lake;
    this.#run = run;
    this.#listener = listener;
  }

  readonly emit: Emit = body => {
    const event: RunEvent = { v: 1, t: new Date().toISOString(), run: this.#run, ...body };
    this.#listener(event);
    this.#pending.push(event);
    if (this.#pending.length >= EVENT_SEGMENT_EVENTS) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), EVENT_SEGMENT_MS);
  };

  /** Writes what is left. No event may follow. */
  async close(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  #flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pending.length === 0) return;
    const lines = this.#pending.map(event => `${JSON.stringify(event)}\n`).join('');
    this.#pending = [];
    const key = layout.events(this.#run, ++this.#segment);
    // A log that cannot be written must not stop a run whose data can: the run's own commits say what happened.
    this.#writing = this.#writing.then(() => this.#lake.write(key, Buffer.from(lines))).catch(() => undefined);
  }
}
