/**
 * Members of dimensions that no file of their own describes: customers, products and addresses that only the sale lines
 * name. Each day gives its distinct descriptions with where each was first seen; clean.dimension merges the days.
 */
import type { Contract, DimensionName } from '../../datasets/contract.ts';
import { DIMENSION_NAMES, LOCATION_ATTRIBUTES } from '../../datasets/sales.ts';
import { type Column, type FixedColumn, halves, isValid, numberAt, valueText } from '../../kernels/column.ts';
import { groupRows } from '../../kernels/groups.ts';
import { rowNumbers, sortRows } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { encodeRun, slabCuts } from '../../lake/run.ts';
import type { Rows } from '../../lake/slab.ts';
import { placeSlice, type Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { locationIds } from './locations.ts';
import { columnOrder, type RowOrder } from './order.ts';
import { gatherRows } from './rejects.ts';

export interface MemberRows {
  readonly dimension: DimensionName | 'location';
  readonly rows: Rows;
}

/** Columns of the sale lines' table that describe a member, the id first; null when a file of its own does. */
export function memberColumns(contract: Contract, dimension: DimensionName | 'location'): readonly string[] | null {
  if (dimension === 'location') {
    const { location } = contract.sale;
    if (!location) return null;
    return LOCATION_ATTRIBUTES.map(attribute => location[attribute]).filter(name => name !== undefined);
  }
  const mapping = contract.dimensions[dimension];
  if (mapping?.from !== contract.sale.from) return null;
  const names = Object.values(mapping.attributes).flatMap(value => {
    if (typeof value === 'string') return [value];
    if ('via' in value) return [value.via[0]!];
    return 'join' in value ? value.join : 'cases' in value ? [value.cases] : [];
  });
  return [...new Set([mapping.id, ...names])];
}

/** The dimensions that are derived from the sale lines. */
export function derivedDimensions(contract: Contract): readonly (DimensionName | 'location')[] {
  return ([...DIMENSION_NAMES, 'location'] as const).filter(name => memberColumns(contract, name) !== null);
}

/** The distinct descriptions in these rows, which are in file order, each at its first place. */
export function memberRows(kernels: Kernels, contract: Contract, rows: Rows, files: Column): MemberRows[] {
  return derivedDimensions(contract).map(dimension => {
    const names = memberColumns(contract, dimension)!;
    const columns: Record<string, Column> = { $file: files, $line: rows.columns.$line! };
    for (const name of names) columns[name] = rows.columns[name]!;
    const first = distinctFirst(kernels, rows, names, dimension !== 'location');
    return { dimension, rows: gatherRows(kernels, { length: rows.length, columns }, first) };
  });
}

/** Of rows that agree in these columns the first: rows come in file order. A member without an id is none. */
function distinctFirst(kernels: Kernels, rows: Rows, names: readonly string[], hasId: boolean): Int32Array {
  const mark = kernels.mark();
  const columns = names.map(name => rows.columns[name]!);
  const { first } = groupRows(kernels, columns, rows.length);
  // A copy: the groups' memory is given back.
  const members = first.filter(row => !hasId || isValid(columns[0]!, row));
  kernels.release(mark);
  return members;
}

/** Compares rows by the order of records: by the bytes of the file's name, then by line. */
export function placeComparer(kernels: Kernels, rows: Rows): (a: number, b: number) => number {
  const file = rows.columns.$file!;
  const line = halves(rows.columns.$line as FixedColumn);
  const { ids, first } = groupRows(kernels, [file], rows.length);
  const names = Array.from(first, row => Buffer.from(valueText(file, row)!));
  const sorted = [...names].sort(Buffer.compare);
  const rank = names.map(name => sorted.indexOf(name));
  return (a, b) => rank[ids[a]!]! - rank[ids[b]!]! || numberAt(line, a) - numberAt(line, b);
}

/** The order of the members of a derived dimension: by their id. */
export function memberOrder(contract: Contract, dimension: DimensionName | 'location'): RowOrder {
  const names = memberColumns(contract, dimension)!;
  if (dimension !== 'location') return columnOrder(names.slice(0, 1));
  return { names, columns: (kernels, rows) => [locationIds(kernels, contract, rows)!] };
}

/** Writes members as one scratch file with a sorted run for each dimension; the slices of each, by its name. */
export async function writeMembers(
  kernels: Kernels,
  contract: Contract,
  members: readonly MemberRows[],
  scratch: TaskContext['scratch'],
): Promise<Record<string, readonly Slice[]>> {
  const runs = members.flatMap(({ dimension, rows }) => {
    if (rows.length === 0) return [];
    const by = memberOrder(contract, dimension).columns(kernels, rows);
    const order = sortRows(kernels, rowNumbers(kernels, rows.length), by);
    return [encodeRun(kernels, rows, order, slabCuts([{ name: dimension, end: rows.length }]))];
  });
  if (runs.length === 0) return {};
  const count = runs.flatMap(({ slices }) => slices).reduce((sum, slice) => sum + slice.rows, 0);
  const part = await scratch('members.bin', Buffer.concat(runs.map(({ bytes }) => bytes)), count);
  let size = 0;
  const placed = runs.map(({ bytes, slices }) => {
    const start = size;
    size += bytes.length;
    const own = slices.map(slice => placeSlice(part, { ...slice, start: slice.start + start, end: slice.end + start }));
    return [slices[0]!.name, own] as const;
  });
  return Object.fromEntries(placed);
}
