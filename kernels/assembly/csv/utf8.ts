/** Text in the encodings of files ↔ UTF-8, and the blanks in it. */

/** Windows-1252 from 0x80: UTF-16 code units; 0 where it gives a byte no character. */
const WINDOWS_1252: usize = memory.data<u16>([
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
  0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
]);

/** Values of Reader.encoding. */
const UTF_8: u32 = 0;
const WINDOWS: u32 = 1;

/**
 * Writes bytes of any encoding as UTF-8 and returns where they end. What is not valid becomes U+FFFD, as many as the
 * Encoding Standard says, or makes the result 0.
 */
export function encodeUtf8(start: usize, end: usize, out: usize, encoding: u32, replace: bool): usize {
  let put = out;
  for (let at = start; at < end; ) {
    // Up to the next byte that is no ASCII: eight are written, and those that were none of them overwritten.
    const eight = load<u64>(at);
    const ascii = <usize>ctz<u64>(eight & 0x8080808080808080) >> 3;
    if (ascii != 0) {
      const size = min<usize>(ascii, end - at);
      store<u64>(put, eight);
      put += size;
      at += size;
      continue;
    }
    if (encoding == UTF_8) {
      const size = sequence(at, end);
      if (size > 0) {
        store<u32>(put, load<u32>(at));
        put += size;
        at += size;
      } else {
        if (!replace) return 0;
        put = putCharacter(put, 0xfffd);
        at -= size;
      }
      continue;
    }
    let character = <u32>load<u8>(at++);
    if (encoding == WINDOWS && character < 0xa0) {
      character = <u32>load<u16>(WINDOWS_1252 + ((<usize>character - 0x80) << 1));
      if (character == 0) {
        if (!replace) return 0;
        character = 0xfffd;
      }
    }
    put = putCharacter(put, character);
  }
  return put;
}

export function isUtf8(start: usize, end: usize): bool {
  for (let at = start; at < end; ) {
    // Eight bytes of ASCII at a time.
    if (at + 8 <= end && (load<u64>(at) & 0x8080808080808080) == 0) {
      at += 8;
      continue;
    }
    const size = sequence(at, end);
    if (size <= 0) return false;
    at += size;
  }
  return true;
}

/**
 * Bytes of the character at `at`; or less than 0: so many bytes are no character, and stand for one mistake
 * (Encoding Standard, "UTF-8 decoder").
 */
function sequence(at: usize, end: usize): i32 {
  const lead = <u32>load<u8>(at);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const more: i32 = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  let low: u8 = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  let high: u8 = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i <= more; i++) {
    if (at + i >= end) return -i;
    const byte = load<u8>(at + i);
    if (byte < low || byte > high) return -i;
    low = 0x80;
    high = 0xbf;
  }
  return more + 1;
}

/** Of the Basic Multilingual Plane, from U+0080. */
function putCharacter(put: usize, character: u32): usize {
  if (character < 0x800) {
    store<u8>(put, <u8>(0xc0 | (character >> 6)));
    store<u8>(put, <u8>(0x80 | (character & 63)), 1);
    return put + 2;
  }
  store<u8>(put, <u8>(0xe0 | (character >> 12)));
  store<u8>(put, <u8>(0x80 | ((character >> 6) & 63)), 1);
  store<u8>(put, <u8>(0x80 | (character & 63)), 2);
  return put + 3;
}

/** Bytes of the blank at `at` of valid UTF-8, or 0: what JavaScript's \s takes. */
export function blankSize(at: usize): usize {
  const byte = <u32>load<u8>(at);
  if (byte == 32 || byte - 9 <= 4) return 1;
  if (byte < 0xc2) return 0;
  const next = <u32>load<u8>(at, 1);
  if (byte == 0xc2) return next == 0xa0 ? 2 : 0;
  if (byte < 0xe1 || byte > 0xef) return 0;
  const code = (byte << 16) | (next << 8) | <u32>load<u8>(at, 2);
  // U+2000 to U+200A, then U+1680, U+2028, U+2029, U+202F, U+205F, U+3000, U+FEFF.
  if (code >= 0xe28080 && code <= 0xe2808a) return 3;
  return code == 0xe19a80 ||
    code == 0xe280a8 ||
    code == 0xe280a9 ||
    code == 0xe280af ||
    code == 0xe2819f ||
    code == 0xe38080 ||
    code == 0xefbbbf
    ? 3
    : 0;
}

/** Writes the text with each run of blanks as one space, and none at its ends; returns where it ends. */
export function tidyBlanks(start: usize, end: usize, out: usize): usize {
  let put = out;
  let blank = false;
  for (let at = start; at < end; ) {
    const size = <u32>load<u8>(at) - 33 < 95 ? 0 : blankSize(at);
    if (size > 0) {
      blank = true;
      at += size;
      continue;
    }
    if (blank && put > out) store<u8>(put++, 32);
    blank = false;
    store<u8>(put++, load<u8>(at++));
  }
  return put;
}
