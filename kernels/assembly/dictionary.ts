/**
 * Dictionaries: the distinct values of a column in the order of their first appearance, and for each row which it is.
 * A hash table with linear probing; a slot holds the number of an entry plus one. The table is the caller's: zeros at
 * first, 2^bits slots of four bytes, at least twice as many as `limit`.
 *
 * Each function goes on where the last call ended, with `used` entries: so a caller can look at a sample first, and
 * give up. They return the number of entries, or −1 when there are more than `limit`.
 */

const K: u64 = 0x9e3779b97f4a7c15;

// @ts-ignore: decorator
@inline function build<T>(
  values: usize,
  from: u32,
  to: u32,
  entries: usize,
  used: u32,
  limit: u32,
  indices: usize,
  table: usize,
  bits: u32,
): i32 {
  if (from >= to) return used;
  const shift = 64 - <u64>bits;
  const mask = (<usize>1 << bits) - 1;
  let last = load<T>(values + <usize>from * sizeof<T>());
  let index: u32 = -1;
  for (let row = from; row < to; row++) {
    const value = load<T>(values + <usize>row * sizeof<T>());
    if (value != last || index == <u32>-1) {
      last = value;
      let slot = <usize>((<u64>value * K) >> shift);
      while (true) {
        const entry = load<u32>(table + (slot << 2));
        if (entry == 0) {
          if (used == limit) return -1;
          store<T>(entries + <usize>used * sizeof<T>(), value);
          index = used++;
          store<u32>(table + (slot << 2), used);
          break;
        }
        index = entry - 1;
        if (load<T>(entries + <usize>index * sizeof<T>()) == value) break;
        slot = (slot + 1) & mask;
      }
    }
    store<u32>(indices + (<usize>row << 2), index);
  }
  return used;
}

export function dictionary64(
  values: usize,
  from: u32,
  to: u32,
  entries: usize,
  used: u32,
  limit: u32,
  indices: usize,
  table: usize,
  bits: u32,
): i32 {
  return build<u64>(values, from, to, entries, used, limit, indices, table, bits);
}

export function dictionary32(
  values: usize,
  from: u32,
  to: u32,
  entries: usize,
  used: u32,
  limit: u32,
  indices: usize,
  table: usize,
  bits: u32,
): i32 {
  return build<u32>(values, from, to, entries, used, limit, indices, table, bits);
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
): i32 {
  for (let row = from; row < to; row++) {
    const value = load<T>(values + <usize>row * sizeof<T>());
    const slot = table + (<usize>(<i64>value - least) << 2);
    let entry = load<u32>(slot);
    if (entry == 0) {
      if (used == limit) return -1;
      store<T>(entries + <usize>used * sizeof<T>(), value);
      entry = ++used;
      store<u32>(slot, entry);
    }
    store<u32>(indices + (<usize>row << 2), entry - 1);
  }
  return used;
}

/** Of numbers that lie close together: the table has a slot for each from `least` to the greatest, and nothing is hashed. */
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
): i32 {
  return buildNear<i64>(values, from, to, entries, used, limit, indices, table, least);
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
): i32 {
  return buildNear<i32>(values, from, to, entries, used, limit, indices, table, least);
}

function hashText(start: usize, size: u32): u64 {
  let hash: u64 = (<u64>size + 1) * K;
  const end = start + size;
  for (; start + 8 <= end; start += 8) hash = rotl<u64>((hash ^ load<u64>(start)) * K, 29);
  const rest = <u64>(end - start) << 3;
  if (rest != 0) hash = rotl<u64>((hash ^ (load<u64>(start) & ((<u64>1 << rest) - 1))) * K, 29);
  return (hash ^ (hash >> 32)) * K;
}

function isSame(a: usize, b: usize, size: u32): bool {
  let i: u32 = 0;
  for (; i + 8 <= size; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  const rest = <u64>(size - i) << 3;
  return rest == 0 || ((load<u64>(a + i) ^ load<u64>(b + i)) & ((<u64>1 << rest) - 1)) == 0;
}

/** Entries are the rows (32 bits each) in which a text comes for the first time. */
export function dictionaryText(
  offsets: usize,
  bytes: usize,
  from: u32,
  to: u32,
  entries: usize,
  used: u32,
  limit: u32,
  indices: usize,
  table: usize,
  bits: u32,
): i32 {
  const shift = 64 - <u64>bits;
  const mask = (<usize>1 << bits) - 1;
  for (let row = from; row < to; row++) {
    const start = load<u32>(offsets + (<usize>row << 2));
    const size = load<u32>(offsets + (<usize>row << 2), 4) - start;
    let slot = <usize>(hashText(bytes + start, size) >> shift);
    let index: u32;
    while (true) {
      const entry = load<u32>(table + (slot << 2));
      if (entry == 0) {
        if (used == limit) return -1;
        store<u32>(entries + (<usize>used << 2), row);
        index = used++;
        store<u32>(table + (slot << 2), used);
        break;
      }
      index = entry - 1;
      const first = offsets + (<usize>load<u32>(entries + (<usize>index << 2)) << 2);
      const other = load<u32>(first);
      if (load<u32>(first, 4) - other == size && isSame(bytes + start, bytes + other, size)) break;
      slot = (slot + 1) & mask;
    }
    store<u32>(indices + (<usize>row << 2), index);
  }
  return used;
}
