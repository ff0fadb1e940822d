/**
 * The shape of a table, said once: Parquet schemas, DuckDB views, BigQuery tables and the
 * documentation of columns are all derived from these definitions.
 */

/**
 * - `int64`: whole numbers to 64 bits
 * - `decimal`: DECIMAL(18,6), a scaled 64-bit integer; every amount of money is one
 * - `text`: UTF-8
 * - `date`: days since 1970-01-01, no time zone
 * - `timestamp`: microseconds since 1970-01-01 00:00 of the data set's own local time
 * - `boolean`
 */
export type ColumnType = 'int64' | 'decimal' | 'text' | 'date' | 'timestamp' | 'boolean';

/** Decimal places of every `decimal` column, at rest and in memory. */
export const DECIMAL_SCALE = 6;

export interface ColumnDefinition {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly description: string;
}

export interface TableDefinition {
  readonly name: string;
  /** What one row is, in a sentence's worth of words. */
  readonly grain: string;
  readonly columns: readonly ColumnDefinition[];
  /** The day column whose values partition the table, if any. */
  readonly partitionBy: string | null;
  readonly clusterBy: readonly string[];
}
