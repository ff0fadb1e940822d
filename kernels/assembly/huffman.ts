/** Huffman codes of bytes, and the sections of Zstandard's blocks (RFC 8878, sections 3.1.1.3.1 and 4.2) that they make. */
import { CODER_BYTES, fseBits, fseCoder, fseDescription, fseLog, fseNext, fseStart } from './fse';

const SYMBOLS: u32 = 256;
/** Longer codes are not allowed. */
const BITS_MAX: u32 = 11;
/** Weights of four bits each are told for so many bytes; for more only as a stream of codes of their own. */
const DIRECT_MAX: u32 = 128;

/**
 * Codes for bytes that come as often as the 256 `counts` (32 bits each) say: 32 bits each to `codes`, the code with its
 * length above 16 bits; 0 where there is none. Their description goes to `tree`, which has room for 129 bytes. `scratch`:
 * 16 KiB. Returns the size of the description, or 0 when there are no two bytes to tell apart, or it cannot be told.
 */
export function huffmanCodes(counts: usize, codes: usize, tree: usize, scratch: usize): u32 {
  const sorted = scratch;
  const used = sortSymbols(counts, sorted);
  if (used < 2) return 0;
  const weights = scratch + 2_048;
  memory.fill(weights, 0, SYMBOLS);
  const longest = codeLengths(sorted, used, weights, scratch + 2_304);
  let last: u32 = 0;
  for (let symbol: u32 = 0; symbol < SYMBOLS; symbol++) {
    const length = load<u8>(weights + symbol);
    if (length == 0) continue;
    store<u8>(weights + symbol, <u8>(longest + 1 - length));
    last = symbol;
  }
  canonicalCodes(weights, longest, codes);
  if (last > DIRECT_MAX) return streamedWeights(weights, last, tree, scratch + 2_304);
  store<u8>(tree, <u8>(127 + last));
  store<u8>(weights + last, 0);
  for (let symbol: u32 = 0; symbol < last; symbol += 2) {
    store<u8>(tree + 1 + (symbol >> 1), (load<u8>(weights + symbol) << 4) | load<u8>(weights + symbol, 1));
  }
  return 1 + ((last + 1) >> 1);
}

/** The bytes that come at all, the rarest first: 64 bits each, the byte below its count. Sorted by insertion, in strides that shrink. */
function sortSymbols(counts: usize, sorted: usize): u32 {
  let used: u32 = 0;
  for (let symbol: u32 = 0; symbol < SYMBOLS; symbol++) {
    const count = <u64>load<u32>(counts + (<usize>symbol << 2));
    if (count == 0) continue;
    store<u64>(sorted + (<usize>used << 3), (count << 8) | symbol);
    used++;
  }
  for (let stride: usize = 8 * 64; stride >= 8; stride = (stride >> 5) << 3) {
    for (let i = stride; i < <usize>used << 3; i += 8) {
      const own = load<u64>(sorted + i);
      let at = i;
      for (; at >= stride && load<u64>(sorted + at - stride) > own; at -= stride) {
        store<u64>(sorted + at, load<u64>(sorted + at - stride));
      }
      store<u64>(sorted + at, own);
    }
  }
  return used;
}

/**
 * Lengths of the codes of the symbols, to `lengths`; returns the longest. Nodes are joined in the order of their counts,
 * of which there are two queues: leaves, and nodes in the order they were made. When a code is too long, the counts are
 * flattened, which costs little: it is rare.
 */
function codeLengths(sorted: usize, used: u32, lengths: usize, nodes: usize): u32 {
  // A node: its count, and the number of its parent.
  for (let i: usize = 0; i < used; i++) {
    store<u32>(nodes + (i << 3), <u32>(load<u64>(sorted + (i << 3)) >> 8));
  }
  while (true) {
    let leaf: usize = 0;
    let node: usize = used;
    const root: usize = 2 * used - 2;
    for (let next: usize = used; next <= root; next++) {
      let sum: u32 = 0;
      for (let child = 0; child < 2; child++) {
        const isLeaf = leaf < used && (node >= next || load<u32>(nodes + (leaf << 3)) <= load<u32>(nodes + (node << 3)));
        const least = isLeaf ? leaf++ : node++;
        sum += load<u32>(nodes + (least << 3));
        store<u32>(nodes + (least << 3), <u32>next, 4);
      }
      store<u32>(nodes + (next << 3), sum);
    }
    // Depths replace the parents, from the root down; a node's count is no longer needed, a leaf's may be.
    let longest: u32 = 0;
    store<u32>(nodes + (root << 3), 0, 4);
    for (let i: isize = <isize>root - 1; i >= 0; i--) {
      const at = nodes + (<usize>i << 3);
      const depth = load<u32>(nodes + (<usize>load<u32>(at, 4) << 3), 4) + 1;
      store<u32>(at, depth, 4);
      if (i < <isize>used) {
        store<u8>(lengths + load<u8>(sorted + (<usize>i << 3)), <u8>depth);
        longest = max(longest, depth);
      }
    }
    if (longest <= BITS_MAX) return longest;
    for (let i: usize = 0; i < used; i++) store<u32>(nodes + (i << 3), (load<u32>(nodes + (i << 3)) >> 1) + 1);
  }
}

/** Codes in the order of their lengths, the longest first, then of their symbols. */
function canonicalCodes(weights: usize, longest: u32, codes: usize): void {
  let next: u32 = 0;
  for (let weight: u32 = 1; weight <= longest; weight++) {
    // A code that is a bit shorter is half the number: what came so far is always even.
    if (weight > 1) next >>= 1;
    const bits = longest + 1 - weight;
    for (let symbol: u32 = 0; symbol < SYMBOLS; symbol++) {
      if (load<u8>(weights + symbol) == weight) store<u32>(codes + (<usize>symbol << 2), next++ | (bits << 16));
    }
  }
  for (let symbol: u32 = 0; symbol < SYMBOLS; symbol++) {
    if (load<u8>(weights + symbol) == 0) store<u32>(codes + (<usize>symbol << 2), 0);
  }
}

/** Weights are told by a coder with two states, which take turns (section 4.2.1.2). The last one is known from the others. */
function streamedWeights(weights: usize, last: u32, tree: usize, scratch: usize): u32 {
  const counts = scratch;
  const coder = scratch + 64;
  memory.fill(counts, 0, 64);
  for (let symbol: u32 = 0; symbol < last; symbol++) {
    const count = counts + (<usize>load<u8>(weights + symbol) << 2);
    store<u32>(count, load<u32>(count) + 1);
  }
  fseCoder(counts, BITS_MAX + 1, last, 6, coder);
  // Weights that are all alike have no codes.
  if (fseLog(coder) == 0) return 0;
  const body = scratch + 64 + CODER_BYTES;
  let out = fseDescription(coder, BITS_MAX + 1, body);
  let word: u64 = 0;
  let filled: u64 = 0;
  let own = fseStart(coder, load<u8>(weights + last - 1));
  let other = fseStart(coder, load<u8>(weights + last - 2));
  for (let at: isize = <isize>last - 3; at >= 0; at--) {
    const symbol = <u32>load<u8>(weights + at);
    const bits = fseBits(coder, own, symbol);
    word |= <u64>(own & ((1 << bits) - 1)) << filled;
    filled += bits;
    const next = fseNext(coder, own, symbol, bits);
    own = other;
    other = next;
    store<u64>(out, word);
    out += <usize>(filled >> 3);
    word >>= filled & ~7;
    filled &= 7;
  }
  // The state whose turn it is next belongs to the second symbol, the other to the first, with which a reader begins.
  const low = 63;
  word |= <u64>(own & low) << filled;
  word |= <u64>(other & low) << (filled + 6);
  filled += 12;
  word |= <u64>1 << filled;
  store<u64>(out, word);
  out += <usize>((filled >> 3) + 1);
  const size = <u32>(out - body);
  if (size >= DIRECT_MAX) return 0;
  store<u8>(tree, <u8>size);
  memory.copy(tree + 1, body, size);
  return size + 1;
}

/**
 * A literals section in four streams. Without a description of the tree, the one of the block before holds. A table of
 * `pairs` pays for 100 KiB and more; it may be 0.
 */
export function huffmanLiterals(
  source: usize,
  size: u32,
  codes: usize,
  pairs: usize,
  tree: usize,
  treeSize: u32,
  out: usize,
): usize {
  const header = out;
  memory.copy(out + 5, tree, treeSize);
  const jumps = out + 5 + treeSize;
  out = jumps + 6;
  const quarter = (size + 3) >> 2;
  const areShort = longestCode(codes) <= SHORT_MAX;
  for (let stream: u32 = 0; stream < 4; stream++) {
    const start = out;
    const from = quarter * stream;
    out = huffmanStream(source + from, stream == 3 ? size - from : quarter, codes, pairs, areShort, out);
    if (stream < 3) store<u16>(jumps + (stream << 1), <u16>(out - start));
  }
  const type: u64 = treeSize == 0 ? 3 : 2;
  store<u64>(header, type | (3 << 2) | (<u64>size << 4) | (<u64>(out - header - 5) << 22) | (load<u64>(header) & ~0xff_ffff_ffff));
  return out;
}

/**
 * Codes of each two bytes that follow one another, from those of each byte (32 bits: the code, its length above 16). Of a
 * pair the second comes first, as streams are written backwards. `pairs` has room for 2^16 of them (32 bits: the length of the
 * codes, and above 8 bits the codes); only those of bytes that have codes are set.
 */
export function huffmanPairs(codes: usize, pairs: usize): void {
  for (let second: usize = 0; second < 256; second++) {
    if (load<u32>(codes + (second << 2)) == 0) continue;
    for (let first: usize = 0; first < 256; first++) {
      if (load<u32>(codes + (first << 2)) == 0) continue;
      store<u32>(pairs + (((second << 8) | first) << 2), <u32>pairOf(codes, <u32>second, <u32>first));
    }
  }
}

/** Seven bits and eight codes of seven are less than a word, as are seven bits and four codes of eleven. */
const SHORT_MAX: u32 = 7;

function longestCode(codes: usize): u32 {
  let longest: u32 = 0;
  for (let i: usize = 0; i < 1_024; i += 4) longest = max<u32>(longest, load<u32>(codes + i) >> 16);
  return longest;
}

/** Codes of two bytes, as `huffmanPairs` joins them. */
// @ts-ignore: decorator
@inline function pairOf(codes: usize, later: u32, sooner: u32): u64 {
  const first = load<u32>(codes + (<usize>later << 2));
  const second = load<u32>(codes + (<usize>sooner << 2));
  const code = (first & 0xffff) | ((second & 0xffff) << (first >> 16));
  return (code << 8) | ((first >> 16) + (second >> 16));
}

/** The same, by a table. */
// @ts-ignore: decorator
@inline function pairAt(at: usize, pairs: usize): u64 {
  return load<u32>(pairs + (<usize>load<u16>(at) << 2));
}

/**
 * Codes of two pairs, of which the last comes first. They are joined before they come to the word, for which everything
 * waits. A shift looks at the lowest six bits only, where a pair has its length.
 */
// @ts-ignore: decorator
@inline function joined(early: u64, late: u64): u64 {
  return (late >> 8) | ((early >> 8) << late);
}

/** Of a sum of pairs, the sum of their lengths. */
const LENGTHS: u64 = 0xff;

/** Symbols are written from the last to the first. */
function huffmanStream(source: usize, size: u32, codes: usize, pairs: usize, areShort: bool, out: usize): usize {
  let word: u64 = 0;
  let filled: u64 = 0;
  let at = source + size;
  if (pairs != 0 && areShort) {
    while (at >= source + 8) {
      at -= 8;
      const a = pairAt(at + 6, pairs);
      const b = pairAt(at + 4, pairs);
      const c = pairAt(at + 2, pairs);
      const d = pairAt(at, pairs);
      const late = a + b;
      word |= (joined(b, a) | (joined(d, c) << late)) << filled;
      filled += (late + c + d) & LENGTHS;
      store<u64>(out, word);
      out += <usize>(filled >> 3);
      word >>= filled & ~7;
      filled &= 7;
    }
  }
  while (at >= source + 4) {
    at -= 4;
    const late = pairs == 0 ? pairOf(codes, load<u8>(at, 3), load<u8>(at, 2)) : pairAt(at + 2, pairs);
    const early = pairs == 0 ? pairOf(codes, load<u8>(at, 1), load<u8>(at)) : pairAt(at, pairs);
    word |= joined(early, late) << filled;
    filled += (late + early) & LENGTHS;
    store<u64>(out, word);
    out += <usize>(filled >> 3);
    word >>= filled & ~7;
    filled &= 7;
  }
  while (at > source) {
    const code = load<u32>(codes + (<usize>load<u8>(--at) << 2));
    word |= <u64>(code & 0xffff) << filled;
    filled += code >> 16;
  }
  word |= <u64>1 << filled;
  store<u64>(out, word);
  return out + <usize>((filled >> 3) + 1);
}
