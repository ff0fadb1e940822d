/** Tables of the recommender. */
import { type ColumnType, column, type TableDefinition } from '../base/table.ts';
import type { Contract } from './contract.ts';
import { salesTable } from './sales.ts';

/** recommendation, recommend_quality. Ids keep the type that they have in fct_sales. */
export const recommendTables = (contract: Contract): TableDefinition[] => [
  recommendationTable(contract),
  QUALITY_TABLE,
];

export function recommendationTable(contract: Contract): TableDefinition {
  const { columns } = salesTable(contract);
  const typeOf = (id: string): ColumnType => columns.find(({ name }) => name === id)!.type;
  return {
    name: 'recommendation',
    grain: 'one product on one list of one customer',
    partitionBy: null,
    clusterBy: ['customer_id'],
    columns: [
      column('customer_id', typeOf('customer_id'), false, 'for whom: dim_customer'),
      column('list', 'text', false, 'again: bought before; new: never bought before'),
      column('rank', 'int32', false, 'place on the list, from 1'),
      column('product_id', typeOf('product_id'), false, 'what: dim_product'),
      column('score', 'double', false, 'what the model says; only its order means anything'),
      column('source', 'text', false, 'what made the list: als, ease, frequency, popularity, or several of them'),
      column('reason_product_id', typeOf('product_id'), true, 'the purchase that adds most to the score'),
      column('purchases', 'int32', true, 'how often the customer has bought the product'),
      column('model_version', 'text', false, 'hash of what was learned and how'),
      column('as_of', 'date', false, 'the analysis day: only what was bought before it counts'),
    ],
  };
}

export const QUALITY_TABLE: TableDefinition = {
  name: 'recommend_quality',
  grain: 'one model of one list, by one kind of purchases',
  partitionBy: null,
  clusterBy: [],
  columns: [
    column('list', 'text', false, 'again or new'),
    column('relevance', 'text', false, 'what counts as found: all that was bought later, repeat purchases, new ones'),
    column('model', 'text', false, 'als, ease, frequency, popularity, or several of them'),
    column('is_baseline', 'boolean', false, 'the one that the other has to beat'),
    column('is_published', 'boolean', false, 'the one whose list is published'),
    column('customers', 'int64', false, 'customers who bought something that counts'),
    column('recall', 'double', false, 'share of what was bought that the list names'),
    column('ndcg', 'double', false, 'normalised discounted cumulative gain'),
    column('average_precision', 'double', false, 'mean average precision'),
    column('hit_rate', 'double', false, 'share of customers of whom the list names anything'),
    column('coverage', 'double', false, 'share of the catalogue that is on any list'),
    column('novelty', 'double', false, 'mean of −log₂ of the share of customers who have a product'),
    column('ndcg_gain', 'double', true, 'by how much it is better than the baseline, customer by customer'),
    column('gain_lower', 'double', true, 'lower bound of that: 2.5 % of resampled means are below'),
    column('gain_upper', 'double', true, 'upper bound'),
  ],
};
