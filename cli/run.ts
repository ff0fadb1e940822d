/** `endcap run DIR`: runs the pipeline, shows how far it is, and prints what came of it. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errnoOf, UserError, usageError } from '../base/errors.ts';
import type { RunEvent } from '../coordinator/events.ts';
import type { RunOptions } from '../coordinator/run.ts';
import type { RunSummary } from '../coordinator/summary.ts';
import packageJson from '../package.json' with { type: 'json' };
import { shellWord } from './command.ts';
import { printDetails } from './errors.ts';
import { catchInterrupts } from './interrupt.ts';
import type { ExitStatus, Session } from './io.ts';
import { type CustomerFlags, customerOptions, customerWords } from './options.ts';
import { projectFlag } from './project.ts';
import { createReporter } from './reporter.ts';
import { printSummary } from './summary.ts';

export interface RunVerbOptions extends CustomerFlags {
  readonly contract?: string;
  readonly threads?: number;
  readonly chunkBytes?: number;
}

export async function runVerb(session: Session, dir: string, options: RunVerbOptions): Promise<ExitStatus> {
  const { summary, status } = await runFolder(session, dir, options);
  if (summary && !session.options.json) await showSummary(session, summary);
  return status;
}

export interface RunOutcome {
  /** Null when the run ended before it had one: the error has been printed. */
  readonly summary: RunSummary | null;
  readonly status: ExitStatus;
}

/** Runs a folder with progress on stderr and, with --json, events on stdout. */
export async function runFolder(
  session: Session,
  dir: string,
  options: RunVerbOptions & { readonly project?: string },
): Promise<RunOutcome> {
  const customers = customerOptions(options);
  const input = resolve(session.cwd, dir);
  await assertFolder(input, dir);
  const { run } = await import('../coordinator/run.ts');
  const project = options.project ?? session.options.project;
  const reporter = createReporter(session, packageJson.version);
  const interrupts = catchInterrupts(session, reporter);
  let failed = false;
  const onEvent = (event: RunEvent) => {
    failed ||= event.ev === 'run.failed';
    reporter.event(event);
  };
  const { contract, threads, chunkBytes } = options;
  const given: RunOptions = {
    contract,
    threads,
    chunkBytes,
    customers,
    input,
    project: project && resolve(session.cwd, project),
    signal: interrupts.signal,
    onEvent,
  };
  try {
    const summary = await run(given);
    reporter.close(false);
    return { summary, status: summary.outcome === 'refused' ? 3 : 0 };
  } catch (error) {
    reporter.close(true);
    if (interrupts.signal.aborted) return { summary: null, status: interrupted(session, dir, options, project) };
    // An error before the first event is in no log: programs that read the events hear of it all the same.
    const { failureDetails } = await import('../coordinator/failure.ts');
    const details = failureDetails(error, shellWord(dir));
    if (error instanceof UserError || !isOurs(error)) {
      printDetails(details, failed ? { ...session, options: { ...session.options, json: false } } : session);
      return { summary: null, status: details.exitCode };
    }
    throw error;
  } finally {
    interrupts.close();
  }
}

/** Errors that are bugs get the treatment of bugs. */
const isOurs = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;

/** Prints the summary and leaves it in the run's folder, without colour. */
export async function showSummary(session: Session, summary: RunSummary): Promise<void> {
  const options = { command: session.command, projectFlag: await projectFlag(session, summary.project) };
  session.print(printSummary(summary, { ...options, style: session.outStyle, ...widthOf(session) }));
  const [{ openStore }, { layout }, { pathToFileURL }] = await Promise.all([
    import('../lake/open.ts'),
    import('../lake/layout.ts'),
    import('node:url'),
  ]);
  const lake = await openStore(`${pathToFileURL(summary.project).href}/`);
  await lake.write(layout.summaryText(summary.run), Buffer.from(printSummary(summary, options)));
}

/** A terminal's own width; what goes to a file has the usual one. */
const widthOf = ({ out }: Session) => (out.isTTY ? { columns: out.columns() } : {});

async function assertFolder(input: string, dir: string): Promise<void> {
  try {
    if ((await stat(input)).isDirectory()) return;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw error;
    throw usageError(`there is no folder ${dir}`, `endcap run DIR   with the folder that holds your CSV files`);
  }
  throw usageError(`${dir} is a file: endcap reads a folder`, `endcap run ${shellWord(resolve(input, '..'))}`);
}

function interrupted(session: Session, dir: string, options: RunVerbOptions, project: string | undefined): ExitStatus {
  const { contract } = options;
  const flags = [
    ...(contract === undefined ? [] : [` --contract ${shellWord(contract)}`]),
    ...(project === undefined ? [] : [` --project ${shellWord(project)}`]),
    customerWords(options),
  ].join('');
  session.err.write('Stopped. Nothing was published; what was finished is kept. This goes on where the run stopped:\n');
  session.err.write(`  ${session.command} run ${shellWord(dir)}${flags}\n`);
  return 130;
}
