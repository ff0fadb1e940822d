import { describe, expect, it } from 'vitest';
import { valueTable } from '../../datasets/value.ts';
import {
  type DoubleColumn,
  dateColumn,
  doubleColumn,
  int32Column,
  numberColumn,
  setBit,
  textColumn,
  valueText,
} from '../../kernels/column.ts';
import type { Rows } from '../../lake/slab.ts';
import type { Periods } from '../customers/analysis.ts';
import type { ValueModels, ValueSettings } from './models.ts';
import { createScoring } from './score.ts';
import { CDNOW_LIKE } from './simulate.fixture.ts';

const PERIODS: Periods = { first: 1_000, asOf: 1_300, calibration: 1_150 };
const SETTINGS: ValueSettings = { periods: PERIODS, horizon: 300, monthlyDiscount: 0 };
const REFUSED = { ok: false, reason: 'too few' } as const;

const estimated = <Model>(model: Model) => ({
  ok: true as const,
  model,
  logLikelihood: 0,
  customers: 0,
  covariance: [],
});

const MODELS: ValueModels = {
  purchases: estimated(CDNOW_LIKE.purchases),
  spending: { ...estimated(CDNOW_LIKE.spending), correlation: 0 },
  medianGap: 20,
  holdout: REFUSED,
};

/** id, first day, last day, days with a purchase, repeat value, median gap */
type Profile = readonly [string, number, number, number, number, number | null];

// biome-ignore format: a row a line reads as a table.
const CUSTOMERS: readonly Profile[] = [
  ['loyal',    1_000, 1_290, 11, 400, 29],
  ['late',     1_000, 1_200, 11, 400, 20],
  ['gone',     1_000, 1_030, 11, 400, 3],
  ['twice',    1_000, 1_200,  2,  40, 200],
  ['once',     1_100, 1_100,  1,   0, null],
  ['today',    1_299, 1_299,  1,   0, null],
  ['returner', 1_200, 1_210,  0,   0, null],
  ['giver',    1_000, 1_250,  3, -20, 125],
];

function profiles(customers: readonly Profile[]): Rows {
  const whole = (make: typeof dateColumn | typeof int32Column, field: 1 | 2 | 3) => {
    const column = make(customers.length);
    customers.forEach((customer, row) => {
      column.values[row] = customer[field];
      setBit(column.validity, row);
    });
    return column;
  };
  const gap = doubleColumn(customers.length);
  customers.forEach(([, , , , , days], row) => {
    if (days === null) return;
    gap.values[row] = days;
    setBit(gap.validity, row);
  });
  return {
    length: customers.length,
    columns: {
      customer_id: textColumn(customers.map(([id]) => id)),
      first_day: whole(dateColumn, 1),
      last_day: whole(dateColumn, 2),
      purchase_days: whole(int32Column, 3),
      repeat_value: numberColumn(
        'decimal',
        customers.map(customer => customer[4] * 1_000_000),
      ),
      median_gap: gap,
    },
  };
}

/** A column's values by customer. */
function scored(models: ValueModels = MODELS, settings: ValueSettings = SETTINGS) {
  const { columns } = createScoring(models, settings)(profiles(CUSTOMERS));
  return (name: string): Record<string, number | null> =>
    Object.fromEntries(
      CUSTOMERS.map(([id], row) => {
        const text = valueText(columns[name]!, row);
        return [id, text === null ? null : Number(text)];
      }),
    );
}

it('has the columns of its table, with their types', () => {
  const { columns } = createScoring(MODELS, SETTINGS)(profiles(CUSTOMERS));
  const contract = { sale: { from: 'sold' }, tables: {} } as unknown as Parameters<typeof valueTable>[0];
  expect(Object.entries(columns).map(([name, { type }]) => [name, type])).toEqual(
    valueTable(contract).columns.map(({ name, type }) => [name, type]),
  );
});

describe('without a model', () => {
  it('days, gaps and what is overdue are known; whoever only gave back has none', () => {
    const of = scored({ ...MODELS, purchases: REFUSED, spending: { ...REFUSED, correlation: null } });
    expect(of('purchases')).toMatchObject({ loyal: 11, once: 1, returner: 0 });
    expect(of('days_since')).toMatchObject({ loyal: 10, late: 100, today: 1, returner: null });
    // One gap is no habit.
    expect(of('overdue')).toMatchObject({ late: 5, giver: 0.4, twice: null, once: null, returner: null });
    for (const name of ['p_alive', 'expected_purchases', 'expected_value', 'clv', 'value_at_risk']) {
      expect(Object.values(of(name)), name).toEqual(CUSTOMERS.map(() => null));
    }
  });

  it('of spending, purchases are still foretold', () => {
    const of = scored({ ...MODELS, spending: { ...REFUSED, correlation: 0.5 } });
    expect(of('p_alive').late).toBeGreaterThan(0);
    expect(of('expected_value').late).toBeNull();
    expect(of('value_at_risk').late).toBeNull();
  });
});

describe('with models', () => {
  const of = scored();

  it('a customer who keeps the own rhythm is there, one who does not is hardly', () => {
    const alive = of('p_alive');
    expect(alive.loyal).toBeGreaterThan(0.9);
    expect(alive.gone).toBeLessThan(0.001);
    expect(alive.late).toBeLessThan(alive.loyal!);
    expect(alive).toMatchObject({ once: 1, today: 1, returner: null });
  });

  it('the value of a customer is never below 0, and is purchases times their value', () => {
    const [purchases, value, clv] = [of('expected_purchases'), of('expected_value'), of('clv')];
    for (const [id] of CUSTOMERS) {
      if (id === 'returner') continue;
      expect(clv[id], id).toBeGreaterThanOrEqual(0);
      expect(clv[id], id).toBeCloseTo(purchases[id]! * value[id]!, 9);
    }
    expect(value.giver).toBeGreaterThan(0);
    expect(value.giver).toBeLessThan(value.once!);
  });

  it('most is at risk where it is open whether the customer has gone', () => {
    const risk = of('value_at_risk');
    expect(risk.late).toBeGreaterThan(risk.loyal!);
    expect(risk.late).toBeGreaterThan(risk.gone!);
    expect(risk.once).toBe(0);
  });

  it('a discount takes off more the further ahead it looks, and nothing at 0', () => {
    const plain = of('clv').loyal!;
    const discounted = (monthlyDiscount: number, horizon = 300) =>
      scored(MODELS, { ...SETTINGS, monthlyDiscount, horizon })('clv').loyal! /
      scored(MODELS, { ...SETTINGS, horizon })('clv').loyal!;
    expect(scored(MODELS, { ...SETTINGS, monthlyDiscount: 1e-12 })('clv').loyal).toBeCloseTo(plain, 6);
    // Within the first month all is worth one month less.
    expect(discounted(0.01, 20)).toBeCloseTo(1 / 1.01, 12);
    expect(discounted(0.01)).toBeLessThan(1 / 1.01);
    // 300 days end in the 10th month.
    expect(discounted(0.01)).toBeGreaterThan(1.01 ** -10);
    expect(discounted(0.02)).toBeLessThan(discounted(0.01));
  });

  it('a customer has the same figures in whatever rows come together', () => {
    const scoreRows = createScoring(MODELS, SETTINGS);
    const all = scoreRows(profiles(CUSTOMERS)).columns.clv as DoubleColumn;
    CUSTOMERS.toReversed().forEach((customer, i) => {
      const alone = scoreRows(profiles([customer])).columns.clv as DoubleColumn;
      expect(alone.values[0]).toBe(all.values[CUSTOMERS.length - 1 - i]);
    });
  });
});
