/** Decimals, scaled to 6 places. The rules are those of kernels/numbers.ts. */
import {
  areDigits,
  digitsOf,
  JOIN_EIGHTS,
  JOIN_FOURS,
  JOIN_PAIRS,
  joinDigits,
  joinFour,
  loadPair,
  NINE,
  pairMask,
  SHORT_SIZES,
  ZERO,
} from './digits';
import { from, hasSize, sameBytes, setNull, takeField, to } from './field';
import { Chunk, E_RANGE, E_TYPE, fields, fieldStep, openColumn, Reader, startBase, VALUE } from './layout';

/** 10⁶, 10⁵ … 1. */
const SCALES: usize = memory.data<i64>([1000000, 100000, 10000, 1000, 100, 10, 1]);

export function csvDecimals(chunkAddress: usize, readerAddress: usize): void {
  const chunk = changetype<Chunk>(chunkAddress);
  const reader = changetype<Reader>(readerAddress);
  openColumn(chunk, reader.column);
  openSigns(reader.places);
  const step = fieldStep;
  let left = chunk.count;
  let field = fields;
  let out = reader.values + (<usize>chunk.first << 3);
  // A null word that is a number must be looked for.
  const fours = (reader.nullNumberSizes & SHORT_SIZES) == 0;
  while (fours && left >= 4) {
    const taken = takeFours(reader, field, left, out);
    left -= taken;
    field += taken * step;
    out += taken << 3;
    if (left < 4) break;
    takeDecimals(chunk, reader, field, 4, out);
    left -= 4;
    field += step << 2;
    out += 32;
  }
  takeDecimals(chunk, reader, field, left, out);
}

/**
 * By the place of the decimal sign among the last eight bytes, and for none: how to take it out of them, and what to scale
 * the digits with. The sign stays, and makes the field no number, where it may not stand.
 */
const TAKE_OUT: usize = memory.data(9 * 8, 8);
const SCALE_BY: usize = memory.data(9 * 8, 8);

/** To be added to the places of the second eight bytes of a vector. */
const SECOND: usize = memory.data<u64>([0, 0x0808080808080808]);

/** Fills those two, for decimals of so many places. */
function openSigns(places: u32): void {
  const whole: u64 = 0x0706050403020100;
  for (let at: u64 = 0; at <= 8; at++) {
    const after = at < 8 ? 7 - at : 0;
    const may = after > 0 && after <= <u64>places;
    // The bytes before the sign go one further; there is no byte 0x80, so it gives a zero.
    const before = (<u64>1 << ((at + 1) << 3)) - 1;
    const moved = (((whole << 8) | 0x80) & before) | (whole & ~before);
    store<u64>(TAKE_OUT + (<usize>at << 3), may ? moved : whole);
    store<i64>(SCALE_BY + (<usize>at << 3), load<i64>(SCALES + ((may ? <usize>after : 0) << 3)));
  }
}

/**
 * Reads fields of one to eight bytes, digits with at most one decimal sign, four at a time, until four come of which one
 * is something else. Returns how many were read.
 */
function takeFours(reader: Reader, first: usize, count: u32, values: usize): u32 {
  const step = fieldStep;
  const base = startBase + 1;
  const low = i64x2.splat(reader.min);
  const high = i64x2.splat(reader.max);
  const signs = i8x16.splat(<i8>reader.decimalSign);
  const zeros = v128.load8_splat(ZERO);
  const nines = v128.load8_splat(NINE);
  const pairs = v128.load16_splat(JOIN_PAIRS);
  const fours = v128.load32_splat(JOIN_FOURS);
  const eights = v128.load32_splat(JOIN_EIGHTS);
  const second = v128.load(SECOND);
  let field = first;
  let out = values;
  const end = values + (<usize>(count & ~3) << 3);
  for (; out < end; out += 32) {
    const endA = <usize>load<u32>(field, 4);
    const sizeA = endA - base - <usize>load<u32>(field);
    field += step;
    const endB = <usize>load<u32>(field, 4);
    const sizeB = endB - base - <usize>load<u32>(field);
    field += step;
    const endC = <usize>load<u32>(field, 4);
    const sizeC = endC - base - <usize>load<u32>(field);
    field += step;
    const endD = <usize>load<u32>(field, 4);
    const sizeD = endD - base - <usize>load<u32>(field);
    field += step;
    if ((sizeA | sizeB | sizeC | sizeD) > 7) break;
    const maskAb = pairMask(sizeA, sizeB);
    const maskCd = pairMask(sizeC, sizeD);
    const bytesAb = loadPair(endA, endB);
    const bytesCd = loadPair(endC, endD);
    // Where the signs are: bit n for byte n of the four times eight, and one behind each.
    const found = <u64>(<u32>i8x16.bitmask(v128.and(i8x16.eq(bytesAb, signs), maskAb))) |
      (<u64>(<u32>i8x16.bitmask(v128.and(i8x16.eq(bytesCd, signs), maskCd))) << 16);
    const signA = signPlace(found);
    const signB = signPlace(found >> 8);
    const signC = signPlace(found >> 16);
    const signD = signPlace(found >> 24);
    const ab = i8x16.swizzle(
      v128.and(v128.xor(bytesAb, zeros), maskAb),
      i8x16.add(perPair(TAKE_OUT, signA, signB), second),
    );
    const cd = i8x16.swizzle(
      v128.and(v128.xor(bytesCd, zeros), maskCd),
      i8x16.add(perPair(TAKE_OUT, signC, signD), second),
    );
    const numbers = joinFour(ab, cd, pairs, fours, eights);
    const valuesAb = i64x2.mul(i64x2.extend_low_i32x4_u(numbers), perPair(SCALE_BY, signA, signB));
    const valuesCd = i64x2.mul(i64x2.extend_high_i32x4_u(numbers), perPair(SCALE_BY, signC, signD));
    const wrong = v128.or(
      v128.or(i8x16.sub_sat_u(ab, nines), i8x16.sub_sat_u(cd, nines)),
      v128.or(
        v128.or(i64x2.lt_s(valuesAb, low), i64x2.gt_s(valuesAb, high)),
        v128.or(i64x2.lt_s(valuesCd, low), i64x2.gt_s(valuesCd, high)),
      ),
    );
    if (v128.any_true(wrong)) break;
    v128.store(out, valuesAb);
    v128.store(out, valuesCd, 16);
  }
  return <u32>((out - values) >> 3);
}

/** Eight times the place of the first of eight bits, or 64 if there is none. */
// @ts-ignore: decorator
@inline function signPlace(found: u64): usize {
  return <usize>ctz<u32>(<u32>found | 0x100) << 3;
}

// @ts-ignore: decorator
@inline function perPair(table: usize, a: usize, b: usize): v128 {
  return v128.load64_lane(table + b, v128.load64_zero(table + a), 1);
}

/** Reads so many fields one by one. */
function takeDecimals(chunk: Chunk, reader: Reader, first: usize, count: u32, values: usize): void {
  const low = reader.min;
  const high = reader.max;
  let field = first;
  for (let out = values; out < values + (<usize>count << 3); out += 8) {
    const start = <usize>load<u32>(field) + startBase;
    const end = <usize>load<u32>(field, 4);
    const size = end - start;
    let code: i32 = E_TYPE;
    if (size - 1 < 8 && !hasSize(reader.nullNumberSizes, size)) code = parseShort(reader, start, size);
    if (code != VALUE) {
      code = takeField(chunk, reader, start, end);
      if (code == VALUE && !parseDecimal(reader, from, to)) code = E_TYPE;
    }
    if (code == VALUE && (parsed < low || parsed > high)) code = E_RANGE;
    if (code == VALUE) {
      store<i64>(out, parsed);
    } else {
      store<i64>(out, 0);
      setNull(chunk, reader, (out - reader.values) >> 3, code);
    }
    field += fieldStep;
  }
}

/** The number that the last successful parse gave. */
let parsed: i64 = 0;

/** Up to eight bytes: at most one decimal sign is taken out, and the digits are read as a whole number. */
// @ts-ignore: decorator
@inline function parseShort(reader: Reader, start: usize, size: usize): i32 {
  const bytes = load<u64>(start);
  const found = bytes ^ (<u64>reader.decimalSign * 0x0101010101010101);
  const at = ctz<u64>((found - 0x0101010101010101) & ~found & 0x8080808080808080) >> 3;
  const has = at < <u64>size;
  const before = select<u64>((<u64>1 << (at << 3)) - 1, -1, has);
  const count = <u64>size - u64(has);
  const after = select<u64>(count - at, 0, has);
  const digits = digitsOf((bytes & before) | ((bytes >> 8) & ~before)) << ((8 - count) << 3);
  if (count == 0 || !areDigits(digits) || after > <u64>reader.places || (has && after == 0)) return E_TYPE;
  parsed = <i64>joinDigits(digits) * load<i64>(SCALES + (<usize>after << 3));
  return VALUE;
}

/** Without the currency sign: see stripSign. */
let digitsStart: usize = 0;
let digitsEnd: usize = 0;

function parseDecimal(reader: Reader, start: usize, end: usize): bool {
  if (start == end) return false;
  digitsStart = start;
  digitsEnd = end;
  const sign = load<u8>(start);
  let negative = sign == 45;
  const signed = negative || sign == 43;
  if (signed) digitsStart++;
  if (load<u32>(reader.signs) != 0) {
    stripSign(reader.signs);
    if (!signed && digitsStart < digitsEnd && load<u8>(digitsStart) == 45) {
      negative = true;
      digitsStart++;
    }
  }
  if (!parseDigits(reader)) return false;
  if (negative) parsed = -parsed;
  return true;
}

/** The digits of a decimal, scaled, into `parsed`. At most 12 before the decimal sign and 6 behind it: 64 bits hold them. */
function parseDigits(reader: Reader): bool {
  const end = digitsEnd;
  const most = reader.places;
  let at = digitsStart;
  let value: u64 = 0;
  let digits: u32 = 0;
  let group: i32 = -1;
  for (; at < end; at++) {
    const byte = <i32>load<u8>(at);
    if (byte == reader.decimalSign) break;
    if (byte == reader.thousands) {
      // The first group has one to three digits, each later one exactly three.
      if (group < 0 ? digits < 1 || digits > 3 : group != 3) return false;
      group = 0;
      continue;
    }
    const digit = <u32>byte - 48;
    if (digit > 9 || ++digits > 12) return false;
    if (group >= 0) group++;
    value = value * 10 + <u64>digit;
  }
  if (group >= 0 && group != 3) return false;
  let places: u32 = 0;
  let roundUp = false;
  if (at < end) {
    for (at++; at < end; at++) {
      const digit = <u32>load<u8>(at) - 48;
      if (digit > 9) return false;
      if (places < most) value = value * 10 + <u64>digit;
      else if (!reader.round) return false;
      else if (places == most) roundUp = digit >= 5;
      places++;
    }
    if (places == 0) return false;
  }
  if (digits + places == 0) return false;
  if (roundUp) value++;
  value *= <u64>load<i64>(SCALES + (<usize>min(places, most) << 3));
  // Rounding may make 13 digits of 12.
  if (value > 999999999999999999) return false;
  parsed = <i64>value;
  return true;
}

/** Takes one currency sign off, before or behind the digits, and the spaces between. */
function stripSign(signs: usize): void {
  let at = signs + 4;
  for (let left = load<u32>(signs); left != 0; left--) {
    const size = <usize>load<u32>(at);
    if (digitsStart + size <= digitsEnd && sameBytes(at + 4, digitsStart, size)) {
      digitsStart += size;
      while (digitsStart < digitsEnd && load<u8>(digitsStart) == 32) digitsStart++;
      return;
    }
    at += 4 + size;
  }
  at = signs + 4;
  for (let left = load<u32>(signs); left != 0; left--) {
    const size = <usize>load<u32>(at);
    if (digitsStart + size <= digitsEnd && sameBytes(at + 4, digitsEnd - size, size)) {
      digitsEnd -= size;
      while (digitsStart < digitsEnd && load<u8>(digitsEnd - 1) == 32) digitsEnd--;
      return;
    }
    at += 4 + size;
  }
}
