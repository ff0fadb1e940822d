import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { booleanColumn, dateColumn, numberColumn, setBit, textColumn } from '../../kernels/column.ts';
import { rowNumbers } from '../../kernels/sort.ts';
import { createKernels } from '../../kernels/wasm.ts';
import { memoryStore } from '../../lake/memory.ts';
import { encodeRun, slabCuts } from '../../lake/run.ts';
import { placeSlice } from '../../lake/slice.ts';
import { below, between, listOf, seeded } from '../../test/random.ts';
import { STALL } from '../../test/stall.ts';
import type { Analysis, CustomerBlock } from '../customers/analysis.ts';
import type { Driver, StageRequest } from '../driver.ts';
import { type TaskContext, type TaskFunction, taskFunction } from '../registry.ts';
import { findBasketRules } from './driver.ts';
import { BASKET_LIMITS, type BasketLimits } from './limits.ts';

/** Profiles that do not tell that each order has one line. */
const SEVERAL = [{ orders: 1, bought: 2 }];

const kernels = createKernels(1 << 26);

interface Line {
  readonly customer: number;
  readonly order: number;
  readonly product: string;
  readonly day: number;
  readonly isReturn: boolean;
}

/** Runs tasks one after another, here. */
function openDriver() {
  const lake = memoryStore();
  const stages: string[] = [];
  let files = 0;
  const write = async (_name: string, bytes: Uint8Array, rows: number) => {
    const key = `file ${files++}`;
    const copy = bytes.slice();
    await lake.write(key, copy);
    return { key, bytes: copy.length, rows, sha256: createHash('sha256').update(copy).digest('hex') };
  };
  const driver: Driver = {
    async stage<Output>({ kind, shared, inputs }: StageRequest<Output>) {
      stages.push(kind);
      const run = (await taskFunction(kind)) as unknown as TaskFunction<unknown, unknown, Output>;
      const outputs: Output[] = [];
      for (const input of inputs) {
        const context = { kernels, lake, shared, write, scratch: write } as unknown as TaskContext<unknown>;
        outputs.push(await run(structuredClone(input), context));
        kernels.release(0);
      }
      return outputs;
    },
  };
  return { driver, stages, write };
}

/** Lines of customers as customers.block leaves them. */
async function blockOf(write: ReturnType<typeof openDriver>['write'], block: number, lines: readonly Line[]) {
  const sorted = lines.toSorted((a, b) => a.customer - b.customer || a.day - b.day);
  const day = dateColumn(sorted.length);
  const returned = booleanColumn(sorted.length);
  sorted.forEach((line, row) => {
    day.values[row] = line.day;
    if (line.isReturn) setBit(returned.values, row);
  });
  day.validity.fill(255);
  returned.validity.fill(255);
  const columns = {
    customer_id: numberColumn(
      'int64',
      sorted.map(({ customer }) => customer),
    ),
    sales_day: day,
    order_id: numberColumn(
      'int64',
      sorted.map(({ order }) => order),
    ),
    product_id: textColumn(sorted.map(({ product }) => product)),
    net_amount_base: numberColumn(
      'decimal',
      sorted.map(({ product }) => 1_000_000 * product.length),
    ),
    is_return: returned,
  };
  const rows = { length: sorted.length, columns };
  const cuts = slabCuts([{ name: block, end: sorted.length }], 50);
  const run = encodeRun(kernels, rows, rowNumbers(kernels, sorted.length), cuts);
  const file = await write('block.bin', run.bytes, sorted.length);
  kernels.release(0);
  const slices = run.slices.map(slice => placeSlice(file, slice));
  return { block, rows: sorted.length, slices } satisfies CustomerBlock;
}

const ALL_DAYS = 1_000;

async function rulesOf(lines: readonly Line[], blocks = 1, limits: Partial<BasketLimits> = {}, asOf = ALL_DAYS) {
  const { driver, stages, write } = openDriver();
  const parts = [...Map.groupBy(lines, ({ customer }) => customer % blocks)];
  const input = {
    contract: STALL,
    blocks: await Promise.all(parts.map(([block, own]) => blockOf(write, block, own))),
    periods: { first: 0, asOf, calibration: 0 },
  };
  const analysis = await findBasketRules(driver, input, SEVERAL, { ...BASKET_LIMITS, ...limits });
  return { ...analysis, stages };
}

const written = ({ tables, absent }: Analysis) =>
  tables.basket_rule?.map(({ sha256, rows }) => ({ sha256, rows })) ?? absent.basket_rule;

/** Of each three products of a group, most orders that have one have the others. */
function habits(seed: number, orders: number): Line[] {
  const random = seeded(seed);
  return listOf(orders, order => {
    const group = 3 * below(random, 6);
    const own = listOf(3, i => group + i).filter(() => random() < 0.7);
    const customer = below(random, 40);
    const day = below(random, 500);
    return [...own, ...own.slice(0, 1), below(random, 18)].map(product => ({
      customer,
      order,
      product: `product ${product}`,
      day,
      isReturn: random() < 0.05,
    }));
  }).flat();
}

describe.each([1, 2, 3])('habits, seed %i', seed => {
  const lines = habits(seed, 400);

  it.each([2, 3, 8, 40])('give the same bytes in %i blocks as in one', async blocks => {
    const whole = await rulesOf(lines);
    expect(whole.tables.basket_rule![0]!.rows).toBeGreaterThan(20);
    expect(written(await rulesOf(lines, blocks))).toEqual(written(whole));
  });

  it('miss no set that is in just enough baskets of several blocks', async () => {
    for (let countMin = 20; countMin < 45; countMin += 3)
      expect(written(await rulesOf(lines, 3, { countMin }))).toEqual(written(await rulesOf(lines, 1, { countMin })));
  });

  it('of later days change nothing', async () => {
    const before = lines.filter(({ day }) => day < 300);
    const expected = await rulesOf(before, 3, {}, 300);
    expect(written(await rulesOf(lines, 3, {}, 300))).toEqual(written(expected));
    expect(written(await rulesOf(lines, 3))).not.toEqual(written(expected));
  });
});

describe('too many sets of products', () => {
  const lines = habits(4, 400);

  it('must be in more baskets, and that is said', async () => {
    const all = await rulesOf(lines);
    expect(all.notes).toEqual([]);
    // Pairs and triples of six groups are more sets than that; in 16 baskets there are no others.
    const some = await rulesOf(lines, 1, { itemsetsMax: 25 });
    expect(some.notes).toHaveLength(1);
    const [, least] = /fewer than (\d+) of the 400 orders/.exec(some.notes[0]!)!;
    expect(written(some)).toEqual(written(await rulesOf(lines, 1, { countMin: Number(least) })));
    expect(Number(least)).toBe(16);
  });

  it('are counted over all blocks', async () => {
    const { notes } = await rulesOf(lines, 8, { handedInMax: 8 * 30 });
    expect(notes).toHaveLength(1);
  });
});

const sell = (order: number, ...products: string[]): Line[] =>
  products.map(product => ({ customer: order % 3, order, product, day: 1, isReturn: false }));

describe('rules that chance may explain', () => {
  const chance = [...sell(1, 'pen', 'ink'), ...sell(2, 'pen', 'ink'), ...sell(3, 'nib')];

  it('are there, and that no other is there is said', async () => {
    const { tables, absent, notes } = await rulesOf(chance, 2);
    expect(tables.basket_rule![0]!.rows).toBe(2);
    expect(absent).toEqual({});
    expect(notes).toEqual(['none of the 2 basket rules is beyond what chance explains: see is_beyond_chance']);
  });

  it('need no word beside one that is beyond it', async () => {
    const habit = listOf(40, order => sell(10 + order, 'cup', 'lid')).flat();
    const { tables, notes } = await rulesOf([
      ...chance,
      ...habit,
      ...listOf(40, order => sell(60 + order, 'nib')).flat(),
    ]);
    expect(tables.basket_rule![0]!.rows).toBe(4);
    expect(notes).toEqual([]);
  });

  it('can be a single one', async () => {
    const seldom = listOf(19, order => sell(10 + order, 'ink')).flat();
    const { notes } = await rulesOf([...chance, ...seldom]);
    expect(notes).toEqual(['the only basket rule is not beyond what chance explains: see is_beyond_chance']);
  });
});

describe('without a rule there is a sentence', () => {
  it.each([
    ['each order has one product: nothing is bought together', listOf(9, order => sell(order, 'pen', 'pen')).flat()],
    ['nothing was bought', sell(1, 'pen', 'ink').map(line => ({ ...line, isReturn: true }))],
    [
      '1 of 2 orders have several products: too few to say what is bought together',
      [...sell(1, 'pen', 'ink'), ...sell(2, 'pen')],
    ],
    [
      'no two products are together on 2 or more of the 4 orders: nothing is bought together',
      [...sell(1, 'pen', 'ink'), ...sell(2, 'pen'), ...sell(3, 'pen', 'nib'), ...sell(4, 'nib', 'ink')],
    ],
    [
      'products are bought together, but none with a lift above 1 and a confidence of 0.1 or more',
      listOf(4, order => sell(order, 'pen', 'ink')).flat(),
    ],
  ])('%s', async (sentence, lines) => {
    expect(await rulesOf(lines, 2)).toMatchObject({ tables: {}, absent: { basket_rule: sentence }, notes: [] });
  });
});

it('an order of two customers is a basket of each', async () => {
  const random = seeded(5);
  const own = habits(5, 300);
  const shared = own.map(line => ({ ...line, order: line.customer * 1_000 + line.order }));
  const numbers = listOf(300, () => between(random, 0, 2));
  // Numbers that many orders have, but of one customer no two.
  const renamed = own.map(line => ({ ...line, customer: line.order, order: numbers[line.order]! }));
  expect(written(await rulesOf(renamed, 4))).toEqual(written(await rulesOf(shared, 4)));
});
