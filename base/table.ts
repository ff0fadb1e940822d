/**
 * The shape of a table, said once: Parquet schemas, DuckDB views, BigQuery tables and the
 * documentation of columns are all derived from these definitions.
 */

/**
 * - `int64`: whole numbers to 64 bits
 * - `int32`: whole numbers to 32 bits
 * - `decimal`: DECIMAL(18,6), a scaled 64-bit integer; every amount of money is one
 * - `text`: UTF-8
 * - `date`: days since 1970-01-01, no time zone
 * - `timestamp`: microseconds since 1970-01-01 00:00 of the data set's own local time
 * - `boolean`
 * - `double`: 64-bit floats, for what a model computes; never an amount
 */
export type ColumnType = 'int64' | 'int32' | 'decimal' | 'text' | 'date' | 'timestamp' | 'boolean' | 'double';

/** Decimal places of every `decimal` column, at rest and in memory. */
export const DECIMAL_SCALE = 6;
/** Digits of every `decimal` column in files and warehouses. */
export const DECIMAL_PRECISION = 18;

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

/** A column, said in one line. */
export const column = (name: string, type: ColumnType, nullable: boolean, description: string): ColumnDefinition => ({
  name,
  type,
  nullable,
  description,
});
