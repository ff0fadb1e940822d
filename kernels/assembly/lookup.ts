/**
 * Rows by key: each value's row in another table, −1 where there is none or the value is null. Lookups give how many
 * values that are there have no row. Slots hold a row plus one, or 0: open addressing, linear probing.
 */
import { isValid, mix, sameText, textHash } from './values';

/** Of a table whose keys are numbers from 0 to below `size`: `rows` has the row of each. */
export function lookupDense(keys: usize, valid: usize, length: i32, rows: usize, size: u64, out: usize): i32 {
  let unknown = 0;
  for (let row = 0; row < length; row++) {
    let found = -1;
    if (isValid(valid, row)) {
      const key = load<u64>(keys + (<usize>row << 3));
      if (key < size) found = load<i32>(rows + (<usize>key << 2));
      unknown += i32(found < 0);
    }
    store<i32>(out + (<usize>row << 2), found);
  }
  return unknown;
}

/** Enters the rows of a table into zeroed slots. Of equal keys the last one stays. */
export function indexNumbers(keys: usize, valid: usize, length: i32, slots: usize, mask: u32): void {
  for (let row = 0; row < length; row++) {
    if (!isValid(valid, row)) continue;
    store<i32>(numberSlot(load<u64>(keys + (<usize>row << 3)), keys, slots, mask), row + 1);
  }
}

export function lookupNumbers(
  keys: usize, valid: usize, length: i32, tableKeys: usize, slots: usize, mask: u32, out: usize,
): i32 {
  let unknown = 0;
  for (let row = 0; row < length; row++) {
    let found = -1;
    if (isValid(valid, row)) {
      found = load<i32>(numberSlot(load<u64>(keys + (<usize>row << 3)), tableKeys, slots, mask)) - 1;
      unknown += i32(found < 0);
    }
    store<i32>(out + (<usize>row << 2), found);
  }
  return unknown;
}

/** Address of the slot that holds the key's row, or of the empty one where it belongs. */
// @ts-ignore: decorator
@inline function numberSlot(key: u64, tableKeys: usize, slots: usize, mask: u32): usize {
  let slot = <u32>mix(key) & mask;
  while (true) {
    const row = load<i32>(slots + (<usize>slot << 2)) - 1;
    if (row < 0 || load<u64>(tableKeys + (<usize>row << 3)) == key) return slots + (<usize>slot << 2);
    slot = (slot + 1) & mask;
  }
}

/** The same of texts; keeps the upper half of each row's hash, so that few texts are compared in vain. */
export function indexTexts(
  offsets: usize, bytes: usize, valid: usize, length: i32, hashes: usize, slots: usize, mask: u32,
): void {
  for (let row = 0; row < length; row++) {
    if (!isValid(valid, row)) continue;
    const hash = textHash(offsets, bytes, row);
    store<u32>(hashes + (<usize>row << 2), <u32>(hash >> 32));
    const slot = textSlot(hash, offsets, bytes, row, offsets, bytes, hashes, slots, mask);
    store<i32>(slot, row + 1);
  }
}

export function lookupTexts(
  offsets: usize, bytes: usize, valid: usize, length: i32, tableOffsets: usize, tableBytes: usize, hashes: usize,
  slots: usize, mask: u32, out: usize,
): i32 {
  let unknown = 0;
  for (let row = 0; row < length; row++) {
    let found = -1;
    if (isValid(valid, row)) {
      const hash = textHash(offsets, bytes, row);
      found = load<i32>(textSlot(hash, offsets, bytes, row, tableOffsets, tableBytes, hashes, slots, mask)) - 1;
      unknown += i32(found < 0);
    }
    store<i32>(out + (<usize>row << 2), found);
  }
  return unknown;
}

// @ts-ignore: decorator
@inline function textSlot(
  hash: u64, offsets: usize, bytes: usize, row: i32, tableOffsets: usize, tableBytes: usize, hashes: usize,
  slots: usize, mask: u32,
): usize {
  let slot = <u32>hash & mask;
  while (true) {
    const found = load<i32>(slots + (<usize>slot << 2)) - 1;
    if (found < 0) return slots + (<usize>slot << 2);
    if (
      load<u32>(hashes + (<usize>found << 2)) == <u32>(hash >> 32) &&
      sameText(offsets, bytes, row, tableOffsets, tableBytes, found)
    )
      return slots + (<usize>slot << 2);
    slot = (slot + 1) & mask;
  }
}

/** Two 32-bit values as one key; null where the first is −1 or the second is null. */
export function pairKeys(high: usize, low: usize, lowValid: usize, length: i32, out: usize, outValid: usize): void {
  for (let row = 0; row < length; row++) {
    const first = load<u32>(high + (<usize>row << 2));
    const second = load<u32>(low + (<usize>row << 2));
    const valid = first != u32.MAX_VALUE && isValid(lowValid, row);
    store<u64>(out + (<usize>row << 3), valid ? (<u64>first << 32) | second : 0);
    const group = outValid + (row >> 3);
    const bits = (row & 7) == 0 ? 0 : load<u8>(group);
    store<u8>(group, bits | (<u32>valid << (row & 7)));
  }
}
