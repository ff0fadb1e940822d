/**
 * Zstandard frames (RFC 8878) of numbers of which each is like the one before it, in all bytes or in the upper ones: what
 * is sorted, comes in runs, or is nearly always the same. The only match that is looked at is the number before, so that
 * all sequences share an offset; how long they are is told by codes made for each block.
 */
import { CODER_BYTES, fseBits, fseCoder, fseDescription, fseLog, fseNext, fseStart } from './fse';
import { histogram } from './histogram';
import { huffmanCodes, huffmanLiterals } from './huffman';
import {
  BLOCK,
  blockHeader,
  COMPRESSED,
  copyShort,
  frameHeader,
  literalLengthBits,
  literalLengthCode,
  rawLiteralsHeader,
  sequences,
} from './zstd';

/** Numbers of a block, with less than one behind them: no more sequences than two bytes can count. */
const BLOCK_VALUES: u32 = 16_376;
/** Shorter matches are not worth a sequence; the format has none below 3. */
const MATCH_MIN: u32 = 3;
/** The first match names the offset in a block of its own. It has to come among so many numbers. */
const START_VALUES: u32 = 1_024;
/** Fewer literals hardly pay for the description of their codes. */
const LITERALS_MIN: u32 = 1_024;
const LITERAL_CODES: u32 = 36;
const MATCH_CODES: u32 = 53;

/** Scratch: literals, two lengths and two codes of each sequence, counts, two coders, and what codes of bytes take. */
const LITERAL_LENGTHS: usize = 131_072 + 64;
const MATCH_LENGTHS: usize = LITERAL_LENGTHS + 4 * 16_384;
const CODES: usize = MATCH_LENGTHS + 4 * 16_384;
const COUNTS: usize = CODES + 2 * 16_384;
const CODERS: usize = COUNTS + 512;
const BYTE_COUNTS: usize = CODERS + 2 * CODER_BYTES;
const BYTE_CODES: usize = BYTE_COUNTS + 4_096;
const TREE: usize = BYTE_CODES + 1_024;
const HUFFMAN: usize = TREE + 256;

/** Bytes at the low end in which a number differs from the one before it. */
// @ts-ignore: decorator
@inline function differing(at: usize, width: u32): u32 {
  if (width == 8) return (71 - <u32>clz(load<u64>(at) ^ load<u64>(at - 8))) >> 3;
  return (39 - <u32>clz(load<u32>(at) ^ load<u32>(at - 4))) >> 3;
}

/** What the literals and the sequences of `count` numbers come to, in bits, about. The first is compared with what stands before it. */
export function runBits(start: usize, count: u32, width: u32): u32 {
  let bits: u32 = 0;
  let isOpen = false;
  for (let at = start, end = start + <usize>(count * width); at < end; at += width) {
    const low = differing(at, width);
    const isLiteral = width - low < MATCH_MIN;
    bits += isLiteral ? width << 3 : low == 0 && isOpen ? 0 : (low << 3) + SEQUENCE_BITS;
    isOpen = !isLiteral;
  }
  return bits;
}

const SEQUENCE_BITS: u32 = 4;

/**
 * A frame of `lead` bytes and behind them numbers of `width` bytes, 4 or 8, up to `size`, with less than one at the end.
 * `scratch` has room for 400 KiB. Returns the end, or 0 when none of the first numbers is like the one before it.
 */
export function zstdRuns(source: usize, size: u32, lead: u32, width: u32, scratch: usize, out: usize): usize {
  const end = source + size;
  let at = source + lead + width;
  const last = min(end - width, at + START_VALUES * width);
  while (at <= last && width - differing(at, width) < MATCH_MIN) at += width;
  if (at > last) return 0;
  out = frameHeader(size, out);
  const low = max<u32>(1, differing(at, width));
  const literals = <u32>(at - source) + low;
  if (literals + width > BLOCK) return 0;
  let block = out;
  out = rawLiteralsHeader(literals, out + 3);
  memory.copy(out, source, literals);
  out = sequences(1, literals, width - low, width + 3, out + literals);
  at += width;
  blockHeader(block, at == end, COMPRESSED, <u32>(out - block - 3));
  while (at < end) {
    const values = min(BLOCK_VALUES, <u32>(end - at) / width);
    let next = at + values * width;
    if (end - next < width) next = end;
    block = out;
    out = runBlock(at, values, next, width, scratch, out + 3);
    at = next;
    if (out - block - 3 > BLOCK) return 0;
    blockHeader(block, at == end, COMPRESSED, <u32>(out - block - 3));
  }
  return out;
}

/** `values` numbers, and literals behind them until `end`. */
function runBlock(at: usize, values: u32, end: usize, width: u32, scratch: usize, out: usize): usize {
  let literals = scratch;
  let count: usize = 0;
  let pending: u32 = 0;
  for (let i: u32 = 0; i < values; i++, at += width) {
    let low = differing(at, width);
    if (width - low < MATCH_MIN) {
      store<u64>(literals, load<u64>(at));
      literals += width;
      pending += width;
      continue;
    }
    if (low == 0 && pending == 0) {
      if (count != 0) {
        const length = scratch + MATCH_LENGTHS + ((count - 1) << 2);
        store<u32>(length, load<u32>(length) + width);
        continue;
      }
      // A sequence without literals would mean another offset.
      low = 1;
    }
    store<u64>(literals, load<u64>(at));
    literals += low;
    store<u32>(scratch + LITERAL_LENGTHS + (count << 2), pending + low);
    store<u32>(scratch + MATCH_LENGTHS + (count << 2), width - low);
    pending = 0;
    count++;
  }
  const rest = <u32>(end - at);
  copyShort(at, literals, rest);
  out = ownLiterals(scratch, <u32>(literals - scratch) + rest, scratch, out);
  return variedSequences(<u32>count, scratch, out);
}

/** Literals with codes of their own, or as they are. */
function ownLiterals(source: usize, size: u32, scratch: usize, out: usize): usize {
  if (size >= LITERALS_MIN) {
    histogram(source, size, scratch + BYTE_COUNTS);
    const treeSize = huffmanCodes(scratch + BYTE_COUNTS, scratch + BYTE_CODES, scratch + TREE, scratch + HUFFMAN);
    if (treeSize != 0 && codedBytes(scratch) + treeSize + 16 < size - (size >> 5)) {
      return huffmanLiterals(source, size, scratch + BYTE_CODES, 0, scratch + TREE, treeSize, out);
    }
  }
  out = rawLiteralsHeader(size, out);
  memory.copy(out, source, size);
  return out + size;
}

function codedBytes(scratch: usize): u32 {
  let bits: u32 = 0;
  for (let i: usize = 0; i < 1_024; i += 4) {
    bits += load<u32>(scratch + BYTE_COUNTS + i) * (load<u32>(scratch + BYTE_CODES + i) >> 16);
  }
  return bits >> 3;
}

// @ts-ignore: decorator
@inline function matchLengthCode(length: u32): u32 {
  if (length < 32) return length;
  if (length < 40) return 32 + ((length - 32) >> 1);
  if (length < 48) return 36 + ((length - 40) >> 2);
  if (length < 64) return 38 + ((length - 48) >> 3);
  if (length < 96) return 40 + ((length - 64) >> 4);
  return length < 128 ? 42 : 67 - clz(length);
}

// @ts-ignore: decorator
@inline function matchLengthBits(code: u32): u32 {
  if (code < 32) return 0;
  return code < 36 ? 1 : code < 38 ? 2 : code < 40 ? 3 : code < 42 ? 4 : code == 42 ? 5 : code - 36;
}

/** Sequences of several lengths, all with the last offset, which takes no bits. */
function variedSequences(count: u32, scratch: usize, out: usize): usize {
  if (count < 128) store<u8>(out++, <u8>count);
  else {
    store<u8>(out, <u8>((count >> 8) + 128));
    store<u8>(out, <u8>count, 1);
    out += 2;
  }
  if (count == 0) return out;
  const literalCounts = scratch + COUNTS;
  const matchCounts = literalCounts + 256;
  memory.fill(literalCounts, 0, 512);
  for (let i: usize = 0; i < count; i++) {
    const literalCode = literalLengthCode(load<u32>(scratch + LITERAL_LENGTHS + (i << 2)));
    const matchCode = matchLengthCode(load<u32>(scratch + MATCH_LENGTHS + (i << 2)) - MATCH_MIN);
    store<u16>(scratch + CODES + (i << 1), <u16>(literalCode | (matchCode << 8)));
    const literalCount = literalCounts + (<usize>literalCode << 2);
    store<u32>(literalCount, load<u32>(literalCount) + 1);
    const matchCount = matchCounts + (<usize>matchCode << 2);
    store<u32>(matchCount, load<u32>(matchCount) + 1);
  }
  const log: u32 = count >= 2_048 ? 9 : count >= 256 ? 8 : 6;
  const literalCoder = scratch + CODERS;
  const matchCoder = literalCoder + CODER_BYTES;
  fseCoder(literalCounts, LITERAL_CODES, count, log, literalCoder);
  fseCoder(matchCounts, MATCH_CODES, count, log, matchCoder);
  // How each table is told: 1 for a single symbol, as that of offsets is, 2 for shares.
  const isVaried = (<u32>(fseLog(literalCoder) != 0) << 6) + (<u32>(fseLog(matchCoder) != 0) << 2);
  store<u8>(out++, <u8>(0x54 + isVaried));
  out = codeTable(literalCoder, LITERAL_CODES, load<u8>(scratch + CODES), out);
  store<u8>(out++, 0);
  out = codeTable(matchCoder, MATCH_CODES, load<u8>(scratch + CODES, 1), out);
  return sequenceStream(count, scratch, literalCoder, matchCoder, out);
}

function codeTable(coder: usize, codes: u32, first: u8, out: usize): usize {
  if (fseLog(coder) != 0) return fseDescription(coder, codes, out);
  store<u8>(out, first);
  return out + 1;
}

// @ts-ignore: decorator
@inline function low(value: u32, bits: u32): u64 {
  return value & ((1 << bits) - 1);
}

/** A reader goes backwards: the last sequence is written first. */
function sequenceStream(count: u32, scratch: usize, literalCoder: usize, matchCoder: usize, out: usize): usize {
  let word: u64 = 0;
  let filled: u64 = 0;
  let literalState: u32 = 0;
  let matchState: u32 = 0;
  for (let i: isize = <isize>count - 1; i >= 0; i--) {
    const literalCode = <u32>load<u8>(scratch + CODES + (<usize>i << 1));
    const matchCode = <u32>load<u8>(scratch + CODES + (<usize>i << 1), 1);
    if (i == <isize>count - 1) {
      literalState = fseStart(literalCoder, literalCode);
      matchState = fseStart(matchCoder, matchCode);
    } else {
      const matchBits = fseBits(matchCoder, matchState, matchCode);
      word |= low(matchState, matchBits) << filled;
      filled += matchBits;
      matchState = fseNext(matchCoder, matchState, matchCode, matchBits);
      const literalBits = fseBits(literalCoder, literalState, literalCode);
      word |= low(literalState, literalBits) << filled;
      filled += literalBits;
      literalState = fseNext(literalCoder, literalState, literalCode, literalBits);
    }
    const literalExtra = literalLengthBits(literalCode);
    word |= low(load<u32>(scratch + LITERAL_LENGTHS + (<usize>i << 2)), literalExtra) << filled;
    filled += literalExtra;
    const matchExtra = matchLengthBits(matchCode);
    word |= low(load<u32>(scratch + MATCH_LENGTHS + (<usize>i << 2)) - MATCH_MIN, matchExtra) << filled;
    filled += matchExtra;
    // Two states and two lengths are 50 bits at most, and seven are left over.
    store<u64>(out, word);
    out += <usize>(filled >> 3);
    word >>= filled & ~7;
    filled &= 7;
  }
  word |= low(matchState, fseLog(matchCoder)) << filled;
  filled += fseLog(matchCoder);
  word |= low(literalState, fseLog(literalCoder)) << filled;
  filled += fseLog(literalCoder);
  word |= <u64>1 << filled;
  store<u64>(out, word);
  return out + <usize>((filled >> 3) + 1);
}
