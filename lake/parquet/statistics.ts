/** Least and greatest values, by which readers skip what they need not look at. */
import { parquetKernels } from '../../kernels/parquet.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Dense } from './dense.ts';
import type { Statistics } from './footer.ts';
import type { Physical } from './types.ts';

/** Longer texts are left out: a part of one would be correct, but few readers know how to take it. */
const TEXT_BYTES_MAX = 256;

export interface Facts {
  readonly statistics: Statistics;
  /** Bits in which two of the values differ. Of booleans and text 0 when all are equal, otherwise all. */
  readonly differ: bigint;
  /** Of whole numbers: the least, and how far the greatest is from it. */
  readonly range: { readonly least: bigint; readonly span: bigint } | null;
  /** The size of every text; −1 when there are several. */
  readonly textSize: number;
}

type Numbers = Pick<Dense, 'values' | 'count'>;

const ALL_BITS = 2n ** 64n - 1n;

/** What is to be known of a column's values before they are encoded, by those numbers that are distinct if they are known. */
export function factsOf(kernels: Kernels, dense: Dense, distinct: Numbers = dense): Facts {
  const nulls = dense.rows - dense.count;
  if (dense.count === 0)
    return { statistics: { nulls, least: null, greatest: null }, differ: 0n, range: null, textSize: -1 };
  const mark = kernels.mark();
  const { physical } = dense;
  const facts = physical === 'text' ? textFacts(kernels, dense) : numberFacts(kernels, physical, distinct);
  kernels.release(mark);
  const { least, greatest, differ, range = null, textSize = -1 } = facts;
  return { statistics: { nulls, least, greatest }, differ, range, textSize };
}

interface Found {
  readonly least: Uint8Array | null;
  readonly greatest: Uint8Array | null;
  readonly differ: bigint;
  readonly range?: Facts['range'];
  readonly textSize?: number;
}

function numberFacts(kernels: Kernels, physical: Physical, { values, count }: Numbers): Found {
  const { scan64, scan32, countBits } = parquetKernels(kernels);
  if (physical === 'boolean') {
    const trues = countBits(values, count);
    const bit = (value: boolean) => Uint8Array.of(value ? 1 : 0);
    const differ = trues === 0 || trues === count ? 0n : ALL_BITS;
    return { least: bit(trues === count), greatest: bit(trues > 0), differ };
  }
  const out = kernels.alloc(24);
  if (physical === 'int32') scan32(values, count, out);
  else scan64(values, count, out);
  const view = new DataView(kernels.bytes.buffer, out, 24);
  const differ = view.getBigUint64(16, true);
  if (physical === 'double') return { ...doubleBounds(kernels, values, count), differ };
  const size = physical === 'int32' ? 4 : 8;
  const first = view.getBigInt64(0, true);
  return {
    range: { least: first, span: view.getBigInt64(8, true) - first },
    least: kernels.bytes.slice(out, out + size),
    greatest: kernels.bytes.slice(out + 8, out + 8 + size),
    differ,
  };
}

/**
 * Zeros are widened to −0 and +0, as the format asks. Where one value is no number nothing is said: readers disagree on
 * whether that is greater than all others.
 */
function doubleBounds(kernels: Kernels, values: number, count: number): Pick<Found, 'least' | 'greatest'> {
  const out = kernels.alloc(16);
  if (parquetKernels(kernels).scanDouble(values, count, out) > 0) return { least: null, greatest: null };
  const view = new DataView(kernels.bytes.buffer, out, 16);
  if (view.getFloat64(0, true) === 0) view.setFloat64(0, -0, true);
  if (view.getFloat64(8, true) === 0) view.setFloat64(8, 0, true);
  return { least: kernels.bytes.slice(out, out + 8), greatest: kernels.bytes.slice(out + 8, out + 16) };
}

function textFacts(kernels: Kernels, { values, offsets, count }: Dense): Found {
  const { textSize, textBounds } = parquetKernels(kernels);
  const at = new Int32Array(kernels.bytes.buffer, offsets, count + 1);
  const textOf = (row: number) => kernels.bytes.slice(values + at[row]!, values + at[row + 1]!);
  const size = textSize(offsets, 0, count);
  const rows = new Int32Array(kernels.bytes.buffer, kernels.alloc(8), 2);
  const isConstant = size === 0 || (size > 0 && repeats(kernels, values + at[0]!, values + at[count]!, size));
  if (!isConstant) textBounds(offsets, values, count, size, rows.byteOffset);
  else rows.fill(0);
  const [least, greatest] = [textOf(rows[0]!), textOf(rows[1]!)];
  const tooLong = least.length > TEXT_BYTES_MAX || greatest.length > TEXT_BYTES_MAX;
  return {
    least: tooLong ? null : least,
    greatest: tooLong ? null : greatest,
    differ: isConstant ? 0n : ALL_BITS,
    textSize: size,
  };
}

/** Whether the first `size` bytes come again and again: then bytes are equal to those `size` before. */
function repeats({ bytes }: Kernels, start: number, end: number, size: number): boolean {
  const view = Buffer.from(bytes.buffer, start, end - start);
  return view.compare(view, size, view.length, 0, view.length - size) === 0;
}
