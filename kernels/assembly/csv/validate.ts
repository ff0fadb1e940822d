/**
 * Whether bytes are UTF-8, 16 at a time (Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte",
 * 2021): three tables say which mistakes the halves of a byte and the half behind it may be part of; what all three name
 * is one, unless a third or fourth byte belongs there.
 */
import { isUtf8 } from './utf8';

// The mistakes, a bit each.
const SHORT: u8 = 1;
const LONG: u8 = 2;
const OVERLONG_3: u8 = 4;
const TOO_LARGE: u8 = 8;
const SURROGATE: u8 = 16;
const OVERLONG_2: u8 = 32;
/** Beyond U+13FFFF, or four bytes for what three hold: the bytes before tell them apart. */
const OVERLONG_4: u8 = 64;
const TWO_MORE: u8 = 128;
const ANY: u8 = SHORT | LONG | TWO_MORE;
const LARGE: u8 = ANY | TOO_LARGE | OVERLONG_4;
const MORE: u8 = LONG | OVERLONG_2 | TWO_MORE;

/** By the high half of a byte. */
const FIRST_HIGH: usize = memory.data<u8>([
  LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, TWO_MORE, TWO_MORE, TWO_MORE, TWO_MORE, SHORT | OVERLONG_2, SHORT,
  SHORT | OVERLONG_3 | SURROGATE, SHORT | TOO_LARGE | OVERLONG_4,
]);
/** By its low half. */
const FIRST_LOW: usize = memory.data<u8>([
  ANY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, ANY | OVERLONG_2, ANY, ANY, ANY | TOO_LARGE, LARGE, LARGE, LARGE, LARGE,
  LARGE, LARGE, LARGE, LARGE, LARGE | SURROGATE, LARGE, LARGE,
]);
/** By the high half of the byte behind it. */
const SECOND_HIGH: usize = memory.data<u8>([
  SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, MORE | OVERLONG_3 | OVERLONG_4, MORE | OVERLONG_3 | TOO_LARGE,
  MORE | SURROGATE | TOO_LARGE, MORE | SURROGATE | TOO_LARGE, SHORT, SHORT, SHORT, SHORT,
]);

/** The bytes before `start` may be anything. */
export function isAllUtf8(start: usize, end: usize): bool {
  if (start == end) return true;
  // It would continue what is before.
  if ((load<u8>(start) & 0xc0) == 0x80) return false;
  const firstHigh = v128.load(FIRST_HIGH);
  const firstLow = v128.load(FIRST_LOW);
  const secondHigh = v128.load(SECOND_HIGH);
  const low = i8x16.splat(15);
  const high = i8x16.splat(-128);
  // What is left of E0 and F0 or more has the top bit.
  const thirdLead = i8x16.splat(<i8>0x60);
  const fourthLead = i8x16.splat(<i8>0x70);
  let wasAscii = true;
  let at = start;
  for (; at + 64 <= end; at += 64) {
    const ascii = areAscii(at);
    // A character that is cut short is a mistake of the byte behind it.
    if (!(ascii && wasAscii)) {
      let wrong = i8x16.splat(0);
      for (let part = at; part < at + 64; part += 16) {
        const before = v128.load(part - 1);
        const mistakes = v128.and(
          v128.and(
            i8x16.swizzle(firstHigh, i8x16.shr_u(before, 4)),
            i8x16.swizzle(firstLow, v128.and(before, low)),
          ),
          i8x16.swizzle(secondHigh, i8x16.shr_u(v128.load(part), 4)),
        );
        const later = v128.or(
          i8x16.sub_sat_u(v128.load(part - 2), thirdLead),
          i8x16.sub_sat_u(v128.load(part - 3), fourthLead),
        );
        wrong = v128.or(wrong, v128.xor(v128.and(later, high), mistakes));
      }
      if (v128.any_true(wrong)) return false;
    }
    wasAscii = ascii;
  }
  // The last block may end within a character.
  let tail = at - start > 4 ? at - 4 : start;
  while (tail > start && (load<u8>(tail) & 0xc0) == 0x80) tail--;
  return isUtf8(tail, end);
}

// @ts-ignore: decorator
@inline function areAscii(at: usize): bool {
  const all = v128.or(v128.or(v128.load(at), v128.load(at, 16)), v128.or(v128.load(at, 32), v128.load(at, 48)));
  return i8x16.bitmask(all) == 0;
}
