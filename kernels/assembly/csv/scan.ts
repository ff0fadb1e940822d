/** Bytes → marks: the positions of the delimiters and line ends, 64 bytes at a time. */
import { CR, LF, NOWHERE } from './layout';

/** What scanPlain and scanQuoted saw. Of the bytes up to 63 behind the last too: only a hint, unless it is zero. */
export let sawQuote: bool = false;
export let sawNul: bool = false;
export let sawHigh: bool = false;
/** Line feeds among the marks. */
export let lineFeeds: u32 = 0;
/** A quote stands where rule 2 of kernels/lines.ts does not want it, or one is not closed: nothing is known of its record. */
export let broken: bool = false;

const ZERO: v128 = i8x16.splat(0);

// Vectors that are loaded stay in registers, where V8 would make constant ones anew each time.
const LF_BYTE: usize = memory.data<u8>([10]);
const QUOTE_BYTE: usize = memory.data<u8>([34]);

// @ts-ignore: decorator
@inline function mask64(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    <u64>(<u32>i8x16.bitmask(a) | (<u32>i8x16.bitmask(b) << 16)) |
    (<u64>(<u32>i8x16.bitmask(c) | (<u32>i8x16.bitmask(d) << 16)) << 32)
  );
}

/** Appends the address of each set bit. Eight at a time without looking: most blocks have about that many. */
// @ts-ignore: decorator
@inline function putMarks(out: usize, at: usize, bits: u64): usize {
  const end = out + (<usize>popcnt<u64>(bits) << 2);
  let left = putEight(out, at, bits);
  for (let to = out + 32; to < end; to += 32) left = putEight(to, at, left);
  return end;
}

// @ts-ignore: decorator
@inline function putEight(out: usize, at: usize, bits: u64): u64 {
  let left = bits;
  store<u32>(out, <u32>(at + <usize>ctz<u64>(left)));
  left &= left - 1;
  store<u32>(out, <u32>(at + <usize>ctz<u64>(left)), 4);
  left &= left - 1;
  store<u32>(out, <u32>(at + <usize>ctz<u64>(left)), 8);
  left &= left - 1;
  store<u32>(out, <u32>(at + <usize>ctz<u64>(left)), 12);
  left &= left - 1;
  store<u32>(out, <u32>(at + <usize>ctz<u64>(left)), 16);
  left &= left - 1;
  store<u32>(out, <u32>(at + <usize>ctz<u64>(left)), 20);
  left &= left - 1;
  store<u32>(out, <u32>(at + <usize>ctz<u64>(left)), 24);
  left &= left - 1;
  store<u32>(out, <u32>(at + <usize>ctz<u64>(left)), 28);
  return left & (left - 1);
}

// @ts-ignore: decorator
@inline function sumBytes(bytes: v128): u32 {
  const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes));
  return (
    i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3)
  );
}

/** Marks of [from, to) as if there were no quotes; returns the end of the marks. */
export function scanPlain(from: usize, to: usize, delimiter: i32, marks: usize): usize {
  const delimiters = i8x16.splat(<i8>delimiter);
  const lineFeedBytes = v128.load8_splat(LF_BYTE);
  const quoteBytes = v128.load8_splat(QUOTE_BYTE);
  let quotes = ZERO;
  let high = ZERO;
  let least = i8x16.splat(-1);
  let feeds: u32 = 0;
  let out = marks;
  let at = from;
  while (at < to) {
    // Each block adds at most 4 to a byte of `counts`.
    const stop = min<usize>(at + 63 * 64, to);
    let counts = ZERO;
    for (; at + 64 <= stop; at += 64) {
      const a = v128.load(at);
      const b = v128.load(at, 16);
      const c = v128.load(at, 32);
      const d = v128.load(at, 48);
      const la = i8x16.eq(a, lineFeedBytes);
      const lb = i8x16.eq(b, lineFeedBytes);
      const lc = i8x16.eq(c, lineFeedBytes);
      const ld = i8x16.eq(d, lineFeedBytes);
      counts = i8x16.sub(counts, i8x16.add(i8x16.add(la, lb), i8x16.add(lc, ld)));
      high = v128.or(high, v128.or(v128.or(a, b), v128.or(c, d)));
      least = i8x16.min_u(least, i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d)));
      quotes = v128.or(
        quotes,
        v128.or(
          v128.or(i8x16.eq(a, quoteBytes), i8x16.eq(b, quoteBytes)),
          v128.or(i8x16.eq(c, quoteBytes), i8x16.eq(d, quoteBytes)),
        ),
      );
      const bits = mask64(
        v128.or(i8x16.eq(a, delimiters), la),
        v128.or(i8x16.eq(b, delimiters), lb),
        v128.or(i8x16.eq(c, delimiters), lc),
        v128.or(i8x16.eq(d, delimiters), ld),
      );
      out = putMarks(out, at, bits);
    }
    feeds += sumBytes(counts);
    if (at < stop && stop == to) {
      for (; at < to; at++) {
        const byte = load<u8>(at);
        high = v128.or(high, i8x16.splat(byte));
        least = i8x16.min_u(least, i8x16.splat(byte));
        quotes = v128.or(quotes, i8x16.eq(i8x16.splat(byte), quoteBytes));
        if (byte != LF && byte != <u8>delimiter) continue;
        store<u32>(out, <u32>at);
        out += 4;
        if (byte == LF) feeds++;
      }
    }
  }
  lineFeeds = feeds;
  sawQuote = v128.any_true(quotes);
  sawNul = !i8x16.all_true(least);
  sawHigh = i8x16.bitmask(high) != 0;
  return out;
}

/**
 * Marks of [from, to) outside of quotes, where `from` begins a record and `end` ends the file. Which bytes are in quotes
 * is the parity of the quotes before them (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019); that this
 * is what the quotes mean is checked: each opens a field, closes one, or is one of a doubled pair. Stops before the 64
 * bytes in which that fails. What else one must know of quoted fields goes below `inner`, from the first down: the second of
 * each doubled quote, and line feeds in quotes; then a position that is none.
 */
export function scanQuoted(from: usize, to: usize, end: usize, delimiter: i32, marks: usize, inner: usize): usize {
  const delimiters = i8x16.splat(<i8>delimiter);
  const lineFeedBytes = v128.load8_splat(LF_BYTE);
  const quoteBytes = v128.load8_splat(QUOTE_BYTE);
  let high = ZERO;
  let least = i8x16.splat(-1);
  let out = marks;
  let inside: u64 = 0;
  let pastMark: u64 = 1;
  let pastClose: u64 = 0;
  let below = inner;
  let feeds: u32 = 0;
  broken = false;
  sawQuote = false;
  let at = from;
  for (; at < to; at += 64) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    let lines = mask64(i8x16.eq(a, lineFeedBytes), i8x16.eq(b, lineFeedBytes), i8x16.eq(c, lineFeedBytes), i8x16.eq(d, lineFeedBytes));
    let bits = mask64(i8x16.eq(a, delimiters), i8x16.eq(b, delimiters), i8x16.eq(c, delimiters), i8x16.eq(d, delimiters)) | lines;
    let quotes = mask64(i8x16.eq(a, quoteBytes), i8x16.eq(b, quoteBytes), i8x16.eq(c, quoteBytes), i8x16.eq(d, quoteBytes));
    if (to - at < 64) {
      const valid = ((<u64>1) << <u64>(to - at)) - 1;
      bits &= valid;
      lines &= valid;
      quotes &= valid;
    }
    high = v128.or(high, v128.or(v128.or(a, b), v128.or(c, d)));
    least = i8x16.min_u(least, i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d)));
    if ((quotes | inside | pastClose) != 0) {
      sawQuote = true;
      const quotedBytes = parity(quotes) ^ inside;
      const opens = quotes & quotedBytes;
      const closes = quotes & ~quotedBytes;
      const closed = (closes << 1) | pastClose;
      bits &= ~quotedBytes;
      const after = closed & ~(bits | opens);
      if ((opens & ~((bits << 1) | pastMark | closed)) != 0 || (after != 0 && !endLines(at, after, end))) {
        broken = true;
        break;
      }
      for (let within = (opens & closed) | (lines & quotedBytes); within != 0; within &= within - 1) {
        below -= 4;
        store<u32>(below, <u32>(at + <usize>ctz<u64>(within)));
      }
      inside = 0 - (quotedBytes >> 63);
      pastClose = closes >> 63;
    }
    pastMark = bits >> 63;
    feeds += <u32>popcnt<u64>(lines & bits);
    out = putMarks(out, at, bits);
  }
  store<u32>(below - 4, NOWHERE);
  lineFeeds = feeds;
  if (inside && to == end) broken = true;
  sawNul = !i8x16.all_true(least);
  sawHigh = i8x16.bitmask(high) != 0;
  return out;
}

/** Bit i: whether an odd number of bits is set up to and with bit i. */
// @ts-ignore: decorator
@inline function parity(bits: u64): u64 {
  let x = bits ^ (bits << 1);
  x ^= x << 2;
  x ^= x << 4;
  x ^= x << 8;
  x ^= x << 16;
  return x ^ (x << 32);
}

/** Whether each of these bytes is a carriage return before a line feed, or the end of the file. */
function endLines(at: usize, bits: u64, end: usize): bool {
  for (let left = bits; left != 0; left &= left - 1) {
    const byte = at + <usize>ctz<u64>(left);
    if (byte == end) continue;
    if (byte + 1 >= end || load<u8>(byte) != CR || load<u8>(byte, 1) != LF) return false;
  }
  return true;
}

/** The first `byte` in [from, to), or `to`. */
export function findByte(from: usize, to: usize, byte: u8): usize {
  const wanted = i8x16.splat(byte);
  for (let at = from; at < to; at += 16) {
    const bits = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (bits) return min<usize>(at + <usize>ctz<i32>(bits), to);
  }
  return to;
}

/** The first delimiter or line feed in [from, to), or `to`. */
export function findMark(from: usize, to: usize, delimiter: u8): usize {
  const delimiters = i8x16.splat(<i8>delimiter);
  const lineFeedBytes = v128.load8_splat(LF_BYTE);
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    const bits = i8x16.bitmask(v128.or(i8x16.eq(bytes, delimiters), i8x16.eq(bytes, lineFeedBytes)));
    if (bits) return min<usize>(at + <usize>ctz<i32>(bits), to);
  }
  return to;
}

/** How often `byte` stands in [from, to). */
export function countBytes(from: usize, to: usize, byte: u8): u32 {
  const wanted = i8x16.splat(byte);
  let count: u32 = 0;
  let at = from;
  while (at + 16 <= to) {
    // 255 vectors: a byte of `counts` takes no more.
    const stop = min<usize>(at + 255 * 16, to);
    let counts = ZERO;
    for (; at + 16 <= stop; at += 16) counts = i8x16.sub(counts, i8x16.eq(v128.load(at), wanted));
    count += sumBytes(counts);
  }
  for (; at < to; at++) if (load<u8>(at) == byte) count++;
  return count;
}
