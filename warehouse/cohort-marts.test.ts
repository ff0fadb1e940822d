/** The marts of cohorts: cases worked out by hand, and random sales against what each customer did. */
import { describe, expect, test } from 'vitest';
import { below, between, listOf, pick, seeded } from '../test/random.ts';
import { type Ask, askOfSales, type Sale } from './sales.fixture.ts';
import type { Json } from './warehouse.ts';

const MARTS = [
  'mart_daily_sales',
  'mart_monthly_sales',
  'mart_customer_behavior',
  'mart_data_span',
  'mart_cohort',
  'mart_new_returning',
  'mart_repeat_rate',
];

const asked = <T>(sales: readonly Sale[], question: (ask: Ask) => Promise<T>) => askOfSales(sales, MARTS, question);

const on = (customer: number, day: string, units = 1): Sale => ({ customer, day, units, isReturn: units < 0 });

/**
 * Two come in January, of whom one comes back in March; one comes in February, and gave back before and after. Nobody buys
 * in April, when a customer who never bought gives back. The data ends within May.
 */
const SALES: readonly Sale[] = [
  on(1, '2024-01-01', 4),
  on(2, '2024-01-31', 2),
  on(3, '2024-01-31', -1),
  on(3, '2024-02-01', 5),
  on(1, '2024-03-03', 3),
  on(1, '2024-03-03', 3),
  on(3, '2024-03-04', -2),
  on(4, '2024-04-30', -7),
  on(5, '2024-05-20', 6),
];

describe('cohorts by month', () => {
  test('stand in every month from their own on, also when nobody came back', async () => {
    const columns = 'cohort, period, periods_since, cohort_customers, customers, retention, orders, revenue';
    const rows = await asked(SALES, ask =>
      ask(`select ${columns} from mart_cohort where grain = 'month' order by cohort nulls first, period`),
    );
    expect(rows).toEqual([
      [null, '2024-04-01', null, null, 0, null, 0, '-7.000000'],
      ['2024-01-01', '2024-01-01', 0, 2, 2, '1.000000', 2, '6.000000'],
      ['2024-01-01', '2024-02-01', 1, 2, 0, '0.000000', 0, '0.000000'],
      ['2024-01-01', '2024-03-01', 2, 2, 1, '0.500000', 2, '6.000000'],
      ['2024-01-01', '2024-04-01', 3, 2, 0, '0.000000', 0, '0.000000'],
      ['2024-01-01', '2024-05-01', 4, 2, 0, '0.000000', 0, '0.000000'],
      ['2024-02-01', '2024-01-01', -1, 1, 0, '0.000000', 0, '-1.000000'],
      ['2024-02-01', '2024-02-01', 0, 1, 1, '1.000000', 1, '5.000000'],
      ['2024-02-01', '2024-03-01', 1, 1, 0, '0.000000', 0, '-2.000000'],
      ['2024-02-01', '2024-04-01', 2, 1, 0, '0.000000', 0, '0.000000'],
      ['2024-02-01', '2024-05-01', 3, 1, 0, '0.000000', 0, '0.000000'],
      ['2024-05-01', '2024-05-01', 0, 1, 1, '1.000000', 1, '6.000000'],
    ]);
  });

  test('know how much they brought so far, and which months the data does not have all days of', async () => {
    const rows = await asked(SALES, ask =>
      ask(`select cohort, period, revenue_so_far, is_complete, is_complete_cohort from mart_cohort
        where grain = 'month' and period >= date '2024-03-01' and cohort is not null order by cohort, period`),
    );
    expect(rows).toEqual([
      ['2024-01-01', '2024-03-01', '12.000000', true, true],
      ['2024-01-01', '2024-04-01', '12.000000', true, true],
      ['2024-01-01', '2024-05-01', '12.000000', false, true],
      ['2024-02-01', '2024-03-01', '2.000000', true, true],
      ['2024-02-01', '2024-04-01', '2.000000', true, true],
      ['2024-02-01', '2024-05-01', '2.000000', false, true],
      ['2024-05-01', '2024-05-01', '6.000000', false, false],
    ]);
  });

  test('make the new and the returning customers of each month', async () => {
    const columns = `month, buyers, new_buyers, returning_buyers, returning_share, returning_buyers_orders, revenue,
      new_buyers_revenue, returning_buyers_revenue, no_purchase_revenue, is_complete`;
    expect(await asked(SALES, ask => ask(`select ${columns} from mart_new_returning order by month`))).toEqual([
      ['2024-01-01', 2, 2, 0, '0.000000', 0, '5.000000', '6.000000', '0.000000', '-1.000000', true],
      ['2024-02-01', 1, 1, 0, '0.000000', 0, '5.000000', '5.000000', '0.000000', '0.000000', true],
      ['2024-03-01', 1, 0, 1, '1.000000', 2, '4.000000', '0.000000', '4.000000', '0.000000', true],
      ['2024-04-01', 0, 0, 0, null, 0, '-7.000000', '0.000000', '0.000000', '-7.000000', true],
      ['2024-05-01', 1, 1, 0, '0.000000', 0, '6.000000', '6.000000', '0.000000', '0.000000', false],
    ]);
  });

  test('say how many came back on another day', async () => {
    const sales = [...SALES, on(2, '2024-01-31', 1), on(5, '2024-05-21', -1)];
    const columns = 'cohort, customers, repeat_customers, repeat_rate, purchase_days_per_customer, spent_per_customer';
    expect(await asked(sales, ask => ask(`select ${columns} from mart_repeat_rate order by cohort`))).toEqual([
      ['2024-01-01', 2, 1, '0.500000', '1.500000', '6.500000'],
      ['2024-02-01', 1, 0, '0.000000', '1.000000', '2.000000'],
      ['2024-05-01', 1, 0, '0.000000', '1.000000', '5.000000'],
    ]);
  });
});

test.each([
  ['2024-01-01', '2024-01-14', [true, true]],
  ['2024-01-02', '2024-01-14', [false, true]],
  ['2024-01-01', '2024-01-13', [true, false]],
  ['2023-12-31', '2024-01-15', [false, true, true, false]],
])('weeks of data from %s to %s are complete if all seven days are there', async (first, last, complete) => {
  const sales = [on(1, first), on(2, '2024-01-03'), on(2, '2024-01-10'), on(1, last)];
  const rows = await asked(sales, ask =>
    ask("select period, bool_and(is_complete) from mart_cohort where grain = 'week' group by period order by period"),
  );
  expect(rows.map(([, isComplete]) => isComplete)).toEqual(complete);
});

describe('random sales', () => {
  const DAYS = listOf(150, index => new Date(Date.UTC(2023, 10, 9 + index)).toISOString().slice(0, 10));
  const WEEK = (day: string) => {
    const date = new Date(day);
    return new Date(date.getTime() - ((date.getUTCDay() + 6) % 7) * 86_400_000).toISOString().slice(0, 10);
  };
  const STARTS = { month: (day: string) => `${day.slice(0, 7)}-01`, week: WEEK };

  test.each([1, 2, 3])('have cohorts of those who first bought together (%i)', async seed => {
    const random = seeded(seed);
    const sales = listOf(between(random, 30, 200), () => {
      const isReturn = below(random, 5) === 0;
      const units = isReturn ? -between(random, 1, 3) : between(random, 1, 5);
      return { customer: below(random, 25), day: pick(random, DAYS), units, isReturn };
    });
    await asked(sales, async ask => {
      for (const [grain, startOf] of Object.entries(STARTS)) {
        const rows = await ask(`select cohort, period, cohort_customers, customers, orders, lines, revenue
          from mart_cohort where grain = '${grain}' order by cohort nulls first, period`);
        expect(rows).toEqual(bruteForce(sales, startOf));
      }
    });
  });
});

/** Every cohort in every period that is its own or later; of others those with lines. */
function bruteForce(sales: readonly Sale[], startOf: (day: string) => string): Json[][] {
  const customers = [...Map.groupBy(sales, ({ customer }) => customer).values()];
  const cohortOf = (own: readonly Sale[]) =>
    own
      .filter(({ isReturn }) => !isReturn)
      .map(({ day }) => startOf(day))
      .sort()[0] ?? null;
  const cohorts = [...Map.groupBy(customers, cohortOf)].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1));
  const periods = [...new Set(sales.map(({ day }) => startOf(day)))].sort();
  return cohorts.flatMap(([cohort, members]) =>
    periods.flatMap(period => {
      const lines = members.flat().filter(({ day }) => startOf(day) === period);
      if (lines.length === 0 && (cohort === null || period < cohort)) return [];
      const bought = lines.filter(({ isReturn }) => !isReturn);
      const buyers = new Set(bought.map(({ customer }) => customer)).size;
      const revenue = lines.reduce((sum, { units }) => sum + units!, 0);
      const size = cohort === null ? null : members.length;
      return [[cohort, period, size, buyers, bought.length, lines.length, `${revenue}.000000`]];
    }),
  );
}
