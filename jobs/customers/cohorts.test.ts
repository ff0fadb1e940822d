/** Cohorts against sums that are worked out the long way, row by row. */
import { describe, expect, it } from 'vitest';
import { parseIsoDay } from '../../kernels/dates.ts';
import { below, between, listOf, pick, type Random, randomInt64, seeded } from '../../test/random.ts';
import { type Activity, type CohortLines, createCohorts, mergeActivity } from './cohorts.ts';

interface Line {
  readonly customer: number;
  readonly day: number;
  readonly order: number;
  readonly net: bigint;
  readonly isReturn: boolean;
}

const FIRST = parseIsoDay('2023-11-20')!;

/** Sorted by customer and day; a customer's orders go on over several days, and orders of customers share numbers. */
function someLines(random: Random, count: number): Line[] {
  const lines = listOf(count, () => ({
    customer: below(random, 12),
    day: FIRST + below(random, 120),
    order: below(random, 9),
    net: pick(random, [randomInt64(random, 63), BigInt(between(random, -5, 5)), randomInt64(random, 34)]),
    isReturn: below(random, 3) === 0,
  }));
  return lines.sort((a, b) => a.customer - b.customer || a.day - b.day);
}

function linesOf(lines: readonly Line[]): CohortLines {
  const starts = [...lines.keys()].filter(row => row === 0 || lines[row]!.customer !== lines[row - 1]!.customer);
  const returned = new Uint8Array((lines.length + 7) >> 3);
  for (const [row, { isReturn }] of lines.entries()) if (isReturn) returned[row >> 3]! |= 1 << (row & 7);
  const amounts = BigInt64Array.from(lines, ({ net }) => net);
  return {
    starts: Int32Array.from([...starts, lines.length]),
    days: Int32Array.from(lines, ({ day }) => day),
    orders: Int32Array.from(lines, ({ order }) => order),
    orderCount: 9,
    amounts: new Int32Array(amounts.buffer),
    returned,
  };
}

function activityOf(...pieces: readonly (readonly Line[])[]): Activity[] {
  const cohorts = createCohorts();
  for (const lines of pieces) cohorts.add(linesOf(lines));
  return cohorts.activity();
}

const STARTS = {
  month: (day: number) => parseIsoDay(`${new Date(day * 86_400_000).toISOString().slice(0, 7)}-01`)!,
  week: (day: number) => day - ((new Date(day * 86_400_000).getUTCDay() + 6) % 7),
};

function bruteForce(lines: readonly Line[]): Activity[] {
  return (['month', 'week'] as const).flatMap(grain => {
    const startOf = STARTS[grain];
    const cohortOf = ({ customer }: Line): number | null => {
      const bought = lines.filter(line => line.customer === customer && !line.isReturn).map(({ day }) => startOf(day));
      return bought.length === 0 ? null : Math.min(...bought);
    };
    const cells = Map.groupBy(lines, line => `${cohortOf(line)} ${startOf(line.day)}`);
    return Array.from(cells.values(), (own): Activity => {
      const bought = own.filter(({ isReturn }) => !isReturn);
      return {
        grain,
        cohort: cohortOf(own[0]!),
        period: startOf(own[0]!.day),
        customers: new Set(bought.map(({ customer }) => customer)).size,
        orders: new Set(bought.map(({ customer, order }) => `${customer} ${order}`)).size,
        lines: own.length,
        revenue: own.reduce((sum, { net }) => sum + net, 0n),
      };
    });
  });
}

const keyOf = ({ grain, cohort, period }: Activity): string => `${grain} ${cohort} ${period}`;
const byKey = (rows: readonly Activity[]) => new Map(rows.map(row => [keyOf(row), row]));

describe('the activity of cohorts', () => {
  it('is what the lines add up to, one by one', () => {
    const random = seeded(31);
    for (let round = 0; round < 200; round++) {
      const lines = someLines(random, between(random, 0, 80));
      const seen = activityOf(lines);
      expect(byKey(seen)).toEqual(byKey(bruteForce(lines)));
      expect(seen.length).toBe(byKey(seen).size);
    }
  });

  it('loses no line and no millionth, and counts each customer once in the first period', () => {
    const lines = someLines(seeded(32), 400);
    const buyers = new Set(lines.filter(({ isReturn }) => !isReturn).map(({ customer }) => customer));
    for (const grain of ['month', 'week'] as const) {
      const rows = activityOf(lines).filter(row => row.grain === grain);
      expect(rows.reduce((sum, row) => sum + row.lines, 0)).toBe(lines.length);
      const revenue = rows.reduce((sum, row) => sum + row.revenue, 0n);
      expect(revenue).toBe(lines.reduce((sum, { net }) => sum + net, 0n));
      const first = rows.filter(({ cohort, period }) => cohort === period);
      expect(first.reduce((sum, { customers }) => sum + customers, 0)).toBe(buyers.size);
    }
  });

  it('puts what was given back before the first purchase before the cohort, and who never bought into none', () => {
    const line = (customer: number, day: string, isReturn: boolean, net: bigint): Line => ({
      customer,
      day: parseIsoDay(day)!,
      order: 0,
      net,
      isReturn,
    });
    const seen = activityOf([
      line(1, '2024-01-31', true, -3n),
      line(1, '2024-02-01', false, 5n),
      line(2, '2024-01-01', true, -7n),
    ]);
    const row = { customers: 0, orders: 0, lines: 1 };
    const [january, february] = [parseIsoDay('2024-01-01')!, parseIsoDay('2024-02-01')!];
    expect(seen.filter(({ grain }) => grain === 'month')).toEqual([
      { grain: 'month', cohort: null, period: january, ...row, revenue: -7n },
      { grain: 'month', cohort: february, period: january, ...row, revenue: -3n },
      { grain: 'month', cohort: february, period: february, customers: 1, orders: 1, lines: 1, revenue: 5n },
    ]);
    // The last day of January and the first of February 2024 are of one week.
    const monday = parseIsoDay('2024-01-29')!;
    expect(seen.filter(({ grain, cohort }) => grain === 'week' && cohort !== null)).toEqual([
      { grain: 'week', cohort: monday, period: monday, customers: 1, orders: 1, lines: 2, revenue: 2n },
    ]);
  });

  it('is exact where the amounts of one month are as large as they get', () => {
    const most = 999_999_999_999_999_999n;
    const lines = listOf(3_000, row => ({ customer: 1, day: FIRST, order: row % 9, net: most, isReturn: false }));
    const [first] = activityOf(lines);
    expect(first).toMatchObject({ lines: 3_000, orders: 9, revenue: 3_000n * most });
  });

  it('is the same however customers are dealt out, and in whatever order their parts are added', async () => {
    const random = seeded(33);
    const lines = someLines(random, 500).map(line => ({ ...line, net: line.net % 10n ** 15n }));
    const whole = activityOf(lines);
    const dealt = [...Map.groupBy(lines, ({ customer }) => customer % 5).values()];
    const parts = dealt.map(own => activityOf(own));
    for (const order of [parts, parts.toReversed()]) {
      async function* handed() {
        yield* order;
      }
      expect(await mergeActivity(handed())).toEqual(whole);
    }
    const customers = [...Map.groupBy(lines, ({ customer }) => customer).values()];
    expect(activityOf(...customers)).toEqual(whole);
  });
});
