/** Snappy's raw format, for readers that have no other. */
import type { Kernels } from './wasm.ts';

interface Exports {
  snappy(source: number, size: number, table: number, out: number): number;
}

const TABLE_BYTES = 32_768;

/** The `size` bytes at `source`, compressed: a view of the kernels' memory. May be a little longer than they are. */
export function snappyCompress(kernels: Kernels, source: number, size: number): Uint8Array {
  const { snappy } = kernels.exports as unknown as Exports;
  const out = kernels.alloc(size + Math.ceil(size / 6) + 32);
  const mark = kernels.mark();
  const end = snappy(source, size, kernels.alloc(TABLE_BYTES), out);
  kernels.release(mark);
  return kernels.bytes.subarray(out, end);
}
