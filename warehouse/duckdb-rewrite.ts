/**
 * Cheaper SQL with the same result, where something is known of all rows of the fact. Marts and checks are written in
 * the plain, portable way; the few expressions that cost the most are exchanged before DuckDB runs them.
 */
import type { TableDefinition } from '../base/table.ts';
import { addUpBeforeJoins } from './duckdb-eager.ts';
import { countMembers, type Grouping } from './duckdb-members.ts';
import { constantSql } from './duckdb-sql.ts';
import { type ColumnStatistics, constantOf, type TableStatistics } from './duckdb-statistics.ts';

export interface Known {
  readonly fact: TableDefinition;
  readonly statistics: TableStatistics;
  /** Columns that have a value in every line, and none twice: `order_id` where each order is one line. */
  readonly distinct: ReadonlySet<string>;
  /** Rows of each dimension. */
  readonly dimensionRows: ReadonlyMap<string, number>;
  /** Columns of ids that the fact has in blocks too: see duckdb-members.ts. */
  readonly blocks: ReadonlySet<string>;
}

/** The sum of no amount at all. */
const NO_AMOUNT = 'cast(null as decimal(38, 6))';

const DAY_MS = 86_400_000;

/** Lines a group, from which on it is worth to group lines before they are joined. */
const LINES_ADDED_UP = 8;

/** What several steps read DuckDB computes once and keeps: right for a result, but not for a copy of all the lines. */
const WHOLE_TABLE = /(\w+) as \(\n {4}select \* from (\w+)\n\)/g;

const COUNT_DISTINCT = /count\(distinct ((?:case when [\w ='.]+ then )?)((?:f\.)?)(\w+)((?: end)?)\)/g;

/** A step that groups one table, which is all of it. */
const GROUPED = /( {4}select\n)((?: {8}.*\n)+?)( {4}from (\w+)\n {4}group by )([\w, ]+)\n/g;

/** @param sql of a mart or check; it ends up with other expressions, but the same columns, types and rows */
export function rewrite(sql: string, known: Known): string {
  const inlined = sql.replaceAll(WHOLE_TABLE, '$1 as not materialized (\n    select * from $2\n)');
  // A mart that is checked may have a column of the same name, with other values.
  const folded = /\bfrom mart_/.test(sql) ? inlined : foldConstants(inlined, known);
  const ordered = countLines(folded, known);
  const added = addUpBeforeJoins(ordered, keys => {
    const groups = keys.reduce((product, key) => product * valuesOf(key, sql, known), 1);
    return groups * LINES_ADDED_UP <= rowsOf(known);
  });
  const wholes = wholeFacts(sql, known);
  return countIds(groupByVariables(added, wholes, known), wholes, known);
}

/**
 * What follows from columns with one value. DuckDB would work it out too, but still add up nulls for each group, which
 * is memory that it has to go through for each line.
 */
function foldConstants(sql: string, { fact, statistics }: Known): string {
  const constant = (column: string) => constantOf(statistics.get(column));
  const isNull = (column: string) => constant(column)?.value === null;
  const isAmount = (column: string) => fact.columns.find(({ name }) => name === column)?.type === 'decimal';
  let folded = sql;
  if (constant('fx_rate')?.value === '1') folded = folded.replaceAll(/to_base\((\w+), fx_rate\)/g, '$1');
  if (constant('is_return')?.value === 'false') {
    folded = folded.replaceAll(/case when not is_return then ([\w+ -]+) end/g, '$1');
  }
  const isNothing = (columns: string[]) => columns.every(isAmount) && columns.some(isNull);
  return folded
    .replaceAll(/sum\((\w+)(?: [-+] (\w+))?\)/g, (sum, a: string, b = a) => (isNothing([a, b]) ? NO_AMOUNT : sum))
    .replaceAll(/sum\(case when (\w+) is not null then (\w+) end\)/g, (sum, a: string, b: string) =>
      isNull(a) && isAmount(b) ? NO_AMOUNT : sum,
    );
}

function countLines(sql: string, { distinct }: Known): string {
  const counted = sql.replace(COUNT_DISTINCT, (count, when: string, _from: string, column: string, end: string) =>
    distinct.has(column) ? `count(${when}1${end})` : count,
  );
  return distinct.has('order_id')
    ? counted.replaceAll('select distinct order_id from', 'select 1 as order_id from')
    : counted;
}

/** What the SQL calls the fact, or a step that is all of it. */
const wholeFacts = (sql: string, { fact }: Known): ReadonlySet<string> =>
  new Set([fact.name, ...[...sql.matchAll(WHOLE_TABLE)].flatMap(([, name, of]) => (of === fact.name ? [name!] : []))]);

/** A column with one value makes no groups, and a text keeps DuckDB from finding them by position. */
function groupByVariables(sql: string, wholes: ReadonlySet<string>, { fact, statistics }: Known): string {
  const written = (column: string) =>
    constantSql(constantOf(statistics.get(column))!, fact.columns.find(({ name }) => name === column)!.type);
  return sql.replace(GROUPED, (step, select: string, results: string, from: string, table: string, by: string) => {
    const columns = by.split(', ');
    const varying = columns.filter(column => !constantOf(statistics.get(column)));
    if (!wholes.has(table) || varying.length === 0 || varying.length === columns.length) return step;
    const constants = results.replaceAll(
      /^( {8})(\w+)(,?)$/gm,
      (line, indent: string, column: string, comma: string) =>
        columns.includes(column) && !varying.includes(column)
          ? `${indent}${written(column)} as ${column}${comma}`
          : line,
    );
    return `${select}${constants}${from}${varying.join(', ')}\n`;
  });
}

function countIds(sql: string, wholes: ReadonlySet<string>, known: Known): string {
  const { fact, statistics, blocks } = known;
  const steps: { readonly behind: string; readonly step: string }[] = [];
  const counted = sql.replace(
    COUNT_DISTINCT,
    (count, when: string, from: string, column: string, end: string, start: number) => {
      const range = statistics.get(column)?.range;
      if (!range || fact.columns.find(({ name }) => name === column)?.type !== 'int64') return count;
      const inBlocks = blocks.has(column);
      const hasNulls = statistics.get(column)?.nulls !== 0;
      const ids = { column: `${from}${column}`, when, end, range, hasNulls, inBlocks };
      const grouping = groupingAfter(sql, start, wholes, known);
      const counting = countMembers(ids, grouping, `blocks_${steps.length}`);
      if (counting?.step && grouping.from) steps.push({ behind: grouping.from, step: counting.step });
      return counting?.sql ?? count;
    },
  );
  return steps.reduce((whole, { behind, step }) => {
    const end = whole.indexOf('\n),\n', whole.indexOf(`${behind} as not materialized (`)) + '\n),\n'.length;
    return `${whole.slice(0, end)}\n${step},\n${whole.slice(end)}`;
  }, counted);
}

/** How the select that goes on here is grouped: a guess from above of how many groups where it joins. */
function groupingAfter(sql: string, start: number, wholes: ReadonlySet<string>, known: Known): Grouping {
  const end = sql.indexOf('\n)', start);
  const rest = sql.slice(start, end < 0 ? sql.length : end);
  const [, from, columns] = /\n {4}from (\w+)\n {4}group by ([\w, ]+)$/.exec(rest) ?? [];
  const by = columns?.split(', ') ?? /\bgroup by ([\w, ]+)/.exec(rest)?.[1]?.split(', ') ?? [];
  const groups = by.reduce((product, column) => product * valuesOf(column, sql, known), 1);
  // A query of metrics groups nothing, and has no steps.
  if (rest.endsWith(` from ${known.fact.name} as f`)) return { from: `${known.fact.name} as f`, by: [], groups: 1 };
  const isStep = from !== undefined && from !== known.fact.name && wholes.has(from);
  return { from: isStep ? from : null, by, groups };
}

/** A column of the fact has the values between its limits; any other is taken for an attribute of a joined dimension. */
function valuesOf(column: string, sql: string, { fact, statistics, dimensionRows }: Known): number {
  const type = fact.columns.find(({ name }) => name === column)?.type;
  if (type !== undefined) {
    if (constantOf(statistics.get(column))) return 1;
    const range = statistics.get(column)?.range;
    if (!range) return Number.POSITIVE_INFINITY;
    if (type === 'int64') return Number(range.greatest) - Number(range.least) + 2;
    if (type === 'date') return (Date.parse(range.greatest) - Date.parse(range.least)) / DAY_MS + 2;
    return Number.POSITIVE_INFINITY;
  }
  const joined = new Set(sql.match(/\bdim_\w+/g) ?? []);
  const rows = [...joined].map(name => dimensionRows.get(name) ?? Number.POSITIVE_INFINITY);
  return rows.length === 0 ? Number.POSITIVE_INFINITY : rows.reduce((sum, count) => sum + count, 1);
}

const rowsOf = ({ statistics }: Known): number =>
  Math.max(0, ...[...statistics.values()].map(({ rows }: ColumnStatistics) => rows));
