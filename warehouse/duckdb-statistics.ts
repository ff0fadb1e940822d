/** What the files' own statistics say of each column, over all rows of a table. */
import type { TableDefinition } from '../base/table.ts';
import { partFiles } from './duckdb-sql.ts';
import type { Json } from './warehouse.ts';

export interface ColumnStatistics {
  /** No value is outside of these two; null where some file does not say. They need not be values themselves. */
  readonly range: { readonly least: string; readonly greatest: string } | null;
  /** Rows without a value; null where some file does not say. */
  readonly nulls: number | null;
  readonly rows: number;
}

export type TableStatistics = ReadonlyMap<string, ColumnStatistics>;

/** The value that a column has in all rows, if it has only one: as text, or null. */
export function constantOf(statistics: ColumnStatistics | undefined): { readonly value: string | null } | null {
  if (!statistics || statistics.nulls === null) return null;
  const { range, nulls, rows } = statistics;
  if (nulls === rows) return { value: null };
  return range && nulls === 0 && range.least === range.greatest ? { value: range.least } : null;
}

/**
 * Reads the footers alone. DuckDB itself leaves out row groups by the same statistics, so nothing is trusted here
 * that queries do not trust.
 */
export async function readStatistics(
  read: (sql: string) => Promise<Json[][]>,
  { columns }: TableDefinition,
  files: readonly string[],
): Promise<TableStatistics> {
  const statistics = new Map<string, ColumnStatistics>();
  if (files.length === 0) return statistics;
  const rows = (await read(statisticsSql(files))) as [string, string, string | null, boolean, ...(string | null)[]][];
  for (const [name, count, nulls, known, leastNumber, greatestNumber, leastText, greatestText] of rows) {
    const type = columns.find(column => column.name === name)?.type;
    const isNumber = type === 'int64' || type === 'decimal';
    const least = isNumber ? leastNumber : leastText;
    const greatest = isNumber ? greatestNumber : greatestText;
    const range = known && least && greatest ? { least, greatest } : null;
    statistics.set(name, { range, nulls: nulls === null ? null : Number(nulls), rows: Number(count) });
  }
  return statistics;
}

/** Statistics come as text, whatever the type: numbers are compared as such, days and times sort as text. */
const statisticsSql = (files: readonly string[]): string => `
  with groups as (
    select
      path_in_schema as name, num_values, stats_null_count as nulls,
      stats_min_value as least, stats_max_value as greatest,
      try_cast(least as decimal(38, 6)) as least_number, try_cast(greatest as decimal(38, 6)) as greatest_number
    from parquet_metadata(${partFiles(files)})
  )
  select
    name,
    sum(num_values),
    case when count(nulls) = count(*) then sum(nulls) end,
    bool_and((least is not null and greatest is not null) or nulls is not distinct from num_values),
    rtrim(rtrim(cast(min(least_number) as varchar), '0'), '.'),
    rtrim(rtrim(cast(max(greatest_number) as varchar), '0'), '.'),
    min(least),
    max(greatest)
  from groups
  group by name`;
