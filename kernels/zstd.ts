/** Zstandard frames (RFC 8878) of data whose shape is known: several times faster than a search for matches, and smaller. */
import type { Kernels } from './wasm.ts';

interface Exports {
  zstdStore(source: number, size: number, out: number): number;
  zstdRecords(
    source: number,
    size: number,
    lead: number,
    count: number,
    literal: number,
    match: number,
    codes: number,
    pairs: number,
    tree: number,
    treeSize: number,
    scratch: number,
    out: number,
  ): number;
  zstdLiterals(
    start: number,
    lead: number,
    source: number,
    size: number,
    codes: number,
    pairs: number,
    tree: number,
    treeSize: number,
    out: number,
  ): number;
  zstdRuns(source: number, size: number, lead: number, width: number, scratch: number, out: number): number;
  runBits(start: number, count: number, width: number): number;
  huffmanCodes(counts: number, codes: number, tree: number, scratch: number): number;
  huffmanPairs(codes: number, pairs: number): void;
  histogram(source: number, size: number, out: number): void;
  histogramAbout(source: number, size: number, out: number): number;
  codeBits(counts: number, size: number): number;
}

/**
 * Bytes that are: `lead` ones, then `count` records of `literal` bytes each followed by `match` bytes that are the same
 * in all and end the lead, then less than a record. Of no records: bytes without matches, which only have codes.
 */
export interface RecordShape {
  readonly lead: number;
  readonly count: number;
  readonly literal: number;
  readonly match: number;
}

/** Codes of bytes, laid out in the kernels' memory. */
export interface Huffman {
  readonly codes: number;
  /** Of each two bytes, or 0. */
  readonly pairs: number;
  readonly tree: number;
  readonly treeSize: number;
  /** The part of their size to which the counted bytes come. */
  readonly ratio: number;
}

const BLOCK_BYTES = 131_072;
/** Fewer records do not pay for the first block, which holds one of them. */
const RECORDS_MIN = 64;
const LITERAL_MAX = 1_024;
/** Fewer bytes hardly pay for the description of their codes. */
const LITERALS_MIN = 1_024;

/** A frame that compresses nothing; a view of the kernels' memory. */
export function zstdStore(kernels: Kernels, source: number, size: number): Uint8Array {
  const { zstdStore: store } = kernels.exports as unknown as Exports;
  const out = kernels.alloc(size + (size >> 10) + 64);
  return kernels.bytes.subarray(out, store(source, size, out));
}

/**
 * A frame of bytes of that shape, a view of the kernels' memory; null when the codes do not fit all parts of the data. Bytes
 * that only have codes may lie apart from their lead, at `literals`.
 */
export function zstdFrame(
  kernels: Kernels,
  source: number,
  size: number,
  { lead, count, literal, match }: RecordShape,
  huffman: Huffman | null,
  literals = source + lead,
): Uint8Array | null {
  const { zstdRecords, zstdLiterals } = kernels.exports as unknown as Exports;
  const scratch = kernels.alloc(BLOCK_BYTES + 2 * LITERAL_MAX);
  // Codes are 11 bits at most, where bytes have 8.
  const out = kernels.alloc(size * 2 + 1_024);
  const { codes, pairs, tree, treeSize } = huffman ?? { codes: 0, pairs: 0, tree: 0, treeSize: 0 };
  const end =
    count === 0
      ? zstdLiterals(source, lead, literals, size - lead, codes, pairs, tree, treeSize, out)
      : zstdRecords(source, size, lead, count, literal, match, codes, pairs, tree, treeSize, scratch, out);
  return end === 0 ? null : kernels.bytes.subarray(out, end);
}

/** What making a frame of runs takes besides: literals, sequences and codes of a block. */
const RUNS_SCRATCH = 400 << 10;

/**
 * A frame of `lead` bytes and numbers of `width` bytes, 4 or 8, many of which are in some bytes as the one before them;
 * a view of the kernels' memory. Null when none of the first is.
 */
export function zstdRuns(
  kernels: Kernels,
  source: number,
  size: number,
  lead: number,
  width: number,
): Uint8Array | null {
  const { zstdRuns: runs } = kernels.exports as unknown as Exports;
  const out = kernels.alloc(size * 2 + 1_024);
  const mark = kernels.mark();
  const end = runs(source, size, lead, width, kernels.alloc(RUNS_SCRATCH), out);
  kernels.release(mark);
  return end === 0 ? null : kernels.bytes.subarray(out, end);
}

/** The part of its size that a frame of such numbers comes to, about, by `count` ≥ 2 of them. */
export function runsRatio(kernels: Kernels, start: number, count: number, width: number): number {
  const { runBits } = kernels.exports as unknown as Exports;
  return runBits(start + width, count - 1, width) / ((count - 1) * width * 8);
}

/** The part of its size that a frame of such a shape comes to; 1 when none can be made. */
export function frameRatio(
  size: number,
  { lead, count, literal, match }: RecordShape,
  huffman: Huffman | null,
): number {
  if (lead < 1 || lead >= BLOCK_BYTES / 2) return 1;
  if (count === 0)
    return huffman === null || size - lead < LITERALS_MIN ? 1 : (lead + (size - lead) * huffman.ratio) / size;
  if (count < RECORDS_MIN || literal < 1 || literal > LITERAL_MAX || match < 3 || match > 8) return 1;
  return ((size - count * match) * (huffman?.ratio ?? 1)) / size;
}

/** Of the description of codes, and of what making them takes. */
const TREE_BYTES = 256;
const CODES_SCRATCH = 8_192;
/** Entries of a table of codes of two that take as long as a byte that is coded by it saves. */
const PAIRS_PER_BYTE = 4;

/** Huffman codes for the bytes of a range; null when there is but one, or they are too many and too unlike to be told. */
export function huffmanOf(kernels: Kernels, source: number, size: number): Huffman | null {
  const { histogramAbout } = kernels.exports as unknown as Exports;
  const counts = kernels.alloc(4_096);
  return codesOf(kernels, counts, histogramAbout(source, size, counts), size);
}

/** The same by a sample, for `size` bytes of which all are below `kinds`. */
export function huffmanBySample(
  kernels: Kernels,
  [source, sampleSize]: readonly [source: number, size: number],
  kinds: number,
  size: number,
): Huffman | null {
  const { histogram } = kernels.exports as unknown as Exports;
  const counts = kernels.alloc(4_096);
  histogram(source, sampleSize, counts);
  const all = new Uint32Array(kernels.bytes.buffer, counts, kinds);
  for (let byte = 0; byte < kinds; byte++) all[byte]!++;
  return codesOf(kernels, counts, sampleSize + kinds, size);
}

function codesOf(kernels: Kernels, counts: number, counted: number, size: number): Huffman | null {
  const { codeBits, huffmanCodes, huffmanPairs } = kernels.exports as unknown as Exports;
  const codes = kernels.alloc(1_024);
  const tree = kernels.alloc(TREE_BYTES);
  const treeSize = huffmanCodes(counts, codes, tree, kernels.alloc(CODES_SCRATCH));
  if (treeSize === 0) return null;
  const used = new Uint32Array(kernels.bytes.buffer, codes, 256).reduce((sum, code) => sum + Number(code !== 0), 0);
  const pairs = used ** 2 * PAIRS_PER_BYTE > size ? 0 : kernels.alloc(4 << 16);
  if (pairs !== 0) huffmanPairs(codes, pairs);
  return { codes, pairs, tree, treeSize, ratio: (codeBits(counts, counted) >>> 0) / 8 / counted };
}

/** The part of their size to which codes alone could bring bytes: their entropy, but a bit at least for each. */
export function entropyRatio(kernels: Kernels, source: number, size: number): number {
  if (size === 0) return 1;
  const { codeBits, histogram } = kernels.exports as unknown as Exports;
  const mark = kernels.mark();
  const counts = kernels.alloc(4_096);
  histogram(source, size, counts);
  kernels.release(mark);
  return (codeBits(counts, size) >>> 0) / 8 / size;
}
