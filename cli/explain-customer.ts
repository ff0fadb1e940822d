/** Customers and segments, from the tables that are published: a data set or a run may lack some of them. */
import { segmentOf } from '../jobs/segment/segments.ts';
import type { Json, Warehouse } from '../warehouse/warehouse.ts';
import { tableNames } from './explain-table.ts';
import { type Customer, findCustomer } from './lookup.ts';
import { type Opened, sqlText } from './project.ts';

type Row = Readonly<Record<string, Json>>;

export interface CustomerExplanation {
  readonly kind: 'customer';
  readonly customer_id: string;
  /** dim_customer's row; null where there is none. */
  readonly attributes: Row | null;
  /** Of all lines: days, orders, lines, returns, products, net. */
  readonly purchases: Row;
  /** The query that lists what was bought. */
  readonly sql: string;
  /** Rows of customer_rfm and customer_value; null where they are not published. */
  readonly segment: Row | null;
  readonly value: Row | null;
  /** Rows of mart_recommend; null where it is not published. */
  readonly recommendations: readonly Row[] | null;
}

export interface SegmentExplanation {
  readonly kind: 'segment';
  readonly name: string;
  /** 1 for the most valuable segment. */
  readonly position: number;
  readonly action: string;
  readonly customers: number;
  /** Who is in it, in words, and the query that lists them. */
  readonly formula: string;
  readonly sql: string;
  /** Of its customers, how many have which scores or are in which cluster. */
  readonly scores: readonly Row[];
  /** Rows of rfm_cut: where scores begin and end. */
  readonly cuts: readonly Row[];
}

export async function explainCustomer({ warehouse }: Opened, name: string): Promise<CustomerExplanation | null> {
  const customer = await findCustomer(warehouse, name);
  if (!customer) return null;
  const tables = new Set(await tableNames(warehouse));
  const of = async (table: string, order = '1') =>
    tables.has(table) ? await rowsOf(warehouse, table, customer, order) : null;
  return {
    kind: 'customer',
    customer_id: customer.id,
    attributes: (await of('dim_customer'))?.[0] ?? null,
    purchases: await purchasesOf(warehouse, customer),
    sql: `select * from fct_sales where customer_id = ${customer.sql} order by sales_day`,
    segment: (await of('customer_rfm'))?.[0] ?? null,
    value: (await of('customer_value'))?.[0] ?? null,
    recommendations: await of('mart_recommend', 'list, rank'),
  };
}

async function rowsOf(warehouse: Warehouse, table: string, { sql }: Customer, order: string): Promise<Row[]> {
  return [...(await warehouse.query(`select * from ${table} where customer_id = ${sql} order by ${order}`)).rows];
}

async function purchasesOf(warehouse: Warehouse, { sql }: Customer): Promise<Row> {
  const { rows } = await warehouse.query(
    `select
       min(case when not is_return then sales_day end) as first_day,
       max(case when not is_return then sales_day end) as last_day,
       count(distinct case when not is_return then order_id end) as orders,
       count(*) as lines,
       count(case when is_return then 1 end) as returned_lines,
       count(distinct case when not is_return then product_id end) as products,
       cast(coalesce(sum(net_amount_base), 0) as decimal(38, 6)) as net
     from fct_sales where customer_id = ${sql}`,
  );
  return rows[0]!;
}

export async function explainSegment({ warehouse }: Opened, name: string): Promise<SegmentExplanation | null> {
  if (!(await hasSegments(warehouse))) return null;
  const [segment] = (await warehouse.query(`select * from rfm_segment where lower(segment) = lower(${sqlText(name)})`))
    .rows;
  if (!segment) return null;
  const scores = await warehouse.query(
    `select r_score, second_score, f_score, m_score, cluster, count(*) as customers
     from customer_rfm where segment = ${sqlText(String(segment.segment))}
     group by r_score, second_score, f_score, m_score, cluster order by customers desc, r_score, second_score, f_score, m_score, cluster`,
  );
  const cuts = await warehouse.query('select * from rfm_cut order by measure desc, score');
  return {
    kind: 'segment',
    name: String(segment.segment),
    position: Number(segment.position),
    action: String(segment.action),
    customers: scores.rows.reduce((sum, row) => sum + Number(row.customers), 0),
    formula: formulaOf(String(segment.segment), scores.rows),
    sql: `select * from mart_rfm where segment = ${sqlText(String(segment.segment))}`,
    scores: scores.rows,
    cuts: cuts.rows,
  };
}

/** Who is in a segment by its definition, whether there are such customers or not. */
function formulaOf(segment: string, scores: readonly Row[]): string {
  const clusters = [...new Set(scores.flatMap(({ cluster }) => (cluster === null ? [] : [cluster])))].sort();
  if (clusters.length > 0) return `nearest to the centroid of cluster ${clusters.join(', ')}`;
  const isMean = scores.some(({ second_score, f_score }) => second_score !== f_score);
  const cells = SCORES.flatMap(recency => {
    const second = SCORES.filter(score => segmentOf(recency, score) === segment);
    return second.length === 0 ? [] : [`recency ${recency} with ${second.join(' or ')}`];
  });
  return `scores of ${cells.join(', ')} of ${isMean ? 'frequency and monetary value together' : 'frequency'}`;
}

const SCORES = [5, 4, 3, 2, 1];

export async function segmentNames(warehouse: Warehouse): Promise<string[]> {
  if (!(await hasSegments(warehouse))) return [];
  return (await warehouse.query('select segment from rfm_segment order by position')).rows.map(({ segment }) =>
    String(segment),
  );
}

async function hasSegments(warehouse: Warehouse): Promise<boolean> {
  const tables = await tableNames(warehouse);
  return ['customer_rfm', 'rfm_cut', 'rfm_segment'].every(table => tables.includes(table));
}
