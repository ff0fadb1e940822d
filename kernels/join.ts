/** Several columns as one text a row: kernels/assembly/join.ts. */
import type { Column, TextColumn } from './column.ts';
import { allocTexts, placeColumn } from './place.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  joinRows(
    parts: number,
    count: number,
    length: number,
    separator: number,
    separatorSize: number,
    ids: number,
    out: number,
    offsets: number,
    validity: number,
  ): number;
}

/** Values with the separator between them; null ones leave nothing behind, not even a separator; all null is null. */
export function joinTexts(kernels: Kernels, columns: readonly Column[], separator: string, length: number): TextColumn {
  return join(kernels, columns, separator, length, false);
}

/**
 * Values as one id: each keeps its place, empty where it is null or there is no column. The separator and `\` inside a
 * value get a `\` before them, so that different values never give one id.
 */
export function joinIds(
  kernels: Kernels,
  columns: readonly (Column | null)[],
  separator: '-' | '|',
  length: number,
): TextColumn {
  return join(kernels, columns, separator, length, true);
}

function join(
  kernels: Kernels,
  columns: readonly (Column | null)[],
  separator: string,
  length: number,
  ids: boolean,
): TextColumn {
  const between = Buffer.from(separator);
  const sizes = columns.map(column => (column ? sizeOf(column, ids) : 0));
  const size = sizes.reduce((sum, part) => sum + part, between.length * length * columns.length);
  const out = allocTexts(kernels, length, size);
  const mark = kernels.mark();
  const parts = kernels.alloc(columns.length * 16);
  columns.forEach((column, i) => {
    const { values, offsets, validity } = column ? placeColumn(kernels, column) : NOWHERE;
    new Int32Array(kernels.bytes.buffer, parts + i * 16, 4).set([kindOf(column), values, offsets, validity]);
  });
  const at = kernels.alloc(between.length);
  kernels.bytes.set(between, at);
  const used = (kernels.exports as unknown as Exports).joinRows(
    parts,
    columns.length,
    length,
    at,
    between.length,
    Number(ids),
    out.bytes.byteOffset,
    out.offsets.byteOffset,
    out.validity.byteOffset,
  );
  kernels.release(mark);
  return { ...out, bytes: out.bytes.subarray(0, used) };
}

const NOWHERE = { values: 0, offsets: 0, validity: 0 };

/** As the kernel numbers them. */
const KINDS = { int64: 0, decimal: 0, timestamp: 0, date: 1, int32: 1, boolean: 2, text: 3 } as const;

function kindOf(column: Column | null): number {
  if (!column) return -1;
  if (column.type === 'double') throw new Error('a float is no part of an id or a text');
  return KINDS[column.type];
}

/** Bytes that a column's values may become: the longest number is −9223372036854775808, and its sign may be escaped. */
function sizeOf(column: Column, ids: boolean): number {
  if (column.type !== 'text') return column.length * 21;
  return (column.offsets[column.length]! - column.offsets[0]!) * (ids ? 2 : 1);
}
