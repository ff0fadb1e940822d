import type { Emit } from './events.ts';
import type { StageTiming } from './summary.ts';

/**
 * Turns the progress of the load job, which runs here and not on workers, into the events and timings of stages; and
 * ends it between two marts when the signal says so.
 */
export function watchLoad(
  timings: StageTiming[],
  emit: Emit,
  signal: AbortSignal | undefined,
): (stage: 'marts' | 'checks', done: number, total: number) => void {
  let begun = performance.now();
  let current = '';
  return (stage, done, total) => {
    signal?.throwIfAborted();
    if (stage !== current) {
      current = stage;
      emit({ ev: 'stage.started', stage, title: stage, unit: stage, total, reused: 0 });
    }
    const rssMb = Math.round(process.memoryUsage.rss() / 1e6);
    emit({ ev: 'stage.progress', stage, done, total, rows: 0, rejected: 0, rssMb });
    if (done < total) return;
    const ms = performance.now() - begun;
    begun = performance.now();
    timings.push({ stage, title: stage, unit: stage, ms, rows: 0, computed: total, reused: 0 });
    emit({ ev: 'stage.finished', stage, ms, computed: total, reused: 0, rows: 0 });
  };
}
