/** A column's rows in the kernels' memory, with the nulls taken out: Parquet stores where they are, and only the others' values. */
import type { Column, TextColumn } from '../../kernels/column.ts';
import { addressOf, parquetKernels } from '../../kernels/parquet.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { type Physical, WIDTH } from './types.ts';

export interface Dense {
  readonly physical: Physical;
  readonly rows: number;
  /** Values that are not null. */
  readonly count: number;
  /** Address of the bitmap of what is there; null when nothing or everything is. */
  readonly validity: number | null;
  /** Address of the values, `count` of them, one behind the other; of text, what its offsets count from. */
  readonly values: number;
  /** Address of the offsets of text, one more than `count`. */
  readonly offsets: number;
}

/** Rows [from, to) of a column; `from` is a multiple of 8. Copies nothing that is in the kernels' memory and has no nulls. */
export function denseRows(kernels: Kernels, column: Column, physical: Physical, from: number, to: number): Dense {
  const { countBits } = parquetKernels(kernels);
  const rows = to - from;
  const validity = addressOf(kernels, column.validity.subarray(from >> 3, (to + 7) >> 3));
  const count = countBits(validity, rows);
  const some = count > 0 && count < rows;
  const dense = { physical, rows, count, validity: some ? validity : null };
  if (count === 0) return { ...dense, values: 0, offsets: 0 };
  if (column.type === 'text') return { ...dense, ...denseText(kernels, column, from, to, some ? validity : null) };
  const values = addressOf(
    kernels,
    column.type === 'boolean' ? column.values.subarray(from >> 3, (to + 7) >> 3) : column.values.subarray(from, to),
  );
  if (!some) return { ...dense, values, offsets: 0 };
  const { compact32, compact64, compactBits } = parquetKernels(kernels);
  const out = kernels.alloc(physical === 'boolean' ? (count + 7) >> 3 : count * WIDTH[physical]);
  const compact = physical === 'boolean' ? compactBits : WIDTH[physical] === 4 ? compact32 : compact64;
  compact(values, validity, rows, out);
  return { ...dense, values: out, offsets: 0 };
}

function denseText(
  kernels: Kernels,
  column: TextColumn,
  from: number,
  to: number,
  validity: number | null,
): Pick<Dense, 'values' | 'offsets'> {
  const [start, end] = [column.offsets[from]!, column.offsets[to]!];
  const offsets = addressOf(kernels, column.offsets.subarray(from, to + 1));
  // Offsets count from the beginning of the column's bytes, which may lie before those that were copied.
  const values = addressOf(kernels, column.bytes.subarray(start, end)) - start;
  if (validity === null) return { values, offsets };
  const out = { values: kernels.alloc(end - start), offsets: kernels.alloc((to - from + 1) * 4) };
  parquetKernels(kernels).compactText(offsets, values, validity, to - from, out.offsets, out.values);
  return out;
}
