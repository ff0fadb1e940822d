/** Days and moments by patterns. The rules are those of kernels/dates.ts. */
import { JOIN_PAIRS } from './digits';
import { from, hasSize, setNull, takeField, to } from './field';
import { Chunk, E_RANGE, E_TYPE, fields, fieldStep, openColumn, Reader, startBase, VALUE } from './layout';

/**
 * A pattern, as kernels/readers.ts lays it. A field of the pattern's greatest size has each piece at a known place, so
 * it is checked and taken apart as a whole, in two vectors.
 */
// @ts-ignore: decorator
@unmanaged class Pattern {
  /** The field's size in bytes for which the vectors below are made; 0: there are none. */
  size: u32;
  /** The size of the shortest field that may fit. */
  least: u32;
  pieces: u32;
  pieceCount: u32;
  /** Address of the next pattern. */
  next: usize;
  /** Where in the field the 16 bytes with the day begin, and those with the time: together they are all of it. */
  dayAt: u32;
  timeAt: u32;
  // At 32 come vectors of 16 bytes, each for the day and the time: the expected bytes (2), the greatest difference from
  // them (2), and where the digits are (2); then digits of the day that the pattern leaves out (1).
}

const EXPECTED: usize = 32;
const TOLERANCE: usize = 64;
const DIGITS: usize = 96;
const DEFAULTS: usize = 128;

const MICROS_PER_DAY: i64 = 86400000000;
/** No date: see NO_DATE of kernels/dates.ts. */
const NO_DATE: i64 = i64.MIN_VALUE;

/** Moments are doubles elsewhere: within 285 years of 1970 each is exact. */
const EXACT: i64 = 1 << 53;
/** The same in days. */
const EXACT_DAYS: i64 = EXACT / MICROS_PER_DAY;

export function csvMoments(chunkAddress: usize, readerAddress: usize): void {
  convert(changetype<Chunk>(chunkAddress), changetype<Reader>(readerAddress), false);
}

export function csvDays(chunkAddress: usize, readerAddress: usize): void {
  convert(changetype<Chunk>(chunkAddress), changetype<Reader>(readerAddress), true);
}

// @ts-ignore: decorator
@inline function convert(chunk: Chunk, reader: Reader, days: bool): void {
  openColumn(chunk, reader.column);
  known = NO_DATE;
  const step = fieldStep;
  const shift: usize = days ? 2 : 3;
  let left = chunk.count;
  let field = fields;
  let out = reader.values + (<usize>chunk.first << shift);
  while (left != 0) {
    const pattern = usualPattern(reader, <usize>load<u32>(field, 4) - <usize>load<u32>(field) - startBase);
    if (pattern) {
      const end = out + (<usize>left << shift);
      const taken = days ? takeDays(pattern, reader, field, out, end) : takeMoments(pattern, reader, field, out, end);
      left -= taken;
      field += taken * step;
      out += taken << shift;
      if (left == 0) break;
    }
    let code = takeAny(chunk, reader, field);
    const value = days ? dayOf(micros) : micros;
    if (code == VALUE && (value < reader.min || value > reader.max)) code = E_RANGE;
    const kept: i64 = code == VALUE ? value : 0;
    if (days) store<i32>(out, <i32>kept);
    else store<i64>(out, kept);
    if (code != VALUE) setNull(chunk, reader, (out - reader.values) >> shift, code);
    left--;
    field += step;
    out += 1 << shift;
  }
}

function dayOf(micros: i64): i64 {
  const day = micros / MICROS_PER_DAY;
  return day * MICROS_PER_DAY > micros ? day - 1 : day;
}

/** The first pattern that a field of this size may fit, if the size is that pattern's greatest, or 0. */
function usualPattern(reader: Reader, size: usize): usize {
  if (size - 1 >= 32 || hasSize(reader.nullNumberSizes, size)) return 0;
  let address = reader.patterns;
  for (let left = reader.patternCount; left != 0; left--) {
    const pattern = changetype<Pattern>(address);
    if (<u32>size == pattern.size) return address;
    if (<u32>size >= pattern.least) return 0;
    address = pattern.next;
  }
  return 0;
}

function takeMoments(pattern: usize, reader: Reader, first: usize, values: usize, end: usize): u32 {
  return takeWhole(pattern, reader, first, values, end, false);
}

function takeDays(pattern: usize, reader: Reader, first: usize, values: usize, end: usize): u32 {
  return takeWhole(pattern, reader, first, values, end, true);
}

/**
 * Reads fields of the pattern's greatest size until one comes that is something else. Returns how many were read.
 * `values` and `end` are addresses of values.
 */
// @ts-ignore: decorator
@inline function takeWhole(address: usize, reader: Reader, first: usize, values: usize, end: usize, days: bool): u32 {
  const step = fieldStep;
  const pattern = changetype<Pattern>(address);
  const size = pattern.size + <u32>startBase;
  const dayAt = <usize>pattern.dayAt + startBase;
  const timeAt = <usize>pattern.timeAt + startBase;
  const low = max<i64>(reader.min, days ? -EXACT_DAYS : -EXACT);
  const high = min<i64>(reader.max, days ? EXACT_DAYS : EXACT);
  const dayBytes = v128.load(address + EXPECTED);
  const timeBytes = v128.load(address + EXPECTED, 16);
  const dayTolerance = v128.load(address + TOLERANCE);
  const timeTolerance = v128.load(address + TOLERANCE, 16);
  const dayDigits = v128.load(address + DIGITS);
  const timeDigits = v128.load(address + DIGITS, 16);
  const defaults = v128.load(address + DEFAULTS);
  const pairs = v128.load16_splat(JOIN_PAIRS);
  const greatest = v128.load(GREATEST);
  const units = v128.load(UNITS);
  let field = first;
  let out = values;
  for (; out < end; out += days ? 4 : 8) {
    const start = <usize>load<u32>(field);
    if (load<u32>(field, 4) - <u32>start != size) break;
    // The difference of a digit from '0' is its value; other bytes differ by more than 9.
    const day = v128.xor(v128.load(start + dayAt), dayBytes);
    const time = v128.xor(v128.load(start + timeAt), timeBytes);
    // Two digits in 16 bits are t + 256 u; 2561 times that is 10 t + u in the upper byte.
    const clock = i16x8.shr_u(i16x8.mul(i8x16.swizzle(time, timeDigits), pairs), 8);
    const wrong = v128.or(
      v128.or(i8x16.sub_sat_u(day, dayTolerance), i8x16.sub_sat_u(time, timeTolerance)),
      i16x8.gt_s(clock, greatest),
    );
    if (v128.any_true(wrong)) break;
    let value = knownDay(i64x2.extract_lane(v128.or(i8x16.swizzle(day, dayDigits), defaults), 0));
    if (!days) {
      const parts = i32x4.dot_i16x8_s(clock, units);
      const hours = i64x2.extract_lane(parts, 0);
      value = value * MICROS_PER_DAY + (hours & 0xffffffff) * 1000000 + (hours >> 32) * 10000 + i64x2.extract_lane(parts, 1);
    }
    if (value < low || value > high) break;
    if (days) store<i32>(out, <i32>value);
    else store<i64>(out, value);
    field += step;
  }
  return <u32>((out - values) >> (days ? 2 : 3));
}

/** Of the pairs of digits of HHmmssSSSSSS: the greatest, and what they are in seconds, in hundredths, in microseconds. */
const GREATEST: usize = memory.data<i16>([23, 59, 59, 99, 99, 99, 0, 0], 16);
const UNITS: usize = memory.data<i16>([3600, 60, 100, 1, 100, 1, 0, 0], 16);

/** Days that were read, as their digits with all bits turned, and their numbers: 512 places by month and day, for 4 years. */
const KNOWN_DAYS: usize = memory.data(4 * 512 * 16, 16);

/** Far outside of any bounds. */
const NO_DAY: i64 = 1 << 40;

/** The day of YYYYMMDD in the bytes of `digits`, the first in the lowest, or NO_DAY. */
// @ts-ignore: decorator
@inline function knownDay(digits: u64): i64 {
  // 32 times the month and the day, from bit 24: each digit is multiplied with its worth, and moved there.
  const day = <usize>(((digits >> 32) * 0x0000000140200a01) >> 24) & 511;
  // The year modulo 4 is that of its last two digits' sum, the first of them doubled.
  const year = ((<usize>(digits >> 16) & 0xffff) * 0x0201) & 0x0300;
  const place = KNOWN_DAYS + (((year << 1) | day) << 4);
  return load<u64>(place) == ~digits ? load<i64>(place, 8) : newDay(digits, place);
}

function newDay(digits: u64, place: usize): i64 {
  const pairs = digits * 10 + (digits >> 8);
  const year = (<i32>pairs & 0xff) * 100 + (<i32>(pairs >> 16) & 0xff);
  const month = <i32>(pairs >> 32) & 0xff;
  const day = <i32>(pairs >> 48) & 0xff;
  if (!isDay(year, month, day)) return NO_DAY;
  const number = dayNumber(year, month, day);
  store<u64>(place, ~digits);
  store<i64>(place, number, 8);
  return number;
}

/** The field that takeAny read last: files in the order of their days have the same one again and again. */
let known: i64 = NO_DATE;
let knownSize: usize = 0;
let knownStart: u64 = 0;
let knownEnd: u64 = 0;

/** What the last takeAny that returned VALUE found. */
let micros: i64 = 0;

/** Reads one field, whatever it is, into `micros`. Returns VALUE, NULL or a fault. */
function takeAny(chunk: Chunk, reader: Reader, field: usize): i32 {
  const start = <usize>load<u32>(field) + startBase;
  const end = <usize>load<u32>(field, 4);
  const size = end - start;
  const short = size - 8 <= 8;
  if (short && size == knownSize && load<u64>(start) == knownStart && load<u64>(end - 8) == knownEnd) {
    if (known != NO_DATE) {
      micros = known;
      return VALUE;
    }
  }
  const code = takeField(chunk, reader, start, end);
  if (code != VALUE) return code;
  micros = parseAny(reader, from, to);
  if (micros == NO_DATE) return E_TYPE;
  if (short) {
    known = micros;
    knownSize = size;
    knownStart = load<u64>(start);
    knownEnd = load<u64>(end - 8);
  }
  return VALUE;
}

/** The first pattern that fits says what it is. */
function parseAny(reader: Reader, start: usize, end: usize): i64 {
  let pattern = changetype<Pattern>(reader.patterns);
  for (let left = reader.patternCount; left != 0; left--) {
    const found = parsePieces(pattern, start, end);
    if (found != NO_DATE) return found;
    pattern = changetype<Pattern>(pattern.next);
  }
  return NO_DATE;
}

/** Kinds of pieces; each is four bytes: kind, fewest and most digits, the byte of a literal. */
const LITERAL: u8 = 0;
const YEAR: u8 = 1;
const MONTH: u8 = 2;
const DAY: u8 = 3;
const HOUR: u8 = 4;
const MINUTE: u8 = 5;
const SECOND: u8 = 6;

const POWERS: usize = memory.data<i32>([1000000, 100000, 10000, 1000, 100, 10, 1]);

function parsePieces(pattern: Pattern, start: usize, end: usize): i64 {
  let at = start;
  let year = 1970;
  let month = 1;
  let day = 1;
  let clock: i64 = 0;
  const pieces = <usize>pattern.pieces;
  for (let piece = pieces; piece < pieces + (<usize>pattern.pieceCount << 2); piece += 4) {
    const kind = load<u8>(piece);
    if (kind == LITERAL) {
      if (at >= end || load<u8>(at) != load<u8>(piece, 3)) return NO_DATE;
      at++;
      continue;
    }
    const most = <i32>load<u8>(piece, 2);
    let value: i32 = 0;
    let digits: i32 = 0;
    for (; digits < most && at < end; digits++, at++) {
      const digit = <i32>load<u8>(at) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (digits < <i32>load<u8>(piece, 1)) return NO_DATE;
    if (kind == YEAR) year = value;
    else if (kind == MONTH) month = value;
    else if (kind == DAY) day = value;
    else if (kind == HOUR) {
      if (value > 23) return NO_DATE;
      clock += <i64>value * 3600000000;
    } else if (kind == MINUTE) {
      if (value > 59) return NO_DATE;
      clock += <i64>value * 60000000;
    } else if (kind == SECOND) {
      if (value > 59) return NO_DATE;
      clock += <i64>value * 1000000;
    } else clock += <i64>value * <i64>load<i32>(POWERS + (<usize>digits << 2));
  }
  if (at != end || !isDay(year, month, day)) return NO_DATE;
  return exact(dayNumber(year, month, day) * MICROS_PER_DAY + clock);
}

function isDay(year: i32, month: i32, day: i32): bool {
  if (month < 1 || month > 12 || day < 1) return false;
  if (day <= 28) return true;
  if (month != 2) return day <= (month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31);
  return day <= (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28);
}

/** Days from 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms"). */
function dayNumber(year: i32, month: i32, day: i32): i64 {
  const y = month <= 2 ? year - 1 : year;
  const era = (y >= 0 ? y : y - 399) / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

/** Fractions of a second are exact in doubles only within 285 years of 1970. */
function exact(micros: i64): i64 {
  return <i64>(<f64>micros) == micros ? micros : NO_DATE;
}
