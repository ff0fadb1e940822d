/** XXH64: whether bytes are those that were written. Not safe against forgery; published files have SHA-256. */
import type { Kernels } from './wasm.ts';

interface Exports {
  xxh64(start: number, size: number, seed: bigint): bigint;
}

/** Hash of the `size` bytes at `start` of the kernels' memory. */
export function xxh64(kernels: Kernels, start: number, size: number, seed = 0n): bigint {
  const { xxh64: hash } = kernels.exports as unknown as Exports;
  return BigInt.asUintN(64, hash(start, size, seed));
}
