import { expect, it } from 'vitest';
import { listOf, seeded } from '../../test/random.ts';
import { digamma, lnGamma } from './gamma.ts';

/** From 1e-4 to 1e5, evenly in their logarithms. */
const NUMBERS = listOf(2_000, () => 0).map((_, i) => 10 ** (-4 + (9 * (i + seeded(i)())) / 2_000));

const error = (seen: number, expected: number) => Math.abs(seen - expected) / Math.max(1, Math.abs(expected));

it('ln Γ is known where Γ is a factorial or a root of π', () => {
  let factorial = 1;
  for (let n = 1; n <= 20; n++) {
    expect(error(lnGamma(n), Math.log(factorial)), `${n}`).toBeLessThan(1e-14);
    factorial *= n;
  }
  expect(error(lnGamma(0.5), 0.5 * Math.log(Math.PI))).toBeLessThan(1e-14);
  // Abramowitz & Stegun, table 6.4: ln Γ(101) = ln 100!.
  expect(error(lnGamma(101), 363.739375555563)).toBeLessThan(1e-14);
});

it('ψ is known at 1, 1/2 and 10', () => {
  const euler = 0.5772156649015329;
  expect(error(digamma(1), -euler)).toBeLessThan(1e-15);
  expect(error(digamma(0.5), -euler - 2 * Math.LN2)).toBeLessThan(1e-15);
  expect(error(digamma(10), 2.251752589066721)).toBeLessThan(1e-15);
});

it('duplication and reflection of Γ hold, which the series knows nothing of', () => {
  for (const x of NUMBERS) {
    const doubled = lnGamma(x) + lnGamma(x + 0.5) - (1 - 2 * x) * Math.LN2 - 0.5 * Math.log(Math.PI);
    expect(error(doubled, lnGamma(2 * x)), `${x}`).toBeLessThan(2e-14);
    const halves = 0.5 * (digamma(x) + digamma(x + 0.5)) + Math.LN2;
    expect(error(halves, digamma(2 * x)), `${x}`).toBeLessThan(2e-14);
    if (x < 1) {
      const reflected = Math.log(Math.PI / Math.sin(Math.PI * x));
      expect(error(lnGamma(x) + lnGamma(1 - x), reflected), `${x}`).toBeLessThan(1e-12);
    }
  }
});

it('ψ is the slope of ln Γ', () => {
  for (const x of NUMBERS) {
    const step = x * 1e-4;
    const slope = (lnGamma(x + step) - lnGamma(x - step)) / (2 * step);
    expect(error(slope, digamma(x)), `${x}`).toBeLessThan(1e-6);
  }
});
