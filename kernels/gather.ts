/** Rows of a column in another order, and several columns one behind the other. */
import { type Column, isValid, setBit, type TextColumn } from './column.ts';
import { allocColumn, allocTexts, place } from './place.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  allSet(bitmap: number, count: number): number;
  gatherBits(bitmap: number, rows: number, count: number, out: number): void;
  foundBits(rows: number, count: number, out: number): void;
  gather64(values: number, rows: number, count: number, out: number): void;
  gather32(values: number, rows: number, count: number, out: number): void;
  gatheredSize(offsets: number, rows: number, count: number): number;
  gatherText(offsets: number, bytes: number, rows: number, count: number, outOffsets: number, outBytes: number): void;
}

/**
 * The values at `rows`, in that order; a row of −1 gives null. Int32 row numbers, below `column.length`. The result is in
 * the kernels' memory; nulls rest as zeros there if they do in `column`.
 */
export function gather(kernels: Kernels, column: Column, rows: Int32Array): Column {
  const kernel = kernels.exports as unknown as Exports;
  const { length } = rows;
  const picks = place(kernels, rows);
  const validity = place(kernels, column.validity);
  let out: Column;
  if (column.type === 'text') {
    const offsets = place(kernels, column.offsets);
    out = allocTexts(kernels, length, kernel.gatheredSize(offsets, picks, length));
    const [outOffsets, outBytes] = [out.offsets.byteOffset, out.bytes.byteOffset];
    kernel.gatherText(offsets, place(kernels, column.bytes), picks, length, outOffsets, outBytes);
  } else {
    out = allocColumn(kernels, column.type, length, 0);
    const [values, to] = [place(kernels, column.values), (out as typeof column).values.byteOffset];
    if (column.type === 'boolean') kernel.gatherBits(values, picks, length, to);
    else if (column.values.BYTES_PER_ELEMENT === 4) kernel.gather32(values, picks, length, to);
    else kernel.gather64(values, picks, length, to);
  }
  // Most columns have no nulls: then only the rows decide.
  if (kernel.allSet(validity, column.length)) kernel.foundBits(picks, length, out.validity.byteOffset);
  else kernel.gatherBits(validity, picks, length, out.validity.byteOffset);
  return out;
}

/** One column of all values, in order. All parts have one type. */
export function concat(parts: readonly Column[]): Column {
  const first = parts[0];
  if (!first) throw new Error('concat needs at least one column');
  if (parts.length === 1) return first;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const validity = new Uint8Array((length + 7) >> 3);
  let row = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++, row++) if (isValid(part, i)) setBit(validity, row);
  }
  switch (first.type) {
    case 'text':
      return concatText(parts as readonly TextColumn[], length, validity);
    case 'boolean': {
      const values = new Uint8Array((length + 7) >> 3);
      row = 0;
      for (const part of parts as readonly (typeof first)[]) {
        for (let i = 0; i < part.length; i++, row++) if ((part.values[i >> 3]! >> (i & 7)) & 1) setBit(values, row);
      }
      return { type: 'boolean', length, values, validity };
    }
    case 'double': {
      const values = new Float64Array(length);
      row = 0;
      for (const part of parts as readonly (typeof first)[]) {
        values.set(part.values, row);
        row += part.length;
      }
      return { type: 'double', length, values, validity };
    }
    case 'int32':
    case 'date': {
      const values = new Int32Array(length);
      row = 0;
      for (const part of parts as readonly (typeof first)[]) {
        values.set(part.values, row);
        row += part.length;
      }
      return { type: first.type, length, values, validity };
    }
    default: {
      const values = new BigInt64Array(length);
      row = 0;
      for (const part of parts as readonly (typeof first)[]) {
        values.set(part.values, row);
        row += part.length;
      }
      return { type: first.type, length, values, validity };
    }
  }
}

const TEXT_BYTES_MAX = 2 ** 31 - 1;

function concatText(parts: readonly TextColumn[], length: number, validity: Uint8Array): TextColumn {
  const total = parts.reduce((sum, part) => sum + part.offsets[part.length]!, 0);
  if (total > TEXT_BYTES_MAX)
    throw new RangeError(`a column of texts has ${total} bytes: more than its offsets can say`);
  const bytes = new Uint8Array(total);
  const offsets = new Int32Array(length + 1);
  let row = 0;
  let at = 0;
  for (const part of parts) {
    const size = part.offsets[part.length]!;
    bytes.set(part.bytes.subarray(0, size), at);
    for (let i = 1; i <= part.length; i++) offsets[row + i] = at + part.offsets[i]!;
    row += part.length;
    at += size;
  }
  return { type: 'text', length, offsets, bytes, validity };
}
