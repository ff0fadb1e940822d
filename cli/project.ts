/** Which project a verb is about, and how a printed command finds the same one. */

import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usageError } from '../base/errors.ts';
import { openProject, type Project } from '../coordinator/project.ts';
import { currentPublication, readSummary } from '../coordinator/status.ts';
import type { RunSummary } from '../coordinator/summary.ts';
import type { Publication } from '../lake/manifest.ts';
import { openWarehouse } from '../warehouse/open.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { shellWord } from './command.ts';
import type { Session } from './io.ts';

export const projectOf = ({ options, cwd }: Session): Promise<Project> => openProject(options.project, cwd);

/** ` --project shop` if a command needs it to find this project from here, else nothing. */
export async function projectFlag({ cwd }: Pick<Session, 'cwd'>, path: string): Promise<string> {
  try {
    if ((await openProject(undefined, cwd)).path === path) return '';
  } catch {
    // Several projects, or none below .endcap: the command has to name one.
  }
  const way = relative(cwd, path);
  return ` --project ${shellWord(way === '' ? '.' : way)}`;
}

export interface Opened {
  readonly project: Project;
  readonly warehouse: Warehouse;
  /** Null when a run is looked at that was not published. */
  readonly publication: Publication | null;
  /** Of the run that built the warehouse. */
  readonly summary: RunSummary | null;
}

/** Opens what readers see, or with `run` what that run built, for as long as `use` takes. */
export async function withWarehouse<T>(
  session: Session,
  run: string | undefined,
  use: (opened: Opened) => Promise<T>,
): Promise<T> {
  const project = await projectOf(session);
  const current = await currentPublication(project.lake);
  if (run === undefined && !current) {
    throw usageError(
      `nothing is published yet in ${project.path}`,
      'endcap run DIR   publishes; endcap runs   tells what was tried',
    );
  }
  const summary = await readSummary(project.lake, run ?? current!.run);
  if (run !== undefined && !summary) {
    throw usageError(`there is no run ${run} that built a warehouse`, 'endcap runs   lists the runs');
  }
  const publication = run === undefined || current?.warehouse === summary!.warehouse ? current : null;
  const key = publication?.warehouse ?? summary!.warehouse;
  const lakeDir = fileURLToPath(project.lake.url);
  if (!(await project.lake.stat(key))) {
    throw usageError(
      `the warehouse of run ${run ?? current!.run} is gone: ${key}`,
      run === undefined ? 'endcap rollback   or   endcap run DIR' : 'endcap run DIR   builds it again',
    );
  }
  const warehouse = await openWarehouse(fileURLToPath(new URL(key, project.lake.url)), lakeDir);
  try {
    return await use({ project, warehouse, publication, summary });
  } finally {
    await warehouse.close();
  }
}

/** Text as a literal of SQL. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
