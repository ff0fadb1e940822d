/** What all kinds of columns do with a field before they read it. */
import { Chunk, E_ENCODING, E_REQUIRED, NO_FIELD, NULL, QUOTE, Reader, VALUE } from './layout';
import { encodeUtf8 } from './utf8';

/** The bytes that takeField found. */
export let from: usize = 0;
export let to: usize = 0;

/**
 * The value of a field that is no text, in `from` and `to`: quotes and blanks taken off, in UTF-8, or what an empty field
 * is read as. Returns VALUE, NULL or a fault.
 */
export function takeField(chunk: Chunk, reader: Reader, start: usize, end: usize): i32 {
  from = start;
  to = end;
  if (<i32>end < 0) {
    if (<u32>end == NO_FIELD) return NULL;
    from = chunk.scratch;
    to = unescapeQuotes(start, end & 0x7fffffff, chunk.scratch);
  }
  trimField();
  if (reader.encoding != 0 && !isAscii(from, to)) {
    const out = scratchArea(chunk, 1);
    to = encodeUtf8(from, to, out, reader.encoding, reader.replaceInvalid != 0);
    from = out;
    if (to == 0) return E_ENCODING;
  }
  if (from < to && !(hasSize(reader.nullSizes, to - from) && isOneOf(reader.nulls, from, to))) return VALUE;
  if (reader.fallbackSize < 0) return reader.required ? E_REQUIRED : NULL;
  from = reader.fallback;
  to = from + <usize>reader.fallbackSize;
  return VALUE;
}

/** Areas of the scratch memory: 0 for a field without its doubled quotes, the others for three times as many bytes. */
export function scratchArea(chunk: Chunk, area: usize): usize {
  return area == 0 ? chunk.scratch : chunk.scratch + (3 * area - 2) * chunk.scratchBytes;
}

// @ts-ignore: decorator
@inline function trimField(): void {
  while (from < to && load<u8>(from) <= 32) from++;
  while (to > from && load<u8>(to - 1) <= 32) to--;
}

/** Writes the bytes with each doubled quote made one; returns where they end. */
export function unescapeQuotes(start: usize, end: usize, out: usize): usize {
  let put = out;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    store<u8>(put++, byte);
    if (byte == QUOTE) at++;
  }
  return put;
}

export function isAscii(start: usize, end: usize): bool {
  let at = start;
  for (; at + 16 <= end; at += 16) if (i8x16.bitmask(v128.load(at))) return false;
  if (at == end) return true;
  return (i8x16.bitmask(v128.load(at)) & ((1 << <i32>(end - at)) - 1)) == 0;
}

// @ts-ignore: decorator
@inline export function hasSize(sizes: u64, size: usize): bool {
  return ((sizes >> min<u64>(<u64>size, 63)) & 1) != 0;
}

/** Words lie behind their number, each behind its size, all of 32 bits. */
export function isOneOf(words: usize, start: usize, end: usize): bool {
  const size = end - start;
  let at = words + 4;
  for (let left = load<u32>(words); left != 0; left--) {
    const wordSize = <usize>load<u32>(at);
    if (wordSize == size && sameBytes(at + 4, start, size)) return true;
    at += 4 + wordSize;
  }
  return false;
}

export function sameBytes(a: usize, b: usize, size: usize): bool {
  let at: usize = 0;
  for (; at + 8 <= size; at += 8) if (load<u64>(a + at) != load<u64>(b + at)) return false;
  const left = <u64>(size - at);
  return left == 0 || ((load<u64>(a + at) ^ load<u64>(b + at)) << (64 - (left << 3))) == 0;
}

/** Writes down that a row has no value, and why if that is wrong. The first fault of a record stays. */
export function setNull(chunk: Chunk, reader: Reader, row: usize, code: i32): void {
  const byte = reader.validity + (row >> 3);
  store<u8>(byte, load<u8>(byte) & ~(<u8>1 << <u8>(row & 7)));
  if (code <= 0 || load<u8>(chunk.faults + row) != 0) return;
  store<u8>(chunk.faults + row, <u8>code);
  store<u16>(chunk.faultColumns + (row << 1), <u16>reader.column);
}
