/** Compression of pages. A codec holds for a whole column chunk: one that does not gain by it is left as it is. */
import { constants, zstdCompressSync } from 'node:zlib';
import { snappyCompress } from '../../kernels/snappy.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { entropyRatio, frameRatio, type Huffman, type RecordShape, zstdFrame, zstdStore } from '../../kernels/zstd.ts';
import type { Codec } from './types.ts';

/** A page's body before compression, in the kernels' memory. */
export interface Body {
  readonly start: number;
  readonly size: number;
  /** How its values are alike, if they are. */
  readonly shape: RecordShape | null;
  readonly huffman: Huffman | null;
  /** What it holds: of distinct values and of packed bits less is to be tried. */
  readonly kind: 'values' | 'entries' | 'indices';
}

/** Level 1 is within a few percent of level 3 on columns, in half the time. */
const LEVEL = 1;
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
  if (wanted === 'snappy') {
    const pages = bodies.map(({ start, size }) => snappyCompress(kernels, start, size));
    if (total(pages) < total(plain) * GAIN_MIN) return { codec: wanted, pages };
  }
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
function zstd(kernels: Kernels, body: Body): Uint8Array | null {
  const { start, size, shape, huffman } = body;
  if (size < SMALL_BYTES) return null;
  const known = shape === null ? 1 : frameRatio(size, shape, huffman);
  const searched = expectedRatio(kernels, body, known);
  if (Math.min(searched, known) > GAIN_MIN) return null;
  if (known < 1 && known * SEARCH_COSTS <= searched) {
    const frame = zstdFrame(kernels, start, size, shape!, huffman);
    if (frame !== null) return frame;
  }
  const found = search(kernels, start, size);
  return found.length < size * GAIN_MIN ? found : null;
}

/** What a search for matches is thought to bring, with as little work as will do. */
function expectedRatio(kernels: Kernels, { start, size, kind }: Body, known: number): number {
  // Bit packing leaves no matches, but some bits may come more often than others.
  if (kind === 'indices') return entropyRatio(kernels, ...sampleOf(start, size));
  // No entry comes twice: there is little to be found that is not known.
  if (kind === 'entries' && known < 1) return 1;
  return size <= SAMPLE_BYTES ? 0 : searchRatio(kernels, start, size);
}

/** A search for matches takes ten times as long as knowing them: it has to be so much better. */
const SEARCH_COSTS = 0.9;

/** The part of their size to which a search for matches brings bytes, by a sample from their middle. */
export function searchRatio(kernels: Kernels, start: number, size: number): number {
  const [from, length] = sampleOf(start, size);
  return search(kernels, from, length).length / Math.max(1, length);
}

/** Address and size of a sample from the middle of a range. */
function sampleOf(start: number, size: number): [start: number, size: number] {
  return [start + (Math.max(0, size - SAMPLE_BYTES) >> 4) * 8, Math.min(size, SAMPLE_BYTES)];
}

function search(kernels: Kernels, start: number, size: number): Uint8Array {
  // Room for all of it at once: the library is called again for each piece of this size.
  const chunkSize = Math.max(1_024, size >> 1);
  const params = { [constants.ZSTD_c_compressionLevel]: LEVEL };
  return zstdCompressSync(kernels.bytes.subarray(start, start + size), { chunkSize, params });
}
