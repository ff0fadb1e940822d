/** What both sides must find in a file: for each column how many values there are, and a sum of them. */
import type { ColumnContract, TableContract } from '../datasets/contract.ts';
import { type Column, halves, isValid, textAt } from '../kernels/column.ts';
import { quoted } from './duckdb.ts';
import type { Batch } from './reader.ts';

/** By column: values that are there, and their sum in the column's own units; of texts, of their bytes and first signs. */
export type Checksum = Record<string, string>;

/** A text that the contract has changed on purpose cannot be compared with the file's; its presence can. */
const isChanged = ({ spaces, digits }: ColumnContract): boolean => spaces === 'tidy' || digits !== undefined;

export class Checksums {
  readonly #table: TableContract;
  readonly #sums = new Map<string, { values: number; sum: bigint }>();
  records = 0;
  faulty = 0;

  constructor(table: TableContract) {
    this.#table = table;
  }

  add({ records, columns, fault }: Batch): void {
    this.records += records;
    for (let record = 0; record < records; record++) if (fault[record] !== 0) this.faulty++;
    for (const [name, column] of Object.entries(columns)) {
      const total = this.#sums.get(name) ?? { values: 0, sum: 0n };
      this.#sums.set(name, total);
      for (let row = 0; row < records; row++) if (isValid(column, row)) total.values++;
      if (!isChanged(this.#table.columns[name]!)) total.sum += sumOf(column, records);
    }
  }

  finish(): Checksum {
    return Object.fromEntries([...this.#sums].map(([name, { values, sum }]) => [name, `${values} | ${sum}`]));
  }
}

function sumOf(column: Column, records: number): bigint {
  let sum = 0;
  if (column.type === 'text') {
    for (let row = 0; row < records; row++)
      sum += column.offsets[row + 1]! - column.offsets[row]! + (textAt(column, row)?.codePointAt(0) ?? 0);
    return BigInt(sum);
  }
  if (column.type === 'date' || column.type === 'boolean') {
    for (let row = 0; row < records; row++) if (isValid(column, row)) sum += column.values[row]!;
    return BigInt(sum);
  }
  if (column.type === 'int32' || column.type === 'double') throw new Error(`no contract has ${column.type}`);
  // The halves of 64-bit values are added as numbers: exact for a batch, and far faster than BigInts.
  const half = halves(column);
  let high = 0;
  for (let row = 0; row < records; row++) {
    if (!isValid(column, row)) continue;
    sum += half[row * 2]! >>> 0;
    high += half[row * 2 + 1]!;
  }
  return BigInt(sum) + BigInt(high) * 2n ** 32n;
}

/** The same as SQL expressions, one a column. */
export function checksumSql(names: readonly string[], table: TableContract): string {
  return names
    .map(name => {
      const value = quoted(name);
      const sum = isChanged(table.columns[name]!) ? '0' : sumSql(table.columns[name]!, value);
      return `count(${value}) || ' | ' || coalesce(${sum}, 0)::hugeint as ${value}`;
    })
    .join(', ');
}

/** The least that makes DuckDB read and type every value without keeping it. */
export const touchSql = (names: readonly string[], table: TableContract): string =>
  names
    .map(name => {
      const { kind } = table.columns[name]!;
      const value = quoted(name);
      if (kind === 'int' || kind === 'decimal') return `sum(${value})`;
      return kind === 'text' ? `sum(strlen(${value}))` : `max(${value})`;
    })
    .join(', ');

function sumSql({ kind }: ColumnContract, value: string): string {
  switch (kind) {
    case 'int':
      return `sum(${value})`;
    case 'decimal':
      return `sum(${value}) * 1000000`;
    case 'date':
      return `sum(${value} - date '1970-01-01')`;
    case 'timestamp':
      return `sum(epoch_us(${value}))`;
    default:
      return `sum(strlen(${value}) + unicode(${value}))`;
  }
}
