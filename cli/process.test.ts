/** The command itself, as a process: what tests in this one cannot see. */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ENDCAP = resolve(import.meta.dirname, 'endcap.mjs');

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  readonly ms: number;
}

/** `when` sees what was written so far, and may end the process. */
function start(
  argv: readonly string[],
  options: {
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    node?: string;
    when?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
  } = {},
): Promise<Ended> {
  const { cwd = tmpdir(), env, node = process.execPath, when } = options;
  const began = performance.now();
  const child = spawn(node, [ENDCAP, ...argv], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  const look = () => when?.(out + err, signal => child.kill(signal));
  child.stdout.on('data', piece => {
    out += piece;
    look();
  });
  child.stderr.on('data', piece => {
    err += piece;
    look();
  });
  return new Promise(done => {
    child.on('close', (code, signal) => done({ code, signal, out, err, ms: performance.now() - began }));
  });
}

describe('the process', () => {
  it('prints its help in the wink of an eye', async () => {
    const times: number[] = [];
    for (let i = 0; i < 4; i++) {
      const { code, out, ms } = await start(['--help']);
      expect(code).toBe(0);
      expect(out).toContain('Usage: endcap');
      times.push(ms);
    }
    // 60 ms on an idle machine; the limit allows for one that is busy with other tests.
    expect(Math.min(...times)).toBeLessThan(500);
  });

  it('exits with 2 for misuse and writes no trace', async () => {
    const { code, out, err } = await start(['statsu']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe(`error E_USAGE  unknown command 'statsu'\n  next       did you mean 'status'?\n`);
  });

  it('stops at Ctrl-C, and goes on when run again', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'endcap-stop-'));
    const argv = ['demo', '--rows', '150000', '--project', 'p', '-v'];
    let sent = false;
    const stopped = await start(argv, {
      cwd,
      when(text, kill) {
        if (sent || !text.includes('tables')) return;
        sent = true;
        kill('SIGINT');
      },
    });
    expect(stopped.err).toContain('This goes on where the run stopped:');
    expect(stopped.code).toBe(130);
    expect(await start(['status', '--project', 'p'], { cwd })).toMatchObject({
      code: 0,
      out: expect.stringContaining('interrupted'),
    });
    const resumed = await start(argv, { cwd });
    expect(resumed.code).toBe(0);
    expect(resumed.err).toContain('done before');
  });

  it('ends without noise when nobody reads on', async () => {
    const child = spawn('bash', ['-c', `"${process.execPath}" "${ENDCAP}" --help | head -1`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', piece => {
      out = `${out}${piece}`;
    });
    child.stderr.on('data', piece => {
      err = `${err}${piece}`;
    });
    await new Promise(done => child.on('close', done));
    expect({ out, err }).toEqual({ out: 'Usage: endcap [options] [command]\n', err: '' });
  });
});
