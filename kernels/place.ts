/** Typed arrays and columns in the kernels' memory: what is there already is used in place, the rest is copied in. */
import type {
  BooleanColumn,
  Column,
  ColumnTypeName,
  DateColumn,
  FixedColumn,
  FixedType,
  TextColumn,
} from './column.ts';
import type { Kernels } from './wasm.ts';

/** Address of the view's bytes: where they are if that is the kernels' own memory, otherwise of a copy. */
export function place(kernels: Kernels, view: ArrayBufferView): number {
  if (view.buffer === kernels.bytes.buffer) return view.byteOffset;
  const start = kernels.alloc(view.byteLength);
  kernels.bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), start);
  return start;
}

/** Address of a view that a kernel writes to: a copy would be lost. */
export function inside(kernels: Kernels, view: ArrayBufferView): number {
  if (view.buffer !== kernels.bytes.buffer) throw new Error('what a kernel writes to is not in its memory');
  return view.byteOffset;
}

/** Addresses of a column's buffers; only texts have offsets. */
export interface PlacedColumn {
  readonly values: number;
  readonly offsets: number;
  readonly validity: number;
}

export function placeColumn(kernels: Kernels, column: Column): PlacedColumn {
  const text = column.type === 'text';
  return {
    values: place(kernels, text ? column.bytes : column.values),
    offsets: text ? place(kernels, column.offsets) : 0,
    validity: place(kernels, column.validity),
  };
}

/** Hands over the columns' addresses, and gives back what was copied in: results are allocated before. */
export function withPlaced<Result>(
  kernels: Kernels,
  columns: readonly Column[],
  use: (...placed: readonly PlacedColumn[]) => Result,
): Result {
  const mark = kernels.mark();
  const result = use(...columns.map(column => placeColumn(kernels, column)));
  kernels.release(mark);
  return result;
}

/** Columns in the kernels' memory, to be filled: their content is left over from before. */
export function allocFixed(kernels: Kernels, type: FixedType, length: number): FixedColumn {
  const values = new BigInt64Array(kernels.bytes.buffer, kernels.alloc(length * 8), length);
  return { type, length, values, validity: allocBitmap(kernels, length) };
}

export function allocDates(kernels: Kernels, length: number): DateColumn {
  return { type: 'date', length, values: allocInt32s(kernels, length), validity: allocBitmap(kernels, length) };
}

export function allocBooleans(kernels: Kernels, length: number): BooleanColumn {
  return { type: 'boolean', length, values: allocBitmap(kernels, length), validity: allocBitmap(kernels, length) };
}

/** A column of any type; `textBytes` counts for texts only. */
export function allocColumn(kernels: Kernels, type: ColumnTypeName, length: number, textBytes: number): Column {
  switch (type) {
    case 'text':
      return allocTexts(kernels, length, textBytes);
    case 'boolean':
      return allocBooleans(kernels, length);
    case 'date':
      return allocDates(kernels, length);
    case 'int32':
      return { type, length, values: allocInt32s(kernels, length), validity: allocBitmap(kernels, length) };
    case 'double': {
      const values = new Float64Array(kernels.bytes.buffer, kernels.alloc(length * 8), length);
      return { type, length, values, validity: allocBitmap(kernels, length) };
    }
    default:
      return allocFixed(kernels, type, length);
  }
}

/** `size`: bytes of all values, or more. */
export function allocTexts(kernels: Kernels, length: number, size: number): TextColumn {
  const offsets = allocInt32s(kernels, length + 1);
  return { type: 'text', length, offsets, bytes: allocBytes(kernels, size), validity: allocBitmap(kernels, length) };
}

export const allocInt32s = (kernels: Kernels, length: number): Int32Array =>
  new Int32Array(kernels.bytes.buffer, kernels.alloc(length * 4), length);

export const allocFloat32s = (kernels: Kernels, length: number): Float32Array =>
  new Float32Array(kernels.bytes.buffer, kernels.alloc(length * 4), length);

export const allocFloat64s = (kernels: Kernels, length: number): Float64Array =>
  new Float64Array(kernels.bytes.buffer, kernels.alloc(length * 8), length);

export const allocBytes = (kernels: Kernels, size: number): Uint8Array =>
  new Uint8Array(kernels.bytes.buffer, kernels.alloc(size), size);

const allocBitmap = (kernels: Kernels, length: number): Uint8Array => allocBytes(kernels, (length + 7) >> 3);

/** All zeros. */
export const allocFloats = (kernels: Kernels, length: number): Float32Array =>
  new Float32Array(kernels.bytes.buffer, kernels.allocZeroed(length * 4), length);

/** All zeros. */
export const allocDoubles = (kernels: Kernels, length: number): Float64Array =>
  new Float64Array(kernels.bytes.buffer, kernels.allocZeroed(length * 8), length);
