/** Columns that hold the same value in every row, in the kernels' memory. */
import type { Column, ColumnTypeName, FixedColumn, TextColumn } from './column.ts';
import { allocFixed, allocTexts } from './place.ts';
import type { Kernels } from './wasm.ts';

/**
 * Makes columns of nulls, of any type. All their buffers are one buffer of zeros: gather them before they are written as
 * a table, because Arrow's writer leaves out what lies over what it has written just before.
 */
export function nullColumns(kernels: Kernels, length: number): (type: ColumnTypeName) => Column {
  const start = kernels.allocZeroed(length * 8 + 4);
  const { buffer } = kernels.bytes;
  const bitmap = new Uint8Array(buffer, start, (length + 7) >> 3);
  return type => {
    if (type === 'text') {
      const offsets = new Int32Array(buffer, start, length + 1);
      return { type, length, offsets, bytes: new Uint8Array(buffer, start, 0), validity: bitmap };
    }
    if (type === 'boolean') return { type, length, values: bitmap, validity: bitmap };
    if (type === 'date' || type === 'int32')
      return { type, length, values: new Int32Array(buffer, start, length), validity: bitmap };
    if (type === 'double') return { type, length, values: new Float64Array(buffer, start, length), validity: bitmap };
    return { type, length, values: new BigInt64Array(buffer, start, length), validity: bitmap };
  };
}

export function constantText(kernels: Kernels, text: string, length: number): TextColumn {
  const value = Buffer.from(text);
  const out = allocTexts(kernels, length, value.length * length);
  for (let row = 0; row <= length; row++) out.offsets[row] = row * value.length;
  if (value.length > 0) Buffer.from(out.bytes.buffer, out.bytes.byteOffset, out.bytes.length).fill(value);
  out.validity.fill(255);
  return out;
}

export function constantDecimal(kernels: Kernels, value: bigint, length: number): FixedColumn {
  const out = allocFixed(kernels, 'decimal', length);
  out.values.fill(value);
  out.validity.fill(255);
  return out;
}
