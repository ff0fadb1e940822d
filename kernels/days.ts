/** Days of whole columns of timestamps: kernels/assembly/days.ts. */
import type { DateColumn, FixedColumn } from './column.ts';
import { allocDates, withPlaced } from './place.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  daysOf(values: number, valid: number, length: number, out: number): void;
}

/** The day on which each timestamp lies; null for null. A view of the kernels' memory. */
export function daysOf(kernels: Kernels, times: FixedColumn): DateColumn {
  const { daysOf: fill } = kernels.exports as unknown as Exports;
  const { length } = times;
  const out = allocDates(kernels, length);
  out.validity.set(times.validity.subarray(0, out.validity.length));
  withPlaced(kernels, [times], from => fill(from!.values, from!.validity, length, out.values.byteOffset));
  return out;
}
