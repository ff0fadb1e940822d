#!/usr/bin/env node
/**
 * The command `endcap`, for any Node ≥ 18: installs what a fresh clone lacks, then hands over to cli/main.ts, in this
 * process if it is Node 24, else in a Node 24 of its own.
 */
import { spawn } from 'node:child_process';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { ensureSetup, NODE_MAJOR, SetupError } from '../setup.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

try {
  const node = ensureSetup();
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) {
    // Compiled code is kept from call to call: help comes in 60 ms instead of 130.
    const cache = fileURLToPath(new URL('../node_modules/.cache/endcap', import.meta.url));
    module.enableCompileCache(cache);
    const { start } = await import('./start.ts');
    await start(cache);
  } else handOver(node);
} catch (error) {
  process.stderr.write(`endcap: ${messageOf(error)}\n`);
  process.exitCode = 1;
}

/**
 * Runs this file in `node`. Ctrl-C in a terminal reaches both processes: this one stays until the other has ended, and
 * passes on what was sent to it alone. The channel between them tells the other when this one was killed.
 */
function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  child.on('error', error => {
    process.stderr.write(`endcap: ${node} cannot be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code;
      return;
    }
    for (const name of SIGNALS) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

/** What a person can mend is a sentence; anything else here is a broken installation or our own mistake. */
function messageOf(error) {
  if (error instanceof SetupError) return error.message;
  const detail = process.argv.includes('-v') || process.argv.includes('--verbose') ? error.stack : error.message;
  return `it could not start: ${detail}\nTry \`npm ci\` in the folder of endcap; if that does not help, this is a bug in endcap.`;
}
