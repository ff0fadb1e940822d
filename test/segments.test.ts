/** Segments of a whole run: against a plain count of the published lines, however it ran; and from one publication to the next. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../coordinator/events.ts';
import type { RunOptions } from '../coordinator/run.ts';
import { segmentOf } from '../jobs/segment/segments.ts';
import { layout } from '../lake/layout.ts';
import { openStore } from '../lake/open.ts';
import type { Json } from '../warehouse/warehouse.ts';
import { makeOwnGrocery } from './grocery.ts';
import { csv, GOODS, openStall, SOLD_HEADER } from './stall.ts';
import { hashesOf, type Published, publicationsOf, publishFrom, RUN_MS, runHere, useFolders } from './support.ts';

const folder = useFolders();

const KIB = 1024;
const BLOCK_ROWS = 400;

interface Customer {
  readonly id: string;
  readonly recency: number;
  readonly frequency: number;
  readonly monetary: bigint;
}

/** Recency, frequency and monetary value from the published lines, line by line. */
async function customersOf(published: Published, asOf: string): Promise<Customer[]> {
  const lines = await published.query(
    `select customer_id, order_id, cast(sales_day as varchar) as day, net_amount_base as net, is_return from fct_sales
     where sales_day < date '${asOf}'`,
  );
  const days = (from: string) => (Date.parse(asOf) - Date.parse(from)) / 86_400_000;
  return [...Map.groupBy(lines, line => String(line.customer_id))].map(([id, own]) => {
    const bought = own.filter(line => !line.is_return);
    const told = bought.length > 0 ? bought : own;
    return {
      id,
      recency: Math.min(...told.map(line => days(String(line.day)))),
      frequency: new Set(bought.map(line => line.order_id)).size,
      monetary: own.reduce((sum, line) => sum + BigInt(String(line.net).replace('.', '')), 0n),
    };
  });
}

/** How many of the quintiles a value is above, by R's type 7, in exact fifths. */
function spanOf(values: readonly bigint[]): (value: bigint) => number {
  const rising = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const cuts = [1, 2, 3, 4].map(part => {
    const place = (rising.length - 1) * part;
    const [low, high] = [rising[Math.floor(place / 5)]!, rising[Math.ceil(place / 5)]!];
    return low * 5n + (high - low) * BigInt(place % 5);
  });
  return value => cuts.filter(cut => value * 5n > cut).length;
}

function expectedRows(customers: readonly Customer[]): Json[][] {
  const r = spanOf(customers.map(({ recency }) => BigInt(recency)));
  const f = spanOf(customers.map(({ frequency }) => BigInt(frequency)));
  const m = spanOf(customers.map(({ monetary }) => monetary));
  return customers.map(({ id, recency, frequency, monetary }) => {
    const scores = [5 - r(BigInt(recency)), 1 + f(BigInt(frequency)), 1 + m(monetary)] as const;
    return [id, recency, frequency, String(monetary), ...scores, segmentOf(scores[0], scores[1])];
  });
}

const foundRows = (published: Published): Promise<Json[][]> =>
  published.rows(`select cast(customer_id as varchar), recency, frequency, cast(cast(monetary * 1000000 as bigint) as varchar),
    r_score, f_score, m_score, segment from customer_rfm`);

const byId = (rows: readonly Json[][]): Json[][] => rows.toSorted((a, b) => Number(a[0]) - Number(b[0]));

const SCORED = new Error('the segments are there');

/** The hashes of the files that hold segments, of a run that goes as far. */
async function segmentFiles({ merging, ...options }: RunOptions & { readonly project: string }) {
  const stop = new AbortController();
  const outputs: unknown[] = [];
  const onEvent = (event: RunEvent) => {
    if (event.ev === 'stage.finished' && event.stage === 'segment.score') stop.abort(SCORED);
  };
  const limits = { blockRows: BLOCK_ROWS, ...merging };
  const seen = new Set(await commitsOf(options.project));
  await expect(runHere({ ...options, merging: limits, signal: stop.signal, onEvent })).rejects.toBe(SCORED);
  for (const key of await commitsOf(options.project)) {
    if (seen.has(key)) continue;
    const { output } = JSON.parse(await readFile(join(options.project, key), 'utf8'));
    const files = Object.entries<{ sha256: string }>(output.files ?? { customer_rfm: output.file });
    outputs.push(files.map(([name, { sha256 }]) => [name, sha256]));
  }
  return outputs;
}

/** Keys of what the tasks of segments have left. */
async function commitsOf(project: string): Promise<string[]> {
  const lake = await openStore(`${pathToFileURL(project).href}/`);
  const keys: string[] = [];
  for (const kind of ['segment.fit', 'segment.score'])
    for await (const { key } of lake.list(layout.commitsOf(kind))) keys.push(key);
  return keys;
}

const METHODS: readonly RunOptions['customers'][] = [
  { rfm: { axis: 'FM' } },
  { rfm: { method: 'ntile', axis: 'FM' } },
  { rfm: { method: 'kmeans' } },
];
const WAYS: readonly Pick<RunOptions, 'chunkBytes' | 'threads' | 'merging'>[] = [
  { chunkBytes: 8 * KIB, threads: 1 },
  { threads: 2, merging: { rowsAtOnce: 50 } },
  { chunkBytes: 64 * KIB, threads: 4, merging: { fanIn: 2 } },
];

describe('the segments of a grocery', () => {
  let input: string;
  let project: string;
  let reference: Published;
  const expected: unknown[] = [];
  beforeAll(async () => {
    input = await folder();
    await makeOwnGrocery(input, { rows: 2_000, customers: 200, seed: 8, dirt: 0.02 });
    project = await folder();
    reference = await publishFrom({ input, project, merging: { blockRows: BLOCK_ROWS } });
    const other = await folder();
    for (const customers of METHODS) expected.push(await segmentFiles({ input, project: other, customers }));
  }, RUN_MS);
  afterAll(() => reference?.close());

  it('are what the published lines come to, counted plainly', async () => {
    const asOf = String(await reference.value('select max(sales_day) + 1 from fct_sales'));
    const found = await foundRows(reference);
    expect(byId(found)).toEqual(byId(expectedRows(await customersOf(reference, asOf))));
    expect(await reference.value('select count(distinct as_of) from customer_rfm')).toBe(1);
    expect(String(await reference.value('select max(as_of) from customer_rfm'))).toBe(asOf);
  });

  it('of a day in the middle look at nothing that was sold then or later', { timeout: RUN_MS }, async () => {
    const asOf = '2018-03-01';
    const published = await publishFrom({ input, project: await folder(), customers: { asOf } });
    try {
      const found = await foundRows(published);
      expect(found.length).toBeLessThan(
        Number(await published.value('select count(distinct customer_id) from fct_sales')),
      );
      expect(byId(found)).toEqual(byId(expectedRows(await customersOf(published, asOf))));
    } finally {
      await published.close();
    }
  });

  it('of the day before the first sale are refused', { timeout: RUN_MS }, async () => {
    const run = (asOf: string) => runHere({ input, project, customers: { asOf } });
    await expect(run('2018-01-01')).rejects.toMatchObject({ details: { code: 'E_USAGE', what: /first sale/ } });
    await expect(run('soon')).rejects.toMatchObject({ details: { code: 'E_USAGE' } });
  });

  it('are computed once, and a run that changes nothing publishes nothing', { timeout: RUN_MS }, async () => {
    const again = await runHere({ input, project, merging: { blockRows: BLOCK_ROWS } });
    expect(again).toMatchObject({ outcome: 'unchanged', publication: 1 });
    const own = again.stages.filter(({ stage }) => stage.startsWith('segment.'));
    expect(own.map(({ stage, computed }) => [stage, computed])).toEqual([
      ['segment.fit', 0],
      ['segment.score', 0],
    ]);
  });

  it.each(WAYS)(
    'have the same bytes in chunks of $chunkBytes bytes on $threads threads, merged as $merging, by each method',
    async way => {
      const own = await folder();
      for (const [at, customers] of METHODS.entries())
        expect(await segmentFiles({ input, project: own, customers, ...way })).toEqual(expected[at]);
    },
    RUN_MS,
  );

  it('by ntile are tiles of equal size, and the summary says how many equals they part', {
    timeout: RUN_MS,
  }, async () => {
    const published = await publishFrom({ input, project: await folder(), customers: { rfm: { method: 'ntile' } } });
    try {
      const sizes = await published.rows('select r_score, count(*) as n from customer_rfm group by r_score order by 1');
      const all = Number(await published.value('select count(*) from customer_rfm'));
      expect(sizes.map(([, n]) => n)).toEqual(
        [1, 2, 3, 4, 5].map(tile => Math.floor(all / 5) + (tile <= all % 5 ? 1 : 0)),
      );
      const split = await published.value(`select count(*) from customer_rfm as a where exists (
        select 1 from customer_rfm as b where a.recency = b.recency and a.r_score <> b.r_score
          or a.frequency = b.frequency and a.f_score <> b.f_score or a.monetary = b.monetary and a.m_score <> b.m_score)`);
      expect(Number(split)).toBeGreaterThan(0);
      expect(published.summary.warnings).toContainEqual(
        expect.stringContaining(`ntile gave ${split} of ${all} customers`),
      );
    } finally {
      await published.close();
    }
  });
});

describe('from one publication to the next', () => {
  const sold = (...lines: string[]) => ({ 'goods.csv': GOODS, 'sold.csv': csv(SOLD_HEADER, ...lines) });
  const BEFORE = ['1,2024-05-01,Ann,apple,1', '2,2024-05-02,Bob,pear,1', '3,2024-05-02,Cid,apple,2'];
  const AFTER = [
    '1,2024-05-01,Ann,apple,1',
    '3,2024-05-02,Cid,apple,2',
    '4,2024-06-01,Dee,apple,4',
    '5,2024-06-01,Ann,pear,1',
  ];

  it('the first says that there is nothing to compare with; the second who came, went and moved', {
    timeout: RUN_MS,
  }, async () => {
    const stall = await openStall(folder, sold(...BEFORE));
    const first = await publishFrom(stall);
    const absent = first.summary.marts.find(({ name }) => name === 'mart_segment_migration');
    expect(absent).toMatchObject({ built: false, reason: expect.stringContaining('nothing was published before') });
    const segments = Object.fromEntries(await first.rows('select customer_id, segment from customer_rfm'));
    const files = hashesOf(first).customer_rfm;
    await first.close();

    const { input } = await openStall(folder, sold(...AFTER));
    const second = await publishFrom({ ...stall, input });
    try {
      expect(second.publication.tables.previous_rfm?.map(({ sha256 }) => sha256)).toEqual(files);
      const now = Object.fromEntries(await second.rows('select customer_id, segment from customer_rfm'));
      const moves = (['Ann', 'Bob', 'Cid', 'Dee'] as const).map(who => [
        segments[who] ?? 'not a customer',
        now[who] ?? 'not a customer',
      ]);
      const found = await second.rows('select from_segment, to_segment, customers from mart_segment_migration');
      const expected = [...Map.groupBy(moves, String).values()].map(same => [...same[0]!, same.length]);
      expect(found.toSorted()).toEqual(expected.toSorted());
      expect(moves).toContainEqual([segments.Bob, 'not a customer']);
      expect(moves).toContainEqual(['not a customer', now.Dee]);
    } finally {
      await second.close();
    }
    const again = await runHere({ ...stall, input });
    expect(again).toMatchObject({ outcome: 'unchanged', publication: 2 });
    expect(await publicationsOf(stall.project)).toHaveLength(2);
  });

  it('a publication that is made anew is compared with what it was compared with', { timeout: RUN_MS }, async () => {
    const stall = await openStall(folder, sold(...BEFORE));
    await (await publishFrom(stall)).close();
    const { input } = await openStall(folder, sold(...AFTER));
    const second = await publishFrom({ ...stall, input });
    await second.close();
    await rm(join(stall.project, second.publication.warehouse));
    const third = await publishFrom({ ...stall, input });
    await third.close();
    expect(third.publication.n).toBe(3);
    expect(third.publication.tables).toEqual(second.publication.tables);
  });
});
