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

/** Which of `rows` are not −1. */
export function foundBits(rows: usize, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i += 8) {
    let bits: u32 = 0;
    const size = min<u32>(8, count - i);
    for (let k: u32 = 0; k < size; k++) bits |= <u32>(load<i32>(rows + ((i + k) << 2)) >= 0) << k;
    store<u8>(out + (i >> 3), bits);
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

/** The same of the values at `rows`. */
export function range64At(values: usize, validity: usize, rows: usize, count: u32, out: usize): void {
  let least = i64.MAX_VALUE;
  let greatest = i64.MIN_VALUE;
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(rows + (i << 2));
    if (validity != 0 && !bit(validity, row)) continue;
    const value = load<i64>(values + (<usize>row << 3));
    least = value < least ? value : least;
    greatest = value > greatest ? value : greatest;
  }
  storeRange(out, least, greatest);
}

/** The same of 32-bit values. */
export function range32At(values: usize, validity: usize, rows: usize, count: u32, out: usize): void {
  let least = i64.MAX_VALUE;
  let greatest = i64.MIN_VALUE;
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(rows + (i << 2));
    if (validity != 0 && !bit(validity, row)) continue;
    const value = <i64>load<i32>(values + (<usize>row << 2));
    least = value < least ? value : least;
    greatest = value > greatest ? value : greatest;
  }
  storeRange(out, least, greatest);
}

/** 1 when the bits at `rows` are all set. */
export function allSetAt(bitmap: usize, rows: usize, count: u32): u32 {
  for (let i: u32 = 0; i < count; i++) if (!bit(bitmap, load<u32>(rows + (i << 2)))) return 0;
  return 1;
}

/** The least and greatest size of the texts at `rows`. */
export function rangeSizesAt(offsets: usize, rows: usize, count: u32, out: usize): void {
  let least = i64.MAX_VALUE;
  let greatest = i64.MIN_VALUE;
  for (let i: u32 = 0; i < count; i++) {
    const at = offsets + (<usize>load<u32>(rows + (i << 2)) << 2);
    const size = <i64>load<u32>(at, 4) - <i64>load<u32>(at);
    least = size < least ? size : least;
    greatest = size > greatest ? size : greatest;
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

// @ts-ignore: decorator
@inline function put(out: usize, i: u32, width: u32, value: u64): void {
  if (width == 1) store<u8>(out + i, <u8>value);
  else if (width == 2) store<u16>(out + (i << 1), <u16>value);
  else if (width == 4) store<u32>(out + (i << 2), <u32>value);
  else store<u64>(out + (i << 3), value);
}

/** 64-bit values at `rows` less `base`, in `width` bytes each; where the bit is not set, 0 less `base`. `validity` 0: all are. */
export function pack64(values: usize, validity: usize, rows: usize, count: u32, base: i64, width: u32, out: usize): void {
  if (validity == 0) {
    if (width == 1) for (let i: u32 = 0; i < count; i++) put(out, i, 1, load<i64>(values + (<usize>load<u32>(rows + (i << 2)) << 3)) - base);
    else if (width == 2) for (let i: u32 = 0; i < count; i++) put(out, i, 2, load<i64>(values + (<usize>load<u32>(rows + (i << 2)) << 3)) - base);
    else if (width == 4) for (let i: u32 = 0; i < count; i++) put(out, i, 4, load<i64>(values + (<usize>load<u32>(rows + (i << 2)) << 3)) - base);
    else for (let i: u32 = 0; i < count; i++) put(out, i, 8, load<i64>(values + (<usize>load<u32>(rows + (i << 2)) << 3)) - base);
    return;
  }
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(rows + (i << 2));
    put(out, i, width, (bit(validity, row) ? load<i64>(values + (<usize>row << 3)) : 0) - base);
  }
}

/** The same for 32-bit values. */
export function pack32(values: usize, validity: usize, rows: usize, count: u32, base: i64, width: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(rows + (i << 2));
    const known = validity == 0 || bit(validity, row);
    put(out, i, width, (known ? <i64>load<i32>(values + (<usize>row << 2)) : 0) - base);
  }
}

/** Sizes of texts less `base`, in `width` bytes each, and the texts behind one another at `outBytes`; returns their bytes. */
export function packText(offsets: usize, bytes: usize, rows: usize, count: u32, base: u32, width: u32, out: usize, outBytes: usize): u32 {
  let at: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(rows + (i << 2));
    const start = load<u32>(offsets + (<usize>row << 2));
    const size = load<u32>(offsets + (<usize>row << 2), 4) - start;
    if (width != 0) put(out, i, width, size - base);
    copyShort(outBytes + at, bytes + start, size);
    at += size;
  }
  return at;
}

// @ts-ignore: decorator
@inline function get(from: usize, i: u32, width: u32): u64 {
  if (width == 1) return load<u8>(from + i);
  if (width == 2) return load<u16>(from + (i << 1));
  if (width == 4) return load<u32>(from + (i << 2));
  return load<u64>(from + (i << 3));
}

/** Undoes pack64; a width of 0 stands for values that are all `base`. */
export function unpack64(from: usize, count: u32, base: i64, width: u32, out: usize): void {
  if (width == 0) for (let i: u32 = 0; i < count; i++) store<i64>(out + (i << 3), base);
  else if (width == 1) for (let i: u32 = 0; i < count; i++) store<i64>(out + (i << 3), <i64>get(from, i, 1) + base);
  else if (width == 2) for (let i: u32 = 0; i < count; i++) store<i64>(out + (i << 3), <i64>get(from, i, 2) + base);
  else if (width == 4) for (let i: u32 = 0; i < count; i++) store<i64>(out + (i << 3), <i64>get(from, i, 4) + base);
  else for (let i: u32 = 0; i < count; i++) store<i64>(out + (i << 3), <i64>get(from, i, 8) + base);
}

/** Undoes pack32. */
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
