import { describe, expect, it } from 'vitest';
import { covarianceAt, minimise, type Objective } from './minimise.ts';

/** A valley that bends: 0 at (1, 1). Rosenbrock's, scaled. */
const valley: Objective = (at, gradient) => {
  const [x, y] = [at[0]!, at[1]!];
  gradient[0] = -2 * (1 - x) - 40 * x * (y - x * x);
  gradient[1] = 20 * (y - x * x);
  return (1 - x) ** 2 + 10 * (y - x * x) ** 2;
};

/** ½ (x − m)' A (x − m) with A = [[4, 1], [1, 3]] and m = (2, −1). */
const bowl: Objective = (at, gradient) => {
  const [x, y] = [at[0]! - 2, at[1]! + 1];
  gradient[0] = 4 * x + y;
  gradient[1] = x + 3 * y;
  return 0.5 * (4 * x * x + 2 * x * y + 3 * y * y);
};

describe('the least value', () => {
  it.each([
    ['of a bowl', bowl, [2, -1]],
    ['at the end of a valley that bends', valley, [1, 1]],
  ])('%s is found from afar', (_name, objective, expected) => {
    const { at, converged, steps } = minimise(objective, [-3, 4]);
    expect(converged).toBe(true);
    expect(steps).toBeLessThan(60);
    for (const [index, value] of expected.entries()) expect(at[index]).toBeCloseTo(value, 6);
  });

  it('is not claimed where a function falls for ever', () => {
    const falling: Objective = (at, gradient) => {
      gradient[0] = -0.1 * Math.exp(-at[0]! / 10);
      return Math.exp(-at[0]! / 10);
    };
    expect(minimise(falling, [0]).converged).toBe(false);
  });

  it('is not claimed where there is no value', () => {
    const nowhere: Objective = (_at, gradient) => {
      gradient[0] = 1;
      return Number.NaN;
    };
    expect(minimise(nowhere, [0]).converged).toBe(false);
  });

  it('is found although there is no value on the way', () => {
    const walled: Objective = (at, gradient) => {
      gradient[0] = 1 - 1 / at[0]!;
      return at[0]! > 0 ? at[0]! - Math.log(at[0]!) : Number.NaN;
    };
    const { at, converged } = minimise(walled, [9]);
    expect(converged).toBe(true);
    expect(at[0]).toBeCloseTo(1, 6);
  });
});

describe('the covariance', () => {
  it('is the inverse of the curvature, over the number of observations', () => {
    const covariance = covarianceAt(bowl, Float64Array.of(2, -1), 100)!;
    const expected = [
      [3 / 1_100, -1 / 1_100],
      [-1 / 1_100, 4 / 1_100],
    ];
    expected.forEach((row, i) => void row.forEach((value, j) => void expect(covariance[i]![j]).toBeCloseTo(value, 9)));
  });

  it('is none on a saddle', () => {
    const saddle: Objective = (at, gradient) => {
      gradient[0] = 2 * at[0]!;
      gradient[1] = -2 * at[1]!;
      return at[0]! ** 2 - at[1]! ** 2;
    };
    expect(covarianceAt(saddle, Float64Array.of(0, 0), 1)).toBeNull();
  });
});
