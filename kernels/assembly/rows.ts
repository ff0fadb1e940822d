/** Rows of columns in another order, and columns packed to the bytes that their values need. */

// @ts-ignore: decorator
@inline function bit(bitmap: usize, row: u32): u32 {
  return (<u32>load<u8>(bitmap + (row >> 3)) >> (row & 7)) & 1;
}

/** 1 when the first `count` bits are all set. */
export function allSet(bitmap: usize, count: u32): u32 {
  let at: u32 = 0;
  const whole = count >> 3;
  for (; at + 8 <= whole; at += 8) if (load<u64>(bitmap + at) != 0xffffffffffffffff) return 0;
  for (; at < whole; at++) if (load<u8>(bitmap + at) != 0xff) return 0;
  const rest = (1 << (count & 7)) - 1;
  return (<u32>load<u8>(bitmap + whole) & rest) == rest ? 1 : 0;
}

/** Sets the first `count` bits, and no others of their last byte. */
export function setAll(bitmap: usize, count: u32): void {
  const whole = count >> 3;
  memory.fill(bitmap, 0xff, whole);
  if (count & 7) store<u8>(bitmap + whole, <u8>((<u32>1 << (count & 7)) - 1));
}

/** The bits at `rows`; a row of −1 gives 0. */
export function gatherBits(bitmap: usize, rows: usize, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i += 8) {
    let bits: u32 = 0;
    const size = min<u32>(8, count - i);
    for (let k: u32 = 0; k < size; k++) {
      const row = load<i32>(rows + ((i + k) << 2));
      if (row >= 0) bits |= bit(bitmap, row) << k;
    }
    store<u8>(out + (i >> 3), bits);
  }
}

/** Which of `rows` are not −1. Reads up to 31 bytes behind the last. */
export function foundBits(rows: usize, count: u32, out: usize): void {
  const zero = i32x4.splat(0);
  for (let i: u32 = 0; i < count; i += 8) {
    const low = i32x4.bitmask(i32x4.ge_s(v128.load(rows + (i << 2)), zero));
    const high = i32x4.bitmask(i32x4.ge_s(v128.load(rows + (i << 2), 16), zero));
    store<u8>(out + (i >> 3), <u8>(low | (high << 4)));
  }
  if (count & 7) {
    const last = out + (count >> 3);
    store<u8>(last, load<u8>(last) & <u8>((<u32>1 << (count & 7)) - 1));
  }
}

/** 64-bit values at `rows`; 0 where the row is −1. */
export function gather64(values: usize, rows: usize, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const row = load<i32>(rows + (i << 2));
    store<u64>(out + (i << 3), row < 0 ? 0 : load<u64>(values + (<usize>row << 3)));
  }
}

/** 32-bit values at `rows`; 0 where the row is −1. */
export function gather32(values: usize, rows: usize, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const row = load<i32>(rows + (i << 2));
    store<u32>(out + (i << 2), row < 0 ? 0 : load<u32>(values + (<usize>row << 2)));
  }
}

/** Bytes of the texts at `rows`. */
export function gatheredSize(offsets: usize, rows: usize, count: u32): u32 {
  let size: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const row = load<i32>(rows + (i << 2));
    if (row >= 0) size += load<u32>(offsets + (<usize>row << 2), 4) - load<u32>(offsets + (<usize>row << 2));
  }
  return size;
}

/** The texts at `rows` one behind the other, and where each begins. Writes up to 16 bytes behind the last. */
export function gatherText(offsets: usize, bytes: usize, rows: usize, count: u32, outOffsets: usize, outBytes: usize): void {
  let at: u32 = 0;
  store<u32>(outOffsets, 0);
  for (let i: u32 = 0; i < count; i++) {
    const row = load<i32>(rows + (i << 2));
    if (row >= 0) {
      const start = load<u32>(offsets + (<usize>row << 2));
      const size = load<u32>(offsets + (<usize>row << 2), 4) - start;
      copyShort(outBytes + at, bytes + start, size);
      at += size;
    }
    store<u32>(outOffsets + (i << 2), at, 4);
  }
}

// @ts-ignore: decorator
@inline function copyShort(to: usize, from: usize, size: u32): void {
  if (size <= 32) {
    // Two vectors whatever the size: what lies behind is overwritten by the next text.
    const second = v128.load(from, 16);
    v128.store(to, v128.load(from));
    v128.store(to, second, 16);
  } else memory.copy(to, from, size);
}

/** The least and greatest of those values whose bit is set, as two i64 at `out`; [0, 0] when there is none. `validity` 0: all are. */
export function range64(values: usize, validity: usize, count: u32, out: usize): void {
  let least = i64.MAX_VALUE;
  let greatest = i64.MIN_VALUE;
  for (let row: u32 = 0; row < count; row++) {
    if (validity != 0 && !bit(validity, row)) continue;
    const value = load<i64>(values + (<usize>row << 3));
    least = value < least ? value : least;
    greatest = value > greatest ? value : greatest;
  }
  storeRange(out, least, greatest);
}

/** The same for 32-bit values. */
export function range32(values: usize, validity: usize, count: u32, out: usize): void {
  let least = i64.MAX_VALUE;
  let greatest = i64.MIN_VALUE;
  for (let row: u32 = 0; row < count; row++) {
    if (validity != 0 && !bit(validity, row)) continue;
    const value = <i64>load<i32>(values + (<usize>row << 2));
    least = value < least ? value : least;
    greatest = value > greatest ? value : greatest;
  }
  storeRange(out, least, greatest);
}

/** The least and greatest size of the texts. */
export function rangeSizes(offsets: usize, count: u32, out: usize): void {
  let least = i64.MAX_VALUE;
  let greatest = i64.MIN_VALUE;
  for (let row: u32 = 0; row < count; row++) {
    const size = <i64>load<u32>(offsets + (<usize>row << 2), 4) - <i64>load<u32>(offsets + (<usize>row << 2));
    least = size < least ? size : least;
    greatest = size > greatest ? size : greatest;
  }
  storeRange(out, least, greatest);
}

// @ts-ignore: decorator
@inline function storeRange(out: usize, least: i64, greatest: i64): void {
  store<i64>(out, least <= greatest ? least : 0);
  store<i64>(out, least <= greatest ? greatest : 0, 8);
}

/** What is behind a value is overwritten by the next. */
// @ts-ignore: decorator
@inline function putAny(out: usize, i: u32, width: u32, value: u64): void {
  store<u64>(out + i * width, value);
}

// @ts-ignore: decorator
@inline function put(out: usize, i: u32, width: u32, value: u64): void {
  if (width == 1) store<u8>(out + i, <u8>value);
  else if (width == 2) store<u16>(out + (i << 1), <u16>value);
  else if (width == 4) store<u32>(out + (i << 2), <u32>value);
  else store<u64>(out + (i << 3), value);
}

/** Where each row comes in the order: −1 for rows that do not. No row comes twice. */
export function invert(order: usize, count: u32, places: usize, rows: u32): void {
  memory.fill(places, 0xff, rows << 2);
  for (let i: u32 = 0; i < count; i++) store<u32>(places + (<usize>load<u32>(order + (i << 2)) << 2), i);
}

// What follows goes through the rows as they are and writes each value to its place: the packed values of a chunk fit in
// the processor's cache, where its columns do not.

/** 64-bit values less `base`, in `width` bytes each, at their places; where the bit is not set, 0 less `base`. `validity` 0: all are. */
export function scatter64(values: usize, validity: usize, places: usize, rows: u32, base: i64, width: u32, out: usize): void {
  if (validity != 0) {
    for (let row: u32 = 0; row < rows; row++) {
      const place = load<i32>(places + (row << 2));
      if (place >= 0) put(out, place, width, (bit(validity, row) ? load<i64>(values + (<usize>row << 3)) : 0) - base);
    }
  } else if (width == 1) {
    for (let row: u32 = 0; row < rows; row++) scatterOne(values, places, row, base, 1, out);
  } else if (width == 2) {
    for (let row: u32 = 0; row < rows; row++) scatterOne(values, places, row, base, 2, out);
  } else if (width == 4) {
    for (let row: u32 = 0; row < rows; row++) scatterOne(values, places, row, base, 4, out);
  } else {
    for (let row: u32 = 0; row < rows; row++) scatterOne(values, places, row, base, 8, out);
  }
}

// @ts-ignore: decorator
@inline function scatterOne(values: usize, places: usize, row: u32, base: i64, width: u32, out: usize): void {
  const place = load<i32>(places + (row << 2));
  if (place >= 0) put(out, place, width, load<i64>(values + (<usize>row << 3)) - base);
}

/** The same for 32-bit values. */
export function scatter32(values: usize, validity: usize, places: usize, rows: u32, base: i64, width: u32, out: usize): void {
  for (let row: u32 = 0; row < rows; row++) {
    const place = load<i32>(places + (row << 2));
    if (place < 0) continue;
    const known = validity == 0 || bit(validity, row);
    put(out, place, width, (known ? <i64>load<i32>(values + (<usize>row << 2)) : 0) - base);
  }
}

/** Sizes of texts less `base`, in `width` bytes each, at their places. */
export function scatterSizes(offsets: usize, places: usize, rows: u32, base: u32, width: u32, out: usize): void {
  for (let row: u32 = 0; row < rows; row++) {
    const place = load<i32>(places + (row << 2));
    const size = load<u32>(offsets + (<usize>row << 2), 4) - load<u32>(offsets + (<usize>row << 2));
    if (place >= 0) put(out, place, width, size - base);
  }
}

/** Texts at the place that the sizes before them leave: text i of the order begins at starts[i] of `out`. */
export function scatterTexts(offsets: usize, bytes: usize, places: usize, rows: u32, starts: usize, out: usize): void {
  for (let row: u32 = 0; row < rows; row++) {
    const place = load<i32>(places + (row << 2));
    if (place < 0) continue;
    const start = load<u32>(offsets + (<usize>row << 2));
    copyExact(out + load<u32>(starts + (<usize>place << 2)), bytes + start, load<u32>(offsets + (<usize>row << 2), 4) - start);
  }
}

/** Copies no byte more than asked for: neighbours may be there already. Two overlapping words do for most sizes. */
// @ts-ignore: decorator
@inline function copyExact(to: usize, from: usize, size: u32): void {
  if (size >= 16 && size <= 32) {
    const last = v128.load(from + size - 16);
    v128.store(to, v128.load(from));
    v128.store(to + size - 16, last);
  } else if (size >= 8 && size < 16) {
    const last = load<u64>(from + size - 8);
    store<u64>(to, load<u64>(from));
    store<u64>(to + size - 8, last);
  } else if (size > 32) {
    memory.copy(to, from, size);
  } else {
    for (let i: u32 = 0; i < size; i++) store<u8>(to + i, load<u8>(from + i));
  }
}

/** Bits [start, start + count) to the beginning of `out`. */
export function copyBits(bitmap: usize, start: u32, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i += 8) {
    const size = min<u32>(8, count - i);
    let bits: u32 = 0;
    for (let k: u32 = 0; k < size; k++) bits |= bit(bitmap, start + i + k) << k;
    store<u8>(out + (i >> 3), bits);
  }
}

// @ts-ignore: decorator
@inline function get(from: usize, i: u32, width: u32): u64 {
  if (width == 1) return load<u8>(from + i);
  if (width == 2) return load<u16>(from + (i << 1));
  if (width == 4) return load<u32>(from + (i << 2));
  if (width == 8) return load<u64>(from + (i << 3));
  return getAny(from, i, width);
}

/** A value of any number of bytes up to 7: reads on behind it. */
// @ts-ignore: decorator
@inline function getAny(from: usize, i: u32, width: u32): u64 {
  return load<u64>(from + i * width) & ((<u64>1 << (<u64>width << 3)) - 1);
}

/** The least and greatest of packed values, as two u64 at `out`; [0, 0] when there is none. */
export function rangePacked(from: usize, count: u32, width: u32, out: usize): void {
  let least = u64.MAX_VALUE;
  let greatest: u64 = 0;
  if (width == 1) {
    for (let i: u32 = 0; i < count; i++) {
      const value = get(from, i, 1);
      least = value < least ? value : least;
      greatest = value > greatest ? value : greatest;
    }
  } else if (width == 2) {
    for (let i: u32 = 0; i < count; i++) {
      const value = get(from, i, 2);
      least = value < least ? value : least;
      greatest = value > greatest ? value : greatest;
    }
  } else if (width == 4) {
    for (let i: u32 = 0; i < count; i++) {
      const value = get(from, i, 4);
      least = value < least ? value : least;
      greatest = value > greatest ? value : greatest;
    }
  } else {
    for (let i: u32 = 0; i < count; i++) {
      const value = get(from, i, 8);
      least = value < least ? value : least;
      greatest = value > greatest ? value : greatest;
    }
  }
  store<u64>(out, count > 0 ? least : 0);
  store<u64>(out, greatest, 8);
}

/**
 * Packed values less `least`, in `narrow` bytes each, which may be any number up to `width`. Writes up to 7 bytes behind the
 * last.
 */
export function repack(from: usize, count: u32, width: u32, least: u64, narrow: u32, out: usize): void {
  if (width == 4 && narrow == 4) for (let i: u32 = 0; i < count; i++) put(out, i, 4, get(from, i, 4) - least);
  else if (width == 4 && narrow == 2) for (let i: u32 = 0; i < count; i++) put(out, i, 2, get(from, i, 4) - least);
  else if (width == 8 && narrow == 8) for (let i: u32 = 0; i < count; i++) put(out, i, 8, get(from, i, 8) - least);
  else if (width == 4 && narrow == 3) for (let i: u32 = 0; i < count; i++) putAny(out, i, 3, get(from, i, 4) - least);
  else if (width == 8 && narrow > 4) for (let i: u32 = 0; i < count; i++) putAny(out, i, narrow, get(from, i, 8) - least);
  else for (let i: u32 = 0; i < count; i++) putAny(out, i, narrow, get(from, i, width) - least);
}

/** Values of `width` bytes, `base` added, as 64-bit ones: undoes scatter64. A width of 0 stands for values that are all `base`. */
export function unpack64(from: usize, count: u32, base: i64, width: u32, out: usize): void {
  if (width == 0) for (let i: u32 = 0; i < count; i++) store<i64>(out + (i << 3), base);
  else if (width == 1) for (let i: u32 = 0; i < count; i++) store<i64>(out + (i << 3), <i64>get(from, i, 1) + base);
  else if (width == 2) for (let i: u32 = 0; i < count; i++) store<i64>(out + (i << 3), <i64>get(from, i, 2) + base);
  else if (width == 4) for (let i: u32 = 0; i < count; i++) store<i64>(out + (i << 3), <i64>get(from, i, 4) + base);
  else if (width == 8) for (let i: u32 = 0; i < count; i++) store<i64>(out + (i << 3), <i64>get(from, i, 8) + base);
  else for (let i: u32 = 0; i < count; i++) store<i64>(out + (i << 3), <i64>getAny(from, i, width) + base);
}

/** The same to 32-bit values. */
export function unpack32(from: usize, count: u32, base: i64, width: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i++) store<i32>(out + (i << 2), <i32>((width == 0 ? 0 : <i64>get(from, i, width)) + base));
}

/** Writes `count` offsets behind the one at `out`, which is `at`. */
export function unpackOffsets(from: usize, count: u32, base: u32, width: u32, at: u32, out: usize): void {
  let offset = at;
  for (let i: u32 = 0; i < count; i++) {
    offset += base + (width == 0 ? 0 : <u32>get(from, i, width));
    store<u32>(out + (i << 2), offset, 4);
  }
}

/** Bytes of the first `count` texts, whose sizes less `base` are `width` bytes each. */
export function packedSize(from: usize, count: u32, base: u32, width: u32): u32 {
  let size = count * base;
  if (width != 0) for (let i: u32 = 0; i < count; i++) size += <u32>get(from, i, width);
  return size;
}

/** Copies `count` bits, those from `skip` on, to the bits from `start` on; `from` 0 sets them. The latter must be 0 before. */
export function appendBits(from: usize, skip: u32, count: u32, start: u32, out: usize): void {
  let i: u32 = 0;
  if (from == 0) {
    for (; i < count && ((start + i) & 7) != 0; i++) addBit(out, start + i);
    memory.fill(out + ((start + i) >> 3), 0xff, (count - i) >> 3);
    i += (count - i) & ~7;
  }
  for (; i < count; i++) if (from == 0 || bit(from, skip + i)) addBit(out, start + i);
}

// @ts-ignore: decorator
@inline function addBit(bitmap: usize, at: u32): void {
  store<u8>(bitmap + (at >> 3), load<u8>(bitmap + (at >> 3)) | <u8>(<u32>1 << (at & 7)));
}

/** The places of zero bytes: the rows in which nothing is wrong. Returns how many there are. */
export function zeros(bytes: usize, count: u32, out: usize): u32 {
  let found: u32 = 0;
  for (let row: u32 = 0; row < count; row++) {
    store<u32>(out + (found << 2), row);
    found += <u32>(load<u8>(bytes + row) == 0);
  }
  return found;
}
