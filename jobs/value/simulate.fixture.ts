/** Customers who behave as the models say, from a seed; and the customers of CDNOW, who are real. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { config } from '../../base/config.ts';
import { type Random, seeded } from '../../test/random.ts';
import type { Bgnbd } from './bgnbd.ts';
import type { GammaGamma } from './gammagamma.ts';
import type { HeldOut } from './population.ts';

export interface Simulation {
  readonly customers: number;
  /** Of the first period, over the first third of which customers come; and of the second. */
  readonly days: number;
  readonly holdout: number;
  readonly purchases: Bgnbd;
  readonly spending: GammaGamma;
}

/** What CDNOW's customers are like, by the published fits: time in weeks, counted in days. */
export const CDNOW_LIKE: Simulation = {
  customers: 2_000,
  days: 273,
  holdout: 273,
  purchases: { r: 0.2426, alpha: 4.4135, a: 0.7929, b: 2.4258, ticks: 7 },
  spending: { p: 6.2488, q: 3.7446, gamma: 15.4478 },
};

export function simulate(seed: number, { customers, days, holdout, purchases, spending }: Simulation): HeldOut {
  const random = seeded(seed);
  const held = {
    repeats: new Int32Array(customers),
    recency: new Int32Array(customers),
    age: new Int32Array(customers),
    mean: new Float64Array(customers),
    purchases: new Int32Array(customers),
    value: new BigInt64Array(customers),
  };
  for (let row = 0; row < customers; row++) {
    const age = days - 1 - Math.floor((random() * days) / 3);
    held.age[row] = age;
    const rate = gammaNumber(random, purchases.r) / purchases.alpha / purchases.ticks;
    const leaving = betaNumber(random, purchases.a, purchases.b);
    const spread = gammaNumber(random, spending.q) / spending.gamma;
    for (let time = 0; ; ) {
      time -= Math.log(1 - random()) / rate;
      if (time > age + holdout) break;
      const value = Math.round((gammaNumber(random, spending.p) / spread) * 1e6);
      if (time <= age) {
        held.repeats[row]!++;
        held.recency[row] = Math.round(time);
        held.mean[row]! += value / 1e6;
      } else {
        held.purchases[row]!++;
        held.value[row]! += BigInt(value);
      }
      if (random() < leaving) break;
    }
    if (held.repeats[row]! > 0) held.mean[row]! /= held.repeats[row]!;
  }
  return held;
}

/** Marsaglia & Tsang, ACM Transactions on Mathematical Software 26 (2000). */
function gammaNumber(random: Random, shape: number): number {
  if (shape < 1) return gammaNumber(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const cube = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (cube > 0 && Math.log(1 - random()) < 0.5 * normal * normal + d - d * cube + d * Math.log(cube)) return d * cube;
  }
}

function betaNumber(random: Random, a: number, b: number): number {
  const [left, right] = [gammaNumber(random, a), gammaNumber(random, b)];
  return left / (left + right);
}

const CDNOW = join(config.sharedFolder, 'data/cdnow');

export const hasCdnow = existsSync(CDNOW);
if (!hasCdnow) console.warn(`${CDNOW} is not there: published figures are not tested; ENDCAP_SHARED says where it is`);

/** The records of one of its files without the header, field by field. */
export const cdnow = (file: string): string[][] =>
  readFileSync(join(CDNOW, file), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map(line => line.split(','));
