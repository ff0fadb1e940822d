/** What DuckDB's SQL needs beyond the common subset: functions, types, names, and reading part files. */
import type { ColumnType, TableDefinition } from '../base/table.ts';

export const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  int64: 'BIGINT',
  int32: 'INTEGER',
  decimal: 'DECIMAL(18,6)',
  text: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  boolean: 'BOOLEAN',
  double: 'DOUBLE',
};

/**
 * The functions in which SQL dialects differ. They are in the file, so that users' queries have them too.
 *
 * `safe_ratio` is exact: both sides are taken as whole millionths and divided as 128-bit integers, with half of the
 * divisor added, which rounds half away from zero to six decimals. Amounts may be as large as 8 · 10^25. The result
 * is as wide as a sum's type, since an average over one row is as large as the sum.
 * `months_between` counts how often a month begins after the first day until the second one.
 * `week_of` and `month_of` are worked out by hand: `date_trunc` is several times slower.
 * `weight_of` is a number below 2^28 that is as good as random, and the same for equal keys.
 * `to_base` brings an amount of a line to the base currency; `fx_rate` is what one unit of that costs in the line's.
 */
export const MACROS = [
  `lake_files(keys) as list_transform(keys, lambda key: coalesce(getvariable('lake'), '') || key)`,
  `days_between(a, b) as date_diff('day', cast(a as date), cast(b as date))`,
  `months_between(a, b) as date_diff('month', cast(a as date), cast(b as date))`,
  `week_of(d) as cast(d as date) - cast(isodow(d) - 1 as integer)`,
  `month_of(d) as cast(d as date) - cast(day(d) - 1 as integer)`,
  `millionths(a) as cast(cast(a as decimal(38, 6)) * 1000000 as hugeint)`,
  `small_millionths(a) as cast(trunc(cast(a as decimal(18, 6))) as bigint) * 1000000 + cast(
     cast(cast(a as decimal(18, 6)) - trunc(cast(a as decimal(18, 6))) as decimal(7, 6)) * cast(1000000 as decimal(7, 0))
     as bigint)`,
  `rounded_ratio(a, b) as (2000000 * abs(a) + abs(b)) // (2 * abs(b))`,
  `safe_ratio(a, b) as cast(
     case when b = 0 then null else case when (a < 0) <> (b < 0) then -1 else 1 end * cast(
       case
         when abs(a) < 4000000 and abs(b) < 1000000000000 then rounded_ratio(small_millionths(a), small_millionths(b))
         else rounded_ratio(millionths(a), millionths(b))
       end as decimal(38, 0)) end
     * cast(0.000001 as decimal(7, 6)) as decimal(38, 6))`,
  `to_base(amount, fx_rate) as
     case when fx_rate = 1 or amount = 0 then amount else safe_ratio(amount, fx_rate) end`,
  `weight_of(key) as cast(hash(key) >> 36 as decimal(9, 0))`,
];

/**
 * The rows of part files, or no rows, with the columns of the definition in its order. The files are named
 * relative to the project folder: see lake_files above and the head of duckdb.ts.
 */
export function selectFiles({ columns }: TableDefinition, files: readonly string[]): string {
  if (files.length === 0) {
    const nothing = columns.map(({ name, type }) => `cast(null as ${SQL_TYPES[type]}) as ${identifier(name)}`);
    return `select ${nothing.join(', ')} where false`;
  }
  const names = columns.map(({ name }) => identifier(name)).join(', ');
  return `select ${names} from read_parquet(${partFiles(files)}, hive_partitioning = false)`;
}

/** The files as DuckDB's functions take them. */
export const partFiles = (files: readonly string[]): string => `lake_files([${files.map(literal).join(', ')}])`;

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A value that is written out, with the type of its column. */
export const constantSql = ({ value }: { readonly value: string | null }, type: ColumnType): string =>
  `cast(${value === null ? 'null' : literal(value)} as ${SQL_TYPES[type]})`;
