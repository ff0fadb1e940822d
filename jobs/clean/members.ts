/**
 * Members of dimensions that no file of their own describes: customers, products and addresses that only the sale lines
 * name. Each day gives its distinct descriptions with where each was first seen; clean.dimension merges the days.
 */
import type { Contract, DimensionName } from '../../datasets/contract.ts';
import { DIMENSION_NAMES, LOCATION_ATTRIBUTES } from '../../datasets/sales.ts';
import { type Column, type FixedColumn, halves, isValid, numberAt, valueText } from '../../kernels/column.ts';
import { groupRows } from '../../kernels/groups.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { encodeSlab, type Rows } from '../../lake/slab.ts';
import { packSlices, placeSlice, type Slice } from '../../lake/slice.ts';
import { concatRows, gatherRows } from './rejects.ts';

export interface MemberRows {
  readonly dimension: string;
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

/** Writes members as one part file with a slice a dimension. */
export async function writeMembers(
  members: readonly MemberRows[],
  write: (name: string, bytes: Uint8Array, rows: number) => Promise<PartFile>,
): Promise<Record<string, Slice>> {
  if (members.length === 0) return {};
  const groups = Map.groupBy(members, ({ dimension }) => dimension);
  const pieces = [...groups].map(([name, parts]) => {
    const rows = concatRows(parts.map(part => part.rows));
    return { name, bytes: encodeSlab(rows), rows: rows.length };
  });
  const { packed, slices } = packSlices(pieces);
  const part = await write(
    'members.slab',
    packed,
    pieces.reduce((sum, piece) => sum + piece.rows, 0),
  );
  return Object.fromEntries(slices.map(slice => [slice.name, placeSlice(part, slice)]));
}
