/** Rows that agree in some columns: kernels/assembly/groups.ts. */
import type { Column } from './column.ts';
import { allocInt32s, placeColumn } from './place.ts';
import type { Kernels } from './wasm.ts';

type Group = (
  previous: number,
  values: number,
  validity: number,
  length: number,
  ids: number,
  first: number,
  hashes: number,
  slots: number,
) => number;

interface Exports {
  readonly groupWords: Group;
  readonly groupHalfWords: Group;
  readonly groupBits: Group;
  groupTexts(
    previous: number,
    bytes: number,
    offsets: number,
    validity: number,
    length: number,
    ids: number,
    first: number,
    hashes: number,
    slots: number,
  ): number;
}

/** Views of the kernels' memory. */
export interface Groups {
  /** Number of each row's group. [length] */
  readonly ids: Int32Array;
  /** The first row of each group; groups are numbered in order of these. [groups] */
  readonly first: Int32Array;
}

/** Groups rows that agree in all these columns; null agrees with null. */
export function groupRows(kernels: Kernels, columns: readonly Column[], length: number): Groups {
  const exports = kernels.exports as unknown as Exports;
  const first = allocInt32s(kernels, length);
  let ids = allocInt32s(kernels, length);
  // Without columns all rows agree.
  let other = allocInt32s(kernels, length).fill(0);
  first[0] = 0;
  const mark = kernels.mark();
  const hashes = kernels.alloc(length * 8);
  const slots = kernels.alloc(4 * Math.max(1024, 2 ** Math.ceil(Math.log2(length * 2 + 2))));
  let previous = 0;
  let groups = Math.min(1, length);
  for (const column of columns) {
    const inner = kernels.mark();
    const { values, offsets, validity } = placeColumn(kernels, column);
    const out = [length, ids.byteOffset, first.byteOffset, hashes, slots] as const;
    if (column.type === 'text') groups = exports.groupTexts(previous, values, offsets, validity, ...out);
    else if (column.type === 'boolean') groups = exports.groupBits(previous, values, validity, ...out);
    else if (column.type === 'date' || column.type === 'int32')
      groups = exports.groupHalfWords(previous, values, validity, ...out);
    else groups = exports.groupWords(previous, values, validity, ...out);
    kernels.release(inner);
    previous = ids.byteOffset;
    [ids, other] = [other, ids];
  }
  kernels.release(mark);
  return { ids: other, first: first.subarray(0, groups) };
}
