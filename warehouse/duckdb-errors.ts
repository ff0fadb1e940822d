/** DuckDB's errors as what they are to whoever started the run or asked the query. */
import { InvariantError, UserError } from '../base/errors.ts';

/**
 * Runs a step of a build. What goes wrong in it says so: DuckDB's messages name no mart, and many no table either.
 * @param step as a sentence begins with it, such as `the mart mart_order`
 * @param where the file that its SQL is in, if it is in one
 * @throws UserError E_MEMORY where the step needs more than DuckDB has; else an Error with the step before its message
 */
export async function named<T>(step: string, where: string | undefined, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UserError || error instanceof InvariantError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    // It says the same of the disk that it spills to: coordinator/failure.ts tells what is full.
    const isDisk = /failed to offload|max_temp_directory_size/.test(message);
    const why = isDisk ? undefined : /^Out of Memory Error: (.*)/.exec(message)?.[1];
    if (why === undefined) throw new Error(`${step}: ${message}`, { cause: error });
    throw new UserError(
      {
        code: 'E_MEMORY',
        what: `${step} does not fit into the memory that DuckDB has`,
        where,
        why,
        unchanged: 'nothing was published; what was finished is kept',
        next: 'run again with --threads 1, unless it had one: each thread has groups of its own in that memory',
        exitCode: 1,
      },
      { cause: error },
    );
  }
}

/** What a query does wrong is for the asker to mend; anything else stays the error that it is. */
export function asUserError(error: unknown, sql: string): unknown {
  const why = error instanceof Error ? error.message : String(error);
  // A file that is gone or a fault of DuckDB's own is nothing that another query would mend.
  if (/^(IO|INTERNAL|FATAL) Error/.test(why)) return error;
  const next = 'change the query; `show tables` and `describe <table>` say what there is';
  return new UserError(
    { code: 'E_SQL', what: 'the query failed', where: sql, why, next, exitCode: 2 },
    { cause: error },
  );
}
