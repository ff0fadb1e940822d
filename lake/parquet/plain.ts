/** PLAIN: values as they are in memory. */
import { parquetKernels } from '../../kernels/parquet.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { type Huffman, huffmanOf, type RecordShape } from '../../kernels/zstd.ts';
import type { Apart, Body, Nature } from './compress.ts';
import type { Dense } from './dense.ts';
import type { Facts } from './statistics.ts';
import { ENCODING, WIDTH } from './types.ts';

/** Writes the values of a chunk's pages. */
export interface Encoder {
  readonly encoding: number;
  readonly nature: Nature;
  readonly dictionary: { readonly entries: number; readonly body: Body } | null;
  /** Address of value `from` where they lie as they would be written; null where they have to be. */
  inPlace(from: number): number | null;
  /** Room that values [from, to) may need. */
  room(from: number, to: number): number;
  /** Writes them; returns the end. */
  write(from: number, to: number, out: number): number;
  /** What is to follow the bytes that were written, where it lies; nothing may be behind them then but that. */
  apart?(from: number, to: number): Apart;
  /** How `size` bytes of them are alike behind `lead` bytes of something else. */
  shape(from: number, to: number, lead: number, size: number): RecordShape | null;
  /** Codes for the bytes in which they differ, if that gains something. */
  huffman(from: number, to: number): Huffman | null;
}

/** Bytes of the size of a text. */
export const SIZE_BYTES = 4;

/** Bytes at the low end of a 64-bit value in which values differ, when the others, three or more, can be matched. */
export function entropyWidth({ physical }: Dense, { differ }: Facts): number {
  const width = WIDTH[physical];
  let bytes = 1;
  for (let rest = differ >> 8n; rest > 0n; rest >>= 8n) bytes++;
  return width === 8 && bytes <= 5 ? bytes : width;
}

export function plainSize(kernels: Kernels, { physical, offsets, count }: Dense): number {
  if (physical === 'boolean') return (count + 7) >> 3;
  if (physical !== 'text') return count * WIDTH[physical];
  const at = new Int32Array(kernels.bytes.buffer, offsets, count + 1);
  return at[count]! - at[0]! + count * SIZE_BYTES;
}

export function plainNumbers(kernels: Kernels, dense: Dense, facts: Facts): Encoder {
  const { physical, values } = dense;
  const width = WIDTH[physical];
  const sizeOf = (from: number, to: number) => (physical === 'boolean' ? (to - from + 7) >> 3 : (to - from) * width);
  return {
    encoding: ENCODING.plain,
    nature: { width: physical === 'boolean' ? 8 : width, repeats: physical === 'double' },
    dictionary: null,
    inPlace: from => (physical === 'boolean' ? null : values + from * width),
    room: sizeOf,
    write(from, to, out) {
      if (physical === 'boolean') return copyBits(kernels, values, from, to, out);
      kernels.bytes.copyWithin(out, values + from * width, values + to * width);
      return out + (to - from) * width;
    },
    shape: (from, to, lead) => numberShape(dense, facts, lead, to - from),
    huffman: () => null,
  };
}

export function numberShape(dense: Dense, facts: Facts, lead: number, count: number): RecordShape | null {
  const width = WIDTH[dense.physical];
  const literal = entropyWidth(dense, facts);
  return literal < width ? { lead: lead + width, count: count - 1, literal, match: width - literal } : null;
}

/** A page may begin within a byte when the one before has nulls. */
function copyBits({ bytes }: Kernels, values: number, from: number, to: number, out: number): number {
  const size = (to - from + 7) >> 3;
  const shift = from & 7;
  const start = values + (from >> 3);
  if (shift === 0) bytes.copyWithin(out, start, start + size);
  else
    for (let i = 0; i < size; i++)
      bytes[out + i] = (bytes[start + i]! >> shift) | (bytes[start + i + 1]! << (8 - shift));
  // What stands behind the last value is nobody's, and may differ from one time to the next.
  if (((to - from) & 7) !== 0) bytes[out + size - 1]! &= (1 << ((to - from) & 7)) - 1;
  return out + size;
}

export function plainTexts(kernels: Kernels, { values, offsets, count }: Dense, { textSize }: Facts): Encoder {
  const at = new Int32Array(kernels.bytes.buffer, offsets, count === 0 ? 0 : count + 1);
  return {
    encoding: ENCODING.plain,
    nature: { width: 0, repeats: true },
    dictionary: null,
    inPlace: () => null,
    room: (from, to) => (count === 0 ? 0 : at[to]! - at[from]! + (to - from) * SIZE_BYTES),
    write: (from, to, out) => parquetKernels(kernels).plainText(offsets, values, from, to, out),
    // Texts of one size: behind each stands the size of the next.
    shape: (from, to, lead) =>
      textSize > 0 ? { lead: lead + SIZE_BYTES, count: to - from - 1, literal: textSize, match: SIZE_BYTES } : null,
    huffman: (from, to) => huffmanOf(kernels, values + at[from]!, at[to]! - at[from]!),
  };
}
