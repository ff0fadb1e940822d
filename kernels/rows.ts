/** Columns made of other columns, a whole column at a time. */
import { type Column, type FixedColumn, halves } from './column.ts';
import { daysOf } from './days.ts';
import { allocFixed, allocInt32s, place } from './place.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  setAll(bitmap: number, count: number): void;
  unpack64(from: number, count: number, base: bigint, width: number, out: number): void;
  zeros(bytes: number, count: number, out: number): number;
}

/** The rows of zero bytes, in order. */
export function zeroRows(kernels: Kernels, bytes: Uint8Array): Int32Array {
  const { zeros } = kernels.exports as unknown as Exports;
  // One more place than rows: each row is written before it is known whether it counts.
  const out = allocInt32s(kernels, bytes.length + 1);
  return out.subarray(0, zeros(place(kernels, bytes), bytes.length, out.byteOffset));
}

/** `first` added to whole numbers that are not negative, as 64-bit values without nulls. */
export function wideColumn(kernels: Kernels, numbers: Int32Array, first: number): FixedColumn {
  const kernel = kernels.exports as unknown as Exports;
  const { length } = numbers;
  const out = allocFixed(kernels, 'int64', length);
  kernel.unpack64(place(kernels, numbers), length, BigInt(first), 4, out.values.byteOffset);
  kernel.setAll(out.validity.byteOffset, length);
  return out;
}

/** The days of timestamps; of dates, the dates. Null stays null. */
export function dayColumn(kernels: Kernels, sold: Column): Column & { readonly type: 'date' } {
  if (sold.type === 'date') return sold;
  return daysOf(kernels, sold as FixedColumn);
}

/** The sum of the values at `rows`. Exact: the halves of 64-bit values are added apart, up to 2²¹ of them at a time. */
export function sumOf(column: FixedColumn, rows: Int32Array): bigint {
  const half = halves(column);
  let sum = 0n;
  for (let start = 0; start < rows.length; start += SUMMED_AT_ONCE) {
    let low = 0;
    let high = 0;
    for (let i = start; i < Math.min(rows.length, start + SUMMED_AT_ONCE); i++) {
      low += half[rows[i]! * 2]! >>> 0;
      high += half[rows[i]! * 2 + 1]!;
    }
    sum += BigInt(high) * 4_294_967_296n + BigInt(low);
  }
  return sum;
}

const SUMMED_AT_ONCE = 2 ** 21;
