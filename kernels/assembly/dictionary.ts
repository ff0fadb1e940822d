/**
 * Dictionaries: the distinct values of a column in the order of their first appearance, and for each row which it is.
 * A hash table with linear probing; a slot of four bytes holds the number of an entry plus one. The table grows with the
 * entries, so that one of few stays in the nearest cache: it is the caller's memory, 128 bytes for each entry up to `limit`
 * and 32 KiB, whatever it holds. There may be 2^18 entries.
 *
 * Each function goes on where the last call ended, with `used` entries: so a caller can look at a sample first, and
 * give up. They return the number of entries, or −1 when there are more than `limit`.
 */

const K: u64 = 0x9e3779b97f4a7c15;

/** Bits by which the slots of a table of so many entries are told: a quarter of them at most is used. */
// @ts-ignore: decorator
@inline function bitsOf(used: u32): u64 {
  return used >> 10 == 0 ? 12 : used >> 13 == 0 ? 15 : used >> 15 == 0 ? 17 : 20;
}

// @ts-ignore: decorator
@inline function slotOf(value: u64, bits: u64): usize {
  return <usize>((value * K) >> (64 - bits));
}

/** A table of more slots, with the entries that there are. */
function rebuild<T>(entries: usize, used: u32, table: usize, bits: u64): void {
  const mask = (<usize>1 << <usize>bits) - 1;
  memory.fill(table, 0, 4 << <usize>bits);
  for (let entry: u32 = 0; entry < used; entry++) {
    let slot = slotOf(<u64>load<T>(entries + <usize>entry * sizeof<T>()), bits);
    while (load<u32>(table + (slot << 2)) != 0) slot = (slot + 1) & mask;
    store<u32>(table + (slot << 2), entry + 1);
  }
}

/** Rows that are looked up at once, and room for the numbers of those that are not found at once. */
const BATCH: u32 = 256;
const LIST_BYTES: usize = 4 * 257;

/**
 * Of each batch all rows look into their slot first, and those that find their value there are done: nothing has to be
 * guessed, so that they need not wait for each other. Then the others take their turn.
 */
// @ts-ignore: decorator
@inline function build<T>(
  values: usize, from: u32, to: u32, entries: usize, used: u32, limit: u32, indices: usize, table: usize,
): i32 {
  const list = table;
  const slots = table + LIST_BYTES;
  let bits = bitsOf(used);
  if (used == 0) rebuild<T>(entries, 0, slots, bits);
  for (let row = from; row < to; ) {
    const end = min(row + BATCH, to);
    let listEnd = list;
    for (; row < end; row++) {
      const value = load<T>(values + <usize>row * sizeof<T>());
      const entry = load<u32>(slots + (slotOf(<u64>value, bits) << 2));
      const isFound = u32(entry != 0) & u32(load<T>(entries - sizeof<T>() + <usize>entry * sizeof<T>()) == value);
      store<u32>(indices + (<usize>row << 2), entry - 1);
      store<u32>(listEnd, row);
      listEnd += <usize>(1 - isFound) << 2;
    }
    for (let at = list; at < listEnd; at += 4) {
      const own = <usize>load<u32>(at);
      const value = load<T>(values + own * sizeof<T>());
      const mask = (<usize>1 << <usize>bits) - 1;
      let slot = slotOf(<u64>value, bits);
      let entry: u32;
      while ((entry = load<u32>(slots + (slot << 2))) != 0) {
        if (load<T>(entries - sizeof<T>() + <usize>entry * sizeof<T>()) == value) break;
        slot = (slot + 1) & mask;
      }
      if (entry == 0) {
        if (used == limit) return -1;
        store<T>(entries + <usize>used * sizeof<T>(), value);
        entry = ++used;
        store<u32>(slots + (slot << 2), entry);
        if (bitsOf(used) != bits) {
          bits = bitsOf(used);
          rebuild<T>(entries, used, slots, bits);
        }
      }
      store<u32>(indices + (own << 2), entry - 1);
    }
  }
  return used;
}

export function dictionary64(
  values: usize, from: u32, to: u32, entries: usize, used: u32, limit: u32, indices: usize, table: usize,
): i32 {
  return build<u64>(values, from, to, entries, used, limit, indices, table);
}

export function dictionary32(
  values: usize, from: u32, to: u32, entries: usize, used: u32, limit: u32, indices: usize, table: usize,
): i32 {
  return build<u32>(values, from, to, entries, used, limit, indices, table);
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

function rebuildTexts(offsets: usize, bytes: usize, entries: usize, used: u32, table: usize, bits: u64): void {
  const mask = (<usize>1 << <usize>bits) - 1;
  memory.fill(table, 0, 4 << <usize>bits);
  for (let entry: u32 = 0; entry < used; entry++) {
    const at = offsets + (<usize>load<u32>(entries + (<usize>entry << 2)) << 2);
    let slot = <usize>(hashText(bytes + load<u32>(at), load<u32>(at, 4) - load<u32>(at)) >> (64 - bits));
    while (load<u32>(table + (slot << 2)) != 0) slot = (slot + 1) & mask;
    store<u32>(table + (slot << 2), entry + 1);
  }
}

/** Entries are the rows (32 bits each) in which a text comes for the first time. */
export function dictionaryText(
  offsets: usize, bytes: usize, from: u32, to: u32, entries: usize, used: u32, limit: u32, indices: usize, table: usize,
): i32 {
  let bits = bitsOf(used);
  let mask = (<usize>1 << <usize>bits) - 1;
  if (used == 0) rebuildTexts(offsets, bytes, entries, 0, table, bits);
  for (let row = from; row < to; row++) {
    const start = load<u32>(offsets + (<usize>row << 2));
    const size = load<u32>(offsets + (<usize>row << 2), 4) - start;
    let slot = <usize>(hashText(bytes + start, size) >> (64 - bits));
    let entry: u32;
    while ((entry = load<u32>(table + (slot << 2))) != 0) {
      const first = offsets + (<usize>load<u32>(entries + (<usize>(entry - 1) << 2)) << 2);
      const other = load<u32>(first);
      if (load<u32>(first, 4) - other == size && isSame(bytes + start, bytes + other, size)) break;
      slot = (slot + 1) & mask;
    }
    if (entry == 0) {
      if (used == limit) return -1;
      store<u32>(entries + (<usize>used << 2), row);
      entry = ++used;
      store<u32>(table + (slot << 2), entry);
      if (bitsOf(used) != bits) {
        bits = bitsOf(used);
        mask = (<usize>1 << <usize>bits) - 1;
        rebuildTexts(offsets, bytes, entries, used, table, bits);
      }
    }
    store<u32>(indices + (<usize>row << 2), entry - 1);
  }
  return used;
}
