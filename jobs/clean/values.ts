/** Mapped values of a contract, evaluated over rows: a column, a path of references, a join of texts. */
import { COLUMN_TYPES, type Contract, type TableContract, type Value } from '../../datasets/contract.ts';
import {
  booleanColumn,
  type Column,
  type ColumnTypeName,
  dateColumn,
  doubleColumn,
  fixedColumn,
  int32Column,
  TextBuilder,
  type TextColumn,
  valueText,
} from '../../kernels/column.ts';
import { gather } from '../../kernels/gather.ts';
import type { Rows } from '../../lake/slab.ts';
import type { LookupTables } from './tables.ts';

export interface Evaluation {
  readonly contract: Contract;
  /** The table whose rows these are. */
  readonly table: string;
  readonly rows: Rows;
  readonly tables: LookupTables;
}

/** The value's column, or null when the contract maps nothing. */
export function evaluate(value: Value | undefined, evaluation: Evaluation): Column | null {
  if (value === undefined) return null;
  const { rows } = evaluation;
  if (typeof value === 'string') return columnOf(rows, value);
  if ('via' in value) return follow(value.via, evaluation);
  if ('fixed' in value) return fixedText(value.fixed, rows.length);
  if ('join' in value)
    return joinTexts(
      value.join.map(name => columnOf(rows, name)),
      value.with,
      rows.length,
    );
  const chosen = columnOf(rows, value.cases);
  return mapTexts(rows.length, row => {
    const text = valueText(chosen, row);
    return text === null ? null : (value.of[text] ?? value.otherwise);
  });
}

export function columnOf(rows: Rows, name: string): Column {
  const column = rows.columns[name];
  if (!column) throw new Error(`no column '${name}': there are ${Object.keys(rows.columns).join(', ')}`);
  return column;
}

/** Rows of the last table of a path of references, one a row of ours; then the values there. */
function follow(path: readonly string[], { contract, table, rows, tables }: Evaluation): Column {
  let current = rows;
  let currentTable = table;
  let found: Int32Array | null = null;
  for (const step of path.slice(0, -1)) {
    const reference = contract.tables[currentTable]?.columns[step]?.references;
    const target = reference === undefined ? undefined : tables.get(reference);
    if (!target) throw new Error(`via ${path.join(' → ')}: '${step}' of ${currentTable} references no loaded table`);
    const next = target.find(columnOf(current, step));
    found = found === null ? next : found.map(row => (row < 0 ? -1 : next[row]!));
    current = target.rows;
    currentTable = reference!;
  }
  const last = columnOf(current, path.at(-1)!);
  return found === null ? last : gather(last, found);
}

/** Empty parts leave nothing behind, not even a separator; all empty is null. */
function joinTexts(columns: readonly Column[], separator: string, length: number): TextColumn {
  return mapTexts(length, row => {
    const parts = columns.map(column => valueText(column, row)).filter(part => part !== null);
    return parts.length > 0 ? parts.join(separator) : null;
  });
}

export function mapTexts(length: number, textOf: (row: number) => string | null): TextColumn {
  const builder = new TextBuilder(length);
  for (let row = 0; row < length; row++) {
    const text = textOf(row);
    if (text === null) builder.pushNull();
    else builder.pushText(text);
  }
  return builder.finish();
}

export function fixedText(text: string, length: number): TextColumn {
  const bytes = Buffer.from(text, 'utf8');
  const builder = new TextBuilder(length, bytes.length * length);
  for (let row = 0; row < length; row++) builder.push(bytes, 0, bytes.length);
  return builder.finish();
}

export function nullColumn(type: ColumnTypeName, length: number): Column {
  if (type === 'text') return mapTexts(length, () => null);
  if (type === 'date') return dateColumn(length);
  if (type === 'int32') return int32Column(length);
  if (type === 'double') return doubleColumn(length);
  return type === 'boolean' ? booleanColumn(length) : fixedColumn(type, length);
}

/** Columns of a table in which there are no rows. (Default: all that are read) */
export function emptyColumns(
  columns: TableContract['columns'],
  names: readonly string[] = Object.keys(columns),
): Record<string, Column> {
  const empty: Record<string, Column> = {};
  for (const name of names) {
    const { kind } = columns[name]!;
    if (kind !== 'ignore') empty[name] = nullColumn(COLUMN_TYPES[kind], 0);
  }
  return empty;
}
