/** When there is no model, and what people are told. */
import { describe, expect, it } from 'vitest';
import { listOf } from '../../test/random.ts';
import { estimatePurchases, estimateSpending, median } from './estimate.ts';
import type { Observed } from './population.ts';
import { CDNOW_LIKE, simulate } from './simulate.fixture.ts';

const DAYS = CDNOW_LIKE.days;
const customers = simulate(1, CDNOW_LIKE);

/** The first customers, as many as have `count` of those who came back among them. */
function withRepeat(count: number): Observed {
  let [rows, repeat] = [0, 0];
  for (; repeat < count; rows++) if (customers.repeats[rows]! > 0) repeat++;
  const cut = <Values extends Int32Array | Float64Array>(values: Values) => values.subarray(0, rows) as Values;
  const { repeats, recency, age, mean } = customers;
  return { repeats: cut(repeats), recency: cut(recency), age: cut(age), mean: cut(mean) };
}

/** Everybody spends `of` their repeat purchases, give or take. */
const spendingOf = (of: (repeats: number, row: number) => number): Observed => ({
  ...customers,
  mean: Float64Array.from(customers.repeats, (x, row) => (x === 0 ? 0 : of(x, row))),
});

describe('the model of purchases', () => {
  it('is made of customers enough who came back, and not of one less', () => {
    expect(estimatePurchases(withRepeat(200), 20, DAYS).ok).toBe(true);
    const few = estimatePurchases(withRepeat(199), 20, DAYS);
    expect(few).toMatchObject({ ok: false });
    expect(!few.ok && few.reason).toMatch(/^199 of \d+ customers bought on more than one day, and 200 are needed$/);
  });

  it('wants a history of three times the usual gap', () => {
    expect(estimatePurchases(customers, 91, DAYS).ok).toBe(true);
    expect(estimatePurchases(customers, 91.5, DAYS)).toEqual({
      ok: false,
      reason: '273 days of sales are less than 3 times the 91.5 days that customers leave between two purchases',
    });
  });

  it('is none where the search does not end, and says where it was', () => {
    const weekly = listOf(500, i => 20 + (i % 20));
    const faithful = {
      repeats: Int32Array.from(weekly),
      recency: Int32Array.from(weekly, x => x * 7),
      age: Int32Array.from(weekly, (x, i) => x * 7 + (i % 7)),
      mean: new Float64Array(500).fill(10),
    };
    const estimate = estimatePurchases(faithful, 7, 280);
    expect(!estimate.ok && estimate.reason).toMatch(/^no rate of buying and leaving fits best: .* r = /);
  });
});

describe('the model of spending', () => {
  it('is made of customers enough', () => {
    expect(estimateSpending(withRepeat(200)).ok).toBe(true);
    expect(estimateSpending(withRepeat(199))).toMatchObject({ ok: false, correlation: null });
  });

  it.each([
    ['more', (x: number) => 10 + x],
    ['less', (x: number) => 100 / (1 + x)],
  ])('is refused where who buys more often spends %s', (word, of) => {
    const estimate = estimateSpending(spendingOf(of));
    expect(Math.abs(estimate.correlation!)).toBeGreaterThan(0.3);
    expect(!estimate.ok && estimate.reason).toContain(`customers who buy more often spend ${word} at a time`);
  });

  it('is refused where all spend the same, and where there is no mean', () => {
    const equal = estimateSpending(spendingOf(() => 10));
    expect(!equal.ok && equal.reason).toMatch(/^no spread of spending fits best/);
    const spending = { p: 6, q: 0.8, gamma: 15 };
    const heavy = estimateSpending(simulate(4, { ...CDNOW_LIKE, spending }));
    expect(!heavy.ok && heavy.reason).toMatch(/no mean \(q = 0\./);
  });

  it('leaves out who took back all that was bought', () => {
    const some = spendingOf((x, row) => (row % 2 === 0 ? 0 : 20 + ((row * 7 + x) % 30)));
    const estimate = estimateSpending(some);
    expect(estimate).toMatchObject({ ok: true, customers: some.mean.filter(mean => mean > 0).length });
  });
});

it('the median is the middle of an odd number, and between the middle ones of an even one', () => {
  expect([[], [3], [9, 1, 5], [9, 1, 5, 6]].map(values => median(Float64Array.from(values)))).toEqual([
    null,
    3,
    5,
    5.5,
  ]);
});
