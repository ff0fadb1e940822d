/** The project folder: the lake, the warehouse and the runs of one data set. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errnoOf, UserError, usageError } from '../base/errors.ts';
import { PROJECT_VERSION } from '../base/limits.ts';
import { layout } from '../lake/layout.ts';
import { openStore } from '../lake/open.ts';
import { type ObjectStore, readJson, writeJson } from '../lake/store.ts';

export interface Project {
  readonly path: string;
  readonly url: string;
  readonly dataset: string;
  readonly lake: ObjectStore;
}

interface ProjectFile {
  readonly version: number;
  readonly dataset: string;
}

/** Where projects are made when nobody says otherwise: a folder a data set. */
const PROJECTS_FOLDER = '.endcap';

/** Opens the project of a data set for writing, making the folder if it is new. */
export async function createProject(path: string | undefined, dataset: string): Promise<Project> {
  const folder = resolve(path ?? join(PROJECTS_FOLDER, dataset));
  const { url, lake } = await openFolder(folder);
  const own: ProjectFile = { version: PROJECT_VERSION, dataset };
  const found = (await readProject(lake, folder)) ?? own;
  if (found.dataset !== dataset) {
    throw new UserError({
      code: 'E_PROJECT',
      what: `${folder} holds the data set '${found.dataset}', not '${dataset}'`,
      unchanged: 'nothing in it was changed',
      next: `endcap run DIR --project ${join(PROJECTS_FOLDER, dataset)}`,
      exitCode: 2,
    });
  }
  await writeJson(lake, layout.project, own, { ifAbsent: true }).catch(error => {
    throw unwritable(error, folder);
  });
  return { path: folder, url, dataset, lake };
}

/** Opens a project to look at it: the one named, or the only one below `.endcap`. */
export async function openProject(path: string | undefined, cwd: string): Promise<Project> {
  const folder = path === undefined ? await onlyProject(cwd) : resolve(cwd, path);
  const { url, lake } = await openFolder(folder);
  const found = await readProject(lake, folder);
  if (!found) throw usageError(`${folder} is not a project of endcap`, 'endcap run DIR   makes one');
  return { path: folder, url, dataset: found.dataset, lake };
}

async function openFolder(folder: string): Promise<{ url: string; lake: ObjectStore }> {
  const url = `${pathToFileURL(folder).href}/`;
  return { url, lake: await openStore(url) };
}

async function readProject(lake: ObjectStore, folder: string): Promise<ProjectFile | null> {
  const found = await readJson<ProjectFile>(lake, layout.project);
  if (found && !(found.version <= PROJECT_VERSION)) {
    throw new UserError({
      code: 'E_VERSION',
      what: `${folder} was written by a newer endcap`,
      why: `its layout is version ${found.version}; this endcap knows versions up to ${PROJECT_VERSION}`,
      unchanged: 'nothing in it was changed',
      next: 'update endcap, or start another project: --project DIR',
      exitCode: 2,
    });
  }
  return found;
}

function unwritable(error: unknown, folder: string): unknown {
  if (!['EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? '')) return error;
  return new UserError({
    code: 'E_ACCESS',
    what: `${folder} cannot be written to`,
    why: error instanceof Error ? error.message : undefined,
    next: 'endcap run DIR --project P   with a folder P that you may write to',
    exitCode: 2,
  });
}

async function onlyProject(cwd: string): Promise<string> {
  const parent = join(cwd, PROJECTS_FOLDER);
  const names: string[] = [];
  try {
    for (const entry of await readdir(parent, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const files = await readdir(join(parent, entry.name));
      if (files.includes(layout.project)) names.push(entry.name);
    }
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  const [only, ...others] = names.sort();
  if (only === undefined) throw usageError('there is no project here yet', 'endcap run DIR   or   endcap demo');
  if (others.length === 0) return join(parent, only);
  const listed = names.map(name => join(PROJECTS_FOLDER, name));
  throw usageError(`there are ${names.length} projects here: ${listed.join(', ')}`, `add --project ${listed[0]}`);
}
