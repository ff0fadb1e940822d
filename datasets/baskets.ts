/** What is bought together: the table that the job `baskets` makes. */
import { column, type TableDefinition } from '../base/table.ts';
import type { Contract } from './contract.ts';
import { salesTable } from './sales.ts';

/**
 * basket_rule. Products keep the type of fct_sales.product_id. They stand in columns of their own, not in a list, so that
 * each joins dim_product as it is, in any warehouse; there are never more than three on the left.
 */
export function basketTables(contract: Contract): TableDefinition[] {
  const { type } = salesTable(contract).columns.find(({ name }) => name === 'product_id')!;
  const product = (name: string, nullable: boolean, description: string) => column(name, type, nullable, description);
  return [
    {
      name: 'basket_rule',
      grain: 'one rule: who buys the antecedent buys the consequent',
      partitionBy: null,
      clusterBy: ['antecedent_1'],
      columns: [
        column(
          'rule_rank',
          'int64',
          false,
          'from 1: those beyond chance first, of these highest lift, of these most baskets, of these lowest ids',
        ),
        product('antecedent_1', false, 'product on the left: dim_product'),
        product('antecedent_2', true, 'second product on the left, if there is one: dim_product'),
        product('antecedent_3', true, 'third product on the left, if there is one: dim_product'),
        product('consequent', false, 'product on the right: dim_product'),
        column('as_of', 'date', false, 'what was sold before this day is looked at'),
        column('baskets', 'int64', false, 'orders of one customer in which something was bought'),
        column('antecedent_baskets', 'int64', false, 'of these, those with all products on the left'),
        column('consequent_baskets', 'int64', false, 'those with the product on the right'),
        column('rule_baskets', 'int64', false, 'those with all products of the rule'),
        column('support', 'double', false, 'rule_baskets / baskets'),
        column('confidence', 'double', false, 'rule_baskets / antecedent_baskets'),
        column('lift', 'double', false, 'confidence / (consequent_baskets / baskets)'),
        column(
          'is_beyond_chance',
          'boolean',
          false,
          'if nothing went with anything, one shop of 20 at most would have such a rule of as many products; false: may be chance',
        ),
        column(
          'rest_amount',
          'decimal',
          true,
          'net amount, in the base currency, of what else is in the antecedent_baskets; null if it has over 18 digits',
        ),
      ],
    },
  ];
}
