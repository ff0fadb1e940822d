/** Exact arithmetic on columns of amounts: kernels/assembly/money.ts. */
import type { Column, FixedColumn } from './column.ts';
import { fault } from './faults.ts';
import { allocFixed, withPlaced } from './place.ts';
import type { Kernels } from './wasm.ts';

export type AmountOperation = 'multiplyScaled' | 'multiplyWhole' | 'divideScaled' | 'subtract';

type Combine = (
  a: number,
  aValid: number,
  b: number,
  bValid: number,
  length: number,
  out: number,
  outValid: number,
  faults: number,
  code: number,
) => void;

interface Exports extends Readonly<Record<AmountOperation, Combine>> {
  valuesOrZero(values: number, valid: number, length: number, out: number): void;
  markNegative(values: number, valid: number, length: number, out: number): void;
  countBoth(aValid: number, bValid: number, length: number): number;
}

const exportsOf = (kernels: Kernels): Exports => kernels.exports as unknown as Exports;

/**
 * One amount a row, scaled by 10⁶, rounded once and half away from zero; null where a or b is:
 *
 *   multiplyScaled  a × b / 10⁶     multiplyWhole  a × n
 *   divideScaled    a × 10⁶ / b     subtract       a − b
 *
 * Where it does not fit DECIMAL(18,6), or b is a divisor of 0, the amount is null as well, and `faults` [length], a view
 * of the kernels' memory, becomes E_RANGE. The result is a view of the kernels' memory, and nulls rest as zeros.
 */
export function combineAmounts(
  kernels: Kernels,
  operation: AmountOperation,
  a: FixedColumn,
  b: FixedColumn,
  faults: Uint8Array,
): FixedColumn {
  const out = allocFixed(kernels, 'decimal', a.length);
  withPlaced(kernels, [a, b], (x, y) =>
    exportsOf(kernels)[operation](
      x!.values,
      x!.validity,
      y!.values,
      y!.validity,
      a.length,
      out.values.byteOffset,
      out.validity.byteOffset,
      faults.byteOffset,
      fault('E_RANGE'),
    ),
  );
  return out;
}

/** The same column with 0 in place of null. */
export function orZero(kernels: Kernels, column: FixedColumn): FixedColumn {
  const out = allocFixed(kernels, column.type, column.length);
  out.validity.fill(255);
  withPlaced(kernels, [column], from =>
    exportsOf(kernels).valuesOrZero(from!.values, from!.validity, column.length, out.values.byteOffset),
  );
  return out;
}

/** Sets the bits of `bitmap`, a view of the kernels' memory, at rows whose value is negative. */
export function markNegative(kernels: Kernels, column: FixedColumn, bitmap: Uint8Array): void {
  withPlaced(kernels, [column], from =>
    exportsOf(kernels).markNegative(from!.values, from!.validity, column.length, bitmap.byteOffset),
  );
}

/** In how many rows both columns have a value. */
export function countBoth(kernels: Kernels, a: Column, b: Column): number {
  return withPlaced(kernels, [a, b], (x, y) => exportsOf(kernels).countBoth(x!.validity, y!.validity, a.length));
}
