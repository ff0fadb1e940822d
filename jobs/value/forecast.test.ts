import { describe, expect, it } from 'vitest';
import { seeded } from '../../test/random.ts';
import { type Bgnbd, probabilityAlive } from './bgnbd.ts';
import { betaNodes, expectedPurchases, Forecast } from './forecast.ts';
import { CDNOW_LIKE, simulate } from './simulate.fixture.ts';

/** The parameters as the maximum has them, to more digits than are published. */
const CDNOW: Bgnbd = { r: 0.242593, alpha: 4.413532, a: 0.792886, b: 2.425753, ticks: 1 };

/** Gauss's series: slow and exact for z not near 1. */
function hypergeometric(a: number, b: number, c: number, z: number): number {
  let [sum, term] = [1, 1];
  for (let j = 0; j < 100_000 && Math.abs(term) > 1e-17 * Math.abs(sum); j++) {
    term *= (((a + j) * (b + j)) / ((c + j) * (j + 1))) * z;
    sum += term;
  }
  return sum;
}

/** The paper's equation 10. */
function conditional({ r, alpha, a, b }: Bgnbd, { x, recency, age, t }: Record<'x' | 'recency' | 'age' | 't', number>) {
  const series = hypergeometric(r + x, b + x, a + b + x - 1, t / (alpha + age + t));
  const alive = ((a + b + x - 1) / (a - 1)) * (1 - ((alpha + age) / (alpha + age + t)) ** (r + x) * series);
  const odds = x === 0 ? 0 : (a / (b + x - 1)) * ((alpha + age) / (alpha + recency)) ** (r + x);
  return alive / (1 + odds);
}

const forecastOf = (model: Bgnbd, { x, recency, age, t }: Parameters<typeof conditional>[1]) =>
  probabilityAlive(model, x, recency, age) * new Forecast(model).mean(x, age, t);

describe('expected purchases', () => {
  it('of a new CDNOW customer are the published ones', () => {
    const published = { 0.1429: 0.0078, 1: 0.0532, 3: 0.1506, 31.8571: 1.0405, 32: 1.0437 };
    for (const [weeks, expected] of Object.entries(published)) {
      expect(Math.abs(expectedPurchases(CDNOW, Number(weeks)) - expected), weeks).toBeLessThan(0.00006);
    }
    // Published as 1.8576; Gauss's series, summed to its end, has 1.8580 too.
    expect(expectedPurchases(CDNOW, 78)).toBeCloseTo(conditional(CDNOW, { x: 0, recency: 0, age: 0, t: 78 }), 10);
    expect(Math.abs(expectedPurchases(CDNOW, 78) - 1.858)).toBeLessThan(0.00006);
  });

  it('of the customer with 2 purchases, the last in week 30.43 of 38.86, are 1.226 in 39 weeks', () => {
    expect(forecastOf(CDNOW, { x: 2, recency: 30.43, age: 38.86, t: 39 })).toBeCloseTo(1.2259, 4);
  });

  it('are Gauss’s series wherever that converges', () => {
    const random = seeded(8);
    for (let trial = 0; trial < 300; trial++) {
      const model = {
        r: Math.exp(random() * 5 - 3),
        alpha: Math.exp(random() * 4 - 1),
        a: Math.exp(random() * 5 - 3.5),
        b: 1 + Math.exp(random() * 5 - 3),
        ticks: 1,
      };
      const age = random() * 60;
      const case_ = { x: Math.floor(random() * 30), recency: random() * age, age, t: random() * 60 };
      if (Math.abs(model.a - 1) < 0.05) continue;
      const expected = conditional(model, case_);
      expect(Math.abs(forecastOf(model, case_) / expected - 1), JSON.stringify({ model, case_ })).toBeLessThan(1e-9);
    }
  });

  it('pass smoothly through a = 1, where the series has none, and stay right when t is very long', () => {
    const at = (a: number) => expectedPurchases({ ...CDNOW, a }, 39);
    expect(at(1)).toBeCloseTo((at(1 + 1e-5) + at(1 - 1e-5)) / 2, 9);
    // With a > 1 the purchases of a whole life are (a + b − 1) / (a − 1): the mean of 1/p.
    expect(expectedPurchases({ r: 2, alpha: 1, a: 3, b: 4, ticks: 1 }, 1e7)).toBeCloseTo(3, 5);
  });

  it('are λ·t where nobody leaves, and λ has no spread', () => {
    const model = { r: 1e5, alpha: 1e5 * 2, a: 1e-4, b: 1e4, ticks: 1 };
    expect(expectedPurchases(model, 10)).toBeCloseTo(5, 4);
  });
});

describe('squares of purchases', () => {
  it('have the variance of purchases that were drawn from the model', () => {
    const { purchases, holdout } = CDNOW_LIKE;
    const generous = { ...purchases, r: 1.2, alpha: 3 };
    const drawn = simulate(9, { ...CDNOW_LIKE, customers: 200_000, days: 1, purchases: generous });
    const forecast = new Forecast(generous);
    const mean = (power: number) => drawn.purchases.reduce((sum, x) => sum + x ** power, 0) / drawn.purchases.length;
    // Nothing is seen of a customer in one day, so that all are new. Deviations of the means: 0.3 % and 1 %.
    expect(forecast.mean(0, 0, holdout) / mean(1)).toBeCloseTo(1, 2);
    expect(Math.abs(forecast.square(0, 0, holdout) / mean(2) - 1)).toBeLessThan(0.03);
  });

  it('are those of a negative binomial where nobody leaves', () => {
    const model = { r: 1.7, alpha: 2.5, a: 1e-4, b: 1e5, ticks: 1 };
    const forecast = new Forecast(model);
    for (const t of [0.001, 0.1, 1, 30]) {
      const mean = (model.r * t) / model.alpha;
      const variance = mean * (1 + t / model.alpha);
      expect(forecast.mean(0, 0, t) / mean).toBeCloseTo(1, 6);
      expect(forecast.square(0, 0, t) / (variance + mean * mean)).toBeCloseTo(1, 6);
    }
  });
});

it('means over a beta distribution are exact for powers of p and 1 − p', () => {
  const random = seeded(10);
  for (let trial = 0; trial < 200; trial++) {
    const [a, b] = [Math.exp(random() * 14 - 5), Math.exp(random() * 14 - 5)];
    const { p, rest, weight } = betaNodes(a, b);
    const mean = (of: (node: number) => number) => weight.reduce((sum, w, node) => sum + w * of(node), 0);
    expect(mean(node => p[node]!) / (a / (a + b)), `${a} ${b}`).toBeCloseTo(1, 10);
    expect(mean(node => rest[node]!) / (b / (a + b)), `${a} ${b}`).toBeCloseTo(1, 10);
    expect(mean(node => p[node]! ** 2) / ((a * (a + 1)) / ((a + b) * (a + b + 1))), `${a} ${b}`).toBeCloseTo(1, 9);
  }
});
