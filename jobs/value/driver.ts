/** The job that says what customers are worth and who is about to leave, on the coordinator. */
import type { PartFile } from '../../lake/manifest.ts';
import { type Analysis, type CustomerInput, NO_ANALYSIS } from '../customers/analysis.ts';
import type { ProfileOutput } from '../customers/profile.ts';
import type { Driver } from '../driver.ts';
import type { FitInput, ValueFit, ValueSettings } from './fit.ts';
import type { ResultsOutput } from './results.ts';
import type { ScoreInput, ScoreOutput, ScoreShared } from './score.ts';

/** Customers are valued for a year, but no further ahead than is looked back. */
const HORIZON_DAYS_MAX = 365;
/** No interest: what it should be is for the shop to say. */
const MONTHLY_DISCOUNT = 0;

/** Three stages: the models, from all customers; each customer's figures, block by block; what there is to say of the models. */
export async function valueCustomers(
  driver: Driver,
  { contract, periods }: Pick<CustomerInput, 'contract' | 'periods'>,
  profiles: readonly ProfileOutput[],
): Promise<Analysis> {
  const blocks = profiles.filter(({ customers }) => customers > 0);
  if (blocks.length === 0) return NO_ANALYSIS;
  const settings: ValueSettings = {
    contract,
    periods,
    horizon: Math.min(HORIZON_DAYS_MAX, periods.asOf - periods.first),
    monthlyDiscount: MONTHLY_DISCOUNT,
  };
  const customers = blocks.reduce((sum, block) => sum + block.customers, 0);
  const input: FitInput = { slices: blocks.flatMap(({ slices }) => slices), customers };
  const [fit] = await driver.stage<ValueFit>({
    kind: 'value.fit',
    title: 'value models',
    unit: 'fits',
    shared: settings,
    inputs: [input],
    rows: () => customers,
  });
  const shared: ScoreShared = { settings, fit: fit! };
  const scored = await driver.stage<ScoreOutput>({
    kind: 'value.score',
    title: 'value',
    unit: 'blocks',
    shared,
    inputs: blocks.map(({ block, slices }): ScoreInput => ({ block, slices })),
    rows: output => output.customers,
  });
  const [told] = await driver.stage<ResultsOutput>({
    kind: 'value.results',
    title: 'value results',
    unit: 'files',
    shared,
    inputs: [{}],
  });
  return analysisOf(
    fit!,
    scored.map(({ file }) => file),
    told!,
  );
}

function analysisOf({ holdout }: ValueFit, scored: readonly PartFile[], told: ResultsOutput): Analysis {
  const tables = { customer_value: scored, value_model: [told.model] };
  if (told.holdout !== null) return { tables: { ...tables, value_holdout: [told.holdout] }, absent: {} };
  const reason = holdout.ok ? '' : holdout.reason;
  return { tables, absent: { value_holdout: `no trial of the models of value: ${reason}` } };
}
