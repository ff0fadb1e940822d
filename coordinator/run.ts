/** The pipeline, in order. Read this first. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CHUNK_BYTES } from '../base/limits.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { inlineCluster } from '../cluster/inline.ts';
import { threadCluster } from '../cluster/threads.ts';
import { runAttempt } from '../jobs/attempt.ts';
import { MERGE_LIMITS, type MergeLimits } from '../jobs/clean/days.ts';
import { clean } from '../jobs/clean/driver.ts';
import { NO_ANALYSIS } from '../jobs/customers/analysis.ts';
import { load } from '../jobs/load/driver.ts';
import { layout } from '../lake/layout.ts';
import { openStore } from '../lake/open.ts';
import { type ObjectStore, writeJson } from '../lake/store.ts';
import { contentsOf, isWhole, previousSegments } from './contents.ts';
import { analyseCustomers, type CustomerOptions } from './customers.ts';
import { assertUnchanged, type Discovery, discover } from './discover.ts';
import { createDriver } from './driver.ts';
import { EventLog, type RunEvent } from './events.ts';
import { failureDetails } from './failure.ts';
import { takeLock } from './lock.ts';
import { emptyFiles, planFiles, planTotals, sameFiles } from './plan.ts';
import { createProject, type Project } from './project.ts';
import { publish, readSummary } from './status.ts';
import { summarise } from './summarise.ts';
import type { RunSummary } from './summary.ts';
import { tidyWarehouses } from './tidy.ts';
import { unpackFiles } from './unpack.ts';
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
  /** How customers are looked at; false leaves segments, value, baskets and recommendations out. (Default: as CustomerOptions say) */
  readonly customers?: CustomerOptions | false | undefined;
  /** For tests: limits that small inputs reach. */
  readonly merging?: Partial<MergeLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

/** From a folder of raw files to a publication. Continues what an earlier run of the project left unfinished. */
export async function run(options: RunOptions): Promise<RunSummary> {
  const { signal, threads = availableParallelism(), onEvent = () => undefined } = options;
  const input = resolve(options.input);
  const raw = await openStore(`${pathToFileURL(input).href}/`);
  const found = await discover(raw, options.contract);
  const project = await createProject(options.project, found.contract.name);
  const id = runId(new Date());
  const release = await takeLock(project.lake, id);
  const cluster = openCluster(project.url, threads);
  const log = new EventLog(project.lake, id, onEvent);
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  try {
    const { name: dataset } = found.contract;
    const { name, parallelism } = cluster;
    log.emit({ ev: 'run.started', dataset, project: project.path, input, cluster: name, parallelism });
    const chunkBytes = options.chunkBytes ?? CHUNK_BYTES;
    const summary = await pipeline({
      id,
      input,
      raw,
      found,
      project,
      cluster,
      threads,
      chunkBytes,
      customers: options.customers ?? {},
      merging: options.merging,
      signal,
      log,
      elapsed,
    });
    // Of a publication it is there already; of others it is worth no failure.
    await writeJson(project.lake, layout.summary(id), summary).catch(() => false);
    log.emit({ ev: 'run.finished', ms: elapsed(), summary });
    return summary;
  } catch (error) {
    if (signal?.aborted) log.emit({ ev: 'run.interrupted', ms: elapsed() });
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

interface Pipeline {
  readonly id: string;
  readonly input: string;
  readonly raw: ObjectStore;
  readonly found: Discovery;
  readonly project: Project;
  readonly cluster: Cluster;
  readonly threads: number;
  readonly chunkBytes: number;
  readonly customers: CustomerOptions | false;
  readonly merging: Partial<MergeLimits> | undefined;
  readonly signal: AbortSignal | undefined;
  readonly log: EventLog;
  readonly elapsed: () => number;
}

async function pipeline({
  id,
  input,
  raw,
  found,
  project,
  cluster,
  log,
  elapsed,
  ...options
}: Pipeline): Promise<RunSummary> {
  const { lake } = project;
  const { contract, unclaimed } = found;
  const { emit } = log;
  const driver = createDriver({ cluster, lake, raw: raw.url, emit, signal: options.signal });

  const files = await planFiles(driver, await unpackFiles(driver, found.files), options.chunkBytes);
  emit({ ev: 'plan.ready', ...planTotals(files) });
  const warnings = [...found.warnings, ...emptyFiles(files), ...sameFiles(files)];
  for (const message of warnings) emit({ ev: 'run.warning', message });
  const limits = { ...MERGE_LIMITS, ...options.merging };
  const cleaned = await clean(driver, contract, files, limits, options.customers !== false);
  const analysis = options.customers
    ? await analyseCustomers(driver, { contract, cleaned, limits }, options.customers)
    : NO_ANALYSIS;
  for (const message of analysis.notes) emit({ ev: 'run.warning', message });
  await assertUnchanged(raw, found.files);

  const contents = await contentsOf(lake, contract, cleaned, analysis);
  const { kept, identity, current, files: models } = contents;
  const report = {
    run: id,
    contract,
    cleaned,
    timings: driver.timings,
    warnings: [...warnings, ...analysis.notes],
    unclaimed,
    project: project.path,
    input,
  };
  const known = current?.identity === identity ? await readSummary(lake, current.run) : null;
  if (current && known && (await isWhole(lake, current))) {
    const { warehouse, n } = current;
    return summarise({ ...report, warehouse, loaded: known, publication: n, outcome: 'unchanged', ms: elapsed() });
  }

  // The warehouse gets the memory that the threads held.
  await cluster.close();
  await tidyWarehouses(lake);
  const warehouse = layout.warehouse(id);
  const { tables, absent } = await previousSegments(lake, contents);
  const expected = { rows: kept, net: cleaned.net };
  const onProgress = watchLoad(driver.timings, emit, options.signal);
  const loaded = await load(lake, {
    contract,
    tables,
    absent: { ...analysis.absent, ...absent },
    warehouse,
    threads: Math.max(1, options.threads),
    expected,
    onProgress,
  });
  options.signal?.throwIfAborted();

  const publication = current?.n ?? null;
  const summary = summarise({ ...report, warehouse, loaded, publication, outcome: 'refused', ms: elapsed() });
  if (summary.refusals.length > 0) return summary;
  // Written before the publication: the next run must find it, even if this one is killed right after publishing.
  const next = (publication ?? 0) + 1;
  await writeJson(lake, layout.summary(id), { ...summary, outcome: 'published', publication: next });
  const { n } = await publish(lake, { run: id, identity, dataset: contract.name, warehouse, tables, files: models });
  emit({ ev: 'run.published', n });
  return { ...summary, outcome: 'published', publication: n, ms: elapsed() };
}

function openCluster(lakeUrl: string, threads: number): Cluster {
  if (threads === 0) return inlineCluster(runAttempt, lakeUrl);
  return threadCluster(new URL('../workers/thread.ts', import.meta.url), lakeUrl, threads);
}

/** Sorts by time, and two runs of one minute differ: 20261120-0200-7f3a. */
function runId(now: Date): string {
  const [day, time] = now.toISOString().split('T') as [string, string];
  return `${day.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}-${randomBytes(2).toString('hex')}`;
}
