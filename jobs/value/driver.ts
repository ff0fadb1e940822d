/** The job that says what customers are worth and who is about to leave, on the coordinator. */
import { dayText } from '../../kernels/dates.ts';
import { type Analysis, type CustomerInput, NO_ANALYSIS } from '../customers/analysis.ts';
import type { ProfileOutput } from '../customers/profile.ts';
import type { Driver } from '../driver.ts';
import type { FitInput, FitOutput } from './fit.ts';
import type { ValueModels, ValueSettings } from './models.ts';
import type { ScoreInput, ScoreOutput, ScoreShared } from './score.ts';

/** Customers are valued for a year, but no further ahead than is looked back. */
const HORIZON_DAYS_MAX = 365;
/** No interest: what it should be is for the shop to say. */
const MONTHLY_DISCOUNT = 0;

/** Two stages: the models, from all customers, with what there is to say of them; each customer's figures, block by block. */
export async function valueCustomers(
  driver: Driver,
  { contract, periods }: Pick<CustomerInput, 'contract' | 'periods'>,
  profiles: readonly ProfileOutput[],
): Promise<Analysis> {
  const blocks = profiles.filter(({ customers }) => customers > 0);
  if (blocks.length === 0) return nothing(`nobody bought anything before ${dayText(periods.asOf)}`);
  const horizon = Math.min(HORIZON_DAYS_MAX, periods.asOf - periods.first);
  const settings: ValueSettings = { periods, horizon, monthlyDiscount: MONTHLY_DISCOUNT };
  const customers = blocks.reduce((sum, block) => sum + block.customers, 0);
  const input: FitInput = { slices: blocks.flatMap(({ slices }) => slices), customers };
  const [fitted] = await driver.stage<FitOutput>({
    kind: 'value.fit',
    title: 'models of value',
    unit: 'fits',
    shared: settings,
    inputs: [input],
    rows: () => customers,
  });
  const { models, told, holdout } = fitted!;
  const shared: ScoreShared = { contract, settings, models };
  const scored = await driver.stage<ScoreOutput>({
    kind: 'value.score',
    title: 'value',
    unit: 'blocks',
    shared,
    inputs: blocks.map(({ block, slices }): ScoreInput => ({ block, slices })),
    rows: output => output.customers,
  });
  const tables = { customer_value: scored.map(({ file }) => file), value_model: [told] };
  return {
    tables: holdout ? { ...tables, value_holdout: [holdout] } : tables,
    absent: refusals(models),
    notes: warnings(models),
  };
}

/** Figures that nobody could try out look as good as others. */
const warnings = ({ purchases, spending, holdout }: ValueModels): string[] =>
  purchases.ok && spending.ok && !holdout.ok
    ? [`the value of customers could not be tried out on later sales: ${holdout.reason}`]
    : [];

function refusals({ purchases, spending, holdout }: ValueModels): Analysis['absent'] {
  const refused = [purchases, spending].find(({ ok }) => !ok);
  return {
    ...(refused?.ok === false ? { 'customer_value.value_at_risk': `no lifetime value: ${refused.reason}` } : {}),
    ...(holdout.ok ? {} : { value_holdout: `no trial of the models of value: ${holdout.reason}` }),
  };
}

const nothing = (reason: string): Analysis => ({
  ...NO_ANALYSIS,
  absent: { customer_value: reason, value_model: reason, value_holdout: reason },
});
