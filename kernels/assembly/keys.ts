/**
 * Hashes of keys, and the records whose key is another's. A hash has two 64-bit lanes: of a key that is one whole number
 * it is a permutation of that, so that hashes are equal only if keys are; among 10⁹ keys of other kinds two different
 * ones meet with a chance of 10⁻²⁰.
 */
import { xxh64 } from './xxhash';

/** Bytes of an entry: hash (2 × u64), content (u64), day (i32), line (u32). */
const ENTRY: usize = 32;

/** What a null adds to a hash. */
const NULL: u64 = 0x6e756c6c6e756c6c;

/** A permutation of 64 bits in which every bit depends on all (Steele et al., "Fast splittable pseudorandom number generators", 2014). */
// @ts-ignore: decorator
@inline function mix(value: u64): u64 {
  let x = value + 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// @ts-ignore: decorator
@inline function isNull(validity: usize, row: u32): bool {
  return validity != 0 && !((load<u8>(validity + (row >> 3)) >> <u8>(row & 7)) & 1);
}

// @ts-ignore: decorator
@inline function add(hashes: usize, row: u32, value: u64): void {
  const at = hashes + (<usize>row << 4);
  store<u64>(at, mix(load<u64>(at) ^ value));
  store<u64>(at, mix(load<u64>(at, 8) + value * 0x9fb21c651e98df25), 8);
}

/** Adds a column of 64-bit values to the hashes, two u64 a row, which are zeros in the beginning. */
export function hash64(values: usize, validity: usize, count: u32, hashes: usize): void {
  for (let row: u32 = 0; row < count; row++)
    add(hashes, row, isNull(validity, row) ? NULL : load<u64>(values + (<usize>row << 3)));
}

/** A column of whole numbers that is the whole key: the first lane tells all. */
export function hashExact(values: usize, count: u32, hashes: usize): void {
  for (let row: u32 = 0; row < count; row++) store<u64>(hashes + (<usize>row << 4), mix(load<u64>(values + (<usize>row << 3))));
}

/** Adds a column of 32-bit values. */
export function hash32(values: usize, validity: usize, count: u32, hashes: usize): void {
  for (let row: u32 = 0; row < count; row++)
    add(hashes, row, isNull(validity, row) ? NULL : load<u32>(values + (<usize>row << 2)));
}

/** Adds a column of bits. */
export function hashBits(values: usize, validity: usize, count: u32, hashes: usize): void {
  for (let row: u32 = 0; row < count; row++)
    add(hashes, row, isNull(validity, row) ? NULL : (load<u8>(values + (row >> 3)) >> <u8>(row & 7)) & 1);
}

/** Adds a column of texts: the content and, in XXH64, its size. */
export function hashText(offsets: usize, bytes: usize, validity: usize, count: u32, hashes: usize): void {
  for (let row: u32 = 0; row < count; row++) {
    const at = hashes + (<usize>row << 4);
    if (isNull(validity, row)) {
      add(hashes, row, NULL);
      continue;
    }
    const start = load<u32>(offsets + (<usize>row << 2));
    const size = load<u32>(offsets + (<usize>row << 2), 4) - start;
    store<u64>(at, xxh64(bytes + start, size, load<u64>(at) + 1));
    store<u64>(at, xxh64(bytes + start, size, load<u64>(at, 8) + NULL), 8);
  }
}

/** 1 when each value is greater than the one before it. */
export function isAscending(values: usize, rows: usize, count: u32): u32 {
  let last = i64.MIN_VALUE;
  for (let i: u32 = 0; i < count; i++) {
    const value = load<i64>(values + (<usize>load<u32>(rows + (i << 2)) << 3));
    if (i > 0 && value <= last) return 0;
    last = value;
  }
  return 1;
}

/**
 * Entries of the records at `rows`, those of one bucket together and in the order of `rows` there. The bucket is the
 * hash modulo `buckets`, a power of two; `ends` gets the number of entries up to the end of each.
 */
export function writeEntries(
  hashes: usize,
  content: usize,
  days: usize,
  lines: usize,
  firstLine: u32,
  rows: usize,
  count: u32,
  buckets: u32,
  ends: usize,
  out: usize,
): void {
  memory.fill(ends, 0, buckets << 2);
  const mask = <u64>(buckets - 1);
  for (let i: u32 = 0; i < count; i++) {
    const slot = ends + (<usize>(load<u64>(hashes + (<usize>load<u32>(rows + (i << 2)) << 4)) & mask) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let sum: u32 = 0;
  for (let bucket: u32 = 0; bucket < buckets; bucket++) {
    const size = load<u32>(ends + (bucket << 2));
    store<u32>(ends + (bucket << 2), sum);
    sum += size;
  }
  for (let i: u32 = 0; i < count; i++) {
    const row = <usize>load<u32>(rows + (i << 2));
    const hash = load<u64>(hashes + (row << 4));
    const slot = ends + (<usize>(hash & mask) << 2);
    const entry = out + <usize>load<u32>(slot) * ENTRY;
    store<u32>(slot, load<u32>(slot) + 1);
    store<u64>(entry, hash);
    store<u64>(entry, load<u64>(hashes + (row << 4), 8), 8);
    store<u64>(entry, load<u64>(content + (row << 3)), 16);
    store<i32>(entry, load<i32>(days + (row << 2)), 24);
    store<u32>(entry, firstLine + load<u32>(lines + (row << 2)), 28);
  }
}

/**
 * Goes through the entries in order; whoever comes first owns its key. Open addressing: `slots` has `mask` + 1 places, zeros
 * in the beginning, at least twice as many as there are entries. Writes the numbers of each later entry and of the owner of
 * its key to `out`, and returns how many there are. The bits above the bucket's choose the slot.
 */
export function findLosers(entries: usize, count: u32, slots: usize, mask: u32, out: usize): u32 {
  let losers: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const entry = entries + <usize>i * ENTRY;
    const hash = load<u64>(entry);
    let slot = <u32>(hash >> 32) & mask;
    for (;;) {
      const owner = load<u32>(slots + (<usize>slot << 2));
      if (owner == 0) {
        store<u32>(slots + (<usize>slot << 2), i + 1);
        break;
      }
      const other = entries + <usize>(owner - 1) * ENTRY;
      if (load<u64>(other) == hash && load<u64>(other, 8) == load<u64>(entry, 8)) {
        store<u32>(out + (<usize>losers << 3), i);
        store<u32>(out + (<usize>losers << 3), owner - 1, 4);
        losers++;
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
  return losers;
}

/**
 * Enters records [first, first + count) of those whose hashes, two u64 a record, lie one behind the other; records with a
 * fault, one byte each of these, have no key. `slots` has `mask` + 1 places, at least twice as many as there are records in
 * all, zeros in the beginning. Writes the number among these of each record whose key has an owner, and the owner's number
 * among all, to `out`; returns how many there are.
 */
export function claimKeys(
  hashes: usize,
  first: u32,
  count: u32,
  faults: usize,
  slots: usize,
  mask: u32,
  out: usize,
): u32 {
  let losers: u32 = 0;
  for (let row: u32 = 0; row < count; row++) {
    if (load<u8>(faults + row)) continue;
    const at = hashes + (<usize>(first + row) << 4);
    const hash = load<u64>(at);
    let slot = <u32>(hash >> 32) & mask;
    for (;;) {
      const owner = load<u32>(slots + (<usize>slot << 2));
      if (owner == 0) {
        store<u32>(slots + (<usize>slot << 2), first + row + 1);
        break;
      }
      const other = hashes + (<usize>(owner - 1) << 4);
      if (load<u64>(other) == hash && load<u64>(other, 8) == load<u64>(at, 8)) {
        store<u32>(out + (<usize>losers << 3), row);
        store<u32>(out + (<usize>losers << 3), owner - 1, 4);
        losers++;
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
  return losers;
}
