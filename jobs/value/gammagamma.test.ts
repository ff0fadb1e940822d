import { describe, expect, it } from 'vitest';
import { seeded } from '../../test/random.ts';
import { pearson } from './estimate.ts';
import { expectedSquare, expectedValue, fitGammaGamma, type Spending, spendingObjective } from './gammagamma.ts';
import { CDNOW_LIKE, cdnow, hasCdnow, simulate } from './simulate.fixture.ts';

function spendingOf({ repeats, mean }: Spending): Spending {
  const rows = [...repeats.keys()].filter(row => repeats[row]! > 0);
  return {
    repeats: Int32Array.from(rows, row => repeats[row]!),
    mean: Float64Array.from(rows, row => mean[row]!),
  };
}

describe('the fit of spending', () => {
  it('finds what customers were made with, within what it says that it can tell', () => {
    const made = Object.values(CDNOW_LIKE.spending).map(Math.log);
    const { model, covariance, converged } = fitGammaGamma(
      spendingOf(simulate(2, { ...CDNOW_LIKE, customers: 20_000 })),
    );
    expect(converged).toBe(true);
    Object.values(model).forEach((value, i) => {
      const deviation = Math.sqrt(covariance![i]![i]!);
      expect(deviation).toBeLessThan(0.15);
      expect(Math.abs(Math.log(value) - made[i]!)).toBeLessThan(3 * deviation);
    });
  });

  it('has the gradient that differences have', () => {
    const objective = spendingObjective(spendingOf(simulate(3, CDNOW_LIKE)));
    const random = seeded(4);
    for (let trial = 0; trial < 50; trial++) {
      const at = Float64Array.from({ length: 3 }, () => random() * 5 - 2);
      const gradient = new Float64Array(3);
      objective(at, gradient);
      for (let moved = 0; moved < 3; moved++) {
        const value = (by: number) =>
          objective(
            at.map((log, i) => (i === moved ? log + by : log)),
            new Float64Array(3),
          );
        const slope = (value(1e-5) - value(-1e-5)) / 2e-5;
        expect(Math.abs(slope - gradient[moved]!), `${at} ${moved}`).toBeLessThan(2e-6 * Math.max(1, Math.abs(slope)));
      }
    }
  });

  it('does not depend on the currency but for γ and the likelihood’s unit', () => {
    const spending = spendingOf(simulate(5, CDNOW_LIKE));
    const dear = fitGammaGamma({ ...spending, mean: spending.mean.map(value => value * 25_000) });
    const cheap = fitGammaGamma(spending);
    expect(dear.model.p).toBeCloseTo(cheap.model.p, 5);
    expect(dear.model.gamma / 25_000).toBeCloseTo(cheap.model.gamma, 4);
    expect(dear.logLikelihood + spending.mean.length * Math.log(25_000)).toBeCloseTo(cheap.logLikelihood, 5);
  });
});

describe('expected spending', () => {
  const model = CDNOW_LIKE.spending;

  it('is that of all for whoever never came back, and goes to the own mean with every purchase', () => {
    const all = (model.p * model.gamma) / (model.q - 1);
    expect(expectedValue(model, 0, 0)).toBeCloseTo(all, 10);
    const own = [1, 2, 5, 20, 500].map(repeats => expectedValue(model, repeats, 100));
    expect(own).toEqual(own.toSorted((a, b) => a - b));
    expect(own.at(-1)).toBeCloseTo(100, 0);
  });

  it('is never below 0, even of one who takes back more than is bought', () => {
    expect(expectedValue(model, 3, -50)).toBeGreaterThan(0);
  });

  it('has a square only where the tail is light enough', () => {
    expect(expectedSquare(model, 0, 0)).toBeGreaterThan(expectedValue(model, 0, 0) ** 2);
    expect(expectedSquare({ ...model, q: 1.5 }, 0, 0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe.runIf(hasCdnow)('CDNOW', () => {
  const rows = cdnow('cdnow_customers_summary_with_transactions.csv').map(row => row.map(Number));
  const spending = spendingOf({
    repeats: Int32Array.from(rows, ([, x]) => x!),
    mean: Float64Array.from(rows, row => row[4]!),
  });

  it('has the parameters of the note, and its expected values of the first ten customers', () => {
    const { model, converged } = fitGammaGamma(spending);
    expect(converged).toBe(true);
    for (const [name, value] of Object.entries({ p: 6.2488, q: 3.7446, gamma: 15.4478 })) {
      expect(Math.abs(model[name as 'p'] - value), name).toBeLessThan(0.0005);
    }
    const expected = rows.slice(0, 10).map(([, x, , , mean]) => expectedValue(model, x!, mean!).toFixed(2));
    expect(expected.join(' ')).toBe('24.66 18.91 35.17 35.17 35.17 71.46 18.91 35.17 27.28 35.17');
  });

  it('spends nearly as much at a time whether it comes often or not', () => {
    expect(pearson(spending.repeats, spending.mean)).toBeCloseTo(0.114, 3);
  });
});
