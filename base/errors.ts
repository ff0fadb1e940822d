/**
 * Three kinds of failure, three treatments:
 * - a bad row is quarantined, never thrown;
 * - the world failed (disk, network): an ordinary Error, tried again by the cluster;
 * - the user can mend it (a missing file, a bad option, a contract that does not fit): UserError, never tried again.
 * What is our own mistake is an assertion, and fails the run.
 */

/** 1: a stage failed · 2: usage, configuration or contract · 3: a gate refused publication · 130: interrupted. */
export type ExitCode = 1 | 2 | 3 | 130;

export interface ErrorDetails {
  /** Stable, for scripts and documentation: E_HEADER, E_BUSY … */
  readonly code: string;
  /** What went wrong, with its subject. */
  readonly what: string;
  readonly where?: string | undefined;
  readonly why?: string | undefined;
  /** What the failure left as it was. */
  readonly unchanged?: string | undefined;
  /** The next thing to type or to change. */
  readonly next?: string | undefined;
  readonly exitCode: ExitCode;
}

/** Something the user can mend. Carries what a person needs to do so. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly details: ErrorDetails;
  constructor(details: ErrorDetails, options?: ErrorOptions) {
    super(`${details.code} ${details.what}`, options);
    this.details = details;
  }
}

/** The sentences of a UserError, one a line, as the command line prints them. */
export function describeError({ code, what, where, why, unchanged, next }: ErrorDetails): string {
  const lines = [`error ${code}  ${what}`];
  if (where) lines.push(`  where      ${where}`);
  if (why) lines.push(`  why        ${why}`);
  if (unchanged) lines.push(`  unchanged  ${unchanged}`);
  if (next) lines.push(`  next       ${next}`);
  return lines.join('\n');
}

export function usageError(what: string, next?: string): UserError {
  return new UserError({ code: 'E_USAGE', what, next, exitCode: 2 });
}

/** Our own mistake: fails the run, is never tried again, and says which promise was broken. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** An errno of Node's, such as ENOENT, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
