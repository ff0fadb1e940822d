/** `endcap doctor`: does this machine have what endcap needs, and is the project sound? Each failure says what to do. */
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism, freemem, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Project } from '../coordinator/project.ts';
import { withCommand } from './command.ts';
import { bytes, count } from './format.ts';
import type { ExitStatus, Session } from './io.ts';
import { padEnd } from './style.ts';

export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do, if it is not ok. */
  readonly next?: string;
}

const NODE_MAJOR = 24;
const MEMORY_NEEDED = 1.5e9;
const DISK_NEEDED = 1e9;
const PACKAGES = ['commander', 'zod', 'piscina', '@duckdb/node-api'];

export async function doctorVerb(session: Session): Promise<ExitStatus> {
  const project = await findProject(session);
  const findings: Finding[] = [];
  for (const [name, examine] of examinations(session, project)) {
    const finding = await examine().catch((error: unknown) => failure(name, error));
    findings.push(finding);
    if (!session.options.json) session.print(findingText(session, finding));
  }
  const failed = findings.filter(({ ok }) => !ok).length;
  if (session.options.json) session.print(JSON.stringify({ ok: failed === 0, findings }));
  else session.say(failed === 0 ? '\nEverything is as it should be.' : `\n${count(failed, 'check')} failed.`);
  return failed === 0 ? 0 : 1;
}

function findingText({ outStyle: style, command }: Session, { name, ok, detail, next }: Finding): string {
  const line = `${ok ? style.green('✔') : style.red('✖')} ${padEnd(name, 12)} ${detail}`;
  return ok || next === undefined
    ? line
    : `${line}\n  ${padEnd('', 12)} ${style.yellow('→')} ${withCommand(next, command)}`;
}

const failure = (name: string, error: unknown): Finding => ({
  name,
  ok: false,
  detail: error instanceof Error ? error.message.split('\n')[0]! : String(error),
  next: '`npm ci` in the folder of endcap; if that does not help, report it with endcap doctor --json',
});

type Examination = readonly [name: string, examine: () => Promise<Finding>];

function examinations(session: Session, project: Project | null): Examination[] {
  const folder = project?.path ?? session.cwd;
  const machine: Examination[] = [
    ['node', nodeVersion],
    ['packages', packages],
    ['machine', machineSize],
    ['disk', () => disk(folder)],
    ['write access', () => writeAccess(folder)],
    ['duckdb', duckdb],
    ['threads', threads],
  ];
  if (!project) return [...machine, ['project', async () => ({ name: 'project', ok: true, detail: 'none here yet' })]];
  return [...machine, ['publication', () => publication(project)], ['lock', () => lock(project)]];
}

/** A folder without a project is no illness. */
async function findProject({ options, cwd }: Session): Promise<Project | null> {
  const { openProject } = await import('../coordinator/project.ts');
  if (options.project !== undefined) return openProject(options.project, cwd);
  return openProject(undefined, cwd).catch(() => null);
}

async function nodeVersion(): Promise<Finding> {
  const version = process.versions.node;
  const ok = Number(version.split('.')[0]) >= NODE_MAJOR;
  return {
    name: 'node',
    ok,
    detail: `${version}, ${process.platform} ${process.arch}`,
    next: `install Node ${NODE_MAJOR}: https://nodejs.org`,
  };
}

async function packages(): Promise<Finding> {
  for (const name of PACKAGES) await import(name);
  return { name: 'packages', ok: true, detail: `${PACKAGES.length} load` };
}

async function machineSize(): Promise<Finding> {
  const ok = totalmem() >= MEMORY_NEEDED;
  const detail = `${count(availableParallelism(), 'core')}, ${bytes(totalmem())} memory, ${bytes(freemem())} free`;
  return { name: 'machine', ok, detail, next: 'less than 1.5 GB: run with --threads 1 --chunk-bytes 4MB' };
}

async function disk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  return {
    name: 'disk',
    ok: free >= DISK_NEEDED,
    detail: `${bytes(free)} free at ${folder}`,
    next: 'a run needs about as much as the CSV files take',
  };
}

async function writeAccess(folder: string): Promise<Finding> {
  const file = join(folder, `.tmp-doctor-${process.pid}`);
  const next = `let this user write to ${folder}, or name another folder: --project DIR`;
  try {
    await writeFile(file, 'x');
    return { name: 'write access', ok: true, detail: folder };
  } catch (error) {
    return { ...failure('write access', error), next };
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}

async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'endcap-doctor-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function duckdb(): Promise<Finding> {
  return inTemporaryFolder(async folder => {
    const { openBuild, openWarehouse } = await import('../warehouse/open.ts');
    const file = join(folder, 'probe.duckdb');
    const build = await openBuild({ file, lakeDir: folder, threads: 1 });
    await build.close();
    const warehouse = await openWarehouse(file, folder);
    const { rows } = await warehouse.query('select version() as version');
    await warehouse.close();
    return { name: 'duckdb', ok: true, detail: `${rows[0]?.version} makes a file and reads it` };
  });
}

/** Tasks go to threads and come back, as in a run. */
function threads(): Promise<Finding> {
  return inTemporaryFolder(async folder => {
    const [{ threadCluster }, { createDriver }, { openStore }] = await Promise.all([
      import('../cluster/threads.ts'),
      import('../coordinator/driver.ts'),
      import('../lake/open.ts'),
    ]);
    const url = `${pathToFileURL(folder).href}/`;
    const cluster = threadCluster(new URL('../workers/thread.ts', import.meta.url), url, 2);
    try {
      const driver = createDriver({ cluster, lake: await openStore(url), raw: url, emit: () => undefined });
      const inputs = [1, 2, 3].map(value => ({ value }));
      const outputs = await driver.stage<{ value: number }>({
        kind: 'probe.echo',
        title: 'probe',
        unit: 'tasks',
        shared: {},
        inputs,
      });
      const ok = outputs.map(({ value }) => value).join() === '1,2,3';
      return { name: 'threads', ok, detail: ok ? '2 threads answer' : 'threads give wrong answers' };
    } finally {
      await cluster.close();
    }
  });
}

async function publication({ lake }: Project): Promise<Finding> {
  const { filesOf } = await import('../lake/manifest.ts');
  const { currentPublication } = await import('../coordinator/status.ts');
  const current = await currentPublication(lake);
  if (!current) return { name: 'publication', ok: true, detail: 'nothing is published yet' };
  const files = filesOf(current);
  const sizes = await Promise.all(
    files.map(async ({ key, bytes: size }) => ((await lake.stat(key))?.size === size ? null : key)),
  );
  const gone = [
    ...sizes.filter(key => key !== null),
    ...((await lake.stat(current.warehouse)) ? [] : [current.warehouse]),
  ];
  const detail =
    gone.length === 0
      ? `${current.n}: all ${count(files.length + 1, 'file')} are there`
      : `${current.n}: ${count(gone.length, 'file')} gone or cut, such as ${gone[0]}`;
  return { name: 'publication', ok: gone.length === 0, detail, next: 'endcap rollback   or run again: endcap run DIR' };
}

async function lock({ lake }: Project): Promise<Finding> {
  const { readLock } = await import('../coordinator/lock.ts');
  const state = await readLock(lake);
  if (state?.state === 'held')
    return { name: 'lock', ok: true, detail: `run ${state.holder.run} is at work (process ${state.holder.pid})` };
  const detail =
    state?.state === 'dead' ? `run ${state.holder.run} died; the next run goes on where it stopped` : 'free';
  return { name: 'lock', ok: true, detail };
}
