/**
 * What each number means, said once: the dashboard's labels and formulas, the run's headline, the comments on the
 * marts' columns, and the tests that hold the marts to it. A mart's column that bears a metric's key is that metric.
 */
import { missing } from './sql.ts';

export interface Metric {
  readonly key: string;
  readonly label: string;
  /** Money is in the base currency; a ratio is a share of 1. */
  readonly unit: 'money' | 'count' | 'ratio' | 'days';
  /** In words, for people. */
  readonly formula: string;
  /** An aggregate over fct_sales, which it calls `f`, in the common subset of SQL. */
  readonly sql: string;
  /** Columns without which it cannot be told. */
  readonly needs: readonly string[];
}

const ORDERS = 'count(distinct case when not f.is_return then f.order_id end)';
const BUYERS = 'count(distinct case when not f.is_return then f.customer_id end)';
const REVENUE = 'sum(f.net_amount_base)';
const DISCOUNT = 'to_base(f.discount_amount, f.fx_rate)';
const PROFIT = 'sum(f.net_amount_base - f.cost_amount_base)';
const ONLINE = "sum(case when f.channel = 'online' then f.net_amount_base when f.channel is not null then 0 end)";
const DELIVERED = 'f.delivered_day is not null and not f.is_return';

export const METRICS: readonly Metric[] = [
  metric('revenue', 'Revenue', 'money', 'net amounts of all lines, returns taken off', REVENUE),
  metric(
    'gross',
    'Gross sales',
    'money',
    'amounts of the lines sold before discounts and returns',
    `sum(case when not f.is_return then f.net_amount_base + ${DISCOUNT} end)`,
    'fct_sales.discount_amount',
  ),
  metric(
    'discount',
    'Discounts',
    'money',
    'what was taken off the lines sold: gross − discounts − returns = revenue',
    `sum(case when not f.is_return then ${DISCOUNT} end)`,
    'fct_sales.discount_amount',
  ),
  metric(
    'returns',
    'Returns',
    'money',
    'net amounts given back, on the day they were given back',
    'sum(case when f.is_return then -f.net_amount_base else 0 end)',
  ),
  metric(
    'cost',
    'Cost',
    'money',
    'what the goods cost the shop',
    'sum(f.cost_amount_base)',
    'fct_sales.cost_amount_base',
  ),
  metric(
    'profit',
    'Profit',
    'money',
    'revenue − cost, of lines whose cost is known',
    PROFIT,
    'fct_sales.cost_amount_base',
  ),
  metric(
    'margin',
    'Margin',
    'ratio',
    'profit ÷ revenue, of lines whose cost is known',
    `safe_ratio(${PROFIT}, sum(case when f.cost_amount_base is not null then f.net_amount_base end))`,
    'fct_sales.cost_amount_base',
  ),
  metric('orders', 'Orders', 'count', 'distinct orders with a line that is no return', ORDERS),
  metric('lines', 'Lines', 'count', 'lines of receipts, returns too', 'count(*)'),
  metric(
    'units',
    'Units',
    'count',
    'quantities of all lines, returns taken off',
    'sum(f.quantity)',
    'fct_sales.quantity',
  ),
  metric('buyers', 'Buyers', 'count', 'distinct customers with a line that is no return', BUYERS),
  metric(
    'average_order_value',
    'Average order value',
    'money',
    'revenue ÷ orders',
    `safe_ratio(${REVENUE}, ${ORDERS})`,
  ),
  metric(
    'units_per_order',
    'Units per order',
    'count',
    'units ÷ orders',
    `safe_ratio(sum(f.quantity), ${ORDERS})`,
    'fct_sales.quantity',
  ),
  metric('revenue_per_buyer', 'Revenue per buyer', 'money', 'revenue ÷ buyers', `safe_ratio(${REVENUE}, ${BUYERS})`),
  metric(
    'online_revenue',
    'Online revenue',
    'money',
    'revenue of lines whose channel is online',
    ONLINE,
    'fct_sales.channel',
  ),
  metric(
    'online_share',
    'Online share',
    'ratio',
    'online revenue ÷ revenue',
    `safe_ratio(${ONLINE}, ${REVENUE})`,
    'fct_sales.channel',
  ),
  metric(
    'average_days',
    'Days to delivery',
    'days',
    'days from sale to delivery, averaged over delivered lines',
    `safe_ratio(sum(case when ${DELIVERED} then days_between(f.sales_day, f.delivered_day) end), count(case when ${DELIVERED} then 1 end))`,
    'fct_sales.delivered_day',
  ),
];

const HEADLINE = ['revenue', 'orders', 'buyers', 'units', 'cost', 'profit'];

/** The metrics of a run's summary, of those that the data set has the columns for. */
export function headlineMetrics(mapped: ReadonlySet<string>): Metric[] {
  return availableMetrics(mapped).filter(({ key }) => HEADLINE.includes(key));
}

/** @param mapped see Build.buildMarts */
export function availableMetrics(mapped: ReadonlySet<string>): Metric[] {
  return METRICS.filter(
    ({ needs }) =>
      missing(
        needs.map(column => [column]),
        mapped,
      ).length === 0,
  );
}

export interface MetricsOptions {
  /** Columns of the result before the metrics: a name and an expression each. (Default: none, one row for all) */
  readonly by?: Readonly<Record<string, string>>;
  /** What stands between `from` and `group by`; fct_sales must be called `f`. (Default: `fct_sales as f`) */
  readonly from?: string;
}

/** The query that answers some metrics, a column each, by group or for all. Groups come in their own order. */
export function metricsSql(metrics: readonly Metric[], options: MetricsOptions = {}): string {
  const { by = {}, from = 'fct_sales as f' } = options;
  const groups = Object.entries(by).map(([name, expression]) => `${expression} as ${name}`);
  const columns = [...groups, ...metrics.map(({ key, sql }) => `${sql} as ${key}`)];
  const select = `select ${columns.join(', ')} from ${from}`;
  if (groups.length === 0) return select;
  // BigQuery groups by an expression only if it is written out as it is in the select.
  return `${select} group by ${Object.values(by).join(', ')} order by ${Object.keys(by).join(', ')}`;
}

function metric(
  key: string,
  label: string,
  unit: Metric['unit'],
  formula: string,
  sql: string,
  ...needs: string[]
): Metric {
  return { key, label, unit, formula, sql, needs };
}
