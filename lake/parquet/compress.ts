/** Compression of pages. A codec holds for a whole column chunk: one that does not gain by it is left as it is. */
import { constants, zstdCompressSync } from 'node:zlib';
import type { Kernels } from '../../kernels/wasm.ts';
import { type Huffman, isRegular, type RecordShape, zstdRecords, zstdStore } from '../../kernels/zstd.ts';
import type { Codec } from './types.ts';

/** A page's body before compression, in the kernels' memory. */
export interface Body {
  readonly start: number;
  readonly size: number;
  /** How its values are alike, if they are. */
  readonly shape: RecordShape | null;
  readonly huffman: Huffman | null;
}

/** Level 1 is within a few percent of level 3 on columns, in half the time. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** Bytes by which a page is judged. A call of the library takes some 40 µs, however little it is given. */
const SAMPLE_BYTES = 8_192;
/** Smaller pages have nothing to gain that is worth a call. */
const SMALL_BYTES = 256;
/** Compressed pages that are hardly smaller are not worth their decompression. */
const GAIN_MIN = 0.95;

/** Bodies as they are to be written, and whether they are compressed. */
export function compressPages(
  kernels: Kernels,
  bodies: readonly Body[],
  wanted: Codec,
): { codec: Codec; pages: readonly Uint8Array[] } {
  const plain = bodies.map(({ start, size }) => kernels.bytes.subarray(start, start + size));
  if (wanted === 'zstd') {
    const compressed = bodies.map(body => zstd(kernels, body));
    const [before, after] = [total(plain), total(compressed.map((page, i) => page ?? plain[i]!))];
    if (after < before * GAIN_MIN) {
      const pages = compressed.map((page, i) => page ?? zstdStore(kernels, bodies[i]!.start, bodies[i]!.size));
      return { codec: wanted, pages };
    }
  }
  return { codec: 'none', pages: plain };
}

const total = (pages: readonly Uint8Array[]): number => pages.reduce((sum, { length }) => sum + length, 0);

/** Null when nothing is gained. */
function zstd(kernels: Kernels, { start, size, shape, huffman }: Body): Uint8Array | null {
  if (size < SMALL_BYTES) return null;
  const ratio = searchRatio(kernels, start, size);
  const shaped = shape === null || !isRegular(shape) ? 1 : recordRatio(size, shape, huffman);
  if (Math.min(ratio, shaped) > GAIN_MIN) return null;
  if (shaped < 1 && shaped * SEARCH_COSTS <= ratio) {
    const frame = zstdRecords(kernels, start, size, shape!, huffman);
    if (frame !== null) return frame;
  }
  const found = zstdCompressSync(kernels.bytes.subarray(start, start + size), LEVEL);
  return found.length < size * GAIN_MIN ? found : null;
}

/** A search for matches takes ten times as long as knowing them: it has to be so much better. */
const SEARCH_COSTS = 0.9;

/** The part of their size to which a search for matches brings bytes, by a sample from their middle. */
export function searchRatio(kernels: Kernels, start: number, size: number): number {
  const from = start + (Math.max(0, size - SAMPLE_BYTES) >> 4) * 8;
  const sample = kernels.bytes.subarray(from, Math.min(start + size, from + SAMPLE_BYTES));
  return zstdCompressSync(sample, LEVEL).length / Math.max(1, sample.length);
}

function recordRatio(size: number, { count, match }: RecordShape, huffman: Huffman | null): number {
  return ((size - count * match) * (huffman?.ratio ?? 1)) / size;
}
