/**
 * Where answers rest: one publication's facts, dimensions, marts and checks behind SQL.
 *
 * A `Build` makes a publication that nobody sees until the caller names it; a `Warehouse` answers questions
 * about a finished one. DuckDB implements both over the lake's own Parquet files.
 */
import type { TableDefinition } from '../base/table.ts';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A table of the lake, and the part files that are its rows. */
export interface TableSource {
  readonly definition: TableDefinition;
  /** Lake keys of Parquet parts: POSIX paths below the project folder. None at all is an empty table. */
  readonly files: readonly string[];
}

/** A `view` leaves the rows in the lake, for what is large; a `table` copies them, for what every query joins. */
export type Placement = 'view' | 'table';

export interface MartReport {
  readonly name: string;
  readonly built: boolean;
  /** Null for a view, whose rows are only counted by whoever reads it. */
  readonly rows: number | null;
  /** The columns that the data set does not fill, if the mart was not made for want of them. */
  readonly reason: string | null;
  readonly ms: number;
  /** CPU time of the process meanwhile. */
  readonly cpuMs: number;
}

export interface CheckReport {
  readonly name: string;
  readonly passed: boolean;
  readonly failures: number;
  /** The first few rows that should not be, in an order of their own. */
  readonly sample: readonly Record<string, Json>[];
  readonly ms: number;
  readonly cpuMs: number;
}

/** What the published Parquet files hold, counted anew. Amounts are exact, with six decimals. */
export interface Totals {
  readonly rows: number;
  readonly net_amount_base: string;
  readonly files: readonly { readonly source_file: string; readonly rows: number; readonly net_amount_base: string }[];
}

/** Told after each mart or check, those that do not apply included. */
export type Progress = (done: number, total: number) => void;

/**
 * One publication being made. In this order: every table of the conformed schema (those that the data set lacks
 * with no files, since marts may join them), marts, metrics, checks. Not safe for calls at the same time.
 */
export interface Build {
  addTable(source: TableSource, placement: Placement): Promise<void>;
  /**
   * Makes the marts that can be made.
   * @param mapped `table.column` of every column that the data set fills, read or computed: `fct_sales.cost_amount`,
   *   `dim_product.category`. The keys of the dimensions that it has belong to it too: `dim_store.store_id`.
   */
  buildMarts(mapped: ReadonlySet<string>, onProgress?: Progress): Promise<MartReport[]>;
  /** The row of a query of metrics of all lines, as users' queries give it. After the marts and before the checks. */
  measure(sql: string): Promise<Record<string, Json>>;
  /** Runs the checks of what was built. A check that does not apply is not in the list. */
  runChecks(onProgress?: Progress): Promise<CheckReport[]>;
  /** Counts and adds up fct_sales from its files. */
  totals(): Promise<Totals>;
  /** Makes the publication durable and lets go of it. Must be called after a failure too; twice is once. */
  close(): Promise<void>;
}

export interface BuildOptions {
  /** The file that the publication becomes; must not exist. */
  readonly file: string;
  /** The project folder: lake keys are paths below it. */
  readonly lakeDir: string;
  readonly threads: number;
}

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /**
   * Decimals are text with all their digits, whole numbers beyond 2^53 are text, days are `YYYY-MM-DD`, times are
   * `YYYY-MM-DD HH:mm:ss` with six decimals if there is a fraction.
   */
  readonly rows: readonly Record<string, Json>[];
  /** There are more rows than were asked for. */
  readonly truncated: boolean;
}

export interface QueryOptions {
  /** (Default: all of them) */
  readonly maxRows?: number;
}

/** A finished publication. Nothing that is asked of it can change it. Safe for calls at the same time. */
export interface Warehouse {
  /** Runs one statement that only reads. What the SQL does wrong is a UserError, E_SQL. */
  query(sql: string, options?: QueryOptions): Promise<QueryResult>;
  close(): Promise<void>;
}
