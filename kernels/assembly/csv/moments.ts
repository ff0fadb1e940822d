/** Days and moments by patterns. The rules are those of kernels/dates.ts. */
import { from, hasSize, setNull, takeField, to } from './field';
import {
  Chunk,
  E_RANGE,
  E_TYPE,
  fields,
  fieldStep,
  openColumn,
  Reader,
  startBase,
  VALUE,
} from './layout';
import { joinDigits } from './digits';

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
  // At 32 come vectors of 16 bytes: expected bytes (2), greatest difference from them (2), where the digits of day and
  // time are (2), those of the fraction (2), and digits of what the pattern leaves out (1).
}

const EXPECTED: usize = 32;
const TOLERANCE: usize = 64;
const CLOCK: usize = 96;
const FRACTION: usize = 128;
const DEFAULTS: usize = 160;

const MICROS_PER_DAY: i64 = 86400000000;
/** No date: see NO_DATE of kernels/dates.ts. */
const NO_DATE: i64 = i64.MIN_VALUE;

export function csvMoments(chunkAddress: usize, readerAddress: usize): void {
  convert(chunkAddress, readerAddress, false);
}

export function csvDays(chunkAddress: usize, readerAddress: usize): void {
  convert(chunkAddress, readerAddress, true);
}

// @ts-ignore: decorator
@inline function convert(chunkAddress: usize, readerAddress: usize, days: bool): void {
  const chunk = changetype<Chunk>(chunkAddress);
  const reader = changetype<Reader>(readerAddress);
  openColumn(chunk, reader.column);
  const low = reader.min;
  const high = reader.max;
  const skipped = reader.nullNumberSizes;
  // The field that was read by pieces last: files in the order of their days have the same one again and again.
  let known = NO_DATE;
  let knownSize: usize = 0;
  let knownStart: u64 = 0;
  let knownEnd: u64 = 0;
  const base = startBase;
  const step = fieldStep;
  let field = fields;
  let row = <usize>chunk.first;
  let out = reader.values + (row << (days ? 2 : 3));
  for (let left = chunk.count; left != 0; left--) {
    const start = <usize>load<u32>(field) + base;
    const end = <usize>load<u32>(field, 4);
    const size = end - start;
    const usual = size - 1 < 32 && !hasSize(skipped, size);
    let micros = usual ? parseUsual(reader, start, size) : NO_DATE;
    let code = VALUE;
    if (micros == NO_DATE) {
      const short = usual && size >= 8 && size <= 16;
      if (short && size == knownSize && load<u64>(start) == knownStart && load<u64>(end - 8) == knownEnd) {
        micros = known;
      } else {
        code = takeField(chunk, reader, start, end);
        if (code == VALUE) {
          micros = parseAny(reader, from, to);
          if (micros == NO_DATE) code = E_TYPE;
          else if (short) {
            known = micros;
            knownSize = size;
            knownStart = load<u64>(start);
            knownEnd = load<u64>(end - 8);
          }
        }
      }
    }
    let value = micros;
    if (code == VALUE) {
      if (days) value = dayOf(micros);
      if (value < low || value > high) code = E_RANGE;
    }
    if (code != VALUE) {
      value = 0;
      setNull(chunk, reader, row, code);
    }
    if (days) store<i32>(out, <i32>value);
    else store<i64>(out, value);
    field += step;
    out += days ? 4 : 8;
    row++;
  }
}

function dayOf(micros: i64): i64 {
  const day = micros / MICROS_PER_DAY;
  return day * MICROS_PER_DAY > micros ? day - 1 : day;
}

/** What a field as it stands is by the first pattern that it may fit, if it has that pattern's greatest size; or NO_DATE. */
// @ts-ignore: decorator
@inline function parseUsual(reader: Reader, start: usize, size: usize): i64 {
  let pattern = changetype<Pattern>(reader.patterns);
  for (let left = reader.patternCount; left != 0; left--) {
    if (<u32>size == pattern.size) return parseWhole(pattern, start);
    if (<u32>size >= pattern.least) break;
    pattern = changetype<Pattern>(pattern.next);
  }
  return NO_DATE;
}

/** Days that were read, as their digits with all bits turned, and their midnights: 512 places, by month and day. */
const KNOWN_DAYS: usize = memory.data(512 * 16, 16);

/** A field of a pattern's greatest size, whose bytes begin at `start`. */
function parseWhole(pattern: Pattern, start: usize): i64 {
  const address = changetype<usize>(pattern);
  // The difference of a digit from '0' is its value; other bytes differ by more than 9.
  const a = v128.xor(v128.load(start), v128.load(address + EXPECTED));
  const b = v128.xor(v128.load(start, 16), v128.load(address + EXPECTED, 16));
  const fits = v128.and(
    i8x16.le_u(a, v128.load(address + TOLERANCE)),
    i8x16.le_u(b, v128.load(address + TOLERANCE, 16)),
  );
  if (!i8x16.all_true(fits)) return NO_DATE;
  const digits = v128.or(
    v128.or(i8x16.swizzle(a, v128.load(address + CLOCK)), i8x16.swizzle(b, v128.load(address + CLOCK, 16))),
    v128.load(address + DEFAULTS),
  );
  const day = i64x2.extract_lane(digits, 0);
  const midnight = knownMidnight(<u64>day);
  if (midnight == NO_DATE) return NO_DATE;
  const clock = <u64>i64x2.extract_lane(digits, 1);
  const pairs = clock * 10 + (clock >> 8);
  const hour = <u32>pairs & 0xff;
  const minute = <u32>(pairs >> 16) & 0xff;
  const second = <u32>(pairs >> 32) & 0xff;
  if (hour > 23 || minute > 59 || second > 59) return NO_DATE;
  const fraction = v128.or(
    i8x16.swizzle(a, v128.load(address + FRACTION)),
    i8x16.swizzle(b, v128.load(address + FRACTION, 16)),
  );
  const micros = joinDigits(<u64>i64x2.extract_lane(fraction, 0));
  return exact(midnight + <i64>((hour * 60 + minute) * 60 + second) * 1000000 + <i64>micros);
}

/** Moments are doubles elsewhere, and fractions of a second exact in those only within 285 years of 1970. */
// @ts-ignore: decorator
@inline function exact(micros: i64): i64 {
  return <i64>(<f64>micros) == micros ? micros : NO_DATE;
}

/** Midnight of YYYYMMDD in the bytes of `digits`, the first in the lowest. */
// @ts-ignore: decorator
@inline function knownMidnight(digits: u64): i64 {
  const pairs = digits * 10 + (digits >> 8);
  const place = KNOWN_DAYS + ((((<usize>(pairs >> 32) & 15) << 5) | (<usize>(pairs >> 48) & 31)) << 4);
  if (load<u64>(place) == ~digits) return load<i64>(place, 8);
  const midnight = midnightOf(pairs);
  store<u64>(place, ~digits);
  store<i64>(place, midnight, 8);
  return midnight;
}

function midnightOf(pairs: u64): i64 {
  const year = (<i32>pairs & 0xff) * 100 + (<i32>(pairs >> 16) & 0xff);
  const month = <i32>(pairs >> 32) & 0xff;
  const day = <i32>(pairs >> 48) & 0xff;
  return isDay(year, month, day) ? dayNumber(year, month, day) * MICROS_PER_DAY : NO_DATE;
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

/** The first pattern that fits says what it is. */
function parseAny(reader: Reader, start: usize, end: usize): i64 {
  let pattern = changetype<Pattern>(reader.patterns);
  for (let left = reader.patternCount; left != 0; left--) {
    const micros =
      <u32>(end - start) == pattern.size ? parseWhole(pattern, start) : parsePieces(pattern, start, end);
    if (micros != NO_DATE) return micros;
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
