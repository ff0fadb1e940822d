import type { Json } from '../warehouse/warehouse.ts';

/** A sentence that the query proves: its rows are these. */
export type Figure = readonly [sentence: string, sql: string, rows: readonly (readonly Json[])[]];

export const byYear = (metric: string) =>
  `select cast(extract(year from month) as int), sum(${metric}) from mart_monthly_sales group by 1 order by 1`;
