/** A terminal, a clock and signals that tests can look into. */

import { type GlobalOptions, type Io, openSession, type Session } from './io.ts';
import { main } from './main.ts';

export interface FakeIo extends Io {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Moves the clock, and calls what is due. */
  tick(ms: number): void;
  interrupt(): void;
  readonly exits: number[];
  resize(columns: number, rows?: number): void;
}

export interface FakeOptions {
  readonly cwd?: string;
  readonly tty?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly input?: string;
  readonly noColor?: boolean;
}

export function fakeIo({ cwd = '/', tty = false, input = '', noColor = false, ...size }: FakeOptions = {}): FakeIo {
  let { columns = 100, rows = 40 } = size;
  const written = { out: '', err: '' };
  const timers = new Set<{ ms: number; due: number; call: () => void }>();
  const handlers = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>();
  let time = Date.parse('2026-11-21T14:00:00Z');
  const output = (name: 'out' | 'err') => ({
    write(text: string) {
      written[name] += text;
    },
    isTTY: tty,
    columns: () => columns,
    rows: () => rows,
  });
  const exits: number[] = [];
  return {
    out: output('out'),
    err: output('err'),
    cwd,
    readInput: async () => input,
    now: () => time,
    every(ms, call) {
      const timer = { ms, due: time + ms, call };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    onInterrupt(call) {
      handlers.add(call);
      return () => void handlers.delete(call);
    },
    exit: code => void exits.push(code),
    noColor,
    githubActions: false,
    stdout: () => written.out,
    stderr: () => written.err,
    tick(ms) {
      const end = time + ms;
      while (time < end) {
        time = Math.min(end, ...[...timers].map(({ due }) => due));
        for (const timer of timers) {
          if (timer.due > time) continue;
          timer.due = time + timer.ms;
          timer.call();
        }
      }
    },
    interrupt: () => {
      for (const handler of handlers) handler('SIGINT');
    },
    exits,
    resize(newColumns, newRows = rows) {
      columns = newColumns;
      rows = newRows;
    },
  };
}

export const fakeSession = (io: FakeIo, options: GlobalOptions = {}): Session => openSession(io, options, 'npx endcap');

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. */
export async function endcap(
  cwd: string,
  argv: readonly string[],
  options: Omit<FakeOptions, 'cwd'> = {},
): Promise<Answer> {
  const io = fakeIo({ cwd, ...options });
  const code = await main(argv, io);
  return { code, out: io.stdout(), err: io.stderr() };
}
