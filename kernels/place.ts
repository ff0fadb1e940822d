/** Typed arrays and columns in the kernels' memory: what is there already is used in place, the rest is copied in. */
import type { Kernels } from './wasm.ts';

/** Address of the view's bytes: where they are if that is the kernels' own memory, otherwise of a copy. */
export function place(kernels: Kernels, view: ArrayBufferView): number {
  if (view.buffer === kernels.bytes.buffer) return view.byteOffset;
  const start = kernels.alloc(view.byteLength);
  kernels.bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), start);
  return start;
}
