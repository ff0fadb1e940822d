/** What a verb may use of the world: handed in, so that tests need no terminal, no clock and no process. */
import { config } from '../base/config.ts';
import { createStyle, type Style } from './style.ts';

export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Cells of a line, and lines; they change when a person changes the window. */
  columns(): number;
  rows(): number;
}

export interface Io {
  /** Data: what a program would read. */
  readonly out: Output;
  /** Narration: what a person reads meanwhile. */
  readonly err: Output;
  readonly cwd: string;
  /** All that stdin has. */
  readInput(): Promise<string>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back about every `ms`; the returned function ends that. Keeps no process alive. */
  every(ms: number, call: () => void): () => void;
  /** Told of each SIGINT and SIGTERM; the returned function ends that. */
  onInterrupt(call: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
  readonly noColor: boolean;
  readonly githubActions: boolean;
}

/** What every verb takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** False after --no-color. */
  readonly color?: boolean;
  readonly project?: string;
}

/** What every verb is called with. */
export interface Session extends Io {
  readonly options: GlobalOptions;
  /** How people start endcap here: `npx endcap`. */
  readonly command: string;
  /** For what goes to stdout and to stderr: either may be a file while the other is a terminal. */
  readonly outStyle: Style;
  readonly errStyle: Style;
  /** A line of narration; not with --quiet. */
  say(line?: string): void;
  /** Data. */
  print(text: string): void;
}

/** A verb does its work and gives its exit code. */
export type ExitStatus = 0 | 1 | 2 | 3 | 130;

export function openSession(io: Io, options: GlobalOptions, command: string): Session {
  const colour = options.color !== false && !io.noColor;
  return {
    ...io,
    options,
    command,
    outStyle: createStyle(colour && io.out.isTTY),
    errStyle: createStyle(colour && io.err.isTTY),
    say: (line = '') => {
      if (!options.quiet) io.err.write(`${line}\n`);
    },
    print: text => io.out.write(text.endsWith('\n') ? text : `${text}\n`),
  };
}

/** The terminal, the clock and the signals of this process. */
export function processIo(): Io {
  return {
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    cwd: process.cwd(),
    async readInput() {
      const pieces: Buffer[] = [];
      for await (const piece of process.stdin) pieces.push(piece as Buffer);
      return Buffer.concat(pieces).toString('utf8');
    },
    now: Date.now,
    every(ms, call) {
      const timer = setInterval(call, ms).unref();
      return () => clearInterval(timer);
    },
    onInterrupt(call) {
      process.on('SIGINT', call).on('SIGTERM', call);
      return () => void process.off('SIGINT', call).off('SIGTERM', call);
    },
    exit: code => process.exit(code),
    noColor: config.noColor,
    githubActions: config.githubActions,
  };
}

const USUAL_COLUMNS = 80;
const USUAL_ROWS = 24;

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: text => void stream.write(text),
    isTTY: stream.isTTY === true,
    columns: () => stream.columns || USUAL_COLUMNS,
    rows: () => stream.rows || USUAL_ROWS,
  };
}
