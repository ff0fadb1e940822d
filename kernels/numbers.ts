/** Whole numbers and decimals from bytes: every digit counts, and what is not a number is refused. */

import { AMOUNT_MAX } from './money.ts';

/** What parseInteger and parseDecimal say of bytes that are no number. */
const NOT_A_NUMBER = null;

const INT64_MAX = 9_223_372_036_854_775_807n;

/** A whole number of bytes[start, end), a number when it has at most 15 digits; null when it is none or does not fit 64 bits. */
export function parseInteger(bytes: Uint8Array, start: number, end: number): number | bigint | null {
  let at = start;
  const negative = bytes[at] === 45;
  if (negative || bytes[at] === 43) at++;
  const digits = end - at;
  if (digits <= 0 || digits > 19) return NOT_A_NUMBER;
  if (digits <= 15) {
    let value = 0;
    for (; at < end; at++) {
      const digit = bytes[at]! - 48;
      if (digit < 0 || digit > 9) return NOT_A_NUMBER;
      value = value * 10 + digit;
    }
    return negative ? 0 - value : value;
  }
  let value = 0n;
  for (; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) return NOT_A_NUMBER;
    value = value * 10n + BigInt(digit);
  }
  if (value > INT64_MAX + (negative ? 1n : 0n)) return NOT_A_NUMBER;
  return negative ? -value : value;
}

export interface DecimalForm {
  /** Byte of the decimal sign. */
  readonly decimalSign: number;
  /** Byte between thousands, or −1: then none is accepted. */
  readonly thousands: number;
  /** Currency signs in UTF-8 that may stand once before or after the number, blanks between. */
  readonly signs: readonly Uint8Array[];
  /** Digits after the decimal sign that are accepted, 0 to 6. */
  readonly places: number;
  /** Round what has more places, half away from zero. */
  readonly round: boolean;
}

/**
 * A decimal scaled by 10⁶: a number when exact in 53 bits, else a bigint; null when it is none, has too many digits, or
 * has more than 12 before the decimal sign.
 */
export function parseDecimal(bytes: Uint8Array, from: number, to: number, form: DecimalForm): number | bigint | null {
  let start = from;
  let end = to;
  let negative = bytes[start] === 45;
  if (negative || bytes[start] === 43) start++;
  if (form.signs.length > 0) {
    const signed = start > from;
    [start, end] = stripSign(bytes, start, end, form.signs);
    if (!signed && start < end && bytes[start] === 45) {
      negative = true;
      start++;
    }
  }
  let digits = 0;
  let groups = -1;
  let value = 0;
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === form.decimalSign) break;
    if (byte === form.thousands) {
      // The first group has one to three digits, each later one exactly three.
      if (groups < 0 ? digits < 1 || digits > 3 : groups !== 3) return NOT_A_NUMBER;
      groups = 0;
      continue;
    }
    const digit = byte - 48;
    if (digit < 0 || digit > 9 || ++digits > 12) return NOT_A_NUMBER;
    if (groups >= 0) groups++;
    value = value * 10 + digit;
  }
  if (groups >= 0 && groups !== 3) return NOT_A_NUMBER;
  let places = 0;
  let roundUp = false;
  if (at < end) {
    for (at++; at < end; at++) {
      const digit = bytes[at]! - 48;
      if (digit < 0 || digit > 9) return NOT_A_NUMBER;
      if (places < form.places) value = value * 10 + digit;
      else if (!form.round) return NOT_A_NUMBER;
      else if (places === form.places) roundUp = digit >= 5;
      places++;
      // 15 digits are exact in a double; from there on the rest goes to a BigInt.
      if (value > 9e14) return parseWide(bytes, start, end, form, negative);
    }
    if (places === 0) return NOT_A_NUMBER;
  }
  if (digits + places === 0) return NOT_A_NUMBER;
  if (roundUp) value++;
  const scale = 10 ** (6 - Math.min(places, form.places));
  if (value * scale > Number.MAX_SAFE_INTEGER) return wideAmount(BigInt(value) * BigInt(scale), negative);
  value *= scale;
  return negative ? 0 - value : value;
}

/** The same for numbers too long for a double; start and end are those of the digits, already checked for groups. */
function parseWide(bytes: Uint8Array, start: number, end: number, form: DecimalForm, negative: boolean): bigint | null {
  let value = 0n;
  let places = -1;
  let roundUp = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === form.decimalSign) {
      if (places >= 0) return NOT_A_NUMBER;
      places = 0;
    } else if (byte !== form.thousands || places >= 0) {
      const digit = byte - 48;
      if (digit < 0 || digit > 9) return NOT_A_NUMBER;
      if (places < form.places) value = value * 10n + BigInt(digit);
      else if (!form.round) return NOT_A_NUMBER;
      else if (places === form.places) roundUp = digit >= 5;
      if (places >= 0) places++;
    }
  }
  if (roundUp) value++;
  return wideAmount(value * 10n ** BigInt(6 - Math.min(Math.max(places, 0), form.places)), negative);
}

/** Rounding may make 12 digits before the decimal sign 13: that does not fit. */
function wideAmount(value: bigint, negative: boolean): bigint | null {
  if (value > AMOUNT_MAX) return NOT_A_NUMBER;
  return negative ? -value : value;
}

function stripSign(bytes: Uint8Array, from: number, to: number, signs: readonly Uint8Array[]): [number, number] {
  let start = from;
  let end = to;
  const stands = (sign: Uint8Array, at: number) => sign.every((byte, i) => bytes[at + i] === byte);
  const before = signs.find(sign => start + sign.length <= end && stands(sign, start));
  if (before) start += before.length;
  const after = before ? undefined : signs.find(sign => end - sign.length >= start && stands(sign, end - sign.length));
  if (after) end -= after.length;
  if (before) while (start < end && bytes[start] === 32) start++;
  if (after) while (start < end && bytes[end - 1] === 32) end--;
  return [start, end];
}
