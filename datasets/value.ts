/** The tables of what customers are worth. Figures that a model computes are floats; amounts that were paid are not. */
import { type ColumnDefinition, column, type TableDefinition } from '../base/table.ts';
import type { Contract } from './contract.ts';
import { salesTable } from './sales.ts';

/** In their order. The id of a customer keeps the source's type. */
export const valueTables = (contract: Contract): TableDefinition[] => [
  valueTable(contract),
  VALUE_MODEL_TABLE,
  VALUE_HOLDOUT_TABLE,
];

export function valueTable(contract: Contract): TableDefinition {
  const id = salesTable(contract).columns.find(({ name }) => name === 'customer_id')!;
  return {
    name: 'customer_value',
    grain: 'one customer with a line before the analysis day',
    partitionBy: null,
    clusterBy: ['customer_id'],
    columns: [{ ...id, description: 'who: dim_customer' }, ...FIGURES],
  };
}

const FIGURES: readonly ColumnDefinition[] = [
  column('purchases', 'int32', false, 'days on which the customer bought'),
  column('last_day', 'date', true, 'the last of them'),
  column('days_since', 'int32', true, 'days from the last one to the analysis day'),
  column('median_gap', 'double', true, 'days between two purchases, the customer’s own median'),
  column('overdue', 'double', true, 'days_since ÷ median_gap, of customers with two gaps or more'),
  column('p_alive', 'double', true, 'probability that the customer has not left for good (BG/NBD)'),
  column('expected_purchases', 'double', true, 'days with a purchase to be expected over the horizon'),
  column('expected_value', 'double', true, 'what one of them is expected to bring (Gamma-Gamma), in the base currency'),
  column('clv', 'double', true, 'customer lifetime value: what the horizon is expected to bring, discounted'),
  column('value_at_risk', 'double', true, '(1 − p_alive) × clv'),
];

export const VALUE_MODEL_TABLE: TableDefinition = {
  name: 'value_model',
  grain: 'one figure of a model of value, or a sentence why there is none',
  partitionBy: null,
  clusterBy: [],
  columns: [
    column('model', 'text', false, 'purchases (BG/NBD), spending (Gamma-Gamma), holdout, or settings'),
    column('name', 'text', false, 'what it is'),
    column('value', 'double', true, 'how much'),
    column('note', 'text', true, 'its unit, or what there is to say'),
  ],
};

export const VALUE_HOLDOUT_TABLE: TableDefinition = {
  name: 'value_holdout',
  grain: 'customers with so many repeat purchases before the calibration day, and all customers',
  partitionBy: null,
  clusterBy: [],
  columns: [
    column('bucket', 'text', false, 'repeat purchases by then: 0 to 6, 7+, or all'),
    column('customers', 'int64', false, 'customers'),
    column('predicted_purchases', 'double', false, 'purchases that the model expected of them afterwards'),
    column('actual_purchases', 'int64', false, 'purchases that they made'),
    column(
      'purchases_low',
      'double',
      true,
      'with 95 % probability at least so many, if the model holds; of all customers',
    ),
    column('purchases_high', 'double', true, 'and at most so many'),
    column('is_purchases_inside', 'boolean', true, 'whether the actual number is within'),
    column('predicted_value', 'double', true, 'what the models expected them to spend afterwards'),
    column('actual_value', 'decimal', false, 'what they spent'),
    column('value_low', 'double', true, 'with 95 % probability at least so much, if the models hold; of all customers'),
    column('value_high', 'double', true, 'and at most so much'),
    column('is_value_inside', 'boolean', true, 'whether the actual sum is within'),
  ],
};
