/**
 * A view that groups lines by their orders, where each order is one line: the groups are then the lines themselves, and
 * whoever reads the view, for one order or for all, needs no table of them. Of 67 M orders that table has 10 GB.
 */
import type { TableDefinition } from '../base/table.ts';

/** A step that groups the whole fact by the order and nothing else, as the marts are written. */
const BY_ORDER =
  /(?<whole>\w+) as \(\n {4}select \* from (?<table>\w+)\n\)(?<between>(?:.*\n)*?) {4}select\n(?<results>(?: {8}.*\n)+) {4}from \k<whole>\n {4}group by order_id\n/;

/** @returns the same SQL if it does not group by the order, or adds up what no single line stands for */
export function linesAsOrders(sql: string, { name, columns }: TableDefinition): string {
  const amounts = new Set(columns.filter(({ type }) => type === 'decimal').map(column => column.name));
  return sql.replace(BY_ORDER, (steps, ...rest) => {
    const { whole, table, between, results } = rest.at(-1) as Record<string, string>;
    const single = results!
      .trimEnd()
      .split('\n')
      .map(line => ofOneLine(line.trim().replace(/,$/, ''), amounts));
    if (table !== name || single.includes(null)) return steps;
    const list = single.map(result => `        ${result}`).join(',\n');
    return `${whole} as (\n    select * from ${table}\n)${between}    select\n${list}\n    from ${whole}\n`;
  });
}

/** A result over one line, with the type that it has over several; null if it is not known. */
function ofOneLine(result: string, amounts: ReadonlySet<string>): string | null {
  if (result === 'order_id') return result;
  const [, aggregate, value, name] = /^(min|max|sum|count)\(([\w *-]+)\) as (\w+)$/.exec(result) ?? [];
  if (!aggregate || !value) return null;
  if (aggregate === 'count') return value === '*' ? `cast(1 as bigint) as ${name}` : null;
  if (aggregate !== 'sum') return `${value} as ${name}`;
  const isAmount = value.split(' - ').every(column => amounts.has(column));
  return `cast(${value} as ${isAmount ? 'decimal(38, 6)' : 'hugeint'}) as ${name}`;
}
