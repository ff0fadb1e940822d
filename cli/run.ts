/** `endcap run DIR`: runs the pipeline, shows how far it is, and prints what came of it. */
import type { RunSummary } from '../coordinator/summary.ts';
import { workOnFolder } from './folder.ts';
import type { ExitStatus, Session } from './io.ts';
import { type CustomerFlags, customerOptions, customerWords } from './options.ts';
import { projectFlag } from './project.ts';
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
  { contract, project, threads, chunkBytes, ...flags }: RunVerbOptions & { readonly project?: string },
): Promise<RunOutcome> {
  const customers = customerOptions(flags);
  const words = customerWords(flags);
  const { result: summary, status } = await workOnFolder(
    session,
    { verb: 'run', dir, contract, project, words },
    async given => {
      const { run } = await import('../coordinator/run.ts');
      return run({ ...given, contract, threads, chunkBytes, customers });
    },
  );
  return { summary, status: summary?.outcome === 'refused' ? 3 : status };
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
