/** The pipeline, in order. Read this first. */
import { clean } from '../jobs/clean/driver.ts';
import { load } from '../jobs/load/driver.ts';
import { layout } from '../lake/layout.ts';
import { writeJson } from '../lake/store.ts';
import { readChoice } from './choicefile.ts';
import { contentsOf, isWhole, previousSegments } from './contents.ts';
import { analyseCustomers, type CustomerOptions, withoutCustomers } from './customers.ts';
import { assertUnchanged } from './discover.ts';
import { createDriver } from './driver.ts';
import { EventLog, type RunEvent } from './events.ts';
import { failureDetails } from './failure.ts';
import { emptyFiles, planFiles, planTotals, sameFiles } from './plan.ts';
import { publish, readSummary } from './status.ts';
import { summarise } from './summarise.ts';
import type { RunSummary } from './summary.ts';
import { tidyWarehouses } from './tidy.ts';
import { unpackFiles } from './unpack.ts';
import { watchLoad } from './watch.ts';
import { beginWork, type Work, type WorkOptions } from './work.ts';

export interface RunOptions extends WorkOptions {
  /** How customers are looked at; false leaves segments, value, baskets and recommendations out. (Default: as CustomerOptions say) */
  readonly customers?: CustomerOptions | false | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

/** From a folder of raw files to a publication. Continues what an earlier run of the project left unfinished. */
export async function run(options: RunOptions): Promise<RunSummary> {
  const { signal, onEvent = () => undefined } = options;
  const work = await beginWork(options);
  const { id, input, found, project, cluster } = work;
  const log = new EventLog(project.lake, id, onEvent);
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  try {
    const { name: dataset } = found.contract;
    const { name, parallelism } = cluster;
    log.emit({ ev: 'run.started', dataset, project: project.path, input, cluster: name, parallelism });
    const summary = await pipeline({ ...work, customers: options.customers ?? {}, log, elapsed });
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
    await work.release();
  }
}

interface Pipeline extends Work {
  readonly customers: CustomerOptions | false;
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
  limits,
  log,
  elapsed,
  ...options
}: Pipeline): Promise<RunSummary> {
  const { lake } = project;
  const { contract, unclaimed } = found;
  const { emit } = log;
  const driver = createDriver({ cluster, lake, raw: raw.url, emit, signal: options.signal });
  const saved = options.customers ? await readChoice(project) : null;

  const files = await planFiles(driver, await unpackFiles(driver, found.files), options.chunkBytes);
  emit({ ev: 'plan.ready', ...planTotals(files) });
  const warnings = [...found.warnings, ...emptyFiles(files), ...sameFiles(files)];
  for (const message of warnings) emit({ ev: 'run.warning', message });
  const cleaned = await clean(driver, contract, files, limits, options.customers !== false);
  const analysis = options.customers
    ? await analyseCustomers(driver, { contract, cleaned, limits }, { ...options.customers, saved })
    : withoutCustomers(contract);
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
    recommendations: analysis.verdicts,
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
