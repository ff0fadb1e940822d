/** Work on a folder of raw files, with progress on stderr and, with --json, events on stdout. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errnoOf, UserError, usageError } from '../base/errors.ts';
import type { RunEvent } from '../coordinator/events.ts';
import packageJson from '../package.json' with { type: 'json' };
import { shellWord } from './command.ts';
import { printDetails } from './errors.ts';
import { catchInterrupts } from './interrupt.ts';
import type { ExitStatus, Session } from './io.ts';
import { createReporter } from './reporter.ts';

/** What a person typed. */
export interface FolderCommand {
  readonly verb: 'run' | 'tune';
  readonly dir: string;
  readonly contract?: string | undefined;
  readonly project?: string | undefined;
  /** Other options, as they were typed. */
  readonly words: string;
}

/** What the work is called with: paths are absolute. */
export interface FolderGiven {
  readonly input: string;
  readonly project: string | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

export interface FolderOutcome<Result> {
  /** Null when the work ended before it had one: the error has been printed. */
  readonly result: Result | null;
  readonly status: ExitStatus;
}

export async function workOnFolder<Result>(
  session: Session,
  command: FolderCommand,
  work: (given: FolderGiven) => Promise<Result>,
): Promise<FolderOutcome<Result>> {
  const { verb, dir } = command;
  const input = resolve(session.cwd, dir);
  await assertFolder(input, command);
  const project = command.project ?? session.options.project;
  const reporter = createReporter(session, packageJson.version);
  const interrupts = catchInterrupts(session, reporter);
  let failed = false;
  const onEvent = (event: RunEvent) => {
    failed ||= event.ev === 'run.failed';
    reporter.event(event);
  };
  try {
    const result = await work({
      input,
      project: project && resolve(session.cwd, project),
      signal: interrupts.signal,
      onEvent,
    });
    reporter.close(false);
    return { result, status: 0 };
  } catch (error) {
    reporter.close(true);
    if (interrupts.signal.aborted) return { result: null, status: interrupted(session, { ...command, project }) };
    // An error before the first event is in no log: programs that read the events hear of it all the same.
    const { failureDetails } = await import('../coordinator/failure.ts');
    const details = failureDetails(error, shellWord(dir), verb);
    if (error instanceof UserError || !isOurs(error)) {
      printDetails(details, failed ? { ...session, options: { ...session.options, json: false } } : session);
      return { result: null, status: details.exitCode };
    }
    throw error;
  } finally {
    interrupts.close();
  }
}

/** Errors that are bugs get the treatment of bugs. */
const isOurs = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;

async function assertFolder(input: string, { verb, dir }: FolderCommand): Promise<void> {
  try {
    if ((await stat(input)).isDirectory()) return;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw error;
    throw usageError(`there is no folder ${dir}`, `endcap ${verb} DIR   with the folder that holds your CSV files`);
  }
  throw usageError(`${dir} is a file: endcap reads a folder`, `endcap ${verb} ${shellWord(resolve(input, '..'))}`);
}

function interrupted({ err, command }: Session, { verb, dir, contract, project, words }: FolderCommand): ExitStatus {
  const flags = [
    ...(contract === undefined ? [] : [` --contract ${shellWord(contract)}`]),
    ...(project === undefined ? [] : [` --project ${shellWord(project)}`]),
    words,
  ].join('');
  err.write(
    `Stopped. Nothing was published; what was finished is kept. This goes on where the ${verb === 'run' ? 'run' : 'search'} stopped:\n`,
  );
  err.write(`  ${command} ${verb} ${shellWord(dir)}${flags}\n`);
  return 130;
}
