/** The segments of the small shop's customers on 2024-03-21, by quintiles that were worked out by hand. */
import type { ColumnType } from '../base/table.ts';

const RFM = [
  ['customer_id', 'int64'],
  ['as_of', 'date'],
  ['first_day', 'date'],
  ['last_day', 'date'],
  ['recency', 'int32'],
  ['frequency', 'int64'],
  ['monetary', 'decimal'],
  ['r_score', 'int32'],
  ['f_score', 'int32'],
  ['m_score', 'int32'],
  ['second_score', 'int32'],
  ['cluster', 'int32'],
  ['segment', 'text'],
] as const;

type Columns = readonly (readonly [name: string, type: ColumnType])[];
type Rows = readonly (readonly (string | number | null)[])[];

/** Name, columns and rows of each table. */
// biome-ignore format: a row a line reads as a table.
export const SEGMENT_TABLES: readonly (readonly [name: string, columns: Columns, rows: Rows])[] = [
  ['customer_rfm', RFM, [
    [1, '2024-03-21', '2024-01-01', '2024-03-20', 1, 5, '56', 5, 5, 5, 5, null, 'Champions'],
    [2, '2024-03-21', '2024-01-03', '2024-01-03', 78, 1, '7.5', 1, 1, 1, 1, null, 'Lost'],
    [3, '2024-03-21', '2024-03-05', '2024-03-05', 16, 0, '-5', 4, 1, 1, 1, null, 'Promising'],
    [4, '2024-03-21', '2024-03-20', '2024-03-20', 1, 1, '50', 5, 1, 4, 1, null, 'New customers'],
    [5, '2024-03-21', '2024-01-09', '2024-01-09', 72, 1, '25', 2, 1, 3, 1, null, 'Hibernating'],
    [6, '2024-03-21', '2024-01-10', '2024-01-10', 71, 1, '20', 3, 1, 2, 1, null, 'About to sleep'],
  ]],
  ['rfm_cut', [
    ['measure', 'text'],
    ['score', 'int32'],
    ['lower_bound', 'decimal'],
    ['upper_bound', 'decimal'],
    ['centroid', 'decimal'],
    ['customers', 'int64'],
    ['note', 'text'],
  ], [
    ['recency', 5, null, '1', null, 2, null],
    ['recency', 4, '1', '16', null, 1, null],
    ['recency', 3, '16', '71', null, 1, null],
    ['recency', 2, '71', '72', null, 1, null],
    ['recency', 1, '72', null, null, 1, null],
    ['frequency', 1, null, '1', null, 5, null],
    ['frequency', 2, '1', '1', null, 0, 'nobody'],
    ['frequency', 3, '1', '1', null, 0, 'nobody'],
    ['frequency', 4, '1', '1', null, 0, 'nobody'],
    ['frequency', 5, '1', null, null, 1, null],
    ['monetary', 1, null, '7.5', null, 2, null],
    ['monetary', 2, '7.5', '20', null, 1, null],
    ['monetary', 3, '20', '25', null, 1, null],
    ['monetary', 4, '25', '50', null, 1, null],
    ['monetary', 5, '50', null, null, 1, null],
  ]],
  ['rfm_segment', [['segment', 'text'], ['position', 'int32'], ['action', 'text']], [
    ['Champions', 1, 'reward'],
    ['Loyal', 2, 'upsell'],
    ['Potential loyalists', 3, 'recommend'],
    ['New customers', 4, 'welcome'],
    ['Promising', 5, 'remind'],
    ['Need attention', 6, 'offer'],
    ['About to sleep', 7, 'recommend'],
    ["Can't lose", 8, 'talk'],
    ['At risk', 9, 'write'],
    ['Hibernating', 10, 'wait'],
    ['Lost', 11, 'forget'],
  ]],
  // On 2024-02-01. Customer 9 is gone since: what was sold to them was corrected.
  ['previous_rfm', RFM, [
    [1, '2024-02-01', '2024-01-01', '2024-01-03', 29, 3, '38', 2, 5, 5, 5, null, "Can't lose"],
    [2, '2024-02-01', '2024-01-03', '2024-01-03', 29, 1, '11.25', 2, 1, 1, 1, null, 'Hibernating'],
    [5, '2024-02-01', '2024-01-09', '2024-01-09', 23, 1, '25', 4, 1, 3, 1, null, 'Promising'],
    [6, '2024-02-01', '2024-01-10', '2024-01-10', 22, 1, '20', 4, 1, 2, 1, null, 'Promising'],
    [9, '2024-02-01', '2024-01-02', '2024-01-02', 30, 1, '3', 1, 1, 1, 1, null, 'Lost'],
  ]],
];
