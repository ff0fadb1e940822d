/** The pipeline, in order. Read this first. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CHUNK_BYTES } from '../base/limits.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { inlineCluster } from '../cluster/inline.ts';
import { threadCluster } from '../cluster/threads.ts';
import type { Contract } from '../datasets/contract.ts';
import { runAttempt } from '../jobs/attempt.ts';
import { type CleanResult, clean } from '../jobs/clean/driver.ts';
import { codeHash } from '../jobs/code.ts';
import { load } from '../jobs/load/driver.ts';
import { sha256 } from '../jobs/stage.ts';
import { layout } from '../lake/layout.ts';
import { openStore } from '../lake/open.ts';
import { writeJson } from '../lake/store.ts';
import { type Discovery, discover } from './discover.ts';
import { createDriver } from './driver.ts';
import { EventLog, type RunEvent } from './events.ts';
import { failureDetails } from './failure.ts';
import { takeLock } from './lock.ts';
import { emptyFiles, planFiles, sameFiles } from './plan.ts';
import { createProject, type Project } from './project.ts';
import { currentPublication, publish, readSummary } from './status.ts';
import { summarise } from './summarise.ts';
import type { RunSummary } from './summary.ts';
import { tidyWarehouses } from './tidy.ts';
import { watchLoad } from './watch.ts';

export interface RunOptions {
  /** The folder of raw files. */
  readonly input: string;
  /** (Default: .endcap/<dataset>) */
  readonly project?: string | undefined;
  /** A built-in contract's name, or a file's path. (Default: whichever fits) */
  readonly contract?: string | undefined;
  /** Worker threads; 0 runs tasks in this one. (Default: as many as there are cores) */
  readonly threads?: number | undefined;
  readonly chunkBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

/** From a folder of raw files to a publication. Continues what an earlier run of the project left unfinished. */
export async function run(options: RunOptions): Promise<RunSummary> {
  const raw = await openStore(`${pathToFileURL(resolve(options.input)).href}/`);
  const found = await discover(raw, options.contract);
  const project = await createProject(options.project, found.contract.name);
  const id = runId(new Date());
  const release = await takeLock(project.lake, id);
  const threads = options.threads ?? availableParallelism();
  const cluster = openCluster(project.url, threads);
  const log = new EventLog(project.lake, id, options.onEvent ?? (() => undefined));
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  try {
    const { name: dataset } = found.contract;
    log.emit({
      ev: 'run.started',
      dataset,
      project: project.path,
      input: resolve(options.input),
      cluster: cluster.name,
      parallelism: cluster.parallelism,
    });
    const summary = await pipeline({ ...options, id, project, found, cluster, raw: raw.url, threads, log, elapsed });
    await writeJson(project.lake, layout.summary(id), summary);
    log.emit({ ev: 'run.finished', ms: elapsed(), summary });
    return summary;
  } catch (error) {
    if (options.signal?.aborted) log.emit({ ev: 'run.interrupted', ms: elapsed() });
    else {
      const details = failureDetails(error, options.input);
      log.emit({ ev: 'run.failed', ms: elapsed(), exitCode: details.exitCode, error: details });
    }
    throw error;
  } finally {
    await cluster.close();
    await log.close();
    await release();
  }
}

interface Pipeline extends Omit<RunOptions, 'project' | 'threads'> {
  readonly id: string;
  readonly project: Project;
  readonly found: Discovery;
  readonly cluster: Cluster;
  readonly raw: string;
  readonly threads: number;
  readonly log: EventLog;
  readonly elapsed: () => number;
}

async function pipeline({
  id,
  project,
  found,
  cluster,
  raw,
  threads,
  log,
  elapsed,
  ...options
}: Pipeline): Promise<RunSummary> {
  const { lake } = project;
  const { contract } = found;
  const { emit } = log;
  const driver = createDriver({ cluster, lake, raw, emit, signal: options.signal });

  const files = await planFiles(driver, found.files, options.chunkBytes ?? CHUNK_BYTES);
  const warnings = [...found.warnings, ...emptyFiles(files), ...sameFiles(files)];
  emit({
    ev: 'plan.ready',
    files: files.length,
    bytes: sum(files, 'size'),
    records: sum(files, 'records'),
    chunks: files.flatMap(({ chunks }) => chunks).length,
  });

  const cleaned = await clean(driver, contract, files);
  const tables = {
    fct_sales: cleaned.fact,
    quarantine: cleaned.quarantine,
    ...mapValues(cleaned.dimensions, file => [file]),
  };

  const contents = mapValues(tables, parts => parts.map(part => part.sha256));
  const identity = sha256(JSON.stringify([await codeHash('load'), contract, contents]));
  const current = await currentPublication(lake);
  const known = current?.identity === identity ? await readSummary(lake, current.run) : null;
  const warehouse = known ? current!.warehouse : layout.warehouse(id);
  const report = {
    run: id,
    contract,
    files,
    cleaned,
    timings: driver.timings,
    warnings,
    unclaimed: found.unclaimed,
    project: project.path,
    input: resolve(options.input),
  };
  if (known)
    return summarise({
      ...report,
      warehouse,
      loaded: known,
      publication: current!.n,
      outcome: 'unchanged',
      ms: elapsed(),
    });

  // The warehouse gets the memory that the threads held.
  await cluster.close();
  await tidyWarehouses(lake);
  const loaded = await load(lake, {
    contract,
    tables,
    warehouse,
    threads: Math.max(1, threads),
    expected: { rows: keptByFile(cleaned, contract), net: cleaned.net },
    onProgress: watchLoad(driver.timings, emit),
  });

  const gated = summarise({ ...report, warehouse, loaded, publication: null, outcome: 'refused', ms: elapsed() });
  options.signal?.throwIfAborted();
  if (gated.rejectRate > gated.maxRejectRate || gated.refusals.length > 0)
    return { ...gated, publication: current?.n ?? null };
  const publication = await publish(lake, { run: id, identity, dataset: contract.name, warehouse, tables });
  emit({ ev: 'run.published', n: publication.n });
  return { ...gated, outcome: 'published', publication: publication.n, ms: elapsed() };
}

const keptByFile = ({ balances }: CleanResult, { sale }: Contract): Record<string, number> =>
  Object.fromEntries(balances.filter(({ table }) => table === sale.from).map(({ file, kept }) => [file, kept]));

function openCluster(lakeUrl: string, threads: number): Cluster {
  if (threads === 0) return inlineCluster(runAttempt, lakeUrl);
  return threadCluster(new URL('../workers/thread.ts', import.meta.url), lakeUrl, threads);
}

/** Sorts by time, and two runs of one minute differ: 20261120-0200-7f3a. */
function runId(now: Date): string {
  const [day, time] = now.toISOString().split('T') as [string, string];
  return `${day.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}-${randomBytes(2).toString('hex')}`;
}

const sum = <Name extends string>(items: readonly { readonly [name in Name]: number }[], name: Name): number =>
  items.reduce((total, item) => total + item[name], 0);

const mapValues = <A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
