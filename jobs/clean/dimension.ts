import type { TableDefinition } from '../../base/table.ts';
import type { Contract, DimensionName } from '../../datasets/contract.ts';
import { dimensionTable, LOCATION_ATTRIBUTES, locationTable, rateTable } from '../../datasets/sales.ts';
import type { Column } from '../../kernels/column.ts';
import { groupRows } from '../../kernels/groups.ts';
import { sortRows } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { encodeParquet } from '../../lake/parquet/write.ts';
import { decodeSlab, type Rows } from '../../lake/slab.ts';
import { readSlice, type Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { locationIds } from './locations.ts';
import { memberColumns, placeComparer } from './members.ts';
import { concatRows, gatherRows } from './rejects.ts';
import { keysOf } from './table.ts';
import { type LookupTables, loadTables, type TableFiles } from './tables.ts';
import { columnOf, type Evaluation, emptyColumns, evaluate, nullColumn } from './values.ts';

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
  const tables = await loadTables(kernels, lake, shared.tables, keysOf(contract));
  const { rows, conflicts, source } = await sourceRows(kernels, input, contract, tables, slice =>
    readSlice(lake, slice),
  );
  const definition = definitionOf(contract, input.dimension);
  const evaluation = { kernels, contract, table: source, rows, tables, found: new Map() };
  const columns = dimensionColumns(input.dimension, contract, evaluation, definition);
  const unsorted = Int32Array.from({ length: rows.length }, (_, row) => row);
  const by = definition.columns.slice(0, 2).map(({ name }) => columns[name]!);
  const sorted = gatherRows(kernels, { length: rows.length, columns }, sortRows(kernels, unsorted, by));
  const file = await write(`${definition.name}.parquet`, encodeParquet(kernels, definition, sorted), sorted.length);
  return { name: definition.name, file, conflicts };
}

function definitionOf(contract: Contract, name: DimensionInput['dimension']): TableDefinition {
  return name === 'location' ? locationTable() : name === 'rate' ? rateTable() : dimensionTable(contract, name);
}

async function sourceRows(
  kernels: Kernels,
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
  return {
    ...firstDescriptions(kernels, concatRows(parts), dimension === 'location' ? names : names.slice(0, 1)),
    source,
  };
}

/** Of each id the description that stands first in the files. */
function firstDescriptions(
  kernels: Kernels,
  rows: Rows,
  idNames: readonly string[],
): { rows: Rows; conflicts: number } {
  const group = (names: readonly string[]) => {
    const columns = names.map(name => columnOf(rows, name));
    return groupRows(kernels, columns, rows.length);
  };
  const members = group(idNames);
  const descriptions = group(Object.keys(rows.columns).filter(name => !name.startsWith('$'))).ids;
  const compare = placeComparer(kernels, rows);
  const first = Int32Array.from(members.first);
  const conflicting = new Set<number>();
  for (let row = 0; row < rows.length; row++) {
    const member = members.ids[row]!;
    const best = first[member]!;
    if (descriptions[row] !== descriptions[best]) conflicting.add(member);
    if (compare(row, best) < 0) first[member] = row;
  }
  return { rows: gatherRows(kernels, rows, first), conflicts: conflicting.size };
}

function dimensionColumns(
  dimension: DimensionInput['dimension'],
  contract: Contract,
  evaluation: Evaluation,
  definition: TableDefinition,
): Record<string, Column> {
  const { kernels, rows } = evaluation;
  if (dimension === 'rate') {
    const rates = contract.sale.rates!;
    return {
      rate_day: columnOf(rows, rates.day),
      currency: columnOf(rows, rates.currency),
      rate: columnOf(rows, rates.rate),
    };
  }
  if (dimension === 'location') return locationColumns(kernels, contract, rows);
  const mapping = contract.dimensions[dimension]!;
  const columns: Record<string, Column> = {};
  for (const { name, type } of definition.columns) {
    const value = name === `${dimension}_id` ? mapping.id : mapping.attributes[name];
    columns[name] = evaluate(value, evaluation) ?? nullColumn(type, rows.length);
  }
  return columns;
}

function locationColumns(kernels: Kernels, contract: Contract, rows: Rows): Record<string, Column> {
  const location = contract.sale.location!;
  const parts = LOCATION_ATTRIBUTES.map(attribute => {
    const name = location[attribute];
    return [attribute, name === undefined ? nullColumn('text', rows.length) : columnOf(rows, name)] as const;
  });
  return { location_id: locationIds(kernels, contract, rows)!, ...Object.fromEntries(parts) };
}
