/** Random columns and tables, and their values as plain ones to compare with. */
import type { ColumnType, TableDefinition } from '../base/table.ts';
import {
  booleanColumn,
  type Column,
  dateColumn,
  doubleColumn,
  int32Column,
  isValid,
  numberColumn,
  setBit,
  textAt,
  textColumn,
} from '../kernels/column.ts';
import { amountText } from '../kernels/money.ts';
import type { Rows } from '../lake/slab.ts';
import { below, between, listOf, pick, type Random, randomInt64 } from './random.ts';

export const COLUMN_TYPES: readonly ColumnType[] = [
  'int64',
  'decimal',
  'text',
  'date',
  'timestamp',
  'boolean',
  'int32',
  'double',
];

/** What a reader of a table sees: amounts with six decimals, days as day numbers, times as microseconds. */
export type Plain = string | bigint | number | boolean | null;

const TEXTS = ['', 'a', 'Zürich', '東京', '🛒 cart', '\0', '"quoted", \n', 'a\ufeff', 'x'.repeat(3_000), 'e\u0301'];

/** The largest amount that DECIMAL(18,6) holds. */
const AMOUNT_LIMIT = 10n ** 18n;
/** Readers give no more than 53 bits of a time: 285 years either side of 1970. */
const MICROS_LIMIT = 2n ** 53n;

function randomPlain(random: Random, type: ColumnType): string | bigint | number | boolean {
  switch (type) {
    case 'text':
      return random() < 0.5 ? pick(random, TEXTS) : `text ${below(random, 50)}`;
    case 'boolean':
      return random() < 0.5;
    case 'date':
      return between(random, -700_000, 2_900_000);
    case 'int32':
      return Number(randomInt64(random, between(random, 1, 32)));
    case 'double':
      return random() < 0.1
        ? pick(random, [0, -0, Infinity, -Infinity, NaN, 5e-324])
        : (random() - 0.5) * 10 ** between(random, -9, 9);
    case 'decimal':
      return randomInt64(random, between(random, 1, 64)) % AMOUNT_LIMIT;
    case 'timestamp':
      return randomInt64(random, between(random, 1, 64)) % MICROS_LIMIT;
    default:
      return randomInt64(random, between(random, 1, 64));
  }
}

export function columnOf(type: ColumnType, values: readonly (string | bigint | number | boolean | null)[]): Column {
  if (type === 'text') return textColumn(values as (string | null)[]);
  if (type === 'int64' || type === 'decimal' || type === 'timestamp')
    return numberColumn(type, values as (bigint | null)[]);
  const make = { date: dateColumn, int32: int32Column, double: doubleColumn, boolean: booleanColumn };
  const column = make[type](values.length);
  values.forEach((value, row) => {
    if (value === null) return;
    setBit(column.validity, row);
    if (column.type !== 'boolean') column.values[row] = Number(value);
    else if (value) setBit(column.values, row);
  });
  return column;
}

export function randomColumn(random: Random, type: ColumnType, length: number, nulls = 0.3): Column {
  return columnOf(
    type,
    listOf(length, () => (random() < nulls ? null : randomPlain(random, type))),
  );
}

/** The values of a column as a reader sees them. */
export const plainValues = (column: Column): Plain[] =>
  listOf(column.length, row => {
    if (!isValid(column, row)) return null;
    if (column.type === 'text') return textAt(column, row);
    if (column.type === 'boolean') return ((column.values[row >> 3]! >> (row & 7)) & 1) === 1;
    if (column.type === 'decimal') return amountText(column.values[row]!);
    return column.values[row]!;
  });

/** A table of `columns` columns of random types, half of them without nulls. */
export function randomTable(
  random: Random,
  columns: number,
  length: number,
): { definition: TableDefinition; rows: Rows } {
  const definitions = listOf(columns, i => {
    const type = i < COLUMN_TYPES.length ? COLUMN_TYPES[i]! : pick(random, COLUMN_TYPES);
    return { name: `c${i} ${type}`, type, nullable: random() < 0.6, description: '' };
  });
  const entries = definitions.map(
    ({ name, type, nullable }) => [name, randomColumn(random, type, length, nullable ? 0.3 : 0)] as const,
  );
  return {
    definition: { name: 'random', grain: 'anything', columns: definitions, partitionBy: null, clusterBy: [] },
    rows: { length, columns: Object.fromEntries(entries) },
  };
}
