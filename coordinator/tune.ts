/** The search for a recommender: the pipeline as far as customers' lines, then the trials. Publishes nothing. */
import { UserError } from '../base/errors.ts';
import { clean } from '../jobs/clean/driver.ts';
import { blendText } from '../jobs/recommend/choice.ts';
import { QUICK, THOROUGH } from '../jobs/recommend/search.ts';
import { type Trial, TUNE_LIMITS, type TuneLimits } from '../jobs/recommend/trials.ts';
import { dataHash, tuneRecommender } from '../jobs/recommend/tune.ts';
import { type Windows, windowsOf } from '../jobs/recommend/windows.ts';
import { dayText } from '../kernels/dates.ts';
import { layout } from '../lake/layout.ts';
import { type ChoiceFile, type TrialRecord, writeChoice } from './choicefile.ts';
import { findCustomers } from './customers.ts';
import { assertUnchanged } from './discover.ts';
import { createDriver } from './driver.ts';
import type { Emit, RunEvent } from './events.ts';
import { failureDetails } from './failure.ts';
import { planFiles, planTotals } from './plan.ts';
import type { StageTiming } from './summary.ts';
import { unpackFiles } from './unpack.ts';
import { beginWork, type Work, type WorkOptions } from './work.ts';

export interface TuneOptions extends WorkOptions {
  /** Only a few trials. */
  readonly quick?: boolean | undefined;
  /** The analysis day, YYYY-MM-DD: see CustomerOptions. */
  readonly asOf?: string | undefined;
  /** For tests: limits that small inputs reach. */
  readonly looking?: Partial<TuneLimits> | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

export interface TuneReport {
  readonly project: string;
  /** Key of the file in the project. */
  readonly key: string;
  readonly file: ChoiceFile;
  readonly stages: readonly StageTiming[];
  readonly ms: number;
}

/** Chooses a recommender on the validation window, and writes the choice into the project, where the next run finds it. */
export async function tune(options: TuneOptions): Promise<TuneReport> {
  const { signal, onEvent = () => undefined } = options;
  const work = await beginWork(options);
  const { id, input, found, project, cluster } = work;
  const emit: Emit = body => onEvent({ v: 1, t: new Date().toISOString(), run: id, ...body });
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  try {
    const { name: dataset } = found.contract;
    const { name, parallelism } = cluster;
    emit({ ev: 'run.started', verb: 'tune', dataset, project: project.path, input, cluster: name, parallelism });
    const { file, stages } = await search(work, emit, options);
    await writeChoice(project.lake, file);
    const report: TuneReport = { project: project.path, key: layout.choice, file, stages, ms: elapsed() };
    emit({ ev: 'tune.finished', ms: report.ms, choice: file });
    return report;
  } catch (error) {
    if (signal?.aborted) emit({ ev: 'run.interrupted', ms: elapsed() });
    else {
      const details = failureDetails(error, options.input, 'tune');
      emit({ ev: 'run.failed', ms: elapsed(), exitCode: details.exitCode, error: details });
    }
    throw error;
  } finally {
    await cluster.close();
    await work.release();
  }
}

async function search(
  { raw, found, project, cluster, chunkBytes, limits, signal }: Work,
  emit: Emit,
  { quick = false, asOf, looking }: TuneOptions,
): Promise<{ file: ChoiceFile; stages: readonly StageTiming[] }> {
  const { contract } = found;
  const driver = createDriver({ cluster, lake: project.lake, raw: raw.url, emit, signal });
  const files = await planFiles(driver, await unpackFiles(driver, found.files), chunkBytes);
  emit({ ev: 'plan.ready', ...planTotals(files) });
  const cleaned = await clean(driver, contract, files, limits, true);
  const input = await findCustomers(driver, { contract, cleaned, limits }, { asOf });
  await assertUnchanged(raw, found.files);
  const windows = input && windowsOf(input.periods);
  if (!windows)
    throw unchosen(`${input ? input.periods.asOf - input.periods.first : 0} days of sales are too few to choose by`);
  const space = quick ? QUICK : THOROUGH;
  const options = { space, limits: { ...TUNE_LIMITS, ...looking }, window: windows.validation };
  const tuning = await tuneRecommender(driver, input, options);
  const dates = datesOf(windows, input.periods.first);
  if (!tuning) throw unchosen(`of those who bought before, nobody bought anything from ${dates.judged.join(' to ')}`);
  const { choice, lists, sample, trials } = tuning;
  const file: ChoiceFile = {
    version: 1,
    dataset: contract.name,
    data: dataHash(input),
    windows: dates,
    sample,
    choice,
    lists,
    trials: trials.map(recordOf),
  };
  return { file, stages: driver.timings };
}

const datesOf = ({ validation: { until, end } }: Windows, first: number): ChoiceFile['windows'] => ({
  learned: [dayText(first), dayText(until - 1)],
  judged: [dayText(until), dayText(end - 1)],
});

const recordOf = ({ results, ...trial }: Trial): TrialRecord => ({
  ...trial,
  results: results.map(({ list, blend, measures: { customers, ndcg, recall } }) => ({
    list,
    model: blendText(blend),
    customers,
    ndcg,
    recall,
  })),
});

const unchosen = (what: string): UserError =>
  new UserError({
    code: 'E_HISTORY',
    what: `no recommender can be chosen: ${what}`,
    why: 'what is learned from the first days is judged by those that follow, and those behind them are kept for the run',
    unchanged: 'nothing was chosen; what was finished is kept',
    next: 'endcap run DIR   uses the defaults; a month of sales or more can be tuned on',
    exitCode: 2,
  });
