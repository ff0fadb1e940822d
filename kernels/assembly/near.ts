/**
 * Dictionaries of numbers that lie close together, by a table with a slot for each that there may be. They are found as those
 * of dictionary.ts are, and the functions return the same.
 */

/** Whether numbers from `start` to below `end` each have a slot, of which `mask` has the bits. */
// @ts-ignore: decorator
@inline function allNear<T>(start: usize, end: usize, least: i64, mask: i64): bool {
  const low = sizeof<T>() == 8 ? i64x2.splat(least) : i32x4.splat(<i32>least);
  let bits = i64x2.splat(0);
  let at = start;
  for (; at + 16 <= end; at += 16) {
    const own = v128.load(at);
    bits = v128.or(bits, sizeof<T>() == 8 ? i64x2.sub(own, low) : i32x4.sub(own, low));
  }
  let rest: i64 = 0;
  for (; at < end; at += sizeof<T>()) rest |= distance<T>(at, least);
  if (sizeof<T>() == 8) rest |= i64x2.extract_lane(bits, 0) | i64x2.extract_lane(bits, 1);
  else {
    const both = i64x2.extract_lane(bits, 0) | i64x2.extract_lane(bits, 1);
    rest |= <i64>(<u64>(both | (both >> 32)) & 0xffff_ffff);
  }
  return (rest & ~mask) == 0;
}

/** How far a number is from the least, as an unsigned one of its width. */
// @ts-ignore: decorator
@inline function distance<T>(at: usize, least: i64): i64 {
  return sizeof<T>() == 8 ? load<i64>(at) - least : <i64>(<u64>(<u32>(load<i32>(at) - <i32>least)));
}

/** Numbers that are looked at, and then looked up while they are in the nearest cache. */
const NEAR_BATCH: u32 = 1_024;

// @ts-ignore: decorator
@inline function nearSlot<T>(at: usize, table: usize, least: i64, shift: i64): usize {
  return table + (<usize>(<u64>distance<T>(at, least) >> shift) << 2);
}

/** Entries of numbers of which all are thought to be known, as they mostly are: returns whether they were. */
// @ts-ignore: decorator
@inline function findNear<T>(start: usize, count: u32, indices: usize, table: usize, least: i64, shift: i64): bool {
  let all: u32 = 0;
  let at = start;
  let out = indices;
  for (const end = start + <usize>(count & ~3) * sizeof<T>(); at < end; at += 4 * sizeof<T>(), out += 16) {
    const a = load<u32>(nearSlot<T>(at, table, least, shift)) - 1;
    const b = load<u32>(nearSlot<T>(at + sizeof<T>(), table, least, shift)) - 1;
    const c = load<u32>(nearSlot<T>(at + 2 * sizeof<T>(), table, least, shift)) - 1;
    const d = load<u32>(nearSlot<T>(at + 3 * sizeof<T>(), table, least, shift)) - 1;
    store<u64>(out, <u64>a | (<u64>b << 32));
    store<u64>(out, <u64>c | (<u64>d << 32), 8);
    all |= a | b | c | d;
  }
  for (const end = start + <usize>count * sizeof<T>(); at < end; at += sizeof<T>(), out += 4) {
    const entry = load<u32>(nearSlot<T>(at, table, least, shift)) - 1;
    store<u32>(out, entry);
    all |= entry;
  }
  // An empty slot is 0, and one less has the highest bit.
  return <i32>all >= 0;
}

// @ts-ignore: decorator
@inline function buildNear<T>(
  values: usize,
  from: u32,
  to: u32,
  entries: usize,
  used: u32,
  limit: u32,
  indices: usize,
  table: usize,
  least: i64,
  shift: i64,
  slots: u32,
): i32 {
  for (let row = from; row < to; ) {
    const end = min(row + NEAR_BATCH, to);
    const start = values + <usize>row * sizeof<T>();
    if (!allNear<T>(start, values + <usize>end * sizeof<T>(), least, <i64>(slots - 1) << shift)) return -2;
    if (used > 0 && findNear<T>(start, end - row, indices + (<usize>row << 2), table, least, shift)) {
      row = end;
      continue;
    }
    for (; row < end; row++) {
      const at = values + <usize>row * sizeof<T>();
      const slot = nearSlot<T>(at, table, least, shift);
      let entry = load<u32>(slot);
      if (entry == 0) {
        if (used == limit) return -1;
        store<T>(entries + <usize>used * sizeof<T>(), load<T>(at));
        entry = ++used;
        store<u32>(slot, entry);
      }
      store<u32>(indices + (<usize>row << 2), entry - 1);
    }
  }
  return used;
}

/**
 * Of numbers that lie close together: the table has a slot for each of `slots`, a power of two, from `least` on, and nothing
 * is hashed. They differ by multiples of 2^shift, of which only each has a slot. Returns −2 for a number that has none.
 */
export function dictionaryNear64(
  values: usize,
  from: u32,
  to: u32,
  entries: usize,
  used: u32,
  limit: u32,
  indices: usize,
  table: usize,
  least: i64,
  shift: i64,
  slots: u32,
): i32 {
  return buildNear<i64>(values, from, to, entries, used, limit, indices, table, least, shift, slots);
}

export function dictionaryNear32(
  values: usize,
  from: u32,
  to: u32,
  entries: usize,
  used: u32,
  limit: u32,
  indices: usize,
  table: usize,
  least: i64,
  shift: i64,
  slots: u32,
): i32 {
  return buildNear<i32>(values, from, to, entries, used, limit, indices, table, least, shift, slots);
}
