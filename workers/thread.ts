/** The entry point of a worker thread: Piscina calls this once an attempt. */
import type { AttemptMessage, AttemptOutcome } from '../cluster/task.ts';
import { runAttempt } from '../jobs/attempt.ts';

export default (message: AttemptMessage): Promise<AttemptOutcome> => runAttempt(message);
