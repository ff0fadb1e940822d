/** What is to be known of values before they are encoded: least and greatest, nulls, and the values without the nulls. */

/** Writes to `out` the least and the greatest of `count` ≥ 1 whole numbers, and every bit in which two of them differ. */
export function scan64(start: usize, count: u32, out: usize): void {
  const first = v128.load_splat<i64>(start);
  let least = first;
  let greatest = first;
  let differ = i64x2.splat(0);
  let at = start;
  for (const end = start + ((<usize>count & ~1) << 3); at < end; at += 16) {
    const pair = v128.load(at);
    least = v128.bitselect(pair, least, i64x2.gt_s(least, pair));
    greatest = v128.bitselect(pair, greatest, i64x2.gt_s(pair, greatest));
    differ = v128.or(differ, v128.xor(pair, first));
  }
  // An odd count leaves the last value, which may as well be looked at twice.
  const last = load<i64>(start + ((<usize>count - 1) << 3));
  store<i64>(out, min(last, min(i64x2.extract_lane(least, 0), i64x2.extract_lane(least, 1))));
  store<i64>(out, max(last, max(i64x2.extract_lane(greatest, 0), i64x2.extract_lane(greatest, 1))), 8);
  const all = i64x2.extract_lane(differ, 0) | i64x2.extract_lane(differ, 1) | (last ^ load<i64>(start));
  store<i64>(out, all, 16);
}

/** The same of 32-bit numbers; what is written is 64 bits wide. */
export function scan32(start: usize, count: u32, out: usize): void {
  const first = load<i32>(start);
  let least = i32x4.splat(first);
  let greatest = least;
  let at = start;
  for (const end = start + ((<usize>count & ~3) << 2); at < end; at += 16) {
    const four = v128.load(at);
    least = i32x4.min_s(least, four);
    greatest = i32x4.max_s(greatest, four);
  }
  let low = min(
    min(i32x4.extract_lane(least, 0), i32x4.extract_lane(least, 1)),
    min(i32x4.extract_lane(least, 2), i32x4.extract_lane(least, 3)),
  );
  let high = max(
    max(i32x4.extract_lane(greatest, 0), i32x4.extract_lane(greatest, 1)),
    max(i32x4.extract_lane(greatest, 2), i32x4.extract_lane(greatest, 3)),
  );
  for (const end = start + (<usize>count << 2); at < end; at += 4) {
    low = min(low, load<i32>(at));
    high = max(high, load<i32>(at));
  }
  store<i64>(out, low);
  store<i64>(out, high, 8);
  store<i64>(out, low == high ? 0 : -1, 16);
}

/** Writes the least and the greatest of `count` floats to `out`, of those that are numbers; returns how many are none. */
export function scanDouble(start: usize, count: u32, out: usize): u32 {
  let least = f64.POSITIVE_INFINITY;
  let greatest = f64.NEGATIVE_INFINITY;
  let nothing: u32 = 0;
  for (let at = start, end = start + (<usize>count << 3); at < end; at += 8) {
    const value = load<f64>(at);
    if (value < least) least = value;
    if (value > greatest) greatest = value;
    nothing += u32(value != value);
  }
  store<f64>(out, least);
  store<f64>(out, greatest, 8);
  return nothing;
}

/** How many of the first `count` bits are set. */
export function countBits(start: usize, count: u32): u32 {
  let ones: u64 = 0;
  let at = start;
  for (const end = start + ((<usize>count >> 6) << 3); at < end; at += 8) ones += popcnt(load<u64>(at));
  const rest = count & 63;
  if (rest != 0) ones += popcnt(load<u64>(at) & ((<u64>1 << rest) - 1));
  return <u32>ones;
}

// @ts-ignore: decorator
@inline function validAt(validity: usize, row: u32): u32 {
  return (load<u8>(validity + (row >> 3)) >> (row & 7)) & 1;
}

// @ts-ignore: decorator
@inline function compact<T>(values: usize, validity: usize, count: u32, out: usize): void {
  for (let row: u32 = 0; row < count; row += 8, values += 8 * sizeof<T>()) {
    const valid = <u32>load<u8>(validity + (row >> 3));
    // Nulls are rare.
    if (valid == 0xff) {
      for (let i: usize = 0; i < 8 * sizeof<T>(); i += 16) v128.store(out + i, v128.load(values + i));
      out += 8 * sizeof<T>();
      continue;
    }
    for (let bits = row + 8 > count ? valid & (0xff >> (8 - (count - row))) : valid; bits != 0; bits &= bits - 1) {
      store<T>(out, load<T>(values + <usize>ctz(bits) * sizeof<T>()));
      out += sizeof<T>();
    }
  }
}

/** Copies the values that are not null. */
export function compact64(values: usize, validity: usize, count: u32, out: usize): void {
  compact<u64>(values, validity, count, out);
}

export function compact32(values: usize, validity: usize, count: u32, out: usize): void {
  compact<u32>(values, validity, count, out);
}

export function compactBits(values: usize, validity: usize, count: u32, out: usize): void {
  let byte: u32 = 0;
  let filled: u32 = 0;
  for (let row: u32 = 0; row < count; row++) {
    if (validAt(validity, row) == 0) continue;
    byte |= validAt(values, row) << filled;
    if (++filled == 8) {
      store<u8>(out++, byte);
      byte = 0;
      filled = 0;
    }
  }
  store<u8>(out, byte);
}

/** Copies the texts that are not null; a null may have bytes, which nobody is to see. */
export function compactText(
  offsets: usize,
  bytes: usize,
  validity: usize,
  count: u32,
  outOffsets: usize,
  outBytes: usize,
): void {
  let used: u32 = 0;
  store<u32>(outOffsets, 0);
  for (let row: u32 = 0; row < count; row++) {
    if (validAt(validity, row) == 0) continue;
    const start = load<u32>(offsets + (<usize>row << 2));
    const size = load<u32>(offsets + (<usize>row << 2), 4) - start;
    memory.copy(outBytes + used, bytes + start, size);
    used += size;
    outOffsets += 4;
    store<u32>(outOffsets, used);
  }
}

// @ts-ignore: decorator
@inline function prefix(start: usize, size: u32): u64 {
  const word = bswap<u64>(load<u64>(start));
  return size >= 8 ? word : size == 0 ? 0 : (word >> ((8 - size) << 3)) << ((8 - size) << 3);
}

function isLess(a: usize, sizeA: u32, b: usize, sizeB: u32): bool {
  const common = min(sizeA, sizeB);
  for (let i: u32 = 0; i < common; i++) {
    const x = load<u8>(a + i);
    const y = load<u8>(b + i);
    if (x != y) return x < y;
  }
  return sizeA < sizeB;
}

/** Eight bytes each, of which the first is the most significant, as numbers that compare as they do. */
// @ts-ignore: decorator
@inline function prefixes(start: usize, other: usize): v128 {
  const both = v128.load64_lane(other, v128.load64_zero(start), 1);
  const signs = i64x2.splat(i64.MIN_VALUE);
  return v128.xor(i8x16.swizzle(both, i8x16(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8)), signs);
}

/** How many of the texts from `row` on lie between two others by their first bytes; they are of `size` ≥ 8 bytes each. */
function countBetween(start: usize, size: u32, row: u32, count: u32, least: u64, greatest: u64): u32 {
  const low = i64x2.splat(<i64>least ^ i64.MIN_VALUE);
  const high = i64x2.splat(<i64>greatest ^ i64.MIN_VALUE);
  let at = start + <usize>row * size;
  const first = row;
  for (; row + 2 <= count; row += 2, at += 2 * size) {
    const own = prefixes(at, at + size);
    if (!i64x2.all_true(v128.and(i64x2.gt_s(own, low), i64x2.gt_s(high, own)))) break;
  }
  return row - first;
}

/**
 * Writes the rows of the least and of the greatest of `count` ≥ 1 texts to `out`, in the order of their bytes. `same` is the
 * size of all of them, or −1.
 */
export function textBounds(offsets: usize, bytes: usize, count: u32, same: i32, out: usize): void {
  let least = load<u32>(offsets);
  let greatest = least;
  let leastRow: u32 = 0;
  let greatestRow: u32 = 0;
  let leastSize = load<u32>(offsets, 4) - least;
  let greatestSize = leastSize;
  let leastPrefix = prefix(bytes + least, leastSize);
  let greatestPrefix = leastPrefix;
  const first = bytes + least;
  for (let row: u32 = 1; row < count; row++) {
    if (same >= 8) {
      row += countBetween(first, same, row, count, leastPrefix, greatestPrefix);
      if (row >= count) break;
    }
    const start = load<u32>(offsets + (<usize>row << 2));
    const size = load<u32>(offsets + (<usize>row << 2), 4) - start;
    // The first eight bytes as a number decide nearly always.
    const own = prefix(bytes + start, size);
    if (own > leastPrefix && own < greatestPrefix) continue;
    if (own < leastPrefix || (own == leastPrefix && isLess(bytes + start, size, bytes + least, leastSize))) {
      least = start;
      leastSize = size;
      leastPrefix = own;
      leastRow = row;
    }
    if (own > greatestPrefix || (own == greatestPrefix && isLess(bytes + greatest, greatestSize, bytes + start, size))) {
      greatest = start;
      greatestSize = size;
      greatestPrefix = own;
      greatestRow = row;
    }
  }
  store<u32>(out, leastRow);
  store<u32>(out, greatestRow, 4);
}

/** The one size of texts `from` to below `to`; −1 when they have more than one. */
export function textSize(offsets: usize, from: u32, to: u32): i32 {
  const size = load<u32>(offsets + (<usize>from << 2), 4) - load<u32>(offsets + (<usize>from << 2));
  let row = from + 1;
  for (const all = i32x4.splat(size); row + 4 <= to; row += 4) {
    const start = offsets + (<usize>row << 2);
    const sizes = i32x4.sub(v128.load(start, 4), v128.load(start));
    if (!i32x4.all_true(i32x4.eq(sizes, all))) return -1;
  }
  for (; row < to; row++) {
    if (load<u32>(offsets + (<usize>row << 2), 4) - load<u32>(offsets + (<usize>row << 2)) != size) return -1;
  }
  return <i32>size;
}
