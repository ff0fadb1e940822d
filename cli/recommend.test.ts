/** Recommendations and explanations on a real project, in this process. */
import { readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RUN_MS } from '../test/support.ts';
import type { Answer, AnswerProduct } from './answer.ts';
import { endcap, type Answer as Printed } from './io.fixture.ts';
import { openTastes, type Tastes } from './tastes.fixture.ts';

let tastes: Tastes;
let cwd: string;
let run: Printed;
beforeAll(async () => {
  tastes = await openTastes();
  cwd = tastes.cwd;
  run = await tastes.run();
}, RUN_MS);
afterAll(() => rm(cwd, { recursive: true, force: true }));

const cli = (...argv: string[]) => endcap(cwd, argv);
const recommend = async (...argv: string[]): Promise<Answer> =>
  JSON.parse((await cli('recommend', ...argv, '--json')).out);
const rows = async (sql: string): Promise<Record<string, string | number | null>[]> =>
  JSON.parse((await cli('query', sql, '--json')).out).rows;

it('the run publishes what it has learned', async () => {
  expect(run).toMatchObject({ code: 0 });
  expect(await rows("select model from mart_recommend_quality where list = 'new' and is_published")).toEqual([
    { model: 'als' },
  ]);
});

describe('recommend', () => {
  const ids = (list: Answer['lists']['new']) => list.products.map(({ product_id }) => product_id);
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

  it('gives a customer the published lists again, or says where and why they differ', async () => {
    let [same, places] = [0, 0];
    for (let customer = 0; customer < 10; customer++) {
      const { lists } = await recommend(`c${customer}`);
      const published = await rows(
        `select list, product_id, product_name, reason from mart_recommend where customer_id = 'c${customer}' order by list, rank`,
      );
      for (const name of ['again', 'new'] as const) {
        const expected = published.filter(({ list }) => list === name);
        const differs = expected.flatMap(({ product_id }, at) =>
          product_id === lists[name].products[at]?.product_id ? [] : [at + 1],
        );
        expect(lists[name].products).toHaveLength(expected.length);
        const why = expect.stringContaining(name === 'new' ? '4 steps of conjugate gradient' : 'last digit');
        expect(lists[name].published).toEqual({ differs, why: differs.length > 0 ? why : null });
        same += expected.length - differs.length;
        places += expected.length;
        const named = new Map(lists[name].products.map(({ product_id, product_name }) => [product_id, product_name]));
        for (const { product_id, product_name } of expected)
          if (named.has(String(product_id))) expect(named.get(String(product_id))).toBe(product_name);
        if (name === 'again')
          expect(lists[name].products.map(({ reason }) => reason)).toEqual(expected.map(({ reason }) => reason));
      }
    }
    expect(same / places).toBeGreaterThan(0.9);
  });

  it('gives as new what was not bought, for reasons that were, and adds up what they say', async () => {
    for (let customer = 0; customer < 4; customer++) {
      const { bought, lists } = await recommend(`c${customer}`, '--top', '6');
      const own = new Map(bought.map(({ product_id, purchases }) => [product_id, purchases]));
      const sold = await rows(
        `select product_id, count(*) as n from fct_sales where customer_id = 'c${customer}' group by 1`,
      );
      expect(own).toEqual(new Map(sold.map(({ product_id, n }) => [product_id, n])));
      expect(ids(lists.new)).toHaveLength(6);
      expect(ids(lists.new).filter(id => own.has(id))).toEqual([]);
      expect(ids(lists.again).filter(id => !own.has(id))).toEqual([]);
      for (const { score, parts, contributions, reason } of lists.new.products as AnswerProduct[]) {
        expect(total(Object.values(parts))).toBeCloseTo(score, 5);
        expect(total(contributions.map(({ adds }) => adds))).toBeCloseTo(parts.als!, 5);
        expect(new Set(contributions.map(({ product_id }) => product_id))).toEqual(new Set(own.keys()));
        expect(reason).toBe(`because you bought ${contributions[0]!.product_name}`);
      }
    }
  });

  it('knows what suits whom: who bought sweets gets sweets', async () => {
    const { lists, bought } = await recommend('--bought', 'sweet1, sweet2,sweet2', '--top', '5');
    expect(bought).toMatchObject([
      { product_id: 'sweet1', product_name: 'sweet1', purchases: 1 },
      { product_id: 'sweet2', product_name: 'The sweet2 one', purchases: 2 },
    ]);
    for (const id of ids(lists.new)) expect(id).toMatch(/^sweet/);
    const { reason } = lists.again.products.find(({ product_id }) => product_id === 'sweet2')!;
    expect(reason).toBe('you bought it 2 times');
    expect(lists.new.published).toBeNull();
  });

  it('prints both lists with names, ranks and reasons', async () => {
    const { code, out } = await cli('recommend', 'c7', '--top', '3');
    expect(code).toBe(0);
    expect(out).toMatch(/^Customer c7 bought \d+ products before 2024-02-26\n\nTo buy again \(frequency/);
    expect(out).toMatch(/\n +1 +\S+ +.*\d\.\d{4} +you bought it \d+ times\n/);
    expect(out).toMatch(/\nNever bought before \(als\)\n/);
    expect(out).toMatch(/\n +3 +salty\d+ +.* because you bought .*\(\+\d\.\d{4}\)/);
  });

  it('tells what most customers buy to who has no history: nobody, and who gave all back', async () => {
    const popular = await rows(
      `select product_id as id from fct_sales where customer_id <> 'back'
       group by 1 order by count(distinct customer_id) desc, 1 limit 4`,
    );
    for (const argv of [[], ['back'], ['--bought', '']]) {
      const { lists, bought } = await recommend(...argv, '--top', '4');
      expect(bought).toEqual([]);
      expect(lists.again.products).toEqual([]);
      expect(lists.new).toMatchObject({ source: 'popularity' });
      expect(ids(lists.new)).toEqual(popular.map(({ id }) => id));
      for (const { reason } of lists.new.products) expect(reason).toBe('many customers buy it');
    }
    expect((await cli('recommend', 'back')).out).toContain('or given all back: what most customers buy');
  });

  it.each([
    [['c9999x'], 'E_NO_CUSTOMER', 'there is no customer c9999x', 'recommend   without a customer'],
    [['bakc'], 'E_NO_CUSTOMER', `did you mean 'back'?`, ''],
    [['--bought', 'sweet1,swet2'], 'E_NO_PRODUCT', `there is no product swet2; did you mean 'sweet2'?`, 'query'],
    [['--bought', 'the sweet4 ONE'], 'E_NO_PRODUCT', 'that is the name of sweet4', ''],
    [['--bought', 'unsold'], 'E_NO_PRODUCT', 'nobody has bought it', ''],
    [['c1', '--bought', 'sweet1'], 'E_USAGE', 'expected one of them', ''],
    [['c1', '--top', '0'], 'E_USAGE', '--top 0', ''],
  ])('%j is told, with what to do', async (argv, code, what, next) => {
    const answer = await cli('recommend', ...argv);
    expect(answer).toMatchObject({ code: 2, out: '' });
    expect(answer.err).toMatch(new RegExp(`^error ${code} `));
    expect(answer.err).toContain(what);
    expect(answer.err).toContain(next);
  });
});

it('what is bought on the analysis day or later does not count', { timeout: RUN_MS }, async () => {
  const project = join(cwd, 'earlier');
  const summary = await tastes.runAsOf('2024-02-10', project);
  expect(summary).toMatchObject({ outcome: 'published', checks: { failed: [] } });
  const { as_of, bought, lists } = await recommend('c5', '--project', project);
  expect(as_of).toBe('2024-02-10');
  const before = await rows(
    `select product_id, count(*) as purchases from fct_sales
     where customer_id = 'c5' and sales_day < '2024-02-10' group by 1 order by 1`,
  );
  expect(bought.map(({ product_id, purchases }) => ({ product_id, purchases }))).toEqual(before);
  expect(lists.again.published).toEqual({ differs: [], why: null });
});

describe('explain', () => {
  const explain = async (...argv: string[]) => JSON.parse((await cli('explain', ...argv, '--json')).out);

  it('tells a metric: what it is, what it needs, its value, and where it is', async () => {
    const revenue = await explain('revenue');
    expect(revenue).toMatchObject({ kind: 'metric', unit: 'money', needs: [], sql: 'sum(f.net_amount_base)' });
    expect(revenue.value).toBe((await rows('select sum(net_amount_base) as n from fct_sales'))[0]!.n);
    expect(revenue.tables).toEqual(expect.arrayContaining(['mart_daily_sales', 'mart_product_sales']));
    expect(await explain('Average Order Value')).toMatchObject({ key: 'average_order_value' });
    const { out } = await cli('explain', 'margin');
    expect(out).toContain('cannot be told: it needs fct_sales.cost_amount_base');
    expect(out).toContain('profit ÷ revenue');
    expect(out).toContain('select safe_ratio(');
  });

  it('tells a mart: what a row is, its columns, what makes it and what checks it', async () => {
    const [{ n }] = (await rows('select count(*) as n from mart_recommend')) as [{ n: number }];
    const mart = await explain('mart_recommend');
    expect(mart).toMatchObject({ kind: 'table', grain: ['customer_id', 'list', 'rank'], rows: n, missing: null });
    expect(mart.sql).toContain('select * from recommendation');
    expect(mart.check).toContain('scores never rise');
    expect(mart.columns).toContainEqual({ name: 'reason', type: 'varchar', description: '' });
    const { out } = await cli('explain', 'MART_MONTHLY_SALES');
    expect(out).toMatch(/^mart_monthly_sales {2}mart\n/);
    expect(out).toMatch(/revenue +decimal\S+ +Revenue: net amounts of all lines, returns taken off/);
  });

  it('tells why there is no such mart, and what a table is that is no mart', async () => {
    const discount = await explain('mart_store_sales');
    expect(discount).toMatchObject({ rows: null, missing: expect.stringContaining('needs '), columns: [] });
    const fact = await explain('fct_sales');
    expect(fact).toMatchObject({ kind: 'table', sql: null, check: null });
    expect(fact.rows).toBeGreaterThan(5000);
    expect(fact.columns.find(({ name }: { name: string }) => name === 'is_return').description).not.toBe('');
  });

  it('tells a customer: what was bought, and what is recommended, why', async () => {
    const known = await explain('c3');
    const [sums] = await rows(
      `select count(*) as lines, count(distinct product_id) as products, min(sales_day) as first_day,
         cast(sum(net_amount_base) as decimal(38, 6)) as net from fct_sales where customer_id = 'c3'`,
    );
    expect(known).toMatchObject({ kind: 'customer', customer_id: 'c3', purchases: { ...sums, returned_lines: 0 } });
    expect(known.recommendations).toEqual(
      await rows(`select * from mart_recommend where customer_id = 'c3' order by list, rank`),
    );
    const { out } = await cli('explain', 'back');
    expect(out).toContain('returned');
    expect(out).toMatch(/RFM segment +\S/);
    expect(out).toContain('no products are recommended');
  });

  it('prefers tables to metrics, and these to customers, unless it is told', async () => {
    expect(await explain('c1')).toMatchObject({ kind: 'customer' });
    expect(await explain('champions')).toMatchObject({ kind: 'segment', position: 1 });
    expect(await explain('revenue', '--as', 'metric')).toMatchObject({ kind: 'metric' });
    for (const argv of [
      ['revenue', '--as', 'customer'],
      ['c1', '--as', 'table'],
      ['champion', '--as', 'segment'],
    ])
      expect(await cli('explain', ...argv)).toMatchObject({ code: 2, err: expect.stringMatching(/^error E_UNKNOWN/) });
    expect((await cli('explain', 'revenu')).err).toContain(`did you mean 'revenue'?`);
    expect((await cli('explain', 'mart_recomend')).err).toContain(`did you mean 'mart_recommend'?`);
  });
});

describe('the file of the recommender', () => {
  it('is a part of the publication: damage is told, and a run makes it again', { timeout: RUN_MS }, async () => {
    const project = join(cwd, '.endcap', 'stall');
    const published = JSON.parse(await readFile(join(project, 'published', '000001.json'), 'utf8'));
    const file = join(project, published.files.recommend.key);
    const bytes = await readFile(file);
    bytes[100]! ^= 1;
    await writeFile(file, bytes);
    expect(await cli('recommend', 'c1')).toMatchObject({ code: 1, err: expect.stringMatching(/^error E_DAMAGED/) });
    expect(await cli('check')).toMatchObject({ code: 3, out: expect.stringContaining('model.bin') });
    await unlink(file);
    expect(await cli('recommend', 'c1')).toMatchObject({ code: 2, err: expect.stringContaining('is gone') });
    expect((await cli('doctor')).out).toContain('1 file gone');
    expect(await tastes.run()).toMatchObject({ code: 0, out: expect.stringContaining('publication 2') });
    expect(await cli('recommend', 'c1')).toMatchObject({ code: 0 });
  });
});
