import { describe, expect, it } from 'vitest';
import { parseIsoDay } from '../../kernels/dates.ts';
import { amountText, parseAmount } from '../../kernels/money.ts';
import type { Bgnbd } from './bgnbd.ts';
import { type Estimate, estimatePurchases, estimateSpending } from './estimate.ts';
import type { GammaGamma } from './gammagamma.ts';
import { type Holdout, holdoutOf } from './holdout.ts';
import type { HeldOut } from './population.ts';
import { CDNOW_LIKE, cdnow, hasCdnow, simulate } from './simulate.fixture.ts';

function tryOut(held: HeldOut, days: number, holdout: number): Holdout {
  const purchases = estimatePurchases(held, null, days);
  if (!purchases.ok) throw new Error(purchases.reason);
  return holdoutOf(held, { purchases, spending: estimateSpending(held) }, holdout);
}

type Fitted<Model> = Estimate<Model> & { readonly ok: true };

const { days, holdout } = CDNOW_LIKE;

describe('customers who behave as the models say', () => {
  const SEEDS = 40;
  const trials = Array.from({ length: SEEDS }, (_, seed) => tryOut(simulate(1_000 + seed, CDNOW_LIKE), days, holdout));

  it('buy as much as the band says in 95 of 100 cases', () => {
    const inside = trials.filter(({ purchases }) => purchases.isInside).length;
    expect(inside).toBeGreaterThanOrEqual(34);
    // A band that always holds says nothing: it may be no wider than a fifth of the total to either side.
    for (const { purchases, total } of trials) {
      expect((purchases.high - purchases.low) / total.predicted).toBeLessThan(0.4);
    }
  });

  it('spend as much as the band says in 95 of 100 cases', () => {
    expect(trials.filter(({ value }) => value!.isInside).length).toBeGreaterThanOrEqual(34);
    for (const { value, total } of trials) expect((value!.high - value!.low) / total.predictedValue!).toBeLessThan(0.5);
  });

  it('miss bands of half the width far more often, so that the widths are what counts', () => {
    const inside = trials.filter(({ purchases: { low, high }, total }) => {
      const quarter = (high - low) / 4;
      return Math.abs(total.actual - total.predicted) <= quarter;
    });
    expect(inside.length).toBeLessThan(34);
  });
});

describe('the panel', () => {
  const held = simulate(3, CDNOW_LIKE);
  const panel = tryOut(held, days, holdout);

  it('has each customer in one bucket, and the buckets add up to all', () => {
    expect(panel.buckets.map(({ bucket }) => bucket)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7+']);
    const sum = (of: (bucket: Holdout['total']) => number) => panel.buckets.reduce((total, own) => total + of(own), 0);
    expect(sum(({ customers }) => customers)).toBe(panel.total.customers);
    expect(sum(({ actual }) => actual)).toBe(held.purchases.reduce((total, count) => total + count, 0));
    expect(sum(({ predicted }) => predicted)).toBeCloseTo(panel.total.predicted, 8);
    const value = panel.buckets.reduce((total, { actualValue }) => total + parseAmount(actualValue), 0n);
    expect(amountText(value)).toBe(panel.total.actualValue);
    expect(parseAmount(panel.total.actualValue)).toBe(held.value.reduce((total, own) => total + own, 0n));
  });

  it('foretells each bucket about as it came', () => {
    for (const { bucket, customers, predicted, actual } of panel.buckets) {
      expect(Math.abs(predicted - actual) / customers, bucket).toBeLessThan(bucket === '0' ? 0.1 : 1.5);
    }
    expect(panel.correlation).toBeGreaterThan(0.5);
  });

  it('has no values without a model of spending, and no band of values whose variance is infinite', () => {
    const purchases = estimatePurchases(held, null, days) as Fitted<Bgnbd>;
    const without = holdoutOf(held, { purchases, spending: { ok: false, reason: 'refused' } }, holdout);
    expect(without.total.predictedValue).toBeNull();
    expect(without.value).toBeNull();
    expect(without.purchases).toEqual(panel.purchases);
    const spending = estimateSpending(held) as Fitted<GammaGamma>;
    const heavy = { ...spending, model: { p: 6, q: 1.5, gamma: 15 } };
    expect(holdoutOf(held, { purchases, spending: heavy }, holdout)).toMatchObject({
      value: null,
      total: { predictedValue: expect.any(Number) },
    });
  });
});

describe.runIf(hasCdnow)('CDNOW', () => {
  const end = parseIsoDay('1997-10-01')!;
  const held = cdnowHeldOut(end, parseIsoDay('1998-07-01')!);

  it('has the published histories of all 2,357 customers in its log', () => {
    const summary = cdnow('cdnow_customers_summary.csv').map(row => row.slice(1).map(Number));
    const own = Array.from(held.repeats, (x, row) => [x, held.recency[row]! / 7, held.age[row]! / 7]);
    const equal = own.filter((row, i) => row.every((value, j) => Math.abs(value - summary[i]![j]!) < 0.0051));
    expect([own.length, equal.length]).toEqual([2_357, 2_357]);
  });

  it('buys more in its second part than the model foretells, more than the band allows', () => {
    const panel = tryOut(held, 273, 273);
    expect(panel.total).toMatchObject({ customers: 2_357, actual: 1_882 });
    expect(Math.round(panel.total.predicted)).toBe(1_653);
    expect(panel.total.predicted / panel.total.actual).toBeCloseTo(0.88, 2);
    expect(panel.correlation).toBeCloseTo(0.63, 2);
    expect(panel.purchases).toEqual({ low: expect.closeTo(1_454, 0), high: expect.closeTo(1_853, 0), isInside: false });
    const perCustomer = (of: 'predicted' | 'actual') =>
      panel.buckets.map(bucket => (bucket[of] / bucket.customers).toFixed(2)).join(' ');
    expect(perCustomer('predicted')).toBe('0.23 0.52 1.04 1.52 2.16 2.65 3.50 6.16');
    expect(perCustomer('actual')).toBe('0.24 0.70 1.39 1.56 2.53 2.95 3.86 6.36');
  });
});

/** Customers by number, as the summary has them; purchases of one day are one. */
function cdnowHeldOut(calibration: number, asOf: number): HeldOut {
  const customers = new Map<string, Map<number, bigint>>();
  for (const [, id, date, , amount] of cdnow('sample.csv')) {
    const days = customers.get(id!) ?? new Map<number, bigint>();
    customers.set(id!, days);
    const day = parseIsoDay(date!)!;
    if (day < asOf) days.set(day, (days.get(day) ?? 0n) + parseAmount(amount!));
  }
  const rows = [...customers]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, days]) => [...days].sort((a, b) => a[0] - b[0]));
  const early = rows.map(days => days.filter(([day]) => day < calibration));
  const sum = (days: readonly (readonly [number, bigint])[]) => days.reduce((total, [, value]) => total + value, 0n);
  return {
    repeats: Int32Array.from(early, days => days.length - 1),
    recency: Int32Array.from(early, days => days.at(-1)![0] - days[0]![0]),
    age: Int32Array.from(early, days => calibration - 1 - days[0]![0]),
    mean: Float64Array.from(early, days =>
      days.length < 2 ? 0 : Number(sum(days.slice(1))) / 1e6 / (days.length - 1),
    ),
    purchases: Int32Array.from(rows, (days, row) => days.length - early[row]!.length),
    value: BigInt64Array.from(rows, (days, row) => sum(days.slice(early[row]!.length))),
  };
}
