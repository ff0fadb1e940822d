/**
 * The contract language: what a source promises, and how its rows become sale lines.
 *
 * A contract is plain data. The functions below only save typing and catch misspelt options; the
 * result can be hashed, compared, and sent to another machine. The worked example is
 * `datasets/README.md`; `datasets/grocery/contract.ts` is the real thing.
 */
import type { ColumnType } from '../base/table.ts';

// ── columns ──────────────────────────────────────────────────────────────────────────────────────

export interface ColumnOptions {
  /** An empty field is refused (E_REQUIRED). (Default: false) */
  readonly required?: boolean;
  /** The table whose key this column holds: a value that is not there is refused (E_FK). */
  readonly references?: string;
  /** Header names that mean this column too, for exports that rename it. */
  readonly alias?: readonly string[];
  /** Words that stand for an empty field, exactly as written. `NA` is data unless it is listed. (Default: none) */
  readonly nulls?: readonly string[];
  /** The value, as it would be written in the file, of an empty field. */
  readonly default?: string;
  /** A value below or above is refused (E_RANGE). Plain numbers with a point, days as YYYY-MM-DD; both ends belong. */
  readonly min?: string | number;
  readonly max?: string | number;
}

export interface DecimalOptions extends ColumnOptions {
  /** Digits after the decimal sign that are accepted. (Default: 6, the most there can be) */
  readonly places?: number;
  /** Round what has more places than `places`, half away from zero, instead of refusing it. (Default: false) */
  readonly round?: boolean;
  readonly decimalSign?: '.' | ',';
  /** The sign between thousands. (Default: none) */
  readonly thousands?: ',' | '.' | ' ' | "'";
  /** Currency signs that may stand before or after the number, such as `['$']`. */
  readonly signs?: readonly string[];
}

export interface TextOptions extends ColumnOptions {
  /** Other values are refused (E_ENUM). */
  readonly values?: readonly string[];
  /** A regular expression that the whole value must match (E_PATTERN). */
  readonly pattern?: string;
  /** `trim` removes blanks at both ends; `tidy` also turns non-breaking and repeated blanks into one; `keep` neither. (Default: trim) */
  readonly spaces?: 'trim' | 'tidy' | 'keep';
  /** Bytes that are not valid in the file's encoding: refuse the record (E_ENCODING) or put U+FFFD. (Default: reject) */
  readonly invalidBytes?: 'reject' | 'replace';
  /** A code of exactly this many digits: shorter all-digit values get back the zeros that a spreadsheet took. */
  readonly digits?: number;
}

export type ColumnKind = 'int' | 'decimal' | 'text' | 'date' | 'timestamp' | 'boolean' | 'ignore';

export interface ColumnContract extends Omit<DecimalOptions, never>, Omit<TextOptions, 'invalidBytes'> {
  readonly kind: ColumnKind;
  readonly invalidBytes?: 'reject' | 'replace';
  /** Of `date` and `timestamp`: accepted patterns, tried in order. */
  readonly formats?: readonly string[];
  /** Of `boolean`: the words for true and for false. */
  readonly words?: readonly [yes: readonly string[], no: readonly string[]];
}

/** A whole number of up to 64 bits. */
export const int = (options: ColumnOptions = {}): ColumnContract => ({ kind: 'int', ...options });

/** An exact number of up to 12 digits before and 6 after the decimal sign. */
export const decimal = (options: DecimalOptions = {}): ColumnContract => ({ kind: 'decimal', ...options });

/** Text; ids that are not plain numbers are text too, so that `01` stays `01`. */
export const text = (options: TextOptions = {}): ColumnContract => ({ kind: 'text', ...options });

/**
 * A calendar day. `formats` are made of YYYY, MM or M, DD or D and the characters between them: `M/D/YYYY`
 * takes one or two digits, `MM/DD/YYYY` exactly two. A time of day, as in `timestamp`, may be part of a format and is
 * left out of the value. A day that no calendar has is refused (E_TYPE).
 */
export const date = (formats: string | readonly string[], options: ColumnOptions = {}): ColumnContract => ({
  kind: 'date',
  formats: typeof formats === 'string' ? [formats] : formats,
  ...options,
});

/** A day and a time of day: `date` plus HH or H, mm, ss and up to six S for a fraction (`YYYY-MM-DD HH:mm:ss.SSS`). */
export const timestamp = (formats: string | readonly string[], options: ColumnOptions = {}): ColumnContract => ({
  kind: 'timestamp',
  formats: typeof formats === 'string' ? [formats] : formats,
  ...options,
});

export const boolean = (
  yes: readonly string[],
  no: readonly string[],
  options: ColumnOptions = {},
): ColumnContract => ({
  kind: 'boolean',
  words: [yes, no],
  ...options,
});

/** A column that is in the file and is not read. */
export const ignore = (): ColumnContract => ({ kind: 'ignore' });

// ── values: where a mapped column comes from ─────────────────────────────────────────────────────

export type Value =
  | string
  | { readonly via: readonly string[] }
  | { readonly join: readonly string[]; readonly with: string }
  | { readonly fixed: string }
  | { readonly cases: string; readonly of: Readonly<Record<string, string>>; readonly otherwise: string };

/** Follows references: `via('CityID', 'CountryID', 'CountryName')` is the name of the country of the city. */
export const via = (...path: readonly string[]): Value => ({ via: path });

/** Several columns as one text; empty ones leave nothing behind. */
export const join = (columns: readonly string[], separator: string): Value => ({ join: columns, with: separator });

/** The same text on every row. */
export const fixed = (value: string): Value => ({ fixed: value });

/** A text chosen by a column's value: `cases('StoreKey', { '0': 'online' }, 'store')`. */
export const cases = (column: string, of: Readonly<Record<string, string>>, otherwise: string): Value => ({
  cases: column,
  of,
  otherwise,
});

// ── tables, sale lines, dimensions ───────────────────────────────────────────────────────────────

export interface TableContract {
  /** File names that may hold this table, with `*`; the header decides. */
  readonly files: string | readonly string[];
  /** Columns that are unique together in all files of the table. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ColumnContract>>;
  readonly encoding?: 'utf-8' | 'windows-1252' | 'latin1';
  readonly delimiter?: string;
  /** Share of records that may be quarantined before the run is refused. (Default: 0.02) */
  readonly maxRejectRate?: number;
}

/**
 * How a record becomes a sold line. Amounts, unless mapped themselves:
 * gross = quantity × unit_price · discount = gross × discount_rate · net = gross − discount · cost = quantity × unit_cost.
 */
export interface SaleMapping {
  /** The table whose records are sold lines. */
  readonly from: string;
  /** One column, or several that are joined with `-`. */
  readonly sale_id: string | readonly string[];
  readonly order_id: string;
  readonly customer_id: string;
  readonly product_id: string;
  readonly store_id?: string;
  readonly employee_id?: string;
  /** The order's own address, when lines carry one: becomes dim_location and its id. */
  readonly location?: { readonly [attribute in LocationAttribute]?: string };
  readonly channel?: Value;
  /** A `timestamp` column (then sales_day is its day) or a `date` column. */
  readonly sold: string;
  readonly delivered_day?: string;
  readonly quantity?: Value;
  readonly unit_price?: Value;
  readonly unit_cost?: Value;
  readonly discount_rate?: Value;
  readonly net_amount?: Value;
  readonly cost_amount?: Value;
  /** The line's currency. (Default: the data set's base currency) */
  readonly currency?: Value;
  /** Whether prices and amounts are written in the line's or the base currency. (Default: line) */
  readonly pricesIn?: 'line' | 'base';
  /** Where the rates are: units of the line's currency for one of the base currency, a day. */
  readonly rates?: { readonly table: string; readonly day: string; readonly currency: string; readonly rate: string };
}

export type LocationAttribute = 'city' | 'state' | 'postal_code' | 'region' | 'country';
export type DimensionName = 'customer' | 'product' | 'store' | 'employee';

export interface DimensionMapping {
  /** A table of its own, or the table of the sale lines: then the first record in file order describes the member. */
  readonly from: string;
  readonly id: string;
  /** Conformed names (see datasets/sales.ts) and any others the data set has. */
  readonly attributes: Readonly<Record<string, Value>>;
}

export interface Contract {
  readonly name: string;
  readonly version: number;
  readonly title: string;
  readonly homepage?: string;
  readonly licence?: string;
  /** ISO code of the currency that reports add up in. */
  readonly currency: string;
  readonly tables: Readonly<Record<string, TableContract>>;
  readonly sale: SaleMapping;
  readonly dimensions: Readonly<Partial<Record<DimensionName, DimensionMapping>>>;
}

/** Checks the shape while you type; the run checks that names and references fit (datasets/validate.ts). */
export const contract = <const C extends Contract>(definition: C): C => definition;

/** The table type of a contract column. */
export const COLUMN_TYPES: Readonly<Record<Exclude<ColumnKind, 'ignore'>, ColumnType>> = {
  int: 'int64',
  decimal: 'decimal',
  text: 'text',
  date: 'date',
  timestamp: 'timestamp',
  boolean: 'boolean',
};
