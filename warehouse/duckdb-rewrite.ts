/**
 * Cheaper SQL with the same result, where something is known of all rows of the fact. Marts and checks are written in
 * the plain, portable way; the few expressions that cost the most are exchanged before DuckDB runs them.
 */
import type { TableDefinition } from '../base/table.ts';
import type { TableStatistics } from './duckdb-statistics.ts';

export interface Known {
  readonly fact: TableDefinition;
  readonly statistics: TableStatistics;
  /** Every line has an order, and no order has two. */
  readonly ordersAreLines: boolean;
  /** Rows of each dimension. */
  readonly dimensionRows: ReadonlyMap<string, number>;
}

/** Memory that the bit strings of all groups may take, a thread. */
const MAX_BIT_BYTES = 16e6;

const DAY_MS = 86_400_000;

/** What several steps read DuckDB computes once and keeps: right for a result, but not for a copy of all the lines. */
const WHOLE_TABLE = / as \(\n {4}select \* from (\w+)\n\)/g;

const COUNT_DISTINCT = /count\(distinct ((?:case when [\w ='.]+ then )?)((?:f\.)?)(\w+)((?: end)?)\)/g;

/** @param sql of a mart or check; it ends up with other expressions, but the same columns, types and rows */
export function rewrite(sql: string, known: Known): string {
  const inlined = sql.replaceAll(WHOLE_TABLE, ' as not materialized (\n    select * from $1\n)');
  const counted = inlined.replace(
    COUNT_DISTINCT,
    (count, when: string, from: string, column: string, end: string, start: number) => {
      if (column === 'order_id' && known.ordersAreLines) return `count(${when}1${end})`;
      const groups = groupsOf(inlined.slice(start, inlined.indexOf('\n)', start)), inlined, known);
      return countWithBits(column, `${when}${from}${column}${end}`, groups, known) ?? count;
    },
  );
  const { range, nulls } = known.statistics.get('fx_rate') ?? { range: null, nulls: null };
  const inBaseCurrency = nulls === 0 && range?.least === '1' && range.greatest === '1';
  return inBaseCurrency ? counted.replaceAll(/to_base\((\w+), fx_rate\)/g, '$1') : counted;
}

/**
 * Ids that lie close together are counted as bits: DuckDB's hash table takes 100 ns a line for as many pairs of
 * product and customer as there are lines, a bit 40 ns. A value out of range would be DuckDB's error, not a wrong count.
 */
function countWithBits(column: string, expression: string, groups: number, known: Known): string | null {
  const { fact, statistics } = known;
  const range = statistics.get(column)?.range;
  if (!range || fact.columns.find(({ name }) => name === column)?.type !== 'int64') return null;
  const { least, greatest } = range;
  const width = Number(greatest) - Number(least) + 1;
  if ((groups * width) / 8 > MAX_BIT_BYTES) return null;
  const limits = `cast(${least} as bigint), cast(${greatest} as bigint)`;
  return `coalesce(bit_count(bitstring_agg(${expression}, ${limits})), 0)`;
}

/** How many groups a select has at most, by the `group by` that ends it: a guess from above where it joins. */
function groupsOf(select: string, sql: string, known: Known): number {
  const columns = /\bgroup by ([\w, ]+)/.exec(select)?.[1]?.split(', ') ?? [];
  return columns.reduce((groups, column) => groups * valuesOf(column, sql, known), 1);
}

/** A column of the fact has the values between its limits; any other is taken for an attribute of a joined dimension. */
function valuesOf(column: string, sql: string, { fact, statistics, dimensionRows }: Known): number {
  const type = fact.columns.find(({ name }) => name === column)?.type;
  if (type !== undefined) {
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
