import type { TableDefinition } from '../../base/table.ts';
import type { Contract, DimensionName } from '../../datasets/contract.ts';
import { dimensionTable, LOCATION_ATTRIBUTES, locationTable, rateTable } from '../../datasets/sales.ts';
import { type Column, valueText } from '../../kernels/column.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { encodeParquet } from '../../lake/parquet/write.ts';
import { decodeSlab, type Rows } from '../../lake/slab.ts';
import { readSlice, type Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { comparer } from './day.ts';
import { comparePlaces, memberColumns } from './members.ts';
import { locationIds } from './rates.ts';
import { concatRows, gatherRows } from './rejects.ts';
import { keysOf } from './table.ts';
import { type LookupTables, loadTables, type TableFiles } from './tables.ts';
import { columnOf, emptyColumns, evaluate, nullColumn } from './values.ts';

export interface DimensionInput {
  readonly dimension: DimensionName | 'location' | 'rate';
  /** Of a dimension that only the sale lines describe: its members, day by day. */
  readonly members: readonly Slice[] | null;
}

export interface DimensionShared {
  readonly contract: Contract;
  readonly tables: TableFiles;
}

export interface DimensionOutput {
  readonly name: string;
  readonly file: PartFile;
  /** Members that the sale lines describe in more than one way; the first description in file order is kept. */
  readonly conflicts: number;
}

/** Makes one dimension of the star schema, sorted by its id. */
export async function dimension(
  input: DimensionInput,
  { shared, lake, kernels, write }: TaskContext<DimensionShared>,
): Promise<DimensionOutput> {
  const { contract } = shared;
  const tables = await loadTables(lake, shared.tables, keysOf(contract));
  const { rows, conflicts, source } = await sourceRows(input, contract, tables, slice => readSlice(lake, slice));
  const definition = definitionOf(contract, input.dimension);
  const columns = dimensionColumns(input.dimension, contract, { table: source, rows, tables }, definition);
  const order = Int32Array.from({ length: rows.length }, (_, row) => row);
  const orders = definition.columns.slice(0, 2).map(({ name }) => comparer(columns[name]!));
  order.sort((a, b) => orders[0]!(a, b) || orders[1]!(a, b));
  const sorted = gatherRows({ length: rows.length, columns }, order);
  const file = await write(`${definition.name}.parquet`, encodeParquet(kernels, definition, sorted), sorted.length);
  return { name: definition.name, file, conflicts };
}

function definitionOf(contract: Contract, name: DimensionInput['dimension']): TableDefinition {
  return name === 'location' ? locationTable() : name === 'rate' ? rateTable() : dimensionTable(contract, name);
}

async function sourceRows(
  { dimension, members }: DimensionInput,
  contract: Contract,
  tables: LookupTables,
  read: (slice: Slice) => Promise<Buffer>,
): Promise<{ rows: Rows; conflicts: number; source: string }> {
  if (members === null) {
    const source =
      dimension === 'rate' ? contract.sale.rates!.table : contract.dimensions[dimension as DimensionName]!.from;
    return { rows: tables.get(source)!.rows, conflicts: 0, source };
  }
  const parts = await Promise.all(members.map(async slice => decodeSlab(await read(slice))));
  const names = memberColumns(contract, dimension as DimensionName | 'location')!;
  const source = contract.sale.from;
  if (parts.length === 0)
    return {
      rows: { length: 0, columns: emptyColumns(contract.tables[source]!.columns, names) },
      conflicts: 0,
      source,
    };
  return { ...firstDescriptions(concatRows(parts), dimension === 'location' ? names : names.slice(0, 1)), source };
}

/** Of each id the description that stands first in the files. */
function firstDescriptions(rows: Rows, idNames: readonly string[]): { rows: Rows; conflicts: number } {
  const ids = idNames.map(name => columnOf(rows, name));
  const others = Object.keys(rows.columns).filter(name => !name.startsWith('$'));
  const first = new Map<string, number>();
  const descriptions = new Map<string, Set<string>>();
  for (let row = 0; row < rows.length; row++) {
    const id = JSON.stringify(ids.map(column => valueText(column, row)));
    const best = first.get(id);
    if (best === undefined || comparePlaces(rows, row, best) < 0) first.set(id, row);
    const description = JSON.stringify(others.map(name => valueText(columnOf(rows, name), row)));
    const seen = descriptions.get(id);
    if (seen) seen.add(description);
    else descriptions.set(id, new Set([description]));
  }
  const conflicts = [...descriptions.values()].filter(seen => seen.size > 1).length;
  return { rows: gatherRows(rows, Int32Array.from(first.values())), conflicts };
}

function dimensionColumns(
  dimension: DimensionInput['dimension'],
  contract: Contract,
  evaluation: { table: string; rows: Rows; tables: LookupTables },
  definition: TableDefinition,
): Record<string, Column> {
  const { rows } = evaluation;
  if (dimension === 'rate') {
    const rates = contract.sale.rates!;
    return {
      rate_day: columnOf(rows, rates.day),
      currency: columnOf(rows, rates.currency),
      rate: columnOf(rows, rates.rate),
    };
  }
  if (dimension === 'location') return locationColumns(contract, rows);
  const mapping = contract.dimensions[dimension]!;
  const columns: Record<string, Column> = {};
  for (const { name, type } of definition.columns) {
    const value = name === `${dimension}_id` ? mapping.id : mapping.attributes[name];
    columns[name] = evaluate(value, { contract, ...evaluation }) ?? nullColumn(type, rows.length);
  }
  return columns;
}

function locationColumns(contract: Contract, rows: Rows): Record<string, Column> {
  const location = contract.sale.location!;
  const parts = LOCATION_ATTRIBUTES.map(attribute => {
    const name = location[attribute];
    return [attribute, name === undefined ? nullColumn('text', rows.length) : columnOf(rows, name)] as const;
  });
  return { location_id: locationIds(contract, rows), ...Object.fromEntries(parts) };
}
