/** Segments and values of customers, from tables as the jobs publish them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cell, SHOP, table, writeTable } from '../warehouse/duckdb.fixture.ts';
import { openBuild, openWarehouse } from '../warehouse/open.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { explainColumn } from './explain-column.ts';
import { explainCustomer, explainSegment, segmentNames } from './explain-customer.ts';
import { printExplanation } from './explained.ts';
import type { Opened } from './project.ts';
import { PLAIN } from './style.ts';

const RFM = table('customer_rfm', [
  ['customer_id', 'int64'],
  ['r_score', 'int32'],
  ['f_score', 'int32'],
  ['m_score', 'int32'],
  ['second_score', 'int32'],
  ['cluster', 'int32'],
  ['segment', 'text'],
]);
const CUT = table('rfm_cut', [
  ['measure', 'text'],
  ['score', 'int32'],
  ['lower_bound', 'decimal'],
  ['upper_bound', 'decimal'],
  ['centroid', 'decimal'],
  ['customers', 'int64'],
  ['note', 'text'],
]);
const SEGMENT = table('rfm_segment', [
  ['segment', 'text'],
  ['position', 'int32'],
  ['action', 'text'],
]);
const VALUE = table('customer_value', [
  ['customer_id', 'int64'],
  ['p_alive', 'double'],
  ['clv', 'double'],
]);

/** Sales and dimensions. */
const PLAIN_SHOP = SHOP.filter(({ definition }) => /^(fct|dim)_/.test(definition.name));

const SEGMENTS: Cell[][] = [
  ['Champions', 1, 'Reward them'],
  ["Can't lose", 8, 'Talk to them in person'],
  ['Lost', 11, 'Spend nothing on them'],
];
const SCORED = [
  [1, 5, 5, 4, 5, null, 'Champions'],
  [2, 5, 4, 5, 4, null, 'Champions'],
  [3, 5, 5, 4, 5, null, 'Champions'],
  [4, 1, 5, 5, 5, null, "Can't lose"],
];
const CLUSTERED = [
  [1, null, null, null, null, 1, 'Champions'],
  [2, null, null, null, null, 1, 'Champions'],
];
const CUTS = [
  ['recency', 5, null, '7', null, 3, null],
  ['recency', 1, '7', '90.5', null, 1, 'few'],
  ['monetary', 4, '1000', null, null, 4, null],
];
const CENTROIDS = [['recency', 1, null, null, '3.25', 2, null]];

describe('segments', () => {
  let folder: string;
  const open: Warehouse[] = [];
  /** A warehouse with these tables beside the shop's; each call makes another. */
  const warehouseWith = async (rfm: Cell[][], cuts: Cell[][]): Promise<Opened> => {
    const file = join(folder, `${open.length}.duckdb`);
    const lakeDir = join(folder, `lake-${open.length}`);
    const build = await openBuild({ file, lakeDir, threads: 1 });
    const own = [
      { definition: RFM, rows: rfm },
      { definition: CUT, rows: cuts },
      { definition: SEGMENT, rows: SEGMENTS },
      { definition: VALUE, rows: [[1, 0.875, 1234.5]] },
    ];
    for (const each of rfm.length > 0 ? [...PLAIN_SHOP, ...own] : PLAIN_SHOP)
      await build.addTable(await writeTable(lakeDir, each), 'table');
    await build.close();
    const warehouse = await openWarehouse(file, lakeDir);
    open.push(warehouse);
    return { warehouse } as Opened;
  };
  const text = async (explanation: Awaited<ReturnType<typeof explainSegment>>) =>
    printExplanation({ outStyle: PLAIN }, explanation!, 'EUR');
  let scored: Opened;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'endcap-explain-'));
    scored = await warehouseWith(SCORED, CUTS);
  });
  afterAll(async () => {
    for (const warehouse of open) await warehouse.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('have their action, customers, scores and cut points, however their name is written', async () => {
    const champions = await explainSegment(scored, 'CHAMPIONS');
    expect(champions).toMatchObject({ name: 'Champions', position: 1, action: 'Reward them', customers: 3 });
    expect(champions!.scores).toEqual([
      { r_score: 5, second_score: 5, f_score: 5, m_score: 4, cluster: null, customers: 2 },
      { r_score: 5, second_score: 4, f_score: 4, m_score: 5, cluster: null, customers: 1 },
    ]);
    expect(await text(champions)).toBe(
      [
        'Champions  segment',
        '  place      1, counted from the most valuable',
        '  to do      Reward them',
        '  customers  3',
        '  formula    scores of recency 5 with 5 or 4 of frequency',
        '',
        '  Where scores begin and end',
        '    of        score  above  up to  customers',
        '    recency       1      7   90.5          1  few',
        '    recency       5             7          3',
        '    monetary      4  1,000                 4',
        '',
        "  select * from mart_rfm where segment = 'Champions'",
      ].join('\n'),
    );
    expect(await explainSegment(scored, "can't lose")).toMatchObject({ customers: 1 });
    expect(await segmentNames(scored.warehouse)).toEqual(['Champions', "Can't lose", 'Lost']);
  });

  it('have columns that are explained wherever they are', async () => {
    const column = await explainColumn(scored, 'R_SCORE');
    expect(column).toMatchObject({ kind: 'column', name: 'r_score' });
    expect(column!.tables.map(({ table }) => table)).toContain('customer_rfm');
    expect(await explainColumn(scored, 'no_such_column')).toBeNull();
    const printed = printExplanation({ outStyle: PLAIN }, column!, 'EUR');
    expect(printed).toContain('customer_rfm  integer');
  });

  it('may be empty, or unknown', async () => {
    const lost = await explainSegment(scored, 'lost');
    expect(lost).toMatchObject({ customers: 0, scores: [] });
    expect(await text(lost)).not.toMatch(/^ {2}recency/m);
    expect(await explainSegment(scored, 'winners')).toBeNull();
  });

  it('of clusters have these and their means', async () => {
    const clustered = await explainSegment(await warehouseWith(CLUSTERED, CENTROIDS), 'champions');
    const printed = await text(clustered);
    expect(printed).toContain('  formula    nearest to the centroid of cluster 1\n');
    expect(printed).toContain('    of       cluster  mean  customers\n    recency        1  3.25          2');
  });

  it('are a part of what is told of a customer, as is the value', async () => {
    const ada = await explainCustomer(scored, '1');
    expect(ada).toMatchObject({ segment: { segment: 'Champions' }, value: { clv: 1234.5 }, recommendations: null });
    expect(ada!.purchases).toMatchObject({ first_day: '2024-01-01', last_day: '2024-03-20', orders: 5, products: 3 });
    const printed = printExplanation({ outStyle: PLAIN }, ada!, 'EUR');
    // What the source calls a segment stays beside it.
    expect(printed).toContain('  segment      home\n');
    expect(printed).toContain('  RFM segment  Champions (recency 5, frequency 5, monetary 4)');
    expect(printed).toContain('  value        1,234.50 EUR to be expected; still a customer with 88 %');
  });

  it('are none where a run has not made their tables', async () => {
    const bare = await warehouseWith([], []);
    expect(await segmentNames(bare.warehouse)).toEqual([]);
    expect(await explainSegment(bare, 'champions')).toBeNull();
    expect(await explainCustomer(bare, '1')).toMatchObject({ segment: null, value: null });
  });
});
