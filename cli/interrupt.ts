import type { Session } from './io.ts';
import type { Reporter } from './reporter.ts';

/** The same key press may reach us twice: from the terminal, and from the process that started us. */
const ECHO_MS = 150;

const EXIT_INTERRUPTED = 130;

/** Ctrl-C once: no new task starts, and the run ends when those in flight have. Twice: the process ends at once. */
export function catchInterrupts({ onInterrupt, now, exit }: Session, reporter: Reporter) {
  const controller = new AbortController();
  let first = 0;
  const close = onInterrupt(() => {
    if (!controller.signal.aborted) {
      first = now();
      reporter.stopping();
      controller.abort(new Error('interrupted'));
    } else if (now() - first > ECHO_MS) {
      reporter.close(true);
      exit(EXIT_INTERRUPTED);
    }
  });
  return { signal: controller.signal, close };
}
