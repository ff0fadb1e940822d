/**
 * Exact arithmetic on columns of decimals scaled by 10⁶ (DECIMAL(18,6)). A product or quotient is formed with all its
 * digits, in 128 bits where it needs them, and rounded once, half away from zero, so that a return cancels its sale.
 */
const SCALE: u64 = 1_000_000;
const HALF: u64 = 500_000;
/** Amounts at or beyond 10¹² do not fit. */
const AMOUNT_MAX: u64 = 999_999_999_999_999_999;
/** A magnitude that stands for all that do not fit. */
const TOO_LARGE: u64 = u64.MAX_VALUE;
/** A result that stands for none. */
const NONE: i64 = i64.MIN_VALUE;

const LOW: u64 = 0xffffffff;

const SCALED = 0;
const WHOLE = 1;
const QUOTIENT = 2;
const DIFFERENCE = 3;

/** a × b / 10⁶. Of all four: a result that does not fit is null and leaves `code` at its row of `faults`. */
export function multiplyScaled(
  a: usize, aValid: usize, b: usize, bValid: usize, length: i32, out: usize, outValid: usize, faults: usize, code: u32,
): void {
  combine(SCALED, a, aValid, b, bValid, length, out, outValid, faults, code);
}

/** a × n of amounts and whole numbers. */
export function multiplyWhole(
  a: usize, aValid: usize, b: usize, bValid: usize, length: i32, out: usize, outValid: usize, faults: usize, code: u32,
): void {
  combine(WHOLE, a, aValid, b, bValid, length, out, outValid, faults, code);
}

/** a / b of two scaled numbers, scaled. A quotient by 0 does not fit. */
export function divideScaled(
  a: usize, aValid: usize, b: usize, bValid: usize, length: i32, out: usize, outValid: usize, faults: usize, code: u32,
): void {
  combine(QUOTIENT, a, aValid, b, bValid, length, out, outValid, faults, code);
}

/** a − b of amounts that fit. */
export function subtract(
  a: usize, aValid: usize, b: usize, bValid: usize, length: i32, out: usize, outValid: usize, faults: usize, code: u32,
): void {
  combine(DIFFERENCE, a, aValid, b, bValid, length, out, outValid, faults, code);
}

/** Eight rows a round, one byte of each bitmap: null where either is null, and nulls rest as zeros. */
// @ts-ignore: decorator
@inline function combine(
  operation: i32, a: usize, aValid: usize, b: usize, bValid: usize, length: i32, out: usize, outValid: usize,
  faults: usize, code: u32,
): void {
  for (let row = 0; row < length; row += 8) {
    const group = <usize>(row >> 3);
    const count = min(length - row, 8);
    let bits: u32 = load<u8>(aValid + group) & load<u8>(bValid + group) & ((1 << count) - 1);
    for (let i = 0; i < count; i++) {
      const at = <usize>(row + i) << 3;
      let result: i64 = 0;
      if ((bits >> i) & 1) {
        result = operate(operation, load<i64>(a + at), load<i64>(b + at));
        if (result == NONE) {
          result = 0;
          bits ^= 1 << i;
          store<u8>(faults + row + i, code);
        }
      }
      store<i64>(out + at, result);
    }
    store<u8>(outValid + group, bits);
  }
}

// @ts-ignore: decorator
@inline function operate(operation: i32, a: i64, b: i64): i64 {
  if (operation == DIFFERENCE) {
    const difference = a - b;
    return magnitude(difference) > AMOUNT_MAX ? NONE : difference;
  }
  const x = magnitude(a);
  const y = magnitude(b);
  const size =
    operation == SCALED ? scaledProduct(x, y) : operation == WHOLE ? wholeProduct(x, y) : scaledQuotient(x, y);
  if (size > AMOUNT_MAX) return NONE;
  const sign = (a ^ b) >> 63;
  return (<i64>size ^ sign) - sign;
}

// @ts-ignore: decorator
@inline function magnitude(value: i64): u64 {
  const sign = value >> 63;
  return <u64>((value ^ sign) - sign);
}

// @ts-ignore: decorator
@inline function scaledProduct(x: u64, y: u64): u64 {
  // Leading zeros tell that the product is below 2⁶⁴.
  if (clz(x) + clz(y) < 64) return wideScaledProduct(x, y);
  const product = x * y;
  const quotient = product / SCALE;
  return quotient + u64(product - quotient * SCALE >= HALF);
}

/** With fewer than 64 leading zeros between them, a product is at least 2⁶³ and cannot fit. */
// @ts-ignore: decorator
@inline function wholeProduct(x: u64, y: u64): u64 {
  return clz(x) + clz(y) < 64 ? TOO_LARGE : x * y;
}

// @ts-ignore: decorator
@inline function scaledQuotient(x: u64, y: u64): u64 {
  if (y == 0) return TOO_LARGE;
  // 10⁶ is below 2²⁰.
  if (clz(x) < 20) return wideScaledQuotient(x, y);
  const dividend = x * SCALE;
  const quotient = dividend / y;
  const rest = dividend - quotient * y;
  return quotient + u64(rest >= y - rest);
}

/** Long division of 128 bits, by a divisor of less than 32, in digits of 32 bits. */
function wideScaledProduct(x: u64, y: u64): u64 {
  const high = highProduct(x, y);
  const low = x * y;
  if (high >= SCALE) return TOO_LARGE;
  const upper = (high << 32) | (low >> 32);
  const lower = ((upper % SCALE) << 32) | (low & LOW);
  const quotient = ((upper / SCALE) << 32) | (lower / SCALE);
  // Before rounding, which could carry over the end.
  if (quotient > AMOUNT_MAX) return TOO_LARGE;
  return quotient + u64(lower % SCALE >= HALF);
}

/** Long division of 128 bits in binary digits: amounts beyond 17 millions are rare. */
function wideScaledQuotient(x: u64, y: u64): u64 {
  let rest = highProduct(x, SCALE);
  let quotient = x * SCALE;
  if (rest >= y) return TOO_LARGE;
  // The rest is below y, and so below 2⁶³: doubling it loses nothing.
  for (let bit = 0; bit < 64; bit++) {
    rest = (rest << 1) | (quotient >> 63);
    quotient <<= 1;
    if (rest >= y) {
      rest -= y;
      quotient |= 1;
    }
  }
  if (quotient > AMOUNT_MAX) return TOO_LARGE;
  return quotient + u64(rest >= y - rest);
}

/** The upper 64 bits of a product of 128. */
function highProduct(x: u64, y: u64): u64 {
  const low = (x & LOW) * (y & LOW);
  const left = (x >> 32) * (y & LOW);
  const right = (x & LOW) * (y >> 32);
  const middle = (low >> 32) + (left & LOW) + (right & LOW);
  return (x >> 32) * (y >> 32) + (left >> 32) + (right >> 32) + (middle >> 32);
}

/** The values, and 0 for null. */
export function valuesOrZero(values: usize, valid: usize, length: i32, out: usize): void {
  for (let row = 0; row < length; row++) {
    const mask = -<i64>((load<u8>(valid + (row >> 3)) >> (row & 7)) & 1);
    store<i64>(out + (<usize>row << 3), load<i64>(values + (<usize>row << 3)) & mask);
  }
}

/** Sets the bits of `out` at the rows whose values are negative. */
export function markNegative(values: usize, valid: usize, length: i32, out: usize): void {
  for (let row = 0; row < length; row += 8) {
    const at = values + (<usize>row << 3);
    const signs =
      i64x2.bitmask(v128.load(at)) |
      (i64x2.bitmask(v128.load(at, 16)) << 2) |
      (i64x2.bitmask(v128.load(at, 32)) << 4) |
      (i64x2.bitmask(v128.load(at, 48)) << 6);
    const group = out + (row >> 3);
    const rows = (1 << min(length - row, 8)) - 1;
    store<u8>(group, load<u8>(group) | (signs & load<u8>(valid + (row >> 3)) & rows));
  }
}

/** How many rows are there in both of two bitmaps. */
export function countBoth(aValid: usize, bValid: usize, length: i32): i32 {
  let count = 0;
  for (let row = 0; row < length; row += 32) {
    let bits = load<u32>(aValid + (row >> 3)) & load<u32>(bValid + (row >> 3));
    if (length - row < 32) bits &= (1 << (length - row)) - 1;
    count += <i32>popcnt(bits);
  }
  return count;
}
