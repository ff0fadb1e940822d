/** A run in a process of its own, which a test can kill: prints each event as a line as it happens. */
import { run } from '../coordinator/run.ts';

const [input = '', project = '', threads = '2', chunkBytes = '65536'] = process.argv.slice(2);
await run({
  input,
  project,
  threads: Number(threads),
  chunkBytes: Number(chunkBytes),
  onEvent: event => process.stdout.write(`${JSON.stringify(event)}\n`),
});
