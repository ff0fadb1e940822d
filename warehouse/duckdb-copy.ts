/**
 * A copy of the fact in memory that marts and checks read instead of its files, column by column as narrow as the
 * values allow.
 *
 * Reading 6.69 M lines from 129 files costs 0.1 to 0.2 s of CPU a column, each time; grouping them costs 0.05 s.
 * The copy is made once, in about 1 s, holds what most statements read, and keeps within its budget of memory: what does
 * not fit stays in the files, and so do the statements that want it. A column that is the same in all rows, a rate of
 * 1 say, takes no room, and DuckDB works out beforehand what follows from it.
 */
import type { ColumnDefinition, ColumnType, TableDefinition } from '../base/table.ts';
import { blockOf, blockSql, narrowOf } from './duckdb-members.ts';
import { constantSql, identifier, literal, SQL_TYPES, selectFiles } from './duckdb-sql.ts';
import { type ColumnStatistics, constantOf, type TableStatistics } from './duckdb-statistics.ts';
import type { TableSource } from './warehouse.ts';

/** Of the 500 MB of a build: the rest is for the groups of a mart. */
const BUDGET_BYTES = 350e6;

/**
 * Bytes a row takes by the width of its value. DuckDB gives each 120 thousand rows whole blocks of 256 KB, for the
 * values and for the bits that say which are null.
 */
const BYTES_OF_WIDTH: Readonly<Record<number, number>> = { 1: 4.6, 2: 4.6, 4: 6.7, 8: 11, 16: 40 };

/** A block of ids is a SMALLINT. */
const BLOCK_WIDTH = 2;

/** A copy for fewer statements than this costs more than it saves. */
const LEAST_STATEMENTS = 3;

/** One column of the copy. */
interface Stored {
  readonly name: string;
  readonly type: ColumnType;
  /** The SQL type in which it is kept, or the SQL value that it has in every row. */
  readonly kept: { readonly as: string; readonly width: number } | { readonly value: string };
}

export interface CopyPlan {
  readonly columns: readonly Stored[];
  /** Those of which it has blocks too: see duckdb-members.ts. */
  readonly blocks: ReadonlySet<string>;
}

/**
 * Chooses the columns: those first that most statements read.
 * @param statements the columns of the fact that each reads
 * @param counted those whose distinct values some of them count by blocks, if they can
 * @returns null if a copy is not worth its making
 */
export function planCopy(
  { columns }: TableDefinition,
  statistics: TableStatistics,
  rows: number,
  statements: readonly ReadonlySet<string>[],
  counted: ReadonlySet<string> = new Set(),
): CopyPlan | null {
  const uses = ({ name }: ColumnDefinition) => statements.filter(statement => statement.has(name)).length;
  const wanted = columns.filter(column => uses(column) > 0).sort((a, b) => uses(b) - uses(a));
  let bytes = 0;
  const fitting = wanted
    .map(column => ({ name: column.name, type: column.type, kept: keep(column.type, statistics.get(column.name)) }))
    .filter(({ name, kept }) => {
      const widths = 'width' in kept ? [kept.width, ...(counted.has(name) ? [BLOCK_WIDTH] : [])] : [];
      const more = widths.reduce((sum, width) => sum + rows * BYTES_OF_WIDTH[width]!, 0);
      if (bytes + more > BUDGET_BYTES) return false;
      bytes += more;
      return true;
    });
  const covered = statements.filter(statement => isCovered(statement, fitting));
  if (covered.length < LEAST_STATEMENTS) return null;
  const used = fitting.filter(({ name }) => covered.some(statement => statement.has(name)));
  const inBlocks = used.filter(({ name, kept }) => counted.has(name) && 'width' in kept);
  return { columns: used, blocks: new Set(inBlocks.map(({ name }) => name)) };
}

export const isCovered = (statement: ReadonlySet<string>, columns: CopyPlan['columns']): boolean =>
  [...statement].every(name => columns.some(column => column.name === name));

/**
 * The statements that make the copy and, over it, a view with the name of the fact and the fact's own types. Both are
 * temporary: other connections do not see them.
 * The copy is one column, a structure: of its fields DuckDB does not estimate how many values they have, which no
 * query here asks for and which took a sixth of the copying.
 */
export function copySql(fact: string, { columns, blocks }: CopyPlan): string[] {
  const values = columns.flatMap(({ name, kept }) =>
    'as' in kept ? [`${identifier(name)} := cast(${identifier(name)} as ${kept.as})`] : [],
  );
  const fields = [...values, ...[...blocks].map(column => `${blockOf(column)} := ${blockSql(column)}`)];
  const line = fields.length > 0 ? `struct_pack(${fields.join(', ')})` : 'true';
  const view = columns.map(({ name, type, kept }) => {
    const value = 'as' in kept ? `line.${identifier(name)}` : kept.value;
    return `cast(${value} as ${SQL_TYPES[type]}) as ${identifier(name)}`;
  });
  for (const column of blocks)
    view.push(`line.${blockOf(column)}`, `line.${identifier(column)} as ${narrowOf(column)}`);
  const copy = identifier(`${fact}_copy`);
  return [
    `create temp table ${copy} as select ${line} as line from ${identifier(fact)}`,
    `create temp view ${identifier(fact)} as select ${view.join(', ')} from ${copy}`,
  ];
}

/** The fact in its files, as a view that knows which columns have one value, and does not read them. */
export function constantsSql({ definition, files }: TableSource, statistics: TableStatistics): string {
  const constants = definition.columns.flatMap(({ name, type }) => {
    const constant = constantOf(statistics.get(name));
    return constant ? [`${constantSql(constant, type)} as ${identifier(name)}`] : [];
  });
  const replaced = constants.length > 0 ? ` replace (${constants.join(', ')})` : '';
  return `create temp view ${identifier(definition.name)} as select *${replaced} from (${selectFiles(definition, files)})`;
}

function keep(type: ColumnType, statistics: ColumnStatistics | undefined): Stored['kept'] {
  const constant = constantOf(statistics);
  if (constant) return { value: constant.value === null ? 'null' : literal(constant.value) };
  const range = statistics?.range;
  const limit = range ? Math.max(-Number(range.least), Number(range.greatest)) : Number.POSITIVE_INFINITY;
  if (type === 'int64') return WHOLE_NUMBERS.find(({ below }) => limit < below) ?? { as: 'BIGINT', width: 8 };
  if (type === 'decimal' && limit < 999) return { as: 'DECIMAL(9, 6)', width: 4 };
  return { as: SQL_TYPES[type], width: WIDTHS[type] };
}

const WHOLE_NUMBERS = [
  { as: 'TINYINT', width: 1, below: 127 },
  { as: 'SMALLINT', width: 2, below: 32_767 },
  { as: 'INTEGER', width: 4, below: 2_147_483_647 },
];

const WIDTHS: Readonly<Record<ColumnType, number>> = {
  int64: 8,
  decimal: 8,
  timestamp: 8,
  date: 4,
  int32: 4,
  double: 8,
  boolean: 1,
  text: 16,
};
