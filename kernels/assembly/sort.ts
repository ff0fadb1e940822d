/**
 * Stable sort of row numbers by a column: least significant digit first, 11 bits at a time, over those digits only in
 * which values differ (Knuth, TAOCP 3, 5.2.5, algorithm R). Sorting by the last column first sorts by several.
 */

const DIGIT_BITS: u32 = 11;
const DIGITS: u32 = 1 << 11;
const counts: usize = memory.data(2048 * 4);

// @ts-ignore: decorator
@inline function keyAt(keys: usize, row: u32): u64 {
  return load<u64>(keys + (<usize>row << 3));
}

/**
 * Sorts `count` row numbers at `rows` by the u64 key of each row. `scratch` has room for 16 bytes a row. Keys that differ in
 * their low 32 bits alone, less the least, travel with their rows, so that each pass reads what lies side by side.
 */
export function sortByKey(keys: usize, rows: usize, scratch: usize, count: u32): void {
  if (count < 2) return;
  let least = keyAt(keys, load<u32>(rows));
  let greatest = least;
  let last = least;
  let sorted = true;
  for (let i: u32 = 1; i < count; i++) {
    const key = keyAt(keys, load<u32>(rows + (i << 2)));
    if (key < last) sorted = false;
    least = key < least ? key : least;
    greatest = key > greatest ? key : greatest;
    last = key;
  }
  if (sorted) return;
  const bits = 64 - clz<u64>(greatest - least);
  if (bits <= 32) sortPairs(keys, rows, scratch, count, least, bits);
  else sortRows(keys, rows, scratch, count, least, bits);
}

function sortPairs(keys: usize, rows: usize, scratch: usize, count: u32, least: u64, bits: u64): void {
  let from = scratch;
  let to = scratch + (<usize>count << 3);
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(rows + (i << 2));
    store<u64>(from + (<usize>i << 3), ((keyAt(keys, row) - least) << 32) | row);
  }
  for (let shift: u64 = 32; shift < 32 + bits; shift += DIGIT_BITS) {
    memory.fill(counts, 0, DIGITS << 2);
    for (let i: u32 = 0; i < count; i++) countDigit(<u32>(load<u64>(from + (<usize>i << 3)) >> shift) & (DIGITS - 1));
    startDigits();
    for (let i: u32 = 0; i < count; i++) {
      const pair = load<u64>(from + (<usize>i << 3));
      store<u64>(to + (<usize>nextOf(<u32>(pair >> shift) & (DIGITS - 1)) << 3), pair);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  for (let i: u32 = 0; i < count; i++) store<u32>(rows + (i << 2), load<u32>(from + (<usize>i << 3)));
}

function sortRows(keys: usize, rows: usize, scratch: usize, count: u32, least: u64, bits: u64): void {
  let from = rows;
  let to = scratch;
  for (let shift: u64 = 0; shift < bits; shift += DIGIT_BITS) {
    memory.fill(counts, 0, DIGITS << 2);
    for (let i: u32 = 0; i < count; i++) countDigit(digit(keys, load<u32>(from + (i << 2)), least, shift));
    startDigits();
    for (let i: u32 = 0; i < count; i++) {
      const row = load<u32>(from + (i << 2));
      store<u32>(to + (<usize>nextOf(digit(keys, row, least, shift)) << 2), row);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  if (from != rows) memory.copy(rows, from, count << 2);
}

// @ts-ignore: decorator
@inline function countDigit(digit: u32): void {
  const slot = counts + (<usize>digit << 2);
  store<u32>(slot, load<u32>(slot) + 1);
}

/** From how often each digit comes to where its first is put. */
function startDigits(): void {
  let sum: u32 = 0;
  for (let d: u32 = 0; d < DIGITS; d++) {
    const size = load<u32>(counts + (d << 2));
    store<u32>(counts + (d << 2), sum);
    sum += size;
  }
}

// @ts-ignore: decorator
@inline function nextOf(digit: u32): u32 {
  const slot = counts + (<usize>digit << 2);
  const at = load<u32>(slot);
  store<u32>(slot, at + 1);
  return at;
}

// @ts-ignore: decorator
@inline function digit(keys: usize, row: u32, least: u64, shift: u64): u32 {
  return <u32>((keyAt(keys, row) - least) >> shift) & (DIGITS - 1);
}

/** Keys that sort as the 64-bit values do, null first. `validity` 0: all are there. */
export function keys64(values: usize, validity: usize, count: u32, out: usize): void {
  for (let row: u32 = 0; row < count; row++) {
    const value = load<u64>(values + (<usize>row << 3)) ^ 0x8000000000000000;
    store<u64>(out + (<usize>row << 3), isNull(validity, row) ? 0 : value);
  }
}

/** The same for 32-bit values. */
export function keys32(values: usize, validity: usize, count: u32, out: usize): void {
  for (let row: u32 = 0; row < count; row++) {
    const value = <u64>(<i64>load<i32>(values + (<usize>row << 2)) + 0x80000001);
    store<u64>(out + (<usize>row << 3), isNull(validity, row) ? 0 : value);
  }
}

/** Bytes [8 word, 8 word + 8) of each text as a number that sorts as they do, zeros behind the end. */
export function keysOfWord(offsets: usize, bytes: usize, count: u32, word: u32, out: usize): void {
  for (let row: u32 = 0; row < count; row++) {
    const start = load<u32>(offsets + (<usize>row << 2)) + (word << 3);
    const end = load<u32>(offsets + (<usize>row << 2), 4);
    let key: u64 = 0;
    if (start < end) {
      key = bswap<u64>(load<u64>(bytes + start));
      const size = end - start;
      if (size < 8) key &= ~(<u64>0xffffffffffffffff >> (<u64>size << 3));
    }
    store<u64>(out + (<usize>row << 3), key);
  }
}

/** Sizes of texts plus one, null 0: what tells texts apart that differ in zeros at their end, and null from an empty text. */
export function keysOfSize(offsets: usize, validity: usize, count: u32, out: usize): void {
  for (let row: u32 = 0; row < count; row++) {
    const size = <u64>(load<u32>(offsets + (<usize>row << 2), 4) - load<u32>(offsets + (<usize>row << 2)));
    store<u64>(out + (<usize>row << 3), isNull(validity, row) ? 0 : size + 1);
  }
}

// @ts-ignore: decorator
@inline function isNull(validity: usize, row: u32): bool {
  return validity != 0 && !((load<u8>(validity + (row >> 3)) >> <u8>(row & 7)) & 1);
}
