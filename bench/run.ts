/** One run of the pipeline, for bench/pipeline.ts. */
import { run } from '../coordinator/run.ts';
import { printUsage } from './usage.ts';

const [input = '', project = '', threads = '2'] = process.argv.slice(2);
await run({
  input,
  project,
  threads: Number(threads),
  onEvent: event => {
    if (event.ev === 'stage.finished') console.error(`${event.stage} ${(event.ms / 1000).toFixed(1)} s`);
  },
});
printUsage();
