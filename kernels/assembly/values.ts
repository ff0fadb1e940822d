/** Single values as keys: whether they are there, their hashes, whether two are equal. */
import { xxh64 } from './xxhash';

// @ts-ignore: decorator
@inline export function isValid(bitmap: usize, row: i32): bool {
  return <bool>((load<u8>(bitmap + (row >> 3)) >> (row & 7)) & 1);
}

/** A 64-bit value whose bits all depend on all bits of the key. The finalizer of MurmurHash3 (Appleby, 2011). */
// @ts-ignore: decorator
@inline export function mix(key: u64): u64 {
  let x = (key ^ (key >> 33)) * 0xff51afd7ed558ccd;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
  return x ^ (x >> 33);
}

// @ts-ignore: decorator
@inline export function textHash(offsets: usize, bytes: usize, row: i32): u64 {
  const start = load<i32>(offsets + (<usize>row << 2));
  const end = load<i32>(offsets + (<usize>row << 2), 4);
  return xxh64(bytes + start, end - start, 0);
}

/** Whether row i of one text column and row j of another, or the same, have the same bytes. */
// @ts-ignore: decorator
@inline export function sameText(
  offsets: usize, bytes: usize, i: i32, otherOffsets: usize, otherBytes: usize, j: i32,
): bool {
  const start = load<i32>(offsets + (<usize>i << 2));
  const size = load<i32>(offsets + (<usize>i << 2), 4) - start;
  const other = load<i32>(otherOffsets + (<usize>j << 2));
  if (load<i32>(otherOffsets + (<usize>j << 2), 4) - other != size) return false;
  return sameBytes(bytes + start, otherBytes + other, size);
}

function sameBytes(a: usize, b: usize, size: i32): bool {
  let at: i32 = 0;
  for (; at + 8 <= size; at += 8) if (load<u64>(a + at) != load<u64>(b + at)) return false;
  // Vectors may be read past the end; what is behind it is shifted out.
  return at == size || ((load<u64>(a + at) ^ load<u64>(b + at)) << (<u64>(8 - (size - at)) << 3)) == 0;
}
