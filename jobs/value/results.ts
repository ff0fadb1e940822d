/** What there is to say of the models, as rows of value_model and value_holdout. */
import { booleans, doubles, numberColumn, textColumn } from '../../kernels/column.ts';
import { dayText } from '../../kernels/dates.ts';
import { parseAmount } from '../../kernels/money.ts';
import type { Rows } from '../../lake/slab.ts';
import type { Band } from './band.ts';
import type { Bgnbd } from './bgnbd.ts';
import type { Estimate } from './estimate.ts';
import { expectedPurchases } from './forecast.ts';
import { expectedValue, type GammaGamma } from './gammagamma.ts';
import type { HoldoutResult, ValueModels, ValueSettings } from './models.ts';

type Figure = readonly [model: string, name: string, value: number | null, note: string | null];

export function modelRows({ purchases, spending, holdout, medianGap }: ValueModels, settings: ValueSettings): Rows {
  const { periods, horizon, monthlyDiscount } = settings;
  const figures: Figure[] = [
    ...(purchases.ok ? purchasesFigures(purchases, horizon) : [refused('purchases', purchases.reason)]),
    ...(spending.ok ? spendingFigures(spending) : [refused('spending', spending.reason)]),
    ['spending', 'correlation', spending.correlation, 'of repeat purchases and their mean value'],
    ...(holdout.ok ? holdoutFigures(holdout) : [refused('holdout', holdout.reason)]),
    ['settings', 'horizon', horizon, `days from ${dayText(periods.asOf)} on`],
    ['settings', 'monthly discount', monthlyDiscount, 'share'],
    ['settings', 'median gap', medianGap, 'days between two purchases, the median of customers’ medians'],
  ];
  return {
    length: figures.length,
    columns: {
      model: textColumn(figures.map(([model]) => model)),
      name: textColumn(figures.map(([, name]) => name)),
      value: doubles(figures.map(([, , value]) => value)),
      note: textColumn(figures.map(([, , , note]) => note)),
    },
  };
}

const refused = (model: string, reason: string): Figure => [model, 'refused', null, reason];

type Fitted<Model> = Estimate<Model> & { readonly ok: true };

const purchasesFigures = ({ model, logLikelihood, customers }: Fitted<Bgnbd>, horizon: number): Figure[] => [
  ['purchases', 'r', model.r, null],
  ['purchases', 'alpha', model.alpha, 'in weeks'],
  ['purchases', 'a', model.a, null],
  ['purchases', 'b', model.b, null],
  ['purchases', 'log likelihood', logLikelihood, 'time in weeks'],
  ['purchases', 'customers', customers, 'that it was fitted to'],
  ['purchases', 'new customer', expectedPurchases(model, horizon), 'repeat purchases to be expected over the horizon'],
];

const spendingFigures = ({ model, logLikelihood, customers }: Fitted<GammaGamma>): Figure[] => [
  ['spending', 'p', model.p, null],
  ['spending', 'q', model.q, null],
  ['spending', 'gamma', model.gamma, 'in the base currency'],
  ['spending', 'log likelihood', logLikelihood, null],
  ['spending', 'customers', customers, 'that it was fitted to'],
  ['spending', 'new customer', expectedValue(model, 0, 0), 'value to be expected of a purchase'],
];

function holdoutFigures(holdout: HoldoutResult & { readonly ok: true }): Figure[] {
  const { total, correlation, spendingReason, purchases, value } = holdout;
  return [
    [
      'holdout',
      'purchases ratio',
      ratio(total.predicted, total.actual),
      `predicted ÷ actual; the actual number is ${insideText(purchases)}`,
    ],
    ['holdout', 'purchases correlation', correlation, 'of predicted and actual purchases of a customer'],
    spendingReason === null
      ? [
          'holdout',
          'value ratio',
          ratio(total.predictedValue!, Number(total.actualValue)),
          `predicted ÷ actual; the actual sum is ${insideText(value)}`,
        ]
      : refused('holdout value', spendingReason),
  ];
}

const ratio = (predicted: number, actual: number): number | null => (actual === 0 ? null : predicted / actual);

const insideText = (band: Band | null): string =>
  band === null ? 'without a band: its variance is infinite' : `${band.isInside ? 'within' : 'outside'} the 95 % band`;

/** The buckets, and then all customers, whose totals have a band. */
export function holdoutRows({ buckets, total, purchases, value }: HoldoutResult & { readonly ok: true }): Rows {
  const rows = [...buckets, total];
  const ofTotal = <Value>(found: Value | undefined): (Value | null)[] =>
    rows.map(row => (row === total ? (found ?? null) : null));
  return {
    length: rows.length,
    columns: {
      bucket: textColumn(rows.map(({ bucket }) => bucket)),
      customers: numberColumn(
        'int64',
        rows.map(({ customers }) => customers),
      ),
      predicted_purchases: doubles(rows.map(({ predicted }) => predicted)),
      actual_purchases: numberColumn(
        'int64',
        rows.map(({ actual }) => actual),
      ),
      purchases_low: doubles(ofTotal(purchases.low)),
      purchases_high: doubles(ofTotal(purchases.high)),
      is_purchases_inside: booleans(ofTotal(purchases.isInside)),
      predicted_value: doubles(rows.map(({ predictedValue }) => predictedValue)),
      actual_value: numberColumn(
        'decimal',
        rows.map(({ actualValue }) => parseAmount(actualValue)),
      ),
      value_low: doubles(ofTotal(value?.low)),
      value_high: doubles(ofTotal(value?.high)),
      is_value_inside: booleans(ofTotal(value?.isInside)),
    },
  };
}
