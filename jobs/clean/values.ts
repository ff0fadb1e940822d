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
  textColumn,
  valueText,
} from '../../kernels/column.ts';
import { constantText } from '../../kernels/constant.ts';
import { gather } from '../../kernels/gather.ts';
import { groupRows } from '../../kernels/groups.ts';
import { joinTexts } from '../../kernels/join.ts';
import type { Found } from '../../kernels/lookup.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Rows } from '../../lake/slab.ts';
import type { LookupTables } from './lookups.ts';

export interface Evaluation {
  readonly kernels: Kernels;
  readonly contract: Pick<Contract, 'tables'>;
  /** The table whose rows these are. */
  readonly table: string;
  readonly rows: Rows;
  readonly tables: LookupTables;
  /** What the references of these rows name, by column, once it was looked up. */
  readonly found: Map<string, Found>;
}

/** The value's column, or null when the contract maps nothing. New columns are views of the kernels' memory. */
export function evaluate(value: Value | undefined, evaluation: Evaluation): Column | null {
  if (value === undefined) return null;
  const { kernels, rows } = evaluation;
  if (typeof value === 'string') return columnOf(rows, value);
  if ('via' in value) return follow(value.via, evaluation);
  if ('fixed' in value) return constantText(kernels, value.fixed, rows.length);
  if ('join' in value) {
    const columns = value.join.map(name => columnOf(rows, name));
    return joinTexts(kernels, columns, value.with, rows.length);
  }
  const chosen = columnOf(rows, value.cases);
  const { ids, first } = groupRows(kernels, [chosen], rows.length);
  const texts = Array.from(first, row => {
    const text = valueText(chosen, row);
    return text === null ? null : (value.of[text] ?? value.otherwise);
  });
  return gather(kernels, textColumn(texts), ids);
}

/** The rows that a column's values reference; null when the contract says none, or their table is not loaded. */
export function findReferences(name: string, evaluation: Evaluation): Found | null {
  const { contract, table, rows, tables, found } = evaluation;
  const reference = contract.tables[table]?.columns[name]?.references;
  const target = reference === undefined ? undefined : tables.get(reference);
  if (!target) return null;
  let rowsFound = found.get(name);
  if (!rowsFound) {
    rowsFound = target.find(columnOf(rows, name));
    found.set(name, rowsFound);
  }
  return rowsFound;
}

export function columnOf(rows: Rows, name: string): Column {
  const column = rows.columns[name];
  if (!column) throw new Error(`no column '${name}': there are ${Object.keys(rows.columns).join(', ')}`);
  return column;
}

/** Rows of the last table of a path of references, one a row of ours; then the values there. */
function follow(path: readonly string[], evaluation: Evaluation): Column {
  let current = evaluation;
  let found: Int32Array | null = null;
  for (const step of path.slice(0, -1)) {
    const next = findReferences(step, current)?.rows;
    if (!next) throw new Error(`via ${path.join(' → ')}: '${step}' of ${current.table} references no loaded table`);
    found = found === null ? next : found.map(row => (row < 0 ? -1 : next[row]!));
    const table = current.contract.tables[current.table]!.columns[step]!.references!;
    current = { ...current, table, rows: current.tables.get(table)!.rows, found: new Map() };
  }
  const last = columnOf(current.rows, path.at(-1)!);
  return found === null ? last : gather(evaluation.kernels, last, found);
}

/** A column of nulls. */
export function nullColumn(type: ColumnTypeName, length: number): Column {
  if (type === 'text') return textColumn(new Array(length).fill(null));
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
