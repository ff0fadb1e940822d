/** Whole numbers and decimals. The rules are those of kernels/numbers.ts. */
import { from, hasSize, sameBytes, setNull, takeField, to } from './field';
import {
  Chunk,
  E_RANGE,
  E_TYPE,
  endStep,
  ends,
  openColumn,
  Reader,
  startBase,
  startStep,
  starts,
  VALUE,
} from './layout';

const ZEROS: u64 = 0x3030303030303030;

/** The number that the last successful parse gave. */
let parsed: i64 = 0;

/** Whether each byte is at most 9. */
// @ts-ignore: decorator
@inline function areDigits(digits: u64): bool {
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

export function csvInts(chunkAddress: usize, readerAddress: usize): void {
  const chunk = changetype<Chunk>(chunkAddress);
  const reader = changetype<Reader>(readerAddress);
  openColumn(chunk, reader.column);
  const low = reader.min;
  const high = reader.max;
  const skipped = reader.nullNumberSizes;
  const base = startBase;
  const startBy = startStep;
  const endBy = endStep;
  let s = starts;
  let e = ends;
  let row = <usize>chunk.first;
  let out = reader.values + (row << 3);
  for (let left = chunk.count; left != 0; left--) {
    const start = <usize>load<u32>(s) + base;
    const end = <usize>load<u32>(e);
    const size = end - start;
    let done = false;
    if (size - 1 < 16 && !hasSize(skipped, size)) {
      // The last eight digits, and those before them; what is left of the first is filled with zeros.
      const missing = 8 - min<u64>(<u64>size, 8);
      let digits = (load<u64>(end - 8) ^ ZEROS) & (<u64>-1 << (missing << 3));
      let value = <i64>joinDigits(digits);
      if (size > 8) {
        const more = (load<u64>(end - 16) ^ ZEROS) & (<u64>-1 << ((16 - <u64>size) << 3));
        value += <i64>joinDigits(more) * 100000000;
        if (!areDigits(more)) digits = <u64>-1;
      }
      if (areDigits(digits) && value >= low && value <= high) {
        store<i64>(out, value);
        done = true;
      }
    }
    if (!done) {
      let code = takeField(chunk, reader, start, end);
      if (code == VALUE) code = parseInteger(from, to) ? inRange(parsed, low, high) : E_TYPE;
      if (code == VALUE) store<i64>(out, parsed);
      else refuseNumber(chunk, reader, row, code, out);
    }
    s += startBy;
    e += endBy;
    out += 8;
    row++;
  }
}

// @ts-ignore: decorator
@inline function inRange(value: i64, low: i64, high: i64): i32 {
  return value < low || value > high ? E_RANGE : VALUE;
}

function refuseNumber(chunk: Chunk, reader: Reader, row: usize, code: i32, out: usize): void {
  store<i64>(out, 0);
  setNull(chunk, reader, row, code);
}

function parseInteger(start: usize, end: usize): bool {
  if (start == end) return false;
  let at = start;
  const sign = load<u8>(at);
  if (sign == 45 || sign == 43) at++;
  const digits = end - at;
  if (digits == 0 || digits > 19) return false;
  let value: u64 = 0;
  for (; at < end; at++) {
    const digit = <u32>load<u8>(at) - 48;
    if (digit > 9) return false;
    value = value * 10 + <u64>digit;
  }
  const negative = sign == 45;
  // 19 digits fit 64 bits without a sign.
  if (value > <u64>i64.MAX_VALUE + u64(negative)) return false;
  parsed = negative ? -<i64>value : <i64>value;
  return true;
}

/** 10⁶, 10⁵ … 1. */
const SCALES: usize = memory.data<i64>([1000000, 100000, 10000, 1000, 100, 10, 1]);

export function csvDecimals(chunkAddress: usize, readerAddress: usize): void {
  const chunk = changetype<Chunk>(chunkAddress);
  const reader = changetype<Reader>(readerAddress);
  openColumn(chunk, reader.column);
  const low = reader.min;
  const high = reader.max;
  const skipped = reader.nullNumberSizes;
  const signs = <u64>reader.decimalSign * 0x0101010101010101;
  const places = <u64>reader.places;
  const base = startBase;
  const startBy = startStep;
  const endBy = endStep;
  let s = starts;
  let e = ends;
  let row = <usize>chunk.first;
  let out = reader.values + (row << 3);
  for (let left = chunk.count; left != 0; left--) {
    const start = <usize>load<u32>(s) + base;
    const end = <usize>load<u32>(e);
    const size = end - start;
    let done = false;
    if (size - 1 < 8 && !hasSize(skipped, size)) {
      // Up to eight bytes with at most one decimal sign: it is taken out, and the digits are read as a whole number.
      const bytes = load<u64>(start);
      const found = bytes ^ signs;
      const at = ctz<u64>((found - 0x0101010101010101) & ~found & 0x8080808080808080) >> 3;
      const has = at < <u64>size;
      const before = select<u64>((<u64>1 << (at << 3)) - 1, -1, has);
      const count = <u64>size - u64(has);
      const after = select<u64>(count - at, 0, has);
      const digits = (((bytes & before) | ((bytes >> 8) & ~before)) ^ ZEROS) << ((8 - count) << 3);
      if (i32(count > 0) & i32(areDigits(digits)) & i32(after <= places) & (i32(!has) | i32(after > 0))) {
        const value = <i64>joinDigits(digits) * load<i64>(SCALES + (<usize>after << 3));
        if (value >= low && value <= high) {
          store<i64>(out, value);
          done = true;
        }
      }
    }
    if (!done) {
      let code = takeField(chunk, reader, start, end);
      if (code == VALUE) code = parseDecimal(reader, from, to) ? inRange(parsed, low, high) : E_TYPE;
      if (code == VALUE) store<i64>(out, parsed);
      else refuseNumber(chunk, reader, row, code, out);
    }
    s += startBy;
    e += endBy;
    out += 8;
    row++;
  }
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
