/** Where columns lie in the kernels' memory, and columns made there. */
import type { Column, ColumnTypeName } from './column.ts';
import type { Kernels } from './wasm.ts';

/** The address of these bytes in the kernels' memory. What lies elsewhere is copied there first. */
export function place(kernels: Kernels, view: ArrayBufferView): number {
  if (view.buffer === kernels.bytes.buffer) return view.byteOffset;
  const address = kernels.alloc(view.byteLength);
  kernels.bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), address);
  return address;
}

/** A column of `length` values in the kernels' memory; what is in its buffers is left over from before. */
export function allocColumn(kernels: Kernels, type: ColumnTypeName, length: number, textBytes = 0): Column {
  const { buffer } = kernels.bytes;
  const bitmap = () => new Uint8Array(buffer, kernels.alloc((length + 7) >> 3), (length + 7) >> 3);
  const validity = bitmap();
  switch (type) {
    case 'text': {
      const offsets = new Int32Array(buffer, kernels.alloc((length + 1) * 4), length + 1);
      return { type, length, offsets, bytes: new Uint8Array(buffer, kernels.alloc(textBytes), textBytes), validity };
    }
    case 'boolean':
      return { type, length, values: bitmap(), validity };
    case 'date':
    case 'int32':
      return { type, length, values: new Int32Array(buffer, kernels.alloc(length * 4), length), validity };
    case 'double':
      return { type, length, values: new Float64Array(buffer, kernels.alloc(length * 8), length), validity };
    default:
      return { type, length, values: new BigInt64Array(buffer, kernels.alloc(length * 8), length), validity };
  }
}

/** Row numbers in the kernels' memory. */
export function allocRows(kernels: Kernels, length: number): Int32Array {
  return new Int32Array(kernels.bytes.buffer as ArrayBuffer, kernels.alloc(length * 4), length);
}
