/** Purchases, factors and plain arithmetic for tests of recommender kernels. */
import { below, listOf, type Random } from '../test/random.ts';
import type { Purchases } from './purchases.ts';
import type { Kernels } from './wasm.ts';

/** Some customers buy nothing, some nearly everything. */
export function randomPurchases(random: Random, customers: number, items: number, weighted = false): Purchases {
  const rows = listOf(customers, () => {
    const share = random() < 0.2 ? 0 : random() ** 3;
    return listOf(items, item => item).filter(() => random() < share);
  });
  const purchases = purchasesOf(rows);
  const weights = Float32Array.from(purchases.items, () => 0.1 + random() * 3);
  return weighted ? { ...purchases, weights } : purchases;
}

export function purchasesOf(rows: readonly (readonly number[])[]): Purchases {
  const ptr = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    ptr[i + 1] = ptr[i]! + row.length;
  });
  return { ptr, items: Int32Array.from(rows.flat()) };
}

export const rangeOf = (purchases: Purchases, from: number, to: number): Purchases => ({
  ...purchases,
  ptr: purchases.ptr.subarray(from, to + 1),
});

/** Numbers around zero; `whole` ones of few values, so that many scores are equal. */
export const randomFactors = (random: Random, length: number, whole = false): Float32Array =>
  Float32Array.from({ length }, () => (whole ? below(random, 3) - 1 : random() + random() - 1));

/** Gives back all memory, and leaves numbers in it that show where they are used. */
export function soil(kernels: Kernels, bytes = 1 << 22): void {
  kernels.release(0);
  kernels.bytes.fill(0xff, kernels.mark(), kernels.mark() + bytes);
}

/** The inverse of a matrix in doubles, by Gauss and Jordan with pivots of rows. */
export function inverseOf(matrix: Float64Array, size: number): Float64Array {
  const rows = listOf(size, i => [
    ...matrix.subarray(i * size, (i + 1) * size),
    ...listOf(size, j => (i === j ? 1 : 0)),
  ]);
  for (let k = 0; k < size; k++) {
    let best = k;
    for (let i = k; i < size; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[best]![k]!)) best = i;
    [rows[k], rows[best]] = [rows[best]!, rows[k]!];
    const pivot = rows[k]!.map(value => value / rows[k]![k]!);
    rows[k] = pivot;
    for (const [i, row] of rows.entries()) {
      const factor = row[k]!;
      if (i !== k && factor !== 0) for (let j = 0; j < 2 * size; j++) row[j]! -= factor * pivot[j]!;
    }
  }
  return Float64Array.from(rows.flatMap(row => row.slice(size)));
}
