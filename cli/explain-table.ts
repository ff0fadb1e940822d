/** Tables, marts and metrics, from what is published and from the files that made it. */
import { METRICS, type Metric, metricsSql } from '../warehouse/metrics.ts';
import { readChecks, readMarts } from '../warehouse/sql.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { type Opened, sqlText } from './project.ts';

export interface TableExplanation {
  readonly kind: 'table';
  readonly name: string;
  readonly description: string;
  /** Columns that are unique together; empty for tables that are no marts. */
  readonly grain: readonly string[];
  readonly columns: readonly { readonly name: string; readonly type: string; readonly description: string }[];
  /** Null when the mart was not made. */
  readonly rows: number | null;
  /** Why it was not made. */
  readonly missing: string | null;
  /** What its check promises. */
  readonly check: string | null;
  /** What makes it; null for what a job has made. */
  readonly sql: string | null;
}

export interface MetricExplanation extends Metric {
  readonly kind: 'metric';
  /** Over all that is published, as text with all digits; null when it cannot be told. */
  readonly value: string | null;
  readonly tables: readonly string[];
}

export async function explainTable({ warehouse, summary }: Opened, name: string): Promise<TableExplanation | null> {
  const lower = name.toLowerCase();
  const mart = (await readMarts()).find(own => own.name === lower);
  const isThere = (await tableNames(warehouse)).includes(lower);
  if (!mart && !isThere) return null;
  const check = (await readChecks()).find(own => own.name === lower);
  const reason = summary?.marts.find(own => own.name === lower)?.reason ?? null;
  return {
    kind: 'table',
    name: lower,
    description: mart?.description ?? (await commentOf(warehouse, lower)),
    grain: mart?.grain ?? [],
    columns: isThere ? await columnsOf(warehouse, lower) : [],
    rows: isThere ? await countOf(warehouse, lower) : null,
    missing: isThere ? null : (reason ?? 'the run that was published did not know it'),
    check: check?.description ?? null,
    sql: mart?.sql ?? null,
  };
}

export async function explainMetric({ warehouse }: Opened, name: string): Promise<MetricExplanation | null> {
  const lower = name.toLowerCase();
  const metric = METRICS.find(({ key, label }) => key === lower || label.toLowerCase() === lower);
  if (!metric) return null;
  const [row] = (await warehouse.query(metricsSql([metric]))).rows;
  const value = row?.[metric.key] ?? null;
  const tables = await warehouse.query(
    `select distinct table_name as name from information_schema.columns
     where column_name = ${sqlText(metric.key)} and table_name like 'mart\\_%' escape '\\' order by name`,
  );
  return {
    kind: 'metric',
    ...metric,
    value: value === null ? null : String(value),
    tables: tables.rows.map(own => String(own.name)),
  };
}

/** Tables and views that are published. */
export async function tableNames(warehouse: Warehouse): Promise<string[]> {
  const { rows } = await warehouse.query(
    'select table_name as name from information_schema.tables order by table_name',
  );
  return rows.map(({ name }) => String(name));
}

async function columnsOf(warehouse: Warehouse, table: string): Promise<TableExplanation['columns']> {
  const { rows } = await warehouse.query(
    `select column_name as name, data_type as type, comment from duckdb_columns()
     where table_name = ${sqlText(table)} order by column_index`,
  );
  return rows.map(({ name, type, comment }) => ({
    name: String(name),
    type: String(type).toLowerCase(),
    description: String(comment ?? ''),
  }));
}

async function commentOf(warehouse: Warehouse, table: string): Promise<string> {
  const { rows } = await warehouse.query(
    `select comment from (
       select table_name as name, comment from duckdb_tables() union all select view_name, comment from duckdb_views()
     ) where name = ${sqlText(table)} and comment is not null`,
  );
  return String(rows[0]?.comment ?? '');
}

async function countOf(warehouse: Warehouse, table: string): Promise<number> {
  return Number((await warehouse.query(`select count(*) as n from "${table}"`)).rows[0]!.n);
}
