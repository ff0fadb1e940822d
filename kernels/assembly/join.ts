/** Several columns as one text a row. */
import { isValid } from './values';

/** Parts are described one behind the other by four 32-bit words: kind, then addresses of values, offsets, bitmap. */
const PART_BYTES: usize = 16;

const WORDS = 0;
const HALF_WORDS = 1;
const BITS = 2;
const TEXTS = 3;

const BACKSLASH: u8 = 92;

/**
 * With `ids` every part keeps its place, also one that is null or, of kind −1, not there at all, and the separator,
 * one byte, is escaped inside a part; without, null parts leave nothing behind, and all null is null. Whole numbers are
 * written in decimal. Returns the bytes written.
 */
export function joinRows(
  parts: usize, count: i32, length: i32, separator: usize, separatorSize: i32, ids: bool, out: usize, offsets: usize,
  outValid: usize,
): usize {
  const single = load<u8>(separator);
  const end = parts + <usize>count * PART_BYTES;
  let to = out;
  for (let row = 0; row < length; row++) {
    store<i32>(offsets + (<usize>row << 2), <i32>(to - out));
    let begun: bool = ids;
    for (let part = parts; part < end; part += PART_BYTES) {
      const there = load<i32>(part) >= 0 && isValid(load<u32>(part, 12), row);
      if (ids ? part != parts : there && begun) {
        memory.copy(to, separator, separatorSize);
        to += separatorSize;
      }
      if (!there) continue;
      begun = true;
      to = writePart(part, row, to, ids, single);
    }
    const group = outValid + (row >> 3);
    const bits = (row & 7) == 0 ? 0 : load<u8>(group);
    store<u8>(group, bits | (<u32>begun << (row & 7)));
  }
  store<i32>(offsets + (<usize>length << 2), <i32>(to - out));
  return to - out;
}

// @ts-ignore: decorator
@inline function writePart(part: usize, row: i32, to: usize, escape: bool, separator: u8): usize {
  const values: usize = load<u32>(part, 4);
  switch (load<i32>(part)) {
    case WORDS:
      return writeNumber(load<i64>(values + (<usize>row << 3)), to, escape, separator);
    case HALF_WORDS:
      return writeNumber(load<i32>(values + (<usize>row << 2)), to, escape, separator);
    case BITS:
      return writeBoolean(isValid(values, row), to);
    default: {
      const offsets: usize = load<u32>(part, 8) + (<usize>row << 2);
      const start = values + load<i32>(offsets);
      const end = values + load<i32>(offsets, 4);
      return escape ? writeEscaped(start, end, to, separator) : writeText(start, end, to);
    }
  }
}

/** Whole vectors: what is written too much is written over by what comes next. */
// @ts-ignore: decorator
@inline function writeText(start: usize, end: usize, to: usize): usize {
  for (let at = start; at < end; at += 16) v128.store(to + (at - start), v128.load(at));
  return to + (end - start);
}

function writeEscaped(start: usize, end: usize, to: usize, separator: u8): usize {
  const backslashes = i8x16.splat(BACKSLASH);
  const separators = i8x16.splat(separator);
  let at = start;
  for (; at < end; at += 16) {
    const bytes = v128.load(at);
    const special = v128.or(i8x16.eq(bytes, backslashes), i8x16.eq(bytes, separators));
    if (v128.any_true(special)) return writeBytes(at, end, to + (at - start), separator);
    v128.store(to + (at - start), bytes);
  }
  return to + (end - start);
}

function writeBytes(start: usize, end: usize, to: usize, separator: u8): usize {
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == BACKSLASH || byte == separator) store<u8>(to++, BACKSLASH);
    store<u8>(to++, byte);
  }
  return to;
}

/** The sign of a number may be the separator. */
function writeNumber(value: i64, to: usize, escape: bool, separator: u8): usize {
  let rest = <u64>value;
  if (value < 0) {
    rest = 0 - rest;
    if (escape && separator == 45) store<u8>(to++, BACKSLASH);
    store<u8>(to++, 45);
  }
  let digits = 1;
  for (let bound: u64 = 10; digits < 20 && rest >= bound; bound *= 10) digits++;
  for (let at = to + digits; at > to; ) {
    at--;
    const quotient = rest / 10;
    store<u8>(at, 48 + <u8>(rest - quotient * 10));
    rest = quotient;
  }
  return to + digits;
}

function writeBoolean(value: bool, to: usize): usize {
  // 'true' and 'fals', little endian.
  store<u32>(to, value ? 0x65757274 : 0x736c6166);
  store<u8>(to, 101, 4);
  return to + (value ? 4 : 5);
}
