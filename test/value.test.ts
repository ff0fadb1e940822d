/** What customers are worth, from raw files to marts: on the log of a shop whose figures are published. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayText } from '../kernels/dates.ts';
import { between, listOf, seeded } from './random.ts';
import { csv, openStall, SOLD_HEADER } from './stall.ts';
import { hashesOf, type Published, publishFrom, RUN_MS, sharedFolder, useFolders } from './support.ts';

const folder = useFolders();
const CDNOW = sharedFolder('data/cdnow');

/** One good for a cent, so that a line is worth as many cents as it has pieces. */
const CENT = csv('Code,Price', 'cent,0.01');

/** Several blocks of customers. */
const BLOCKS = { blockRows: 2_000 };

/** CDNOW's log, from January 1997 to June 1998, as the stall's lines. */
function cdnowLines(path: string): string[] {
  const records = readFileSync(join(path, 'sample.csv'), 'utf8').trim().split(/\r?\n/).slice(1);
  return records.map((record, line) => {
    const [, who, day, , amount] = record.split(',');
    return `${line},${day},${who},cent,${Math.round(Number(amount) * 100)}`;
  });
}

const openLines = (lines: readonly string[]) =>
  openStall(folder, { 'goods.csv': CENT, 'sold.csv': csv(SOLD_HEADER, ...lines) });

describe.runIf(CDNOW !== null)('CDNOW', () => {
  let published: Published;
  beforeAll(async () => {
    published = await publishFrom({ ...(await openLines(cdnowLines(CDNOW!))), merging: BLOCKS });
  }, RUN_MS);
  afterAll(() => published?.close());

  it('has its tables and marts', async () => {
    const built = published.summary.marts.filter(mart => mart.built).map(({ name }) => name);
    expect(built).toEqual(expect.arrayContaining(['mart_customer_value', 'mart_churn_list', 'mart_value_holdout']));
    expect(published.summary.checks.failed).toEqual([]);
    expect(await published.value('select count(*) from mart_customer_value')).toBe(2_357);
  });

  it('is tried out on its second half, with the published outcome: fewer purchases foretold than came', async () => {
    const total = `select customers, round(predicted_purchases), actual_purchases, is_purchases_inside,
      round(purchases_low), round(purchases_high) from mart_value_holdout where bucket = 'all'`;
    expect(await published.rows(total)).toEqual([[2_357, 1_653, 1_882, false, 1_454, 1_853]]);
    const figures = `select name, round(value, 2), note from value_model where model = 'holdout'`;
    expect(await published.rows(figures)).toEqual([
      ['purchases ratio', 0.88, 'predicted ÷ actual; the actual number is outside the 95 % band'],
      ['purchases correlation', 0.63, 'of predicted and actual purchases of a customer'],
      ['value ratio', 0.84, 'predicted ÷ actual; the actual sum is outside the 95 % band'],
    ]);
    const value = `select sum(actual_value) from value_holdout where bucket <> 'all'`;
    const sold = `select sum(net_amount_base) from fct_sales where sales_day >= '1997-10-01'`;
    expect(await published.value(value)).toBe(await published.value(sold));
  });

  it('has a churn list of customers who are late, with the most at risk first', async () => {
    const list = await published.query('select * from mart_churn_list order by place');
    expect(list.length).toBeGreaterThan(500);
    const risks = list.map(({ value_at_risk }) => Number(value_at_risk));
    expect(risks).toEqual(risks.toSorted((a, b) => b - a));
    for (const { purchases, p_alive, days_since } of list.slice(0, 20)) {
      expect(Number(purchases)).toBeGreaterThan(1);
      expect(Number(p_alive)).toBeLessThan(0.95);
      expect(Number(days_since)).toBeGreaterThan(0);
    }
  });

  it('has the same bytes with other chunks and on threads', { timeout: RUN_MS }, async () => {
    const lines = await openLines(cdnowLines(CDNOW!));
    const other = await publishFrom({ ...lines, merging: BLOCKS, chunkBytes: 64 * 1024, threads: 2 });
    const own = (of: Published) => Object.entries(hashesOf(of)).filter(([table]) => table.includes('value'));
    expect(own(other)).toEqual(own(published));
    expect(own(other).map(([table, files]) => [table, files.length])).toEqual([
      ['customer_value', 4],
      ['value_model', 1],
      ['value_holdout', 1],
    ]);
    await other.close();
  });
});

describe('a shop with too few customers who come back', () => {
  let published: Published;
  beforeAll(async () => {
    const random = seeded(1);
    const lines = listOf(600, line => {
      const day = dayText(19_800 + between(random, 0, 99));
      return `${line},${day},${line < 250 ? `often ${line % 50}` : `once ${line}`},cent,${between(random, 100, 900)}`;
    });
    published = await publishFrom(await openLines(lines));
  }, RUN_MS);
  afterAll(() => published?.close());

  it('is told why nobody’s value is foretold', async () => {
    const reason = '50 of 400 customers bought on more than one day, and 200 are needed';
    const refused = `select model, note from value_model where name = 'refused' order by model`;
    expect(await published.rows(refused)).toEqual([
      ['holdout', expect.stringMatching(/and 200 are needed$/)],
      ['purchases', reason],
      ['spending', reason],
    ]);
    const panel = published.summary.marts.find(({ name }) => name === 'mart_value_holdout');
    expect(panel).toMatchObject({
      built: false,
      reason: expect.stringMatching(/^no trial of the models of value: \d+ of \d+ customers/),
    });
  });

  it('still knows who is late', async () => {
    expect(await published.rows('select count(*), count(overdue), count(clv) from mart_customer_value')).toEqual([
      [400, 50, 0],
    ]);
  });

  it('has no churn list, and says why', () => {
    const list = published.summary.marts.find(({ name }) => name === 'mart_churn_list');
    const reason = 'no lifetime value: 50 of 400 customers bought on more than one day, and 200 are needed';
    expect(list).toMatchObject({ built: false, reason });
  });
});
