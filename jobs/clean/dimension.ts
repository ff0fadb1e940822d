import type { TableDefinition } from '../../base/table.ts';
import type { Contract, DimensionName } from '../../datasets/contract.ts';
import { dimensionTable, LOCATION_ATTRIBUTES, locationTable, rateTable } from '../../datasets/sales.ts';
import type { Column } from '../../kernels/column.ts';
import { nullColumns } from '../../kernels/constant.ts';
import { groupRows } from '../../kernels/groups.ts';
import { rowNumbers, sortRows } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { PartFile } from '../../lake/manifest.ts';
import type { Rows } from '../../lake/slab.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { locationIds } from './locations.ts';
import { dimensionLookups, type Lookups } from './lookups.ts';
import { memberColumns, memberOrder, placeComparer } from './members.ts';
import { type RowOrder, tableOrder } from './order.ts';
import { streamPart } from './parts.ts';
import { gatherRows } from './rejects.ts';
import { pieceCount, rowsByRange } from './split.ts';
import { loadTables, type TableFiles } from './tables.ts';
import { columnOf, type Evaluation, evaluate } from './values.ts';

export interface DimensionInput {
  readonly dimension: DimensionName | 'location' | 'rate';
  /** Whether only the sale lines describe it. */
  readonly isDerived: boolean;
  /** Sorted runs: of its table, or of its members, which each piece of a day has written. */
  readonly slices: readonly Slice[];
}

export interface DimensionShared {
  readonly contract: Contract;
  readonly tables: TableFiles;
  /** Most rows that are sorted at once; nothing that is published depends on it. */
  readonly rowsAtOnce: number;
}

export interface DimensionOutput {
  readonly name: string;
  readonly file: PartFile;
  /** Members that the sale lines describe in more than one way; the first description in file order is kept. */
  readonly conflicts: number;
}

/** Makes one dimension of the star schema, sorted by its id: range by range of ids, so that it need not fit in memory. */
export async function dimension(
  input: DimensionInput,
  context: TaskContext<DimensionShared>,
): Promise<DimensionOutput> {
  const { kernels, shared } = context;
  const { contract, rowsAtOnce } = shared;
  const { lookups, source, order, ids } = sourceOf(contract, input);
  const tables = await loadTables(context, shared.tables, contract.tables, lookups);
  const definition = definitionOf(contract, input.dimension);
  const width = Object.keys(contract.tables[source]!.columns).length + definition.columns.length;
  const pieces = pieceCount(input.slices, { rowsAtOnce, columns: width });
  const part = await streamPart(context, definition, definition.name);
  let conflicts = 0;
  try {
    for await (const range of rowsByRange(context, input.slices, { order, pieces })) {
      const members = ids === null ? { rows: range, conflicts: 0 } : firstDescriptions(kernels, range, ids);
      const { rows } = members;
      const evaluation = { kernels, contract, table: source, rows, tables, found: new Map() };
      const columns = dimensionColumns(input.dimension, contract, evaluation, definition);
      const by = definition.columns.slice(0, 2).map(({ name }) => columns[name]!);
      await part.add({ length: rows.length, columns }, sortRows(kernels, rowNumbers(kernels, rows.length), by));
      conflicts += members.conflicts;
    }
    return { name: definition.name, file: await part.finish(), conflicts };
  } catch (error) {
    await part.abort();
    throw error;
  }
}

function definitionOf(contract: Contract, name: DimensionInput['dimension']): TableDefinition {
  return name === 'location' ? locationTable() : name === 'rate' ? rateTable() : dimensionTable(contract, name);
}

interface DimensionSource {
  readonly lookups: Lookups;
  /** The table whose rows describe it. */
  readonly source: string;
  readonly order: RowOrder;
  /** The columns that tell the members of a derived dimension apart. */
  readonly ids: readonly string[] | null;
}

function sourceOf(contract: Contract, { dimension, isDerived }: DimensionInput): DimensionSource {
  const lookups: Lookups =
    dimension === 'location' || dimension === 'rate' ? new Map() : dimensionLookups(contract, dimension);
  if (isDerived) {
    const own = dimension as DimensionName | 'location';
    const names = memberColumns(contract, own)!;
    const ids = own === 'location' ? names : names.slice(0, 1);
    return { lookups, source: contract.sale.from, order: memberOrder(contract, own), ids };
  }
  const source = tableOf(contract, dimension);
  return { lookups, source, order: tableOrder(contract, source), ids: null };
}

/** The table that a dimension with files of its own is made of. */
export const tableOf = ({ sale, dimensions }: Contract, dimension: DimensionInput['dimension']): string =>
  dimension === 'rate' ? sale.rates!.table : dimensions[dimension as DimensionName]!.from;

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
  const nulls = nullColumns(kernels, rows.length);
  const columns: Record<string, Column> = {};
  for (const { name, type } of definition.columns) {
    const value = name === `${dimension}_id` ? mapping.id : mapping.attributes[name];
    columns[name] = evaluate(value, evaluation) ?? nulls(type);
  }
  return columns;
}

function locationColumns(kernels: Kernels, contract: Contract, rows: Rows): Record<string, Column> {
  const location = contract.sale.location!;
  const nulls = nullColumns(kernels, rows.length);
  const parts = LOCATION_ATTRIBUTES.map(attribute => {
    const name = location[attribute];
    return [attribute, name === undefined ? nulls('text') : columnOf(rows, name)] as const;
  });
  return { location_id: locationIds(kernels, contract, rows)!, ...Object.fromEntries(parts) };
}
