import type { DatePattern } from './dates.ts';
import type { Encoding } from './encoding.ts';
import type { DecimalForm } from './numbers.ts';

/** How to read one column; made from a contract by jobs/clean/compile.ts. */
export interface ColumnReader {
  readonly kind: 'int' | 'decimal' | 'text' | 'date' | 'timestamp' | 'boolean';
  readonly required: boolean;
  /** Words that stand for an empty field. */
  readonly nulls: readonly string[];
  /** What an empty field is read as. */
  readonly fallback: Uint8Array | null;
  /** In the column's own units; dates in days, timestamps in microseconds. */
  readonly min: bigint | null;
  readonly max: bigint | null;
  readonly decimal: DecimalForm | null;
  readonly patterns: readonly DatePattern[];
  readonly words: readonly [yes: readonly string[], no: readonly string[]] | null;
  readonly encoding: Encoding;
  readonly replaceInvalid: boolean;
  readonly spaces: 'trim' | 'tidy' | 'keep';
  readonly digits: number | null;
  readonly values: ReadonlySet<string> | null;
  readonly pattern: RegExp | null;
}
