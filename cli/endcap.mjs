#!/usr/bin/env node
/**
 * The command `endcap`, for any Node ≥ 18: installs what a fresh clone lacks, then hands over to cli/main.ts, in this
 * process if it is Node 24, else in a Node 24 of its own.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureSetup, NODE_MAJOR, SetupError } from '../setup.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

try {
  const node = ensureSetup();
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) {
    const { start } = await import('./start.ts');
    await start();
  } else handOver(node);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`endcap: ${error.message}\n`);
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
