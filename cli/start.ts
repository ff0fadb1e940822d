/** Runs the command line in this process, and ends it. */
import { keepCompiledCode } from '../base/config.ts';
import { processIo } from './io.ts';
import { main } from './main.ts';

/** `cache`: the folder in which compiled code is kept. */
export async function start(cache: string): Promise<void> {
  keepCompiledCode(cache);
  followParent();
  // `endcap query … | head` closes our output when it has enough: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  process.stderr.on('error', () => undefined);
  const code = await main(process.argv.slice(2), processIo());
  await flushed(process.stdout);
  await flushed(process.stderr);
  process.exit(code);
}

const flushed = (stream: NodeJS.WriteStream): Promise<void> => new Promise(done => void stream.write('', () => done()));

/** An older Node may have started this one: when that is killed, the two end together. */
function followParent(): void {
  if (!process.connected) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}
