/** The table of cohorts: customers by when they first bought, and what became of them. */
import { column, type TableDefinition } from '../base/table.ts';

/** A purchase is a line that is no return. Sums over all cohorts of a grain are those of fct_sales. */
export function cohortTables(): TableDefinition[] {
  return [
    {
      name: 'cohort_activity',
      grain: 'customers of one cohort in one month or week in which one of them has a line',
      partitionBy: null,
      clusterBy: ['grain', 'cohort'],
      columns: [
        column('grain', 'text', false, 'month or week: what cohort and period are'),
        column('cohort', 'date', true, 'first day of the period of the first purchase; null for who only gave back'),
        column('period', 'date', false, 'first day of the month, or Monday of the week'),
        column('customers', 'int64', false, 'customers who bought something in the period'),
        column('orders', 'int64', false, 'orders of a customer in which something was bought in the period'),
        column('lines', 'int64', false, 'lines of receipts, returns too'),
        column('revenue', 'decimal', false, 'net amounts of all lines in the base currency, returns taken off'),
      ],
    },
  ];
}
