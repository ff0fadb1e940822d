/** What is bought together, through whole runs: every rule and figure as SQL over the published fact has them. */
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunOptions } from '../coordinator/run.ts';
import { type Contract, text } from '../datasets/contract.ts';
import { type Int32Column, valueText } from '../kernels/column.ts';
import { amountText } from '../kernels/money.ts';
import { type Kernels, withKernels } from '../kernels/wasm.ts';
import { decodeRuns } from '../lake/assemble.ts';
import { layout } from '../lake/layout.ts';
import { openStore } from '../lake/open.ts';
import { readSlices, type Slice } from '../lake/slice.ts';
import { readJson } from '../lake/store.ts';
import { below, listOf, pick, type Random, seeded } from './random.ts';
import { csv, openStall, STALL, withSale, withTable } from './stall.ts';
import { hashesOf, type Published, publishFrom, RUN_MS, sharedFolder, useFolders } from './support.ts';

const folder = useFolders();

/** Orders of several lines. */
const CONTRACT: Contract = withSale(withTable(STALL, 'sold', { columns: { Receipt: text({ required: true }) } }), {
  order_id: 'Receipt',
});
const HEADER = 'Line,Day,Who,Code,Pieces,Receipt';

const sentenceOf = ({ summary }: Published) => summary.marts.find(({ name }) => name === 'mart_basket_rules')?.reason;

/** Distinct products of each basket, what its lines cost, and all frequent sets, by joins. */
const BASKETS = `
  lines as materialized (
    select customer_id, order_id, product_id, sum(net_amount_base) as amount
    from fct_sales where not is_return group by all
  ),
  baskets as materialized (select customer_id, order_id, sum(amount) as total from lines group by all),
  singles as materialized (
    select [product_id] as ids, count(*) as baskets, sum(total - amount) as rest
    from lines join baskets using (customer_id, order_id) group by all
  ),
  pairs as (
    select [a.product_id, b.product_id] as ids, count(*) as baskets, sum(total - a.amount - b.amount) as rest
    from lines as a join lines as b using (customer_id, order_id) join baskets using (customer_id, order_id)
    where a.product_id < b.product_id group by all
  ),
  triples as (
    select [a.product_id, b.product_id, c.product_id] as ids, count(*) as baskets,
      sum(total - a.amount - b.amount - c.amount) as rest
    from lines as a join lines as b using (customer_id, order_id) join lines as c using (customer_id, order_id)
      join baskets using (customer_id, order_id)
    where a.product_id < b.product_id and b.product_id < c.product_id group by all
  ),
  fours as (
    select [a.product_id, b.product_id, c.product_id, d.product_id] as ids, count(*) as baskets, null as rest
    from lines as a join lines as b using (customer_id, order_id) join lines as c using (customer_id, order_id)
      join lines as d using (customer_id, order_id)
    where a.product_id < b.product_id and b.product_id < c.product_id and c.product_id < d.product_id group by all
  ),
  sets as materialized (from singles union all from pairs union all from triples union all from fours)`;

/** The rules as they should be, from first to last. */
const RULES = `
  with ${BASKETS},
  counted as (select count(*) as n, greatest(2, ceil(count(*) / 10000)) as least from baskets),
  whole as (
    select n, least, count(*) as products from counted join singles on singles.baskets >= least group by all
  ),
  split as (
    select list_filter(s.ids, lambda id: id <> s.ids[i]) as left_ids, s.ids[i] as consequent, s.baskets as joint, s.ids
    from sets as s, unnest(generate_series(1, len(s.ids))) as t(i) where len(s.ids) > 1
  ),
  rules as (
    select left_ids, consequent, n, l.baskets as a, r.baskets as c, joint, joint / n as support,
      joint / l.baskets as confidence, (joint * n)::double / (l.baskets * r.baskets) as lift, l.rest,
      case len(split.ids) when 2 then products * (products - 1)
        when 3 then products * (products - 1) * (products - 2) / 2
        else products * (products - 1) * (products - 2) * (products - 3) / 6 end as possible
    from split join singles as r on r.ids = [consequent] join sets as l on l.ids = left_ids, whole
    where joint >= least
  )
  select left_ids[1], left_ids[2], left_ids[3], consequent, n, a, c, joint, support, confidence, lift,
    joint * (ln(lift) - 1 + 1 / lift) > ln(possible / 0.05) as beyond, rest
  from rules
  where lift > 1 and confidence >= 0.1
  order by beyond desc, lift desc, joint desc, left_ids[1], left_ids[2] nulls first, left_ids[3] nulls first, consequent`;

const FOUND = 'select * exclude (rule_rank, as_of) from basket_rule order by rule_rank';

async function expectRules(published: Published): Promise<number> {
  const found = await published.rows(FOUND);
  expect(found).toEqual(await published.rows(RULES));
  expect(published.summary.checks.failed).toEqual([]);
  return found.length;
}

/** 40 goods, of which the first of each four are bought with the other three, often all four of them. */
function receipts(random: Random, count: number): string[] {
  let line = 0;
  return listOf(count, receipt => {
    const group = 4 * below(random, 10);
    const habit = listOf(4, i => group + i).filter(() => random() < 0.6);
    const goods = [...habit, ...listOf(below(random, 3), () => below(random, 40))];
    const who = `who-${below(random, 200)}`;
    const day = `2024-0${1 + below(random, 6)}-1${below(random, 9)}`;
    // Two customers use one number; goods are given back; a good is on a receipt twice.
    const number = `R${receipt % 97 === 0 ? 0 : receipt}`;
    return goods.map(good => `${++line},${day},${who},good-${good},${pick(random, [1, 1, 1, 2, 3, -1])},${number}`);
  }).flat();
}

describe('a stall with habits', () => {
  const files = {
    'goods.csv': csv('Code,Price', ...listOf(40, good => `good-${good},${good}.35`)),
    'sold.csv': csv(HEADER, ...receipts(seeded(8), 1_500)),
  };
  let published: Published;
  const publish = async (options: Partial<RunOptions>) => {
    const stall = await openStall(folder, files, CONTRACT);
    return publishFrom({ ...options, ...stall });
  };
  beforeAll(async () => {
    published = await publish({});
  }, RUN_MS);
  afterAll(() => published?.close());

  it('has the rules that SQL finds, of all lengths', async () => {
    expect(await expectRules(published)).toBeGreaterThan(100);
    const lengths = 'select count(antecedent_2), count(antecedent_3) from basket_rule';
    const [[two, three]] = (await published.rows(lengths)) as [[number, number]];
    expect(two).toBeGreaterThan(three);
    expect(three).toBeGreaterThan(10);
  });

  it.each([{ blockRows: 1 }, { blockRows: 100 }, { blockRows: 1_000, rowsAtOnce: 200 }])(
    'has the same bytes in blocks of $blockRows rows',
    async merging => {
      const other = await publish({ merging, threads: 2 });
      expect(hashesOf(other).basket_rule).toEqual(hashesOf(published).basket_rule);
      await other.close();
    },
    RUN_MS,
  );
});

describe('eight orders, a hundred times', () => {
  const ORDERS = ['bread milk', 'bread butter', 'bread butter milk', 'milk', 'bread butter milk', 'eggs', 'eggs milk'];
  const sold = listOf(100, time =>
    [...ORDERS, 'bread butter'].flatMap((goods, order) =>
      goods.split(' ').map(good => ({ good, receipt: `${time}-${order}`, who: `who-${time}` })),
    ),
  ).flat();
  const files = {
    'goods.csv': csv('Code,Price', 'bread,2', 'butter,1.50', 'milk,1', 'eggs,3'),
    'sold.csv': csv(HEADER, ...sold.map(({ good, receipt, who }, i) => `${i},2024-05-01,${who},${good},1,${receipt}`)),
  };

  it('have the rules that were worked out by hand', { timeout: RUN_MS }, async () => {
    const published = await publishFrom(await openStall(folder, files, CONTRACT));
    const columns = `rule_rank, antecedent_1, antecedent_2, consequent, baskets, antecedent_baskets, consequent_baskets,
      rule_baskets, support, confidence, lift, rest_amount, mean_rest_amount, cast(as_of as text)`;
    expect(await published.rows(`select ${columns} from mart_basket_rules order by rule_rank`)).toEqual([
      [1, 'bread', null, 'butter', 800, 500, 400, 400, 0.5, 0.8, 1.6, '900.000000', '1.800000', '2024-05-02'],
      [2, 'butter', null, 'bread', 800, 400, 500, 400, 0.5, 1, 1.6, '1000.000000', '2.500000', '2024-05-02'],
      [3, 'butter', 'milk', 'bread', 800, 200, 500, 200, 0.25, 1, 1.6, '400.000000', '2.000000', '2024-05-02'],
      [4, 'bread', 'milk', 'butter', 800, 300, 400, 200, 0.25, 2 / 3, 4 / 3, '300.000000', '1.000000', '2024-05-02'],
    ]);
    await published.close();
  });
});

describe('orders of one line each', () => {
  it('have no rules, and say so', { timeout: RUN_MS }, async () => {
    const published = await publishFrom(await openStall(folder));
    expect(published.publication.tables).not.toHaveProperty('basket_rule');
    expect(sentenceOf(published)).toBe('each order has one product: nothing is bought together');
    await published.close();
  });
});

/** The sets of products that one run has counted, with their products' ids, the baskets and what else is in these. */
async function countedSets(project: string): Promise<[ids: string, baskets: number, rest: string | null][]> {
  const lake = await openStore(`${pathToFileURL(project).href}/`);
  const read = async (kernels: Kernels, task: string) => {
    for await (const { key } of lake.list(layout.commitsOf(`baskets.${task}`))) {
      const { output } = (await readJson<{ output: { slices: Slice[] } }>(lake, key))!;
      return decodeRuns(kernels, await readSlices(kernels, lake, output.slices)).columns;
    }
    throw new Error(`no task baskets.${task} has ended`);
  };
  return withKernels(async kernels => {
    const { product_id } = await read(kernels, 'products');
    const sets = Object.values(await read(kernels, 'candidates')) as Int32Column[];
    const { baskets, rest } = await read(kernels, 'count');
    return listOf(sets[0]!.length, row => {
      const items = sets.map(({ values }) => values[row]!).filter(item => item >= 0);
      const ids = items.map(item => valueText(product_id!, item)).join();
      const amount = valueText(rest!, row);
      return [ids, Number(valueText(baskets!, row)), amount === null ? null : amountText(BigInt(amount))];
    });
  });
}

/** Shuffling the products of electronics among its lines leaves 297 to 339 pairs that are on three orders or more. */
describe.each([
  ['superstore', 2, 36, 72],
  ['electronics', 3, 325, 11],
])('%s', (dataset, least, several, rules) => {
  const input = sharedFolder(`data/${dataset}`);
  let project: string;
  let published: Published;
  beforeAll(async () => {
    if (input === null) return;
    project = await folder();
    published = await publishFrom({ input, project, threads: 2 });
  }, RUN_MS);
  afterAll(() => published?.close());

  it.skipIf(input === null)('has the rules that SQL finds, none beyond chance, and says so', async () => {
    expect(await expectRules(published)).toBe(rules);
    expect(await published.value('select count(*) from mart_basket_rules where is_beyond_chance')).toBe(0);
    expect(published.summary.warnings).toContain(
      `none of the ${rules} basket rules is beyond what chance explains: see is_beyond_chance`,
    );
  });

  it.skipIf(input === null)(`has as many pairs on ${least} orders or more as SQL finds`, async () => {
    const sql = `with ${BASKETS} select array_to_string(ids, ','), baskets, cast(rest as varchar) from sets
      where baskets >= ${least} and len(ids) > 1 order by ids`;
    const expected = await published.rows(sql);
    expect(expected).toHaveLength(several);
    const found = await countedSets(project);
    expect(found.filter(([ids]) => ids.includes(','))).toEqual(expected);
  });
});
