/** The marts of the small shop that are made of what jobs found out of its customers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildShop, SHOP_FILE } from './duckdb.fixture.ts';
import { openWarehouse } from './open.ts';
import type { Json, Warehouse } from './warehouse.ts';

let folder: string;
let shop: Warehouse;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'endcap-customer-marts-'));
  await buildShop(folder);
  shop = await openWarehouse(join(folder, SHOP_FILE), folder);
});
afterAll(async () => {
  await shop.close();
  await rm(folder, { recursive: true, force: true });
});

/** Some columns of a mart in the order of its first one, a row as its values. */
async function rows(mart: string, columns: string, order = columns.split(',')[0]): Promise<Json[][]> {
  const result = await shop.query(`select ${columns} from ${mart} order by ${order} nulls first`);
  return result.rows.map(row => Object.values(row));
}

describe('by segment', () => {
  test('a customer has a name, and what the segment suggests', async () => {
    expect(await rows('mart_rfm', 'customer_id, customer_name, recency, monetary, segment, action')).toEqual([
      [1, 'Ada', 1, '56.000000', 'Champions', 'reward'],
      [2, 'Bo', 78, '7.500000', 'Lost', 'forget'],
      [3, 'Bo', 16, '-5.000000', 'Promising', 'remind'],
      [4, null, 1, '50.000000', 'New customers', 'welcome'],
      [5, 'Eve', 72, '25.000000', 'Hibernating', 'wait'],
      [6, 'Flo', 71, '20.000000', 'About to sleep', 'recommend'],
    ]);
  });

  test('segments share customers and revenue; one that nobody is in has no averages', async () => {
    const columns =
      'position, segment, customers, revenue, customer_share, revenue_share, average_recency, average_monetary, average_order_value';
    const found = await rows('mart_segments', columns);
    expect(found).toHaveLength(11);
    expect(found.slice(0, 5)).toEqual([
      [1, 'Champions', 1, '56.000000', '0.166667', '0.364821', '1.000000', '56.000000', '11.200000'],
      [2, 'Loyal', 0, '0.000000', '0.000000', '0.000000', null, null, null],
      [3, 'Potential loyalists', 0, '0.000000', '0.000000', '0.000000', null, null, null],
      [4, 'New customers', 1, '50.000000', '0.166667', '0.325733', '1.000000', '50.000000', '50.000000'],
      [5, 'Promising', 1, '-5.000000', '0.166667', '-0.032573', '16.000000', '-5.000000', null],
    ]);
  });

  test('customers come, go and move between segments', async () => {
    const columns = 'from_segment, to_segment, customers, previous_monetary, monetary';
    expect(await rows('mart_segment_migration', columns, 'from_segment, to_segment')).toEqual([
      ["Can't lose", 'Champions', 1, '38.000000', '56.000000'],
      ['Hibernating', 'Lost', 1, '11.250000', '7.500000'],
      ['Lost', 'not a customer', 1, '3.000000', '0.000000'],
      ['Promising', 'About to sleep', 1, '20.000000', '20.000000'],
      ['Promising', 'Hibernating', 1, '25.000000', '25.000000'],
      ['not a customer', 'New customers', 1, '0.000000', '50.000000'],
      ['not a customer', 'Promising', 1, '0.000000', '-5.000000'],
    ]);
  });
});

describe('what customers are worth', () => {
  test('each has a name and figures, null where there are none', async () => {
    const columns = 'customer_id, customer_name, purchases, p_alive, clv, value_at_risk';
    expect(await rows('mart_customer_value', columns)).toEqual([
      [1, 'Ada', 4, 0.75, 24, 6],
      [2, 'Bo', 3, 0.5, 24, 12],
      [3, 'Bo', 0, null, null, null],
      [4, null, 1, 1, 75, 0],
      [5, 'Eve', 2, 0.25, 8, 6],
      [6, 'Flo', 1, 1, 20, 0],
    ]);
  });

  test('those with most at risk come first, of equal ones the lower id, and none of whom nothing is', async () => {
    expect(await rows('mart_churn_list', 'place, customer_id, customer_name, value_at_risk, reason')).toEqual([
      [1, 2, 'Bo', 12, 'far later than usual'],
      [2, 1, 'Ada', 6, 'in time, but others alike have left'],
      [3, 5, 'Eve', 6, 'too few purchases for a rhythm of their own'],
    ]);
  });

  test('what was foretold is compared with what came, a customer and in all', async () => {
    const columns =
      'bucket, predicted_per_customer, actual_per_customer, purchases_ratio, is_purchases_inside, value_ratio, is_value_inside';
    expect(await rows('mart_value_holdout', columns)).toEqual([
      ['0', '0.375000', '0.000000', null, null, null, null],
      ['1', '0.500000', '1.000000', '0.500000', null, '1.875000', null],
      ['all', '0.416667', '0.333333', '1.250000', true, '5.000000', false],
    ]);
  });
});

test('a basket rule names its products, and tells what else is in the basket', async () => {
  const columns =
    'rule_rank, antecedent_1_name, antecedent_2_name, consequent_name, confidence, lift, is_beyond_chance, mean_rest_amount';
  expect(await rows('mart_basket_rules', columns)).toEqual([
    [1, 'Apple', null, 'Nail', 0.6, 1.35, false, '6.000000'],
    [2, 'Nail', null, 'Apple', 0.75, 1.35, false, '9.500000'],
  ]);
});
