/** CSV to Parquet files on worker threads: each takes the next range of the file until there is none. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createKernels } from '../../kernels/wasm.ts';
import { encodeParquet } from '../../lake/parquet/write.ts';
import { GROCERY_SALES } from '../contracts.ts';
import { definitionOf, PROFILES, rowsOf } from '../encoder.ts';
import { lineRanges, readBatches } from '../reader.ts';
import { printUsage, programOptions, timed } from '../usage.ts';

export interface ThreadsOptions {
  readonly path: string;
  readonly folder: string;
  readonly threads: number;
}

interface Work {
  readonly path: string;
  readonly folder: string;
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  /** Number of the next range. */
  readonly next: Int32Array;
}

/** A little less than readBatches takes in two pieces. */
const RANGE_BYTES = 15 * 2 ** 20;

if (isMainThread) await lead(programOptions<ThreadsOptions>());
else follow(workerData as Work);

/** The clock runs from the moment that all threads are ready to the moment that the last one has no more to do. */
async function lead({ path, folder, threads }: ThreadsOptions): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const next = new Int32Array(new SharedArrayBuffer(4));
  const work: Work = { path, folder, ranges: lineRanges(path, RANGE_BYTES), next };
  const workers = Array.from({ length: threads }, () => new Worker(new URL(import.meta.url), { workerData: work }));
  const all = (said: string) => Promise.all(workers.map(worker => answer(worker, said)));
  await all('ready');
  const time = await timed(() => {
    const done = all('done');
    for (const worker of workers) worker.postMessage('go');
    return done;
  });
  printUsage(time);
  rmSync(folder, { recursive: true });
}

function answer(worker: Worker, said: string): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', message => (message === said ? resolve() : reject(new Error(`a thread said ${message}`))));
  });
}

function follow({ path, folder, ranges, next }: Work): void {
  const kernels = createKernels();
  const definition = definitionOf('sales', GROCERY_SALES);
  parentPort!.once('message', () => {
    for (let at = Atomics.add(next, 0, 1); at < ranges.length; at = Atomics.add(next, 0, 1)) {
      let part = 0;
      readBatches(kernels, { path, ...ranges[at]! }, GROCERY_SALES, batch => {
        const bytes = encodeParquet(kernels, definition, rowsOf(batch), PROFILES.delta);
        writeFileSync(join(folder, `${at}-${part++}.parquet`), bytes);
      });
    }
    parentPort!.postMessage('done');
  });
  parentPort!.postMessage('ready');
}
