/**
 * Zstandard frames (RFC 8878) of data whose matches are known beforehand: records of one size that differ in some bytes
 * and are equal in the others, such as 64-bit numbers of few significant bytes, or texts of one size behind that size.
 * Nothing is searched for. Every sequence has the same literal length, the same match length and the last offset, so
 * all three tables are of one symbol and a sequence takes no bits at all.
 */
import { huffmanLiterals } from './huffman';

const MAGIC: u32 = 0xfd2fb528;
/** One segment, content size in four bytes. */
const DESCRIPTOR: u8 = 0xa0;
export const BLOCK: u32 = 131_072;
/** The last block gets at least so many bytes or records: four streams of codes cannot share out fewer than six bytes. */
const LAST_MIN: u32 = 64;
const RAW: u32 = 0;
export const COMPRESSED: u32 = 2;
/** All three tables hold a single symbol. */
const ONE_SYMBOL: u8 = 0x54;

// @ts-ignore: decorator
@inline export function frameHeader(size: u32, out: usize): usize {
  store<u32>(out, MAGIC);
  store<u8>(out, DESCRIPTOR, 4);
  store<u32>(out, size, 5);
  return out + 9;
}

// @ts-ignore: decorator
@inline export function blockHeader(out: usize, last: bool, type: u32, size: u32): void {
  const header = u32(last) | (type << 1) | (size << 3);
  store<u16>(out, <u16>header);
  store<u8>(out, <u8>(header >> 16), 2);
}

/** A frame that compresses nothing: for a page among others that are better off. */
export function zstdStore(source: usize, size: u32, out: usize): usize {
  out = frameHeader(size, out);
  let at: u32 = 0;
  do {
    const part = min(BLOCK, size - at);
    blockHeader(out, at + part == size, RAW, part);
    memory.copy(out + 3, source + at, part);
    out += 3 + part;
    at += part;
  } while (at < size);
  return out;
}

// @ts-ignore: decorator
@inline export function literalLengthCode(length: u32): u32 {
  if (length < 16) return length;
  if (length < 24) return 16 + ((length - 16) >> 1);
  if (length < 32) return 20 + ((length - 24) >> 2);
  if (length < 48) return 22 + ((length - 32) >> 3);
  return length < 64 ? 24 : 50 - clz(length);
}

// @ts-ignore: decorator
@inline export function literalLengthBits(code: u32): u32 {
  if (code < 16) return 0;
  return code < 20 ? 1 : code < 22 ? 2 : code < 24 ? 3 : code == 24 ? 4 : code - 19;
}

/** Sequences that are all alike. `offset` is Zstandard's offset value: 1 is the last one again, others are 3 too large. */
export function sequences(count: u32, literal: u32, match: u32, offset: u32, out: usize): usize {
  if (count < 128) store<u8>(out++, <u8>count);
  else {
    store<u8>(out, <u8>((count >> 8) + 128));
    store<u8>(out, <u8>count, 1);
    out += 2;
  }
  if (count == 0) return out;
  const code = literalLengthCode(literal);
  const offsetBits: u32 = 31 - clz(offset);
  store<u8>(out, ONE_SYMBOL);
  store<u8>(out, <u8>code, 1);
  store<u8>(out, <u8>offsetBits, 2);
  store<u8>(out, <u8>(match - 3), 3);
  out += 4;
  const literalBits = literalLengthBits(code);
  const bits = offsetBits + literalBits;
  // Every code of 16 and more begins at a multiple of its span, so that the low bits are what is left.
  const extra = (<u64>(offset & ((1 << offsetBits) - 1)) << literalBits) | (literal & ((1 << literalBits) - 1));
  let word: u64 = 0;
  let filled: u32 = 0;
  let i: u32 = 0;
  if (bits == 1) {
    // As texts of 16 to 23 bytes have it.
    for (; i + 64 <= count; i += 64, out += 8) store<u64>(out, extra == 0 ? 0 : -1);
  }
  if (bits != 0) {
    for (; i < count; i++) {
      word |= extra << filled;
      filled += bits;
      for (; filled >= 8; filled -= 8) {
        store<u8>(out++, <u8>word);
        word >>= 8;
      }
    }
  }
  // The bit above the last one marks where a reader, which goes backwards, begins.
  store<u8>(out, <u8>(word | (1 << filled)));
  return out + 1;
}

// @ts-ignore: decorator
@inline export function rawLiteralsHeader(size: u32, out: usize): usize {
  store<u16>(out, <u16>((size << 4) | 12));
  store<u8>(out, <u8>(size >> 12), 2);
  return out + 3;
}

// @ts-ignore: decorator
@inline export function copyShort(from: usize, to: usize, size: u32): void {
  for (let i: u32 = 0; i < size; i += 16) v128.store(to + i, v128.load(from + i));
}

/** The `literal` bytes that begin each of `count` records of `stride` bytes; returns the end of what it wrote. */
function gatherLiterals(source: usize, count: u32, stride: u32, literal: u32, out: usize): usize {
  if (literal <= 8) {
    for (let i: u32 = 0; i < count; i++, source += stride, out += literal) store<u64>(out, load<u64>(source));
  } else {
    for (let i: u32 = 0; i < count; i++, source += stride, out += literal) copyShort(source, out, literal);
  }
  return out;
}

/**
 * A frame of: `lead` bytes, `count` records of `literal` bytes each followed by `match` ≥ 3 bytes that are equal to those
 * `literal + match` before, and what is left of `size`, at most a record. The lead ends with the first such bytes.
 * `codes` and `pairs` are the Huffman codes of the literals and `tree` is their description, or `codes` is 0: then literals stay as
 * they are. `scratch` has room for the literals of a block. Returns 0 when a block would be larger than a block may be:
 * that happens when one part of the data is unlike the whole, whose codes they are.
 */
export function zstdRecords(
  source: usize,
  size: u32,
  lead: u32,
  count: u32,
  literal: u32,
  match: u32,
  codes: usize,
  pairs: usize,
  tree: usize,
  treeSize: u32,
  scratch: usize,
  out: usize,
): usize {
  const stride = literal + match;
  out = frameHeader(size, out);
  // The first record by itself: it alone names the offset, which the others then repeat.
  let block = out;
  out = rawLiteralsHeader(lead + literal, out + 3);
  memory.copy(out, source, lead + literal);
  out = sequences(1, lead + literal, match, stride + 3, out + lead + literal);
  blockHeader(block, false, COMPRESSED, <u32>(out - block - 3));
  let at = source + lead + stride;
  let left = count - 1;
  const trail = size - lead - count * stride;
  const perBlock = (BLOCK - stride) / stride;
  let isFirst = true;
  do {
    const records = left <= perBlock ? left : min(perBlock, left - LAST_MIN);
    left -= records;
    block = out;
    out += 3;
    const literals = codes == 0 ? out + 3 : scratch;
    let end = gatherLiterals(at, records, stride, literal, literals);
    at += records * stride;
    if (left == 0) {
      memory.copy(end, at, trail);
      end += trail;
    }
    if (codes == 0) {
      rawLiteralsHeader(<u32>(end - literals), out);
      out = end;
    } else {
      out = huffmanLiterals(literals, <u32>(end - literals), codes, pairs, tree, isFirst ? treeSize : 0, out);
    }
    isFirst = false;
    out = sequences(records, literal, match, 1, out);
    if (out - block - 3 > BLOCK) return 0;
    blockHeader(block, left == 0, COMPRESSED, <u32>(out - block - 3));
  } while (left > 0);
  return out;
}

/**
 * A frame of `lead` bytes as they are, 1 to 128 KiB, and of `size` others, which may lie elsewhere, as literals that are coded
 * by Huffman's method, without any match. Returns 0 as zstdRecords does.
 */
export function zstdLiterals(
  start: usize,
  lead: u32,
  source: usize,
  size: u32,
  codes: usize,
  pairs: usize,
  tree: usize,
  treeSize: u32,
  out: usize,
): usize {
  out = frameHeader(lead + size, out);
  blockHeader(out, false, RAW, lead);
  memory.copy(out + 3, start, lead);
  out += 3 + lead;
  let at: u32 = 0;
  while (at < size) {
    const part = size - at <= BLOCK ? size - at : min(BLOCK, size - at - LAST_MIN);
    const block = out;
    out = huffmanLiterals(source + at, part, codes, pairs, tree, at == 0 ? treeSize : 0, out + 3);
    out = sequences(0, 0, 0, 0, out);
    at += part;
    if (out - block - 3 > BLOCK) return 0;
    blockHeader(block, at == size, COMPRESSED, <u32>(out - block - 3));
  }
  return out;
}
