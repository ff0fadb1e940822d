/** Whether sale lines and dimensions can be made from the tables: columns that exist, of the type that is needed. */
import type { ColumnType } from '../base/table.ts';
import { alwaysFilled, columnProblem, problem, tableProblem } from './checks.ts';
import type { Contract, DimensionMapping, DimensionName, SaleMapping, Value } from './contract.ts';
import { CONFORMED_ATTRIBUTES, valueType } from './sales.ts';
import type { Problem } from './shape.ts';

/** Everything about the mappings that their shape does not show. */
export function mappingProblems(contract: Contract): Problem[] {
  const unknown = tableProblem(contract, contract.sale.from);
  if (unknown !== null) return [problem(['sale', 'from'], unknown)];
  return [
    ...saleColumnProblems(contract),
    ...saleValueProblems(contract),
    ...rateProblems(contract),
    ...Object.entries(contract.dimensions).flatMap(([name, mapping]) =>
      mapping === undefined ? [] : dimensionProblems(contract, name as DimensionName, mapping),
    ),
  ];
}

const FILLED = ['order_id', 'customer_id', 'product_id', 'sold'] as const satisfies (keyof SaleMapping)[];
const PLAIN = [...FILLED, 'store_id', 'employee_id', 'delivered_day'] as const satisfies (keyof SaleMapping)[];
const AMOUNTS = ['unit_price', 'unit_cost', 'discount_rate', 'net_amount', 'cost_amount'] as const;

function saleColumnProblems(contract: Contract): Problem[] {
  const { sale } = contract;
  const ids = typeof sale.sale_id === 'string' ? [sale.sale_id] : sale.sale_id;
  const named = [
    ...ids.map(
      (column, index) => [typeof sale.sale_id === 'string' ? ['sale_id'] : ['sale_id', index], column] as const,
    ),
    ...PLAIN.map(name => [[name], sale[name]] as const),
    ...Object.entries(sale.location ?? {}).map(([name, column]) => [['location', name], column] as const),
  ];
  return [
    ...named.flatMap(([path, column]) => {
      const wrong = column === undefined ? null : columnProblem(contract, sale.from, column);
      return wrong === null ? [] : problem(['sale', ...path], wrong);
    }),
    ...keyProblems(contract, ids),
    ...filledProblems(contract),
    ...dayProblems(contract),
  ];
}

function keyProblems({ sale, tables }: Contract, ids: readonly string[]): Problem[] {
  const key = tables[sale.from]!.key;
  if (key.length === ids.length && key.every(column => ids.includes(column))) return [];
  return [problem(['sale', 'sale_id'], `expected the key of table ${sale.from}, which is ${key.join(', ')}`)];
}

function filledProblems({ sale, tables }: Contract): Problem[] {
  return FILLED.flatMap(name => {
    const column = tables[sale.from]!.columns[sale[name]];
    if (column === undefined || alwaysFilled(column)) return [];
    return problem(
      ['sale', name],
      `every sale line has one: expected column '${sale[name]}' to be required, or to have a default`,
    );
  });
}

function dayProblems({ sale, tables }: Contract): Problem[] {
  return (['sold', 'delivered_day'] as const).flatMap(name => {
    const kind = tables[sale.from]!.columns[sale[name] ?? '']?.kind;
    if (kind === undefined || kind === 'date' || kind === 'timestamp' || kind === 'ignore') return [];
    return problem(['sale', name], `expected a date() or timestamp() column; '${sale[name]}' is ${kind}()`);
  });
}

function saleValueProblems(contract: Contract): Problem[] {
  const { sale } = contract;
  const problems = [
    ...checkValue(contract, sale.from, ['sale', 'quantity'], sale.quantity, ['int64', 'decimal']),
    ...AMOUNTS.flatMap(name => checkValue(contract, sale.from, ['sale', name], sale[name], ['decimal'])),
    ...(['channel', 'currency'] as const).flatMap(name =>
      checkValue(contract, sale.from, ['sale', name], sale[name], ['text']),
    ),
  ];
  if (sale.net_amount !== undefined || (sale.quantity !== undefined && sale.unit_price !== undefined)) return problems;
  return [
    ...problems,
    problem(['sale'], 'what was paid for a line is unknown: expected net_amount, or quantity and unit_price'),
  ];
}

function rateProblems(contract: Contract): Problem[] {
  const { rates, currency } = contract.sale;
  const base =
    currency === undefined ||
    (typeof currency === 'object' && 'fixed' in currency && currency.fixed === contract.currency);
  if (rates === undefined) {
    return base
      ? []
      : [
          problem(
            ['sale', 'rates'],
            `lines are in several currencies: expected the table of rates to ${contract.currency}`,
          ),
        ];
  }
  const path = ['sale', 'rates'];
  if (base) return [problem(path, 'every line is in the base currency: expected none, or sale.currency')];
  const unknown = tableProblem(contract, rates.table);
  if (unknown !== null) return [problem([...path, 'table'], unknown)];
  const { key } = contract.tables[rates.table]!;
  const keyed = key.length === 2 && key.includes(rates.day) && key.includes(rates.currency);
  return [
    ...checkValue(contract, rates.table, [...path, 'day'], rates.day, ['date']),
    ...checkValue(contract, rates.table, [...path, 'currency'], rates.currency, ['text']),
    ...checkValue(contract, rates.table, [...path, 'rate'], rates.rate, ['decimal']),
    ...(keyed
      ? []
      : [problem([...path, 'table'], `expected the key of ${rates.table} to be its day and its currency`)]),
  ];
}

function dimensionProblems(contract: Contract, name: DimensionName, mapping: DimensionMapping): Problem[] {
  const path = ['dimensions', name];
  const unknown = tableProblem(contract, mapping.from);
  if (unknown !== null) return [problem([...path, 'from'], unknown)];
  const conformed = CONFORMED_ATTRIBUTES[name];
  return [
    ...idProblems(contract, name, mapping),
    ...Object.entries(mapping.attributes).flatMap(([attribute, value]) => {
      const type = conformed[attribute]?.[0];
      const own =
        attribute === `${name}_id` ? [problem([...path, 'attributes', attribute], 'the id is mapped by `id`')] : [];
      return [...own, ...checkValue(contract, mapping.from, [...path, 'attributes', attribute], value, type && [type])];
    }),
  ];
}

function idProblems(contract: Contract, name: DimensionName, { from, id }: DimensionMapping): Problem[] {
  const { sale, tables } = contract;
  const path = ['dimensions', name, 'id'];
  const wrong = columnProblem(contract, from, id);
  if (wrong !== null) return [problem(path, wrong)];
  const saleColumn = sale[`${name}_id`];
  if (saleColumn === undefined)
    return [problem(['sale', `${name}_id`], `expected a column, because there is a ${name} dimension`)];
  if (from === sale.from) {
    return id === saleColumn ? [] : [problem(path, `expected '${saleColumn}', which is sale.${name}_id`)];
  }
  const { key } = tables[from]!;
  if (key.length !== 1 || key[0] !== id)
    return [problem(path, `expected the key of table ${from}, which is ${key.join(', ')}`)];
  const references = tables[sale.from]!.columns[saleColumn];
  if (references === undefined || references.references === from) return [];
  return [
    problem(
      ['tables', sale.from, 'columns', saleColumn, 'references'],
      `expected '${from}', where the ${name} dimension comes from`,
    ),
  ];
}

/** Whether a value's columns exist and its type is one of those wanted. */
function checkValue(
  contract: Contract,
  table: string,
  path: readonly PropertyKey[],
  value: Value | undefined,
  wanted: readonly ColumnType[] | undefined,
): Problem[] {
  if (value === undefined) return [];
  const wrong = sourceProblem(contract, table, value);
  if (wrong !== null) return [problem(path, wrong)];
  const type = valueType(contract, value, 'text', table);
  if (wanted === undefined || wanted.includes(type)) return [];
  return [problem(path, `expected ${wanted.map(builder).join(' or ')}; this is ${builder(type)}`)];
}

function sourceProblem(contract: Contract, table: string, value: Value): string | null {
  if (typeof value === 'string') return columnProblem(contract, table, value);
  if ('fixed' in value) return null;
  if ('cases' in value) return columnProblem(contract, table, value.cases);
  if ('join' in value)
    return value.join.map(column => columnProblem(contract, table, column)).find(wrong => wrong !== null) ?? null;
  return pathProblem(contract, table, value.via);
}

function pathProblem(contract: Contract, table: string, path: readonly string[]): string | null {
  let current = table;
  for (const step of path.slice(0, -1)) {
    const wrong = columnProblem(contract, current, step);
    if (wrong !== null) return wrong;
    const next = contract.tables[current]!.columns[step]!.references;
    if (next === undefined) return `column '${step}' of table ${current} refers to no table`;
    if (contract.tables[next] === undefined) return null; // Reported where the reference is written.
    current = next;
  }
  return columnProblem(contract, current, path.at(-1)!);
}

/** The builder that makes a column of this type. */
const builder = (type: ColumnType): string => (type === 'int64' ? 'int()' : `${type}()`);
