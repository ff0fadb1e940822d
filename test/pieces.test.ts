/** Days in pieces and runs merged in passes publish the same bytes as days in memory, whatever is in the data. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunOptions } from '../coordinator/run.ts';
import { type Contract, text } from '../datasets/contract.ts';
import { below, between, listOf, pick, type Random, seeded } from './random.ts';
import { csv, GOODS, openStall, STALL, withSale, withTable } from './stall.ts';
import {
  type Files,
  hashesOf,
  type Published,
  publicationsOf,
  publishFrom,
  RUN_MS,
  runHere,
  useFolders,
} from './support.ts';

const folder = useFolders();

/** Customers are known from the sold lines alone, and a line's key is two columns, joined as its id. */
const CONTRACT: Contract = {
  ...withSale(
    withTable(STALL, 'sold', { key: ['Line', 'Part'], columns: { Part: text({ required: true }), Name: text() } }),
    { sale_id: ['Line', 'Part'] },
  ),
  dimensions: { ...STALL.dimensions, customer: { from: 'sold', id: 'Who', attributes: { name: 'Name' } } },
};

const HEADER = 'Line,Part,Day,Who,Code,Pieces,Name';

/** Sold lines on four days, the second with most of them; `customers` 1 gives them all to one. */
function soldLines(random: Random, count: number, customers: number): string[] {
  return listOf(count, line => {
    const who = below(random, customers);
    const day = pick(random, ['2024-05-01', '2024-05-02', '2024-05-02', '2024-05-02', '2024-05-03', '2024-06-01']);
    // Some goods are unknown, and some numbers of pieces are none; some names differ from line to line.
    const code = random() < 0.05 ? 'fig' : pick(random, ['apple', 'pear']);
    const pieces = random() < 0.05 ? 'many' : String(between(random, -2, 40));
    const name = random() < 0.1 ? `Name ${below(random, 3)}` : `Name of ${who}`;
    return `${line % 90},${pick(random, ['a', 'b', 'bb-1'])}-${line},${day},customer-number-${who},${code},${pieces},${name}`;
  });
}

/** Three files; some lines come again, as they are or with other pieces, near and in other files. */
function filesOf(seed: number, customers: number): Files {
  const random = seeded(seed);
  const lines = soldLines(random, 600, customers);
  const again = listOf(60, () => pick(random, lines));
  const changed = listOf(60, () => pick(random, lines).replace(/,(-?\d+),Name/, ',77,Name'));
  const all = [...lines, ...again, ...changed].sort(() => random() - 0.5);
  return {
    'goods.csv': GOODS,
    'sold_1.csv': csv(HEADER, ...all.slice(0, 200)),
    'sold_10.csv': csv(HEADER, ...all.slice(200, 500)),
    'sold_2.csv': csv(HEADER, ...all.slice(500)),
  };
}

/** The share of a run's options that must not matter. */
type Way = Pick<RunOptions, 'chunkBytes' | 'merging'>;

const WAYS: readonly Way[] = [
  { chunkBytes: 1_000_000, merging: { rowsAtOnce: 50 } },
  { chunkBytes: 1_500, merging: { rowsAtOnce: 1 } },
  { chunkBytes: 900, merging: { fanIn: 2 } },
  { chunkBytes: 900, merging: { fanIn: 3, rowsAtOnce: 40 } },
  { chunkBytes: 5_000, merging: { fanIn: 2, rowsAtOnce: 7 } },
];

describe.each([
  { title: 'many customers', seed: 1, customers: 40 },
  { title: 'two customers', seed: 2, customers: 2 },
  { title: 'one customer', seed: 3, customers: 1 },
])('a stall with $title', ({ seed, customers }) => {
  let options: Awaited<ReturnType<typeof openStall>>;
  let reference: Published;
  beforeAll(async () => {
    options = await openStall(folder, filesOf(seed, customers), CONTRACT);
    reference = await publishFrom(options);
  }, RUN_MS);
  afterAll(() => reference?.close());

  it('has losers, rejects and members to lose, on days larger than the pieces', async () => {
    const count = (where: string) => reference.value(`select count(*) from quarantine where ${where}`);
    expect(await count("outcome = 'duplicate'")).toBeGreaterThan(20);
    expect(await count("code = 'E_DUP_KEY'")).toBeGreaterThan(20);
    expect(await count("code = 'E_FK'")).toBeGreaterThan(10);
    expect(await count("code = 'E_TYPE'")).toBeGreaterThan(10);
    expect(
      await reference.value('select max(n) from (select count(*) as n from fct_sales group by sales_day)'),
    ).toBeGreaterThan(150);
    expect(await reference.value('select count(*) from dim_customer')).toBe(customers);
  });

  it.each(WAYS)(
    'publishes the same in chunks of $chunkBytes bytes, merged as $merging',
    async way => {
      const published = await publishFrom({ ...options, project: await folder(), ...way });
      try {
        expect(hashesOf(published)).toEqual(hashesOf(reference));
        const { sales, tables, money, reasons } = reference.summary;
        expect(published.summary).toMatchObject({ sales, tables, money, reasons });
      } finally {
        await published.close();
      }
    },
    RUN_MS,
  );

  it(
    'publishes nothing new when the limits are changed',
    async () => {
      const summary = await runHere({ ...options, merging: { fanIn: 2, rowsAtOnce: 30 } });
      expect(summary).toMatchObject({ outcome: 'unchanged', publication: 1 });
      expect(await publicationsOf(options.project)).toHaveLength(1);
    },
    RUN_MS,
  );
});
