/** What jobs over customer blocks are given, and what they leave. */
import type { Contract } from '../../datasets/contract.ts';
import type { PartFile } from '../../lake/manifest.ts';
import type { Slice } from '../../lake/slice.ts';

/** A part of the customers, chosen by the hash of their ids. */
export interface CustomerBlock {
  readonly block: number;
  /** Lines. */
  readonly rows: number;
  /** CUSTOMER_COLUMNS of fct_sales by customer, day, sale: read them with customerLines. */
  readonly slices: readonly Slice[];
}

/** Days since 1970-01-01; of each pair the first is in the period, the second behind it. */
export interface Periods {
  /** From the first day with a sale on. */
  readonly first: number;
  /** The analysis day: nothing that was sold on it or later is looked at. (Default: the day behind the last sale) */
  readonly asOf: number;
  /** Models of value are tried out on what was sold from this day on, having seen what was sold before. */
  readonly calibration: number;
}

export interface CustomerInput {
  readonly contract: Contract;
  readonly blocks: readonly CustomerBlock[];
  readonly periods: Periods;
}

export interface Analysis {
  /** Part files by table, to be published. */
  readonly tables: Readonly<Record<string, readonly PartFile[]>>;
  /** Other files to be published, by what they are: those of models. */
  readonly files?: Readonly<Record<string, PartFile>>;
  /** Why there is no such table, or nothing in a column, in a sentence for people: by `table` or `table.column`. */
  readonly absent: Readonly<Record<string, string>>;
  /** What people should know of the tables that there are, in sentences. */
  readonly notes: readonly string[];
}

export const NO_ANALYSIS: Analysis = { tables: {}, absent: {}, notes: [] };

export const addAnalyses = (...all: readonly Analysis[]): Analysis => ({
  tables: Object.assign({}, ...all.map(({ tables }) => tables)) as Analysis['tables'],
  files: Object.assign({}, ...all.map(({ files }) => files)) as Readonly<Record<string, PartFile>>,
  absent: Object.assign({}, ...all.map(({ absent }) => absent)) as Analysis['absent'],
  notes: all.flatMap(({ notes }) => notes),
});
