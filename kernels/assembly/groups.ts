/**
 * Rows that agree. Columns are added one by one: rows of one group that agree in the next column stay together. Hashes
 * only find candidates; values decide.
 */
import { isValid, mix, sameText, textHash } from './values';

/** Slots to begin with: most columns have few different values, and a small table stays in the cache. */
const SLOTS_FIRST: u32 = 1024;

const WORDS = 0;
const HALF_WORDS = 1;
const BITS = 2;
const TEXTS = 3;

/** Times a group's number: odd, so that different groups give different products. */
const SPREAD: u64 = 0x9e3779b97f4a7c15;

/**
 * Numbers the groups in order of their first rows. `previous` has each row's group so far, or is 0 when there is none;
 * `ids` [length], which is another buffer, gets the new ones; `first` [length] the first row of each group. Space:
 * `slots` as many as the power of two above twice the length, 1,024 at least, and 64 bits of `hashes` a row.
 */
export function groupWords(
  previous: usize, values: usize, valid: usize, length: i32, ids: usize, first: usize, hashes: usize, slots: usize,
): i32 {
  return group(WORDS, previous, values, 0, valid, length, ids, first, hashes, slots);
}

export function groupHalfWords(
  previous: usize, values: usize, valid: usize, length: i32, ids: usize, first: usize, hashes: usize, slots: usize,
): i32 {
  return group(HALF_WORDS, previous, values, 0, valid, length, ids, first, hashes, slots);
}

export function groupBits(
  previous: usize, values: usize, valid: usize, length: i32, ids: usize, first: usize, hashes: usize, slots: usize,
): i32 {
  return group(BITS, previous, values, 0, valid, length, ids, first, hashes, slots);
}

export function groupTexts(
  previous: usize, bytes: usize, offsets: usize, valid: usize, length: i32, ids: usize, first: usize, hashes: usize,
  slots: usize,
): i32 {
  return group(TEXTS, previous, bytes, offsets, valid, length, ids, first, hashes, slots);
}

// @ts-ignore: decorator
@inline function group(
  kind: i32, previous: usize, values: usize, offsets: usize, valid: usize, length: i32, ids: usize, first: usize,
  hashes: usize, slots: usize,
): i32 {
  let mask = SLOTS_FIRST - 1;
  memory.fill(slots, 0, <usize>SLOTS_FIRST << 2);
  let groups = 0;
  for (let row = 0; row < length; row++) {
    const before = previous ? load<u32>(previous + (<usize>row << 2)) : 0;
    const there = isValid(valid, row);
    const hash = mix((there ? valueHash(kind, values, offsets, row) : 1) + <u64>before * SPREAD);
    let slot = <u32>hash & mask;
    let found: i32;
    while (true) {
      found = load<i32>(slots + (<usize>slot << 2)) - 1;
      if (found < 0) break;
      if (load<u64>(hashes + (<usize>found << 3)) == hash) {
        // Equal values in different groups have different hashes, as neither SPREAD nor mixing loses a bit.
        const other = load<i32>(first + (<usize>found << 2));
        if (isValid(valid, other) == there && (!there || sameValue(kind, values, offsets, row, other))) break;
      }
      slot = (slot + 1) & mask;
    }
    if (found < 0) {
      found = groups++;
      store<i32>(slots + (<usize>slot << 2), groups);
      store<u64>(hashes + (<usize>found << 3), hash);
      store<i32>(first + (<usize>found << 2), row);
      if (<u32>groups * 2 > mask) mask = grow(hashes, groups, slots, mask);
    }
    store<i32>(ids + (<usize>row << 2), found);
  }
  return groups;
}

// @ts-ignore: decorator
@inline function valueHash(kind: i32, values: usize, offsets: usize, row: i32): u64 {
  if (kind == WORDS) return load<u64>(values + (<usize>row << 3));
  if (kind == HALF_WORDS) return load<u32>(values + (<usize>row << 2));
  if (kind == BITS) return 2 + u64(isValid(values, row));
  return textHash(offsets, values, row);
}

// @ts-ignore: decorator
@inline function sameValue(kind: i32, values: usize, offsets: usize, i: i32, j: i32): bool {
  if (kind == WORDS) return load<u64>(values + (<usize>i << 3)) == load<u64>(values + (<usize>j << 3));
  if (kind == HALF_WORDS) return load<u32>(values + (<usize>i << 2)) == load<u32>(values + (<usize>j << 2));
  if (kind == BITS) return isValid(values, i) == isValid(values, j);
  return sameText(offsets, values, i, offsets, values, j);
}

/** Doubles the slots and enters all groups anew; returns the new mask. */
function grow(hashes: usize, groups: i32, slots: usize, mask: u32): u32 {
  const wider = mask * 2 + 1;
  memory.fill(slots, 0, (<usize>wider + 1) << 2);
  for (let number = 0; number < groups; number++) {
    let slot = <u32>load<u64>(hashes + (<usize>number << 3)) & wider;
    while (load<i32>(slots + (<usize>slot << 2)) != 0) slot = (slot + 1) & wider;
    store<i32>(slots + (<usize>slot << 2), number + 1);
  }
  return wider;
}
