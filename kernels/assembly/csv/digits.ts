/** Digits → numbers: eight at a time in a word, or four times eight in two vectors. */

const ZEROS: u64 = 0x3030303030303030;

/** Eight ASCII digits as their values, if that is what they are: see areDigits. */
// @ts-ignore: decorator
@inline export function digitsOf(bytes: u64): u64 {
  return bytes ^ ZEROS;
}

/** Whether each byte is at most 9. */
// @ts-ignore: decorator
@inline export function areDigits(digits: u64): bool {
  return (((digits + 0x7676767676767676) | digits) & 0x8080808080808080) == 0;
}

/**
 * Eight digits, the first in the lowest byte, as a number: neighbours are joined to pairs, pairs to fours, fours to all
 * (Mula, "SWAR digit parsing").
 */
// @ts-ignore: decorator
@inline export function joinDigits(digits: u64): u64 {
  const pairs = digits * 10 + (digits >> 8);
  return (
    ((pairs & 0x000000ff000000ff) * 0x000f424000000064 + ((pairs >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >> 32
  );
}

/** Sizes of fields that are read four at a time, a bit each. */
export const SHORT_SIZES: u64 = 0x1fe;

/** Eight bytes for each size from 1 to 8: all bits set of as many bytes at the end. */
const ENDS: usize = memory.data<u64>([
  0xff00000000000000, 0xffff000000000000, 0xffffff0000000000, 0xffffffff00000000, 0xffffffffff000000, 0xffffffffffff0000,
  0xffffffffffffff00, 0xffffffffffffffff,
]);

/** Of two fields of 1 to 8 bytes, the eight bytes before their ends. */
// @ts-ignore: decorator
@inline export function loadPair(endA: usize, endB: usize): v128 {
  return v128.load64_lane(endB - 8, v128.load64_zero(endA - 8), 1);
}

/** The bits of those bytes that belong to the fields, of so many bytes and one. */
// @ts-ignore: decorator
@inline export function pairMask(aboveOneA: usize, aboveOneB: usize): v128 {
  return v128.load64_lane(ENDS + (aboveOneB << 3), v128.load64_zero(ENDS + (aboveOneA << 3)), 1);
}

/**
 * Vectors that joinFour multiplies with, and bytes to splat. They are loaded before a loop, where V8 would make constants
 * anew each time.
 */
export const JOIN_PAIRS: usize = memory.data<i16>([2561]);
export const JOIN_FOURS: usize = memory.data<i16>([100, 1], 4);
export const JOIN_EIGHTS: usize = memory.data<i16>([10000, 1], 4);
export const ZERO: usize = memory.data<u8>([48]);
export const NINE: usize = memory.data<u8>([9]);

/**
 * Four numbers of eight digits each, by the same steps as joinDigits. A pair of digits in 16 bits is t + 256 u; 2561
 * times that is 10 t + u in the upper byte.
 */
// @ts-ignore: decorator
@inline export function joinFour(a: v128, b: v128, pairs: v128, fours: v128, eights: v128): v128 {
  return i32x4.dot_i16x8_s(
    i16x8.narrow_i32x4_u(
      i32x4.dot_i16x8_s(i16x8.shr_u(i16x8.mul(a, pairs), 8), fours),
      i32x4.dot_i16x8_s(i16x8.shr_u(i16x8.mul(b, pairs), 8), fours),
    ),
    eights,
  );
}
