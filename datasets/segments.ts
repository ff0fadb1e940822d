/** The tables of RFM: recency, frequency and monetary value of each customer, and what they come to. */
import { column, type TableDefinition } from '../base/table.ts';
import type { Contract } from './contract.ts';
import { salesTable } from './sales.ts';

/** customer_rfm, rfm_cut, rfm_segment, and previous_rfm: customer_rfm of the publication before. */
export function segmentTables(contract: Contract): TableDefinition[] {
  const rfm = rfmTable(contract);
  const previous = { ...rfm, name: 'previous_rfm', grain: `${rfm.grain}, as the publication before had it` };
  return [rfm, RFM_CUT_TABLE, RFM_SEGMENT_TABLE, previous];
}

/** customer_rfm: one row a customer who bought or gave back anything before the analysis day. */
export function rfmTable(contract: Contract): TableDefinition {
  const id = salesTable(contract).columns.find(({ name }) => name === 'customer_id')!;
  return {
    name: 'customer_rfm',
    grain: 'one customer with a line before the analysis day',
    partitionBy: null,
    clusterBy: ['customer_id'],
    columns: [
      column('customer_id', id.type, false, 'who bought: dim_customer'),
      column('as_of', 'date', false, 'the analysis day: only what was sold before it counts'),
      column('first_day', 'date', false, 'of the first purchase; of who only gave back, the first return'),
      column('last_day', 'date', false, 'of the last purchase; of who only gave back, the last return'),
      column('recency', 'int32', false, 'days from last_day to as_of'),
      column('frequency', 'int64', false, 'orders in which something was bought'),
      column('monetary', 'decimal', false, 'net sales in the base currency, returns taken off'),
      column('r_score', 'int32', true, '1 to 5, 5 for the most recent; null for clusters'),
      column('f_score', 'int32', true, '1 to 5, 5 for the most orders; null for clusters'),
      column('m_score', 'int32', true, '1 to 5, 5 for the most money; null for clusters'),
      column(
        'second_score',
        'int32',
        true,
        'of the second axis of segments: f_score, or of f_score and m_score the mean',
      ),
      column('cluster', 'int32', true, '1 to 4, 1 for the most valuable centroid; null for scores'),
      column('segment', 'text', false, 'name of the segment: rfm_segment'),
    ],
  };
}

/** rfm_cut: why a customer has a score or a cluster. */
export const RFM_CUT_TABLE: TableDefinition = {
  name: 'rfm_cut',
  grain: 'one score or cluster of one measure',
  partitionBy: null,
  clusterBy: [],
  columns: [
    column('measure', 'text', false, 'recency, frequency or monetary'),
    column('score', 'int32', false, 'the score, 1 to 5; of clusters their number, 1 to 4'),
    column('lower_bound', 'decimal', true, 'values are above it; null if there is no bound'),
    column('upper_bound', 'decimal', true, 'values are at most this; null if there is no bound'),
    column('centroid', 'decimal', true, 'of clusters: the mean of the measure'),
    column('customers', 'int64', false, 'customers with this score or in this cluster'),
    column('note', 'text', true, 'what is unusual about it'),
  ],
};

/** rfm_segment: the segments there can be, also those that nobody is in. */
export const RFM_SEGMENT_TABLE: TableDefinition = {
  name: 'rfm_segment',
  grain: 'one segment',
  partitionBy: null,
  clusterBy: [],
  columns: [
    column('segment', 'text', false, 'name of the segment'),
    column('position', 'int32', false, '1 for the most valuable segment'),
    column('action', 'text', false, 'what the segment suggests to do'),
  ],
};
