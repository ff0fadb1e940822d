import { describe, expect, it } from 'vitest';
import { listOf, seeded } from '../../test/random.ts';
import { type Bgnbd, fitBgnbd, meanNegativeLogLikelihood, probabilityAlive } from './bgnbd.ts';
import { lnGamma } from './gamma.ts';
import { groupHistories, type Histories } from './histories.ts';
import { CDNOW_LIKE, cdnow, hasCdnow, simulate } from './simulate.fixture.ts';

/** One customer's likelihood as the paper writes it (equation 6), without a logarithm until the end. */
function likelihood({ r, alpha, a, b }: Omit<Bgnbd, 'ticks'>, x: number, recency: number, age: number): number {
  const beta = (p: number, q: number) => Math.exp(lnGamma(p) + lnGamma(q) - lnGamma(p + q));
  const gammas = (Math.exp(lnGamma(r + x) - lnGamma(r)) * alpha ** r) / (alpha + age) ** (r + x);
  const alive = (beta(a, b + x) / beta(a, b)) * gammas;
  if (x === 0) return alive;
  const left = (Math.exp(lnGamma(r + x) - lnGamma(r)) * alpha ** r) / (alpha + recency) ** (r + x);
  return alive + (beta(a + 1, b + x - 1) / beta(a, b)) * left;
}

const rowsOf = ({ repeats, recency, age }: Histories): [x: number, recency: number, age: number][] =>
  Array.from(repeats, (x, row) => [x, recency[row]!, age[row]!]);

const historiesOf = (rows: readonly (readonly number[])[]): Histories => ({
  repeats: Int32Array.from(rows, row => row[0]!),
  recency: Int32Array.from(rows, row => row[1]!),
  age: Int32Array.from(rows, row => row[2]!),
});

describe('the likelihood', () => {
  const histories = simulate(1, { ...CDNOW_LIKE, customers: 300 });
  const objective = meanNegativeLogLikelihood(groupHistories(histories), 7);

  it('is the paper’s, customer by customer', () => {
    for (const parameters of [
      { r: 0.25, alpha: 4, a: 0.8, b: 2.5 },
      { r: 2, alpha: 0.7, a: 0.1, b: 0.3 },
    ]) {
      const logs = Float64Array.from(Object.values(parameters), Math.log);
      const direct = rowsOf(histories).map(([x, t, T]) => Math.log(likelihood(parameters, x, t / 7, T / 7)));
      const mean = direct.reduce((sum, value) => sum + value, 0) / direct.length;
      expect(objective(logs, new Float64Array(4))).toBeCloseTo(-mean, 10);
    }
  });

  it('has the gradient that differences have', () => {
    const random = seeded(3);
    for (let trial = 0; trial < 50; trial++) {
      const at = Float64Array.from({ length: 4 }, () => random() * 6 - 3);
      const gradient = new Float64Array(4);
      objective(at, gradient);
      for (let moved = 0; moved < 4; moved++) {
        const value = (by: number) =>
          objective(
            at.map((log, i) => (i === moved ? log + by : log)),
            new Float64Array(4),
          );
        const slope = (value(1e-5) - value(-1e-5)) / 2e-5;
        expect(Math.abs(slope - gradient[moved]!), `${at} ${moved}`).toBeLessThan(1e-7 * Math.max(1, Math.abs(slope)));
      }
    }
  });

  it('has a value where ages and purchases are extreme', () => {
    const extreme = groupHistories(
      historiesOf([
        [0, 0, 0],
        [5_000, 20_000, 20_000],
        [5_000, 5_000, 30_000],
        [1, 0, 30_000],
      ]),
    );
    const gradient = new Float64Array(4);
    const value = meanNegativeLogLikelihood(extreme, 7)(Float64Array.of(5, -8, -8, 8), gradient);
    expect([value, ...gradient].every(Number.isFinite)).toBe(true);
  });
});

describe('the fit', () => {
  it('finds what customers were made with, within what it says that it can tell', () => {
    const { purchases } = CDNOW_LIKE;
    const made = [purchases.r, purchases.alpha, purchases.a, purchases.b].map(Math.log);
    const { converged, model, covariance } = fitBgnbd(
      groupHistories(simulate(5, { ...CDNOW_LIKE, customers: 40_000 })),
      7,
    );
    expect(converged).toBe(true);
    const found = [model.r, model.alpha, model.a, model.b].map(Math.log);
    found.forEach((log, i) => {
      const deviation = Math.sqrt(covariance![i]![i]!);
      expect(deviation).toBeLessThan(0.08);
      expect(Math.abs(log - made[i]!)).toBeLessThan(3 * deviation);
    });
  });

  it('is the same, bit by bit, in whatever order customers come', () => {
    const rows = rowsOf(simulate(6, CDNOW_LIKE));
    const fitted = (order: typeof rows) => fitBgnbd(groupHistories(historiesOf(order)), 7);
    expect(fitted(rows.toReversed())).toEqual(fitted(rows));
  });

  it('does not depend on the unit of time but for α and the likelihood’s unit', () => {
    const histories = groupHistories(simulate(7, CDNOW_LIKE));
    const [weeks, days] = [fitBgnbd(histories, 7), fitBgnbd(histories, 1)];
    expect(days.model.alpha / 7).toBeCloseTo(weeks.model.alpha, 4);
    expect(days.model.a).toBeCloseTo(weeks.model.a, 4);
    const purchases = rowsOf(histories).reduce((sum, [x], row) => sum + x * histories.customers[row]!, 0);
    expect(days.logLikelihood + purchases * Math.log(7)).toBeCloseTo(weeks.logLikelihood, 5);
  });

  it('does not converge where nobody ever leaves', () => {
    // Every customer buys each week: there is no spread of rates, and nobody is missed.
    const rows = listOf(500, i => [20 + (i % 20), (20 + (i % 20)) * 7, (20 + (i % 20)) * 7 + (i % 7)]);
    expect(fitBgnbd(groupHistories(historiesOf(rows)), 7).converged).toBe(false);
  });
});

describe('the probability of being alive', () => {
  const model = CDNOW_LIKE.purchases;

  it('falls with the time since the last purchase, the faster the more often one bought', () => {
    expect(probabilityAlive(model, 0, 0, 200)).toBe(1);
    const quiet = [0, 30, 60, 120, 240].map(days => probabilityAlive(model, 3, 100, 100 + days));
    expect(quiet).toEqual(quiet.toSorted((a, b) => b - a));
    expect(probabilityAlive(model, 10, 100, 220)).toBeLessThan(probabilityAlive(model, 3, 100, 220));
    expect(probabilityAlive(model, 2_000, 100, 4_000)).toBe(0);
  });

  it('is the share that was still there of those who looked like this', () => {
    // λ and p drawn as the model says, weighed by how likely they make x purchases by t_x and none until T.
    const { r, alpha, a, b } = { r: 1.5, alpha: 2, a: 0.8, b: 2.5 };
    const [x, recency, age] = [2, 6, 9];
    let [alive, all] = [0, 0];
    // A midpoint rule over both, fine enough for three digits.
    for (let i = 0; i < 600; i++) {
      const rate = (i + 0.5) / 100;
      for (let j = 0; j < 400; j++) {
        const p = (j + 0.5) / 400;
        const prior = rate ** (r - 1) * Math.exp(-alpha * rate) * p ** (a - 1) * (1 - p) ** (b - 1);
        const bought = rate ** x * Math.exp(-rate * recency) * (1 - p) ** (x - 1);
        const stayed = (1 - p) * Math.exp(-rate * (age - recency));
        alive += prior * bought * stayed;
        all += prior * bought * (stayed + p);
      }
    }
    expect(probabilityAlive({ r, alpha, a, b, ticks: 1 }, x, recency, age)).toBeCloseTo(alive / all, 2);
  });
});

describe.runIf(hasCdnow)('CDNOW', () => {
  /** Weeks are published with two digits: they are counted in hundredths. */
  const summary = cdnow('cdnow_customers_summary.csv').map(row => row.map(Number));
  const published = historiesOf(summary.map(([, x, t, T]) => [x!, Math.round(t! * 100), Math.round(T! * 100)]));

  it('has the parameters of the paper', () => {
    const { model, logLikelihood, converged } = fitBgnbd(groupHistories(published), 100);
    expect(converged).toBe(true);
    const expected = { r: 0.2426, alpha: 4.4135, a: 0.7929, b: 2.4258 };
    for (const [name, value] of Object.entries(expected)) {
      expect(Math.abs(model[name as 'r'] - value), name).toBeLessThan(0.0005);
    }
    expect(Math.abs(logLikelihood - -9582.43)).toBeLessThan(0.005);
  });

  it('has histories of which few are distinct, and each customer is counted', () => {
    const { customers, repeats } = groupHistories(published);
    expect(repeats).toHaveLength(1_016);
    expect(customers.reduce((sum, count) => sum + count, 0)).toBe(2_357);
  });
});
