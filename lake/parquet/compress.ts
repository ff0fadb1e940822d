/** Compression of pages. A codec holds for a whole column chunk: one that does not gain by it is left as it is. */
import { constants, zstdCompressSync } from 'node:zlib';
import { snappyCompress } from '../../kernels/snappy.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import {
  entropyRatio,
  frameRatio,
  type Huffman,
  huffmanOf,
  type RecordShape,
  runsRatio,
  zstdFrame,
  zstdRuns,
  zstdStore,
} from '../../kernels/zstd.ts';
import type { Codec } from './types.ts';

/** What is known of the bytes of a page. */
export interface Nature {
  /** Bytes of a number, 4 or 8, of which the next may be like it; 0 of other values. */
  readonly width: number;
  /** Whether there may be matches at any distance. */
  readonly repeats: boolean;
}

/** A page's body before compression, in the kernels' memory. */
export interface Body {
  readonly start: number;
  readonly size: number;
  /** Bytes before the values. */
  readonly lead: number;
  readonly nature: Nature;
  /** How its values are alike, if they are. */
  readonly shape: RecordShape | null;
  readonly huffman: Huffman | null;
  /** Its last bytes, for which there is room, but which lie elsewhere until they are fetched; they begin behind the shape's lead. */
  readonly apart: Apart | null;
}

/** A range of the kernels' memory. */
export interface Apart {
  readonly at: number;
  readonly size: number;
}

/** Level 1 is within a few percent of level 3 on columns, in half the time. */
const LEVEL = 1;
/** Bytes by which a page is judged. */
const SAMPLE_BYTES = 8_192;
/** Smaller pages have nothing to gain that is worth a frame. */
const SMALL_BYTES = 256;
/** Compressed pages that are hardly smaller are not worth their decompression. */
export const GAIN_MIN = 0.95;
/** Snappy's decompression costs hardly more than a copy. */
const SNAPPY_GAIN_MIN = 0.99;
/** Ways that take longer have to be so much better: codes and runs, which are several times slower than leaving out what is known. */
const CODES_COST = 1.25;
/** The library is slower again, and each call makes a megabyte of memory that the garbage collector is told of. */
const LIBRARY_COST = 1.2;

/** Bodies as they are to be written, and whether they are compressed. */
export function compressPages(
  kernels: Kernels,
  bodies: readonly Body[],
  wanted: Codec,
): { codec: Codec; pages: readonly Uint8Array[] } {
  const plain = bodies.map(({ start, size }) => kernels.bytes.subarray(start, start + size));
  if (wanted === 'snappy') {
    fetchApart(kernels, bodies);
    const pages = bodies.map(({ start, size }) => snappyCompress(kernels, start, size));
    if (total(pages) < total(plain) * SNAPPY_GAIN_MIN) return { codec: wanted, pages };
  }
  if (wanted === 'zstd') {
    const compressed = bodies.map(body => zstd(kernels, body));
    const [before, after] = [total(plain), total(compressed.map((page, i) => page ?? plain[i]!))];
    if (after < before * GAIN_MIN) {
      const pages = compressed.map((page, i) => page ?? stored(kernels, bodies[i]!));
      return { codec: wanted, pages };
    }
  }
  fetchApart(kernels, bodies);
  return { codec: 'none', pages: plain };
}

/** Puts together what lies apart, if it was not done before. */
function fetchApart({ bytes }: Kernels, bodies: readonly Body[]): void {
  for (const { start, size, apart } of bodies)
    if (apart !== null) bytes.copyWithin(start + size - apart.size, apart.at, apart.at + apart.size);
}

function stored(kernels: Kernels, body: Body): Uint8Array {
  fetchApart(kernels, [body]);
  return zstdStore(kernels, body.start, body.size);
}

const total = (pages: readonly Uint8Array[]): number => pages.reduce((sum, { length }) => sum + length, 0);

/** The part that is left of a page that may be compressed to this part: all, when that is hardly worth it. */
export const compressedRatio = (ratio: number): number => (ratio < GAIN_MIN ? ratio : 1);

/** A way to make a frame. */
interface Way {
  /** The part of its size to which it is thought to bring a page. */
  readonly ratio: number;
  readonly cost: number;
  make(): Uint8Array | null;
}

/** Null when nothing is gained. */
function zstd(kernels: Kernels, body: Body): Uint8Array | null {
  const { size } = body;
  if (size < SMALL_BYTES) return null;
  const ways = waysOf(kernels, body)
    .filter(({ ratio }) => ratio < GAIN_MIN)
    .sort((a, b) => a.ratio * a.cost - b.ratio * b.cost);
  for (const { make } of ways) {
    const frame = make();
    if (frame !== null && frame.length < size * GAIN_MIN) return frame;
  }
  return null;
}

function waysOf(kernels: Kernels, body: Body): Way[] {
  const { start, size, lead, nature, shape, huffman, apart } = body;
  const { at: values, size: valueBytes } = apart ?? { at: start + lead, size: size - lead };
  const whole = (make: () => Uint8Array | null) => () => {
    fetchApart(kernels, [body]);
    return make();
  };
  return [
    {
      ratio: shape === null ? 1 : frameRatio(size, shape, huffman),
      cost: 1,
      make: () => zstdFrame(kernels, start, size, shape!, huffman, apart?.at),
    },
    {
      ratio: numbersRatio(kernels, values, valueBytes, nature.width),
      cost: CODES_COST,
      make: whole(() => zstdRuns(kernels, start, size, lead, nature.width)),
    },
    {
      // Values of a shape have codes already.
      ratio: huffman === null ? entropyRatio(kernels, ...sampleOf(values, valueBytes)) + CODES_BYTES / size : 1,
      cost: CODES_COST,
      make: whole(() => codedFrame(kernels, body)),
    },
    {
      ratio: nature.repeats ? searchRatio(kernels, values, valueBytes) : 1,
      cost: LIBRARY_COST,
      make: whole(() => librarySearch(kernels, start, size)),
    },
  ];
}

/** Of a frame of codes alone: its headers and the description of the codes, about. */
const CODES_BYTES = 128;

function codedFrame(kernels: Kernels, { start, size, lead }: Body): Uint8Array | null {
  const plain = Math.max(1, lead);
  const huffman = huffmanOf(kernels, start + plain, size - plain);
  return huffman && zstdFrame(kernels, start, size, { lead: plain, count: 0, literal: 0, match: 0 }, huffman);
}

/** The part of their size to which numbers come when what they share with the one before them is left out, by a sample. */
export function numbersRatio(kernels: Kernels, start: number, size: number, width: number): number {
  const count = Math.floor(Math.min(size, SAMPLE_BYTES) / Math.max(1, width));
  if (width === 0 || count < 2) return 1;
  const from = start + Math.floor((size / width - count) / 2) * width;
  return runsRatio(kernels, from, count, width);
}

/**
 * The part of its size to which a search for matches brings a range, by a sample from its middle: what Snappy makes of
 * it, of which codes would save about half of what they save of all.
 */
export function searchRatio(kernels: Kernels, start: number, size: number): number {
  const mark = kernels.mark();
  const [from, length] = sampleOf(start, size);
  const matched = snappyCompress(kernels, from, length).length / Math.max(1, length);
  kernels.release(mark);
  return (matched * (1 + entropyRatio(kernels, from, length))) / 2;
}

/** Address and size of a sample from the middle of a range. */
function sampleOf(start: number, size: number): [start: number, size: number] {
  return [start + (Math.max(0, size - SAMPLE_BYTES) >> 4) * 8, Math.min(size, SAMPLE_BYTES)];
}

function librarySearch(kernels: Kernels, start: number, size: number): Uint8Array {
  // Room for all of it at once: the library is called again for each piece of this size.
  const chunkSize = Math.max(1_024, size >> 1);
  const params = { [constants.ZSTD_c_compressionLevel]: LEVEL };
  return zstdCompressSync(kernels.bytes.subarray(start, start + size), { chunkSize, params });
}
