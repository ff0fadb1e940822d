import { describe, expect, it } from 'vitest';
import { CUSTOMER_ROWS_AT_ONCE, RUN_SLAB_ROWS } from '../../base/limits.ts';
import { numberColumn } from '../../kernels/column.ts';
import { amountText } from '../../kernels/money.ts';
import { createKernels } from '../../kernels/wasm.ts';
import { decodeRuns } from '../../lake/assemble.ts';
import { readSlices } from '../../lake/slice.ts';
import { columnOf, type Plain, plainValues } from '../../test/columns.ts';
import { below, between, listOf, type Random, randomInt64, seeded } from '../../test/random.ts';
import type { Periods } from './analysis.ts';
import { memoryContext, slicesOf } from './customers.fixture.ts';
import { customerLines } from './lines.ts';
import { profile } from './profile.ts';
import { PROFILE_COLUMNS } from './profiles.ts';
import { createSums } from './sums.ts';

const kernels = createKernels(1 << 27);

interface Line {
  readonly who: string | bigint;
  readonly day: number;
  readonly order: string;
  /** In millionths. */
  readonly net: bigint;
  readonly back: boolean;
}

const FIRST = 20_000;

/** Lines as blocks have them: by customer, then day. Some customers only give back, and some have very many lines. */
function randomLines(random: Random, isText: boolean): Line[] {
  const customers = between(random, 1, 30);
  return listOf(customers, who => {
    const onlyBack = random() < 0.2;
    const lines = listOf(random() < 0.1 ? 120 : between(random, 1, 9), (): Line => {
      const back = onlyBack || random() < 0.2;
      const size = randomInt64(random, between(random, 1, 50));
      const order = `order ${below(random, 40)}`;
      return { who: isText ? `${1000 + who}` : BigInt(who), day: FIRST + below(random, 60), order, net: size, back };
    });
    return lines.sort((a, b) => a.day - b.day);
  }).flat();
}

const blockOf = (lines: readonly Line[]) => ({
  length: lines.length,
  columns: {
    customer_id: columnOf(
      typeof lines[0]!.who === 'string' ? 'text' : 'int64',
      lines.map(({ who }) => who),
    ),
    sales_day: columnOf(
      'date',
      lines.map(({ day }) => day),
    ),
    order_id: columnOf(
      'text',
      lines.map(({ order }) => order),
    ),
    net_amount_base: columnOf(
      'decimal',
      lines.map(({ net }) => net),
    ),
    is_return: columnOf(
      'boolean',
      lines.map(({ back }) => back),
    ),
  },
});

const sum = (lines: readonly Line[]) => amountText(lines.reduce((total, { net }) => total + net, 0n));

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** A customer's profile, found out step by step. */
function expected(own: readonly Line[], { calibration }: Periods): Record<string, Plain> {
  const bought = own.filter(({ back }) => !back);
  const days = [...new Set(bought.map(({ day }) => day))];
  const early = days.filter(day => day < calibration);
  const repeated = bought.filter(({ day }) => day !== days[0]);
  return {
    customer_id: own[0]!.who,
    first_day: days[0] ?? own[0]!.day,
    last_day: days.at(-1) ?? own.at(-1)!.day,
    orders: BigInt(new Set(bought.map(({ order }) => order)).size),
    lines: BigInt(own.length),
    net: sum(own),
    purchase_days: days.length,
    repeat_value: sum(repeated),
    median_gap: median(days.slice(1).map((day, i) => day - days[i]!)),
    calibration_days: early.length,
    calibration_last_day: early.at(-1) ?? null,
    calibration_repeat_value: sum(repeated.filter(({ day }) => day < calibration)),
    holdout_days: days.length - early.length,
    holdout_value: sum(bought.filter(({ day }) => day >= calibration)),
  };
}

async function profilesOf(lines: readonly Line[], periods: Periods, slabRows: number) {
  const context = memoryContext(kernels, periods);
  const slices = await slicesOf(kernels, context.lake, { key: 'block', rows: blockOf(lines), slabRows });
  const mark = kernels.mark();
  const output = await profile({ block: 0, rows: lines.length, slices }, context);
  const { length, columns } = decodeRuns(kernels, await readSlices(kernels, context.lake, output.slices));
  expect(output.customers).toBe(length);
  const plain = Object.entries(columns).map(([name, column]) => [name, plainValues(column)] as const);
  kernels.release(mark);
  return listOf(length, row => Object.fromEntries(plain.map(([name, values]) => [name, values[row]!])));
}

describe('the profiles of customers', () => {
  it('are what a plain count of their lines finds, for any analysis day and any slabs', async () => {
    const random = seeded(1);
    for (let i = 0; i < 150; i++) {
      const lines = randomLines(random, i % 2 === 0);
      const asOf = FIRST + between(random, 1, 70);
      const periods = { first: FIRST, asOf, calibration: FIRST + between(random, 0, 70) };
      const seen = Map.groupBy(
        lines.filter(({ day }) => day < asOf),
        ({ who }) => who,
      );
      const found = await profilesOf(lines, periods, between(random, 1, 60));
      expect(found).toEqual([...seen.values()].map(own => expected(own, periods)));
    }
  });

  it('of customers who only gave back begin with their first return, without orders or purchase days', async () => {
    const back = (day: number): Line => ({ who: 'Ann', day, order: 'x', net: -5_000_000n, back: true });
    const periods = { first: FIRST, asOf: FIRST + 50, calibration: FIRST + 10 };
    expect(await profilesOf([back(FIRST + 3), back(FIRST + 9)], periods, 10)).toMatchObject([
      { first_day: FIRST + 3, last_day: FIRST + 9, orders: 0n, net: '-10.000000', purchase_days: 0, median_gap: null },
    ]);
  });

  it('have the columns that they say, in that order', async () => {
    const one = { who: 1n, day: FIRST, order: 'x', net: 1n, back: false };
    const [found] = await profilesOf([one], { first: FIRST, asOf: FIRST + 1, calibration: FIRST }, 10);
    expect(Object.keys(found!)).toEqual(['customer_id', ...Object.keys(PROFILE_COLUMNS)]);
  });

  it('count orders and lines bought once, also of a customer who is cut at the end of a piece', async () => {
    const own = Math.ceil(CUSTOMER_ROWS_AT_ONCE * 0.6);
    const number = (of: (row: number) => number) =>
      numberColumn(
        'int64',
        Array.from({ length: 2 * own }, (_, row) => BigInt(of(row))),
      );
    const rows = {
      length: 2 * own,
      columns: {
        customer_id: number(row => (row < own ? 1 : 2)),
        sales_day: columnOf('date', new Array(2 * own).fill(FIRST)),
        order_id: number(row => row >> 1),
        net_amount_base: { ...number(() => 1), type: 'decimal' as const },
        is_return: columnOf('boolean', new Array(2 * own).fill(false)),
      },
    };
    const context = memoryContext(kernels, { first: FIRST, asOf: FIRST + 1, calibration: FIRST });
    const slices = await slicesOf(kernels, context.lake, { key: 'block', rows, slabRows: RUN_SLAB_ROWS });
    const found = await profile({ block: 0, rows: rows.length, slices }, context);
    expect(found).toMatchObject({ customers: 2, orders: own, bought: 2 * own });
  });

  it('are none when all was sold later', async () => {
    const one = { who: 1n, day: FIRST + 1, order: 'x', net: 1n, back: false };
    expect(await profilesOf([one], { first: FIRST, asOf: FIRST + 1, calibration: FIRST }, 10)).toEqual([]);
  });
});

describe('the lines of customers, piece by piece', () => {
  it('are all lines once, whole customers together, however small the pieces and slabs', async () => {
    const random = seeded(2);
    for (let i = 0; i < 100; i++) {
      const lines = randomLines(random, i % 2 === 0);
      const context = memoryContext(kernels, {});
      const rows = blockOf(lines);
      const slices = await slicesOf(kernels, context.lake, { key: 'block', rows, slabRows: between(random, 1, 40) });
      const names = ['customer_id', 'net_amount_base'];
      const found: (readonly [Plain, Plain])[][] = [];
      for await (const piece of customerLines(context, slices, names, between(random, 1, 50))) {
        expect(Object.keys(piece.rows.columns)).toEqual(names);
        const [who, net] = names.map(name => plainValues(piece.rows.columns[name]!));
        const pairs = who!.map((id, row) => [id, net![row]!] as const);
        const starts = [...piece.starts];
        for (const [at, start] of starts.slice(0, -1).entries()) found.push(pairs.slice(start, starts[at + 1]));
      }
      const customers = [...Map.groupBy(lines, ({ who }) => who).values()];
      expect(found).toEqual(customers.map(own => own.map(({ who, net }) => [who, amountText(net)])));
    }
  });
});

it('sums of halves are exact, beyond what doubles count and below nought', () => {
  const random = seeded(3);
  const value = new BigInt64Array(1);
  const half = new Int32Array(value.buffer);
  for (let i = 0; i < 200; i++) {
    const sums = createSums(3);
    const totals = [0n, 0n, 0n];
    for (let n = 0; n < 200; n++) {
      const part = below(random, 3);
      value[0] = randomInt64(random, between(random, 1, 54));
      totals[part]! += value[0];
      sums.add(part, half[0]! >>> 0, half[1]!);
    }
    sums.write(0b101, half, 0);
    expect(value[0]).toBe(totals[0]! + totals[2]!);
    expect([0, 1, 2].map(part => sums.total(part))).toEqual(totals);
  }
  const low = createSums(1);
  for (let n = 0; n < 1_100_000; n++) low.add(0, 0xffff_ffff, 0);
  low.write(1, half, 0);
  expect(value[0]).toBe(1_100_000n * 0xffff_ffffn);
});
