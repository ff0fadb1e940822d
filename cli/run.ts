/** `endcap run DIR`: runs the pipeline, shows how far it is, and prints what came of it. */
import type { CustomerOptions } from '../coordinator/customers.ts';
import type { RunSummary } from '../coordinator/summary.ts';
import type { ModelName } from '../jobs/recommend/choice.ts';
import { workOnFolder } from './folder.ts';
import type { ExitStatus, Session } from './io.ts';
import { projectFlag } from './project.ts';
import { printSummary } from './summary.ts';

export interface RunVerbOptions {
  readonly contract?: string;
  readonly threads?: number;
  readonly chunkBytes?: number;
  /** False after --no-customers. */
  readonly customers?: boolean;
  readonly recommend?: ModelName;
  readonly rank?: number;
  readonly iterations?: number;
  readonly top?: number;
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
  { contract, project, threads, chunkBytes, ...options }: RunVerbOptions & { readonly project?: string },
): Promise<RunOutcome> {
  const { result: summary, status } = await workOnFolder(
    session,
    { verb: 'run', dir, contract, project },
    async given => {
      const { run } = await import('../coordinator/run.ts');
      return run({ ...given, contract, threads, chunkBytes, customers: customersOf(options) });
    },
  );
  return { summary, status: summary?.outcome === 'refused' ? 3 : status };
}

function customersOf({ customers, recommend, rank, iterations, top }: RunVerbOptions): CustomerOptions | false {
  return customers === false ? false : { recommend: { model: recommend, rank, iterations, top } };
}

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
