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
    source: number,
    size: number,
    lead: number,
    codes: number,
    pairs: number,
    tree: number,
    treeSize: number,
    out: number,
  ): number;
  huffmanPairs(codes: number, pairs: number): void;
  histogram(source: number, size: number, out: number): void;
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

/** A frame of bytes of that shape, a view of the kernels' memory; null when the codes do not fit all parts of the data. */
export function zstdFrame(
  kernels: Kernels,
  source: number,
  size: number,
  { lead, count, literal, match }: RecordShape,
  huffman: Huffman | null,
): Uint8Array | null {
  const { zstdRecords, zstdLiterals } = kernels.exports as unknown as Exports;
  const scratch = kernels.alloc(BLOCK_BYTES + 2 * LITERAL_MAX);
  // Codes are 11 bits at most, where bytes have 8.
  const out = kernels.alloc(size * 2 + 1_024);
  const { codes, pairs, tree, treeSize } = huffman ?? { codes: 0, pairs: 0, tree: 0, treeSize: 0 };
  const end =
    count === 0
      ? zstdLiterals(source, size, lead, codes, pairs, tree, treeSize, out)
      : zstdRecords(source, size, lead, count, literal, match, codes, pairs, tree, treeSize, scratch, out);
  return end === 0 ? null : kernels.bytes.subarray(out, end);
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

/** The description of a tree has four bits for each byte up to the last but one of up to 128. */
const SYMBOLS_MAX = 128;
const CODE_BITS_MAX = 11;

/** Huffman codes for the bytes of a range; null when there is but one, or some beyond ASCII. */
export function huffmanOf(kernels: Kernels, source: number, size: number): Huffman | null {
  const { histogram, huffmanPairs } = kernels.exports as unknown as Exports;
  const at = kernels.alloc(4_096);
  histogram(source, size, at);
  const counts = new Uint32Array(kernels.bytes.buffer, at, 256);
  const symbols = [...counts.keys()].filter(symbol => counts[symbol]! > 0);
  const last = symbols.at(-1) ?? 0;
  if (symbols.length < 2 || last > SYMBOLS_MAX) return null;
  const lengths = codeLengths(symbols.map(symbol => counts[symbol]!));
  const longest = Math.max(...lengths);
  const weights = new Uint8Array(256);
  symbols.forEach((symbol, i) => {
    weights[symbol] = longest + 1 - lengths[i]!;
  });
  const bits = symbols.reduce((sum, symbol, i) => sum + counts[symbol]! * lengths[i]!, 0);
  const codes = kernels.alloc(1_024);
  new Uint32Array(kernels.bytes.buffer, codes, 256).set(canonicalCodes(weights, longest));
  const pairs = kernels.alloc(4 << 16);
  huffmanPairs(codes, pairs);
  const treeSize = 1 + ((last + 1) >> 1);
  const tree = kernels.alloc(treeSize);
  kernels.bytes[tree] = 127 + last;
  for (let i = 0; i < last; i += 2)
    kernels.bytes[tree + 1 + (i >> 1)] = (weights[i]! << 4) | (i + 1 < last ? weights[i + 1]! : 0);
  return { codes, pairs, tree, treeSize, ratio: bits / 8 / size };
}

/** Lengths of Huffman codes. When one is too long, the counts are flattened, which costs little: it is rare. */
function codeLengths(counts: readonly number[]): number[] {
  const nodes: { count: number; members: number[] }[] = counts.map((count, i) => ({ count, members: [i] }));
  const lengths = counts.map(() => 0);
  while (nodes.length > 1) {
    nodes.sort((a, b) => b.count - a.count || b.members[0]! - a.members[0]!);
    const [low, high] = [nodes.pop()!, nodes.pop()!];
    const members = [...low.members, ...high.members];
    for (const i of members) lengths[i]!++;
    nodes.push({ count: low.count + high.count, members });
  }
  return Math.max(...lengths) > CODE_BITS_MAX ? codeLengths(counts.map(count => (count >> 1) + 1)) : lengths;
}

/** Codes in the order of their lengths, the longest first, then of their symbols; length in the upper half of each. */
function canonicalCodes(weights: Uint8Array, longest: number): Uint32Array {
  const codes = new Uint32Array(256);
  let next = 0;
  for (let weight = 1; weight <= longest; weight++) {
    // A code that is a bit shorter is half the number: what came so far is always even.
    if (weight > 1) next >>= 1;
    const bits = longest + 1 - weight;
    weights.forEach((own, symbol) => {
      if (own === weight) codes[symbol] = next++ | (bits << 16);
    });
  }
  return codes;
}

/** The part of their size to which codes alone could bring bytes at best: their entropy, to its zeroth order. */
export function entropyRatio(kernels: Kernels, source: number, size: number): number {
  const { histogram } = kernels.exports as unknown as Exports;
  const mark = kernels.mark();
  const at = kernels.alloc(4_096);
  histogram(source, size, at);
  let bits = 0;
  for (const count of new Uint32Array(kernels.bytes.buffer, at, 256)) {
    if (count > 0) bits += count * Math.log2(size / count);
  }
  kernels.release(mark);
  return bits / 8 / size;
}
