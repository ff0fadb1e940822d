/** What tasks look up in cleaned tables: which tables they need, and which columns there besides the key. */
import type { Contract, DimensionName, Value } from '../../datasets/contract.ts';
import type { Finder } from '../../kernels/lookup.ts';
import type { Rows } from '../../lake/slab.ts';

/** By name of the table, the columns whose values are wanted; none when only whether a key is there matters. */
export type Lookups = ReadonlyMap<string, ReadonlySet<string>>;

/** A table in which rows are looked up. */
export interface LookupTable {
  /** Those columns that were asked for. */
  readonly rows: Rows;
  /** Finds rows by the table's key; for as long as the task has its kernels. */
  readonly find: Finder;
}

export type LookupTables = ReadonlyMap<string, LookupTable>;

type Tables = Pick<Contract, 'tables'>;

/** Of the sale lines: references, prices, rates. */
export function saleLookups(contract: Contract): Lookups {
  const { from, rates, ...sale } = contract.sale;
  const { channel, quantity, unit_price, unit_cost, discount_rate, net_amount, cost_amount, currency } = sale;
  const values = [channel, quantity, unit_price, unit_cost, discount_rate, net_amount, cost_amount, currency];
  const lookups = lookupsOf(contract, from, values);
  for (const table of referencesOf(contract, from)) want(lookups, table);
  if (rates) want(lookups, rates.table, rates.rate);
  return lookups;
}

/** Of a table, which is only checked: the tables that it references. */
export function tableLookups(contract: Tables, table: string): Lookups {
  return new Map(referencesOf(contract, table).map(name => [name, new Set()]));
}

/** Of a dimension: what its attributes follow references for. */
export function dimensionLookups(contract: Contract, name: DimensionName): Lookups {
  const { from, attributes } = contract.dimensions[name]!;
  return lookupsOf(contract, from, Object.values(attributes));
}

/** The tables that a table's columns reference. */
export const referencesOf = ({ tables }: Tables, table: string): string[] => [
  ...new Set(Object.values(tables[table]!.columns).flatMap(({ references }) => references ?? [])),
];

function lookupsOf({ tables }: Tables, table: string, values: readonly (Value | undefined)[]) {
  const lookups = new Map<string, Set<string>>();
  for (const value of values) {
    if (typeof value !== 'object' || !('via' in value)) continue;
    let current = table;
    value.via.slice(0, -1).forEach((step, i) => {
      const target = tables[current]?.columns[step]?.references;
      if (target === undefined)
        throw new Error(`via ${value.via.join(' → ')}: '${step}' of ${current} is no reference`);
      want(lookups, target, value.via[i + 1]!);
      current = target;
    });
  }
  return lookups;
}

function want(lookups: Map<string, Set<string>>, table: string, ...columns: readonly string[]): void {
  const known = lookups.get(table) ?? new Set();
  for (const column of columns) known.add(column);
  lookups.set(table, known);
}
