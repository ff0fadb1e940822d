/** What the small shop's customers are recommended on 2024-03-20, and how a recommender was tried out. */
import type { ColumnType } from '../base/table.ts';

type Columns = readonly (readonly [name: string, type: ColumnType])[];
type Rows = readonly (readonly (string | number | boolean | null)[])[];

const RECOMMENDATION: Columns = [
  ['customer_id', 'int64'],
  ['list', 'text'],
  ['rank', 'int32'],
  ['product_id', 'int64'],
  ['score', 'double'],
  ['source', 'text'],
  ['reason_product_id', 'int64'],
  ['purchases', 'int32'],
  ['model_version', 'text'],
  ['as_of', 'date'],
];

/** Customer 3 has only given back. What was sold on the analysis day is not looked at. */
// biome-ignore format: a row a line reads as a table.
const RECOMMENDATIONS: Rows = [
  [1, 'again', 1, 12, 2.5, 'frequency', null, 2, 'v1', '2024-03-20'],
  [1, 'new', 1, 11, 0.5, 'als', 10, null, 'v2', '2024-03-20'],
  [2, 'new', 1, 10, 0.25, 'als', null, null, 'v2', '2024-03-20'],
  [2, 'new', 2, 12, -0.125, 'als', null, null, 'v2', '2024-03-20'],
  [3, 'new', 1, 12, 0.5, 'als', null, null, 'v2', '2024-03-20'],
  [5, 'again', 1, 12, 1.5, 'frequency', null, 1, 'v1', '2024-03-20'],
  [5, 'again', 2, 10, 1.5, 'frequency', null, 1, 'v1', '2024-03-20'],
];

const QUALITY: Columns = [
  ['list', 'text'],
  ['relevance', 'text'],
  ['model', 'text'],
  ['is_baseline', 'boolean'],
  ['is_published', 'boolean'],
  ['customers', 'int64'],
  ['recall', 'double'],
  ['ndcg', 'double'],
  ['average_precision', 'double'],
  ['hit_rate', 'double'],
  ['coverage', 'double'],
  ['novelty', 'double'],
  ['ndcg_gain', 'double'],
  ['gain_lower', 'double'],
  ['gain_upper', 'double'],
];

const QUALITIES: Rows = [
  ['new', 'new', 'als', false, true, 5, 0.5, 0.25, 0.125, 1, 0.75, 2, 0.125, 0.0625, 0.25],
  ['new', 'new', 'popularity', true, false, 5, 0.25, 0.125, 0.125, 0.5, 0.5, 1, null, null, null],
];

/** Name, columns and rows of each table. */
export const RECOMMEND_TABLES: readonly (readonly [name: string, columns: Columns, rows: Rows])[] = [
  ['recommendation', RECOMMENDATION, RECOMMENDATIONS],
  ['recommend_quality', QUALITY, QUALITIES],
];

/** SQL that spoils what the checks watch, a case each. */
export const RECOMMEND_TAMPERING: Readonly<Record<string, readonly string[]>> = {
  mart_recommend: [
    'update recommendation set rank = 3 where customer_id = 5 and rank = 2',
    "update recommendation set rank = 0 where customer_id = 1 and list = 'again'",
    'update recommendation set rank = 1 where customer_id = 2',
    'insert into recommendation select * from recommendation where customer_id = 5',
    'update recommendation set score = 1.625 where customer_id = 5 and product_id = 10',
    // On both lists.
    'update recommendation set product_id = 12 where customer_id = 1',
    "update recommendation set product_id = 10 where customer_id = 1 and list = 'new'",
    'update recommendation set product_id = 11 where customer_id = 5 and rank = 1',
    'update recommendation set purchases = 2 where customer_id = 5 and rank = 1',
    'update recommendation set purchases = null where customer_id = 5',
    'update recommendation set product_id = 15 where customer_id = 3',
    "update recommendation set as_of = '2024-01-09'",
    "update recommendation set as_of = '2024-03-21'",
    'insert into dim_product select * from dim_product where product_id = 12',
    `create or replace view mart_recommend as select * from recommendation where list = 'new'`,
    'delete from fct_sales where customer_id = 5 and product_id = 12',
  ],
  mart_recommend_quality: [
    'update mart_recommend_quality set is_published = true',
    'update mart_recommend_quality set is_published = false',
    'update mart_recommend_quality set is_baseline = false',
    'update mart_recommend_quality set recall = 1.5 where not is_baseline',
    'update mart_recommend_quality set ndcg = -0.1 where is_baseline',
    'update mart_recommend_quality set hit_rate = null',
    'update mart_recommend_quality set gain_lower = 0 where not is_baseline',
    'delete from mart_recommend_quality where is_baseline',
    'insert into mart_recommend_quality select * from mart_recommend_quality where is_baseline',
  ],
};
