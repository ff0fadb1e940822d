/** One whole run of the pipeline, as `endcap run` does it. */
import { run } from '../../coordinator/run.ts';
import type { RunSummary } from '../../coordinator/summary.ts';
import { printUsage, programOptions } from '../usage.ts';

export interface RunOptions {
  readonly input: string;
  readonly project: string;
  readonly threads: number;
  /** False leaves out all that is computed customer by customer. (Default: as endcap run does) */
  readonly customers?: false | undefined;
}

export type RunDetail = Pick<RunSummary, 'stages' | 'marts' | 'checks' | 'outcome'>;

const options = programOptions<RunOptions>();
const { stages, marts, checks, outcome } = await run(options);
if (outcome !== 'published') throw new Error(`the run was ${outcome}`);
printUsage(null, { stages, marts, checks, outcome } satisfies RunDetail);
