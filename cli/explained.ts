/** Explanations for people. */
import type { Json } from '../warehouse/warehouse.ts';
import type { ColumnExplanation } from './explain-column.ts';
import type { CustomerExplanation, SegmentExplanation } from './explain-customer.ts';
import type { MetricExplanation, TableExplanation } from './explain-table.ts';
import { count, money, percent, thousands } from './format.ts';
import type { Session } from './io.ts';
import { padEnd, type Style } from './style.ts';
import { alignedTable } from './table.ts';

export type Explanation =
  | TableExplanation
  | MetricExplanation
  | SegmentExplanation
  | ColumnExplanation
  | CustomerExplanation;

export function printExplanation(
  { outStyle: style }: Pick<Session, 'outStyle'>,
  explanation: Explanation,
  currency: string,
): string {
  switch (explanation.kind) {
    case 'metric':
      return metricText(explanation, currency, style);
    case 'table':
      return tableText(explanation, style);
    case 'segment':
      return segmentText(explanation, style);
    case 'column':
      return columnText(explanation, style);
    case 'customer':
      return customerText(explanation, currency, style);
  }
}

function metricText(metric: MetricExplanation, currency: string, style: Style): string {
  const { label, key, formula, unit, needs, sql, tables, value } = metric;
  return [
    `${style.bold(label)}  ${style.dim(`metric ${key}`)}`,
    ...labelled(style, {
      value: value === null ? `cannot be told: it needs ${needs.join(', ')}` : valueText(metric, value, currency),
      formula,
      unit: unit === 'money' ? `money, in ${currency}` : unit,
      needs: needs.join(', ') || 'nothing but what every data set has',
      'found in': tables.join(', ') || 'no mart',
    }),
    ...codeText(`select ${sql} as ${key} from fct_sales as f`, style),
  ].join('\n');
}

function valueText({ unit }: MetricExplanation, value: string, currency: string): string {
  if (unit === 'money') return `${money(value)} ${currency}`;
  if (unit === 'ratio') return percent(Number(value));
  return unit === 'days' ? `${shortest(value)} days` : shortest(value);
}

/** Without noughts at the end of a fraction. */
const shortest = (value: string): string => thousands(value.includes('.') ? value.replace(/\.?0+$/, '') : value);

function tableText({ name, description, grain, columns, rows, missing, check, sql }: TableExplanation, style: Style) {
  return [
    `${style.bold(name)}  ${style.dim(sql === null ? 'table' : 'mart')}`,
    ...labelled(style, {
      is: description,
      ...(grain.length > 0 && { 'one row': `by ${grain.join(', ')}` }),
      rows: rows === null ? `not made: ${missing}` : thousands(rows),
      ...(check !== null && { check }),
    }),
    ...(columns.length > 0
      ? [
          '',
          alignedTable(
            [{ title: 'column' }, { title: 'type' }, { title: '' }],
            columns.map(column => [column.name, column.type, column.description]),
            { indent: 2, style },
          ).trimEnd(),
        ]
      : []),
    ...(sql === null ? [] : codeText(sql, style)),
  ].join('\n');
}

function segmentText(
  { name, position, action, customers, formula, sql, scores, cuts }: SegmentExplanation,
  style: Style,
): string {
  const clusters = scores.some(({ cluster }) => cluster !== null);
  return [
    `${style.bold(name)}  ${style.dim('segment')}`,
    ...labelled(style, {
      place: `${position}, counted from the most valuable`,
      'to do': action,
      customers: thousands(customers),
      formula,
    }),
    '',
    `  ${clusters ? 'Where clusters lie' : 'Where scores begin and end'}`,
    cutsTable(cuts, clusters, style),
    ...codeText(sql, style),
  ].join('\n');
}

function columnText({ name, tables }: ColumnExplanation, style: Style): string {
  const columns = [{ title: 'in' }, { title: 'type' }, { title: '' }];
  const rows = tables.map(({ table, type, description }) => [table, type, description]);
  return `${style.bold(name)}  ${style.dim('column')}\n\n${alignedTable(columns, rows, { indent: 2, style }).trimEnd()}`;
}

function cutsTable(cuts: SegmentExplanation['cuts'], clusters: boolean, style: Style): string {
  const right = (title: string) => ({ title, align: 'right' as const });
  const bounds = clusters ? ['centroid'] : ['lower_bound', 'upper_bound'];
  const titles = clusters ? [right('mean')] : [right('above'), right('up to')];
  const columns = [
    { title: 'of' },
    right(clusters ? 'cluster' : 'score'),
    ...titles,
    right('customers'),
    { title: '' },
  ];
  const amount = (value: Json | undefined) => (value === null || value === undefined ? '' : shortest(String(value)));
  const rows = cuts.map(row => [
    String(row.measure),
    String(row.score),
    ...bounds.map(bound => amount(row[bound])),
    thousands(Number(row.customers)),
    String(row.note ?? ''),
  ]);
  return alignedTable(columns, rows, { indent: 4, style }).trimEnd();
}

function customerText(explanation: CustomerExplanation, currency: string, style: Style): string {
  const { customer_id, attributes, purchases, sql, segment, value, recommendations } = explanation;
  const known = Object.entries(attributes ?? {}).filter(([name, own]) => own !== null && name !== 'customer_id');
  const lines = count(Number(purchases.lines), 'line');
  const net = `${money(String(purchases.net))} ${currency}`;
  const returned = Number(purchases.returned_lines);
  return [
    `${style.bold(`Customer ${customer_id}`)}`,
    ...labelled(style, Object.fromEntries(known.map(([name, own]) => [name.replace(/^customer_/, ''), String(own)])), {
      bought: Number(purchases.lines) === 0 ? 'nothing' : `${lines}, ${net}`,
      ...(purchases.first_day !== null && {
        orders: `${thousands(Number(purchases.orders))} from ${purchases.first_day} to ${purchases.last_day}`,
        products: thousands(Number(purchases.products)),
      }),
      ...(returned > 0 && { returned: count(returned, 'line') }),
      'RFM segment': segment === null ? 'not published' : scoresText(segment),
      value: value === null ? 'not published' : forecastText(value, currency),
    }),
    ...listLines(recommendations, style),
    ...codeText(sql, style),
  ].join('\n');
}

function scoresText({
  segment,
  r_score,
  f_score,
  m_score,
  cluster,
}: NonNullable<CustomerExplanation['segment']>): string {
  if (cluster !== null && cluster !== undefined) return `${segment} (cluster ${cluster})`;
  return `${segment} (recency ${r_score}, frequency ${f_score}, monetary ${m_score})`;
}

function forecastText({ p_alive, clv }: NonNullable<CustomerExplanation['value']>, currency: string): string {
  if (typeof clv !== 'number' || typeof p_alive !== 'number') return 'cannot be told';
  return `${money(clv.toFixed(2))} ${currency} to be expected; still a customer with ${percent(p_alive, 0)}`;
}

function listLines(recommendations: CustomerExplanation['recommendations'], style: Style): string[] {
  if (recommendations === null || recommendations.length === 0) return ['', '  no products are recommended'];
  const columns = [{ title: 'list' }, { title: '#', align: 'right' as const }, { title: 'product' }, { title: 'why' }];
  const rows = recommendations.map(row => [row.list, row.rank, row.product_name, row.reason].map(String));
  return ['', alignedTable(columns, rows, { indent: 2, style }).trimEnd()];
}

/** Labels may come twice: the source has its own segments. */
function labelled(style: Style, ...groups: readonly Readonly<Record<string, string>>[]): string[] {
  const lines = groups.flatMap(group => Object.entries(group));
  const width = Math.max(...lines.map(([label]) => label.length));
  return lines.map(([label, text]) => `  ${style.dim(padEnd(label, width))}  ${text}`);
}

const codeText = (sql: string, style: Style): string[] => [
  '',
  ...sql.split('\n').map(line => style.dim(line === '' ? '' : `  ${line}`)),
];
