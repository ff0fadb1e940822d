/** Encodings of Parquet (Apache Parquet format 2.x, Encodings.md). Each function returns the end of what it wrote. */
import { bitPack } from './pack';

// @ts-ignore: decorator
@inline function varint(out: usize, value: u64): usize {
  for (; value >= 128; value >>= 7) store<u8>(out++, <u8>(value | 128));
  store<u8>(out++, <u8>value);
  return out;
}

/** `count` values of `bits` bits each, least significant first, and zeros up to a multiple of eight values. */
function packedRun(values: usize, count: u32, bits: u32, out: usize): usize {
  if (count == 0) return out;
  out = varint(out, (<u64>((count + 7) >> 3) << 1) | 1);
  const eights = count & ~7;
  out = bitPack<u32>(values, eights, bits, out);
  if (eights == count) return out;
  let word: u64 = 0;
  let filled: u32 = 0;
  const end = out + bits;
  for (let i = eights; i < count; i++) {
    word |= <u64>load<u32>(values + (<usize>i << 2)) << filled;
    for (filled += bits; filled >= 8; filled -= 8, word >>= 8) store<u8>(out++, <u8>word);
  }
  for (; out < end; word >>= 8) store<u8>(out++, <u8>word);
  return end;
}

export function repeatedRun(value: u32, count: u32, bits: u32, out: usize): usize {
  out = varint(out, <u64>count << 1);
  store<u32>(out, value);
  return out + ((bits + 7) >> 3);
}

/** Whether eight values are all the same. */
// @ts-ignore: decorator
@inline function areSame(at: usize): bool {
  const first = i32x4.eq(v128.load(at), v128.load(at, 4));
  const last = i32x4.eq(v128.load(at, 12), v128.load(at, 16));
  return i32x4.all_true(v128.and(first, last));
}

/** Shorter runs than these many bits are packed with their neighbours. */
const RUN_BITS: u32 = 64;

/**
 * RLE and bit-packing hybrid, without its length: runs of one value where they are long, else packed ones. Packed values
 * come in eights, so that only a run that has eight of them whole is worth looking at.
 */
export function hybrid(values: usize, count: u32, bits: u32, out: usize): usize {
  let packed: u32 = 0;
  let row: u32 = 0;
  while (row + 8 <= count) {
    if (!areSame(values + (<usize>row << 2))) {
      row += 8;
      continue;
    }
    const value = load<u32>(values + (<usize>row << 2));
    let end = row + 8;
    while (end < count && load<u32>(values + (<usize>end << 2)) == value) end++;
    if ((end - row) * bits >= RUN_BITS) {
      out = packedRun(values + (<usize>packed << 2), row - packed, bits, out);
      out = repeatedRun(value, end - row, bits, out);
      packed = end;
      row = end;
    } else row += (end - row) & ~7;
  }
  return packedRun(values + (<usize>packed << 2), count - packed, bits, out);
}

/** Shorter runs of nulls, or of rows without, are left in the bitmap: bytes of it. */
const LEVEL_RUN: u32 = 6;

/** Definition levels without their length, from a bitmap of `rows` ≥ 1: packed, they are the bitmap, of which long runs are taken out. */
export function levels(bitmap: usize, rows: u32, out: usize): usize {
  const size = (rows + 7) >> 3;
  const last: u32 = 0xff >> (-rows & 7);
  let packed: u32 = 0;
  let at: u32 = 0;
  while (at < size) {
    const byte = load<u8>(bitmap + at);
    let end = at + 1;
    if (byte == 0 || byte == 0xff) {
      const eight = byte == 0 ? <u64>0 : <u64>-1;
      while (end + 8 < size && load<u64>(bitmap + end) == eight) end += 8;
      while (end + 1 < size && load<u8>(bitmap + end) == byte) end++;
      // What stands in the last byte behind the rows may be anything.
      if (end + 1 == size && ((<u32>load<u8>(bitmap + end) ^ byte) & last) == 0) end++;
      if (end - at >= LEVEL_RUN) {
        out = bitmapRun(bitmap + packed, at - packed, out);
        out = repeatedRun(byte & 1, min(rows, end << 3) - (at << 3), 1, out);
        packed = end;
      }
    }
    at = end;
  }
  out = bitmapRun(bitmap + packed, size - packed, out);
  if (packed < size) store<u8>(out - 1, <u8>(load<u8>(out - 1) & last));
  return out;
}

function bitmapRun(bitmap: usize, size: u32, out: usize): usize {
  if (size == 0) return out;
  out = varint(out, (<u64>size << 1) | 1);
  memory.copy(out, bitmap, size);
  return out + size;
}

/** PLAIN: each text behind its size. Whole vectors are copied; what they write too much is written over. */
export function plainText(offsets: usize, bytes: usize, from: u32, to: u32, out: usize): usize {
  for (let row = from; row < to; row++) out = putText(offsets, bytes, row, out);
  return out;
}

/** The same of some rows, by their numbers. */
export function plainTextRows(offsets: usize, bytes: usize, rows: usize, count: u32, out: usize): usize {
  for (let i: u32 = 0; i < count; i++) out = putText(offsets, bytes, load<u32>(rows + (<usize>i << 2)), out);
  return out;
}

// @ts-ignore: decorator
@inline function putText(offsets: usize, bytes: usize, row: u32, out: usize): usize {
  const start = load<u32>(offsets + (<usize>row << 2));
  const size = load<u32>(offsets + (<usize>row << 2), 4) - start;
  store<u32>(out, size);
  out += 4;
  let from = bytes + start;
  const end = out + size;
  for (; out < end; out += 16, from += 16) v128.store(out, v128.load(from));
  return end;
}
