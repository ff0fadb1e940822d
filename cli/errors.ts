/** Any error as a person should see it: what, where, why, what is unchanged, what to do next. Never a stack trace. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError, type ErrorDetails, errnoOf, InvariantError, UserError } from '../base/errors.ts';
import { withCommand } from './command.ts';
import type { ExitStatus, Session } from './io.ts';
import type { Style } from './style.ts';

/** Prints the error and gives the exit code that belongs to it. */
export function reportError(error: unknown, session: Session): ExitStatus {
  const details = error instanceof UserError ? error.details : unexpected(error);
  printDetails(details, session);
  if (session.options.verbose && error instanceof Error) session.err.write(`${stackOf(error)}\n`);
  return details.exitCode;
}

/** The error for people on stderr; with --json also for programs, on stdout. */
export function printDetails(
  details: ErrorDetails,
  { err, out, errStyle, command, options, githubActions }: Session,
): void {
  err.write(`${styled(withCommand(describeError(indented(details)), command), errStyle)}\n`);
  if (options.json) out.write(`${JSON.stringify({ error: details })}\n`);
  if (githubActions) err.write(`::error title=${details.code}::${details.what.replace(/\r?\n/g, ' ')}\n`);
}

/** Lines of a long `where` or `why`, such as a query, stay in their column. */
function indented(details: ErrorDetails): ErrorDetails {
  const lines = (text: string | undefined) => text?.replaceAll('\n', `\n${' '.repeat(LABEL_WIDTH)}`);
  return { ...details, what: lines(details.what)!, where: lines(details.where), why: lines(details.why) };
}

const LABEL_WIDTH = 13;

function styled(text: string, style: Style): string {
  return text
    .replace(/^error \S+/, head => style.bold(style.red(head)))
    .replace(/^ {2}(where|why|unchanged|next)(?= {2})/gm, label => style.dim(label));
}

/** Errors that no input and no disk causes. */
const OURS = [InvariantError, TypeError, RangeError, ReferenceError, SyntaxError];

function unexpected(error: unknown): ErrorDetails {
  const message = error instanceof Error ? error.message : String(error);
  const errno = errnoOf(error);
  const ours = OURS.some(kind => error instanceof kind) && (errno === undefined || errno.startsWith('ERR_'));
  if (errno !== undefined && !ours) return worldDetails(errno, message);
  const log = writeLog(error);
  return {
    code: ours ? 'E_BUG' : 'E_FAILED',
    what: message,
    ...(ours && { why: 'this is a bug in endcap, not in your data' }),
    ...(log !== null && { where: `the details are in ${log}` }),
    next: 'try again; if it fails again, report it with that file',
    exitCode: 1,
  };
}

const WORLD: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EACCES: 'this user may not read or write there',
  EPERM: 'this user may not read or write there',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such file or folder',
  EMFILE: 'too many files are open',
};

function worldDetails(errno: string, message: string): ErrorDetails {
  return { code: errno, what: WORLD[errno] ?? message, where: message, next: 'mend that, then try again', exitCode: 1 };
}

function writeLog(error: unknown): string | null {
  const file = join(tmpdir(), `endcap-${process.pid}.log`);
  const facts = [
    `time      ${new Date().toISOString()}`,
    `command   ${process.argv.slice(2).join(' ')}`,
    `folder    ${process.cwd()}`,
    `versions  node ${process.versions.node}, ${process.platform} ${process.arch}`,
    error instanceof Error ? stackOf(error) : String(error),
  ];
  try {
    writeFileSync(file, `${facts.join('\n')}\n`);
    return file;
  } catch {
    return null;
  }
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
