/** Calendar arithmetic without Date, and dates by a pattern: `M/D/YYYY`, `YYYY-MM-DD HH:mm:ss.SSS`. */

export const MICROS_PER_DAY = 86_400_000_000;

/** Days from 1970-01-01 to a day of the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms"). */
function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

/** A day number as YYYY-MM-DD. */
export function dayText(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

/** The first day of the month of a day number (Hinnant, as above). */
export function monthStart(days: number): number {
  // March 1st begins the year, so that the day that comes in leap years is its last.
  const shifted = days + 719468;
  const dayOfEra = shifted - Math.floor(shifted / 146097) * 146097;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36524) + Math.floor(dayOfEra / 146096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  return days - dayOfYear + Math.floor((153 * month + 2) / 5);
}

/** The Monday of the week of a day number: day 0 was a Thursday. */
export const weekStart = (days: number): number => days - (days + 3 - Math.floor((days + 3) / 7) * 7);

/** The day number of YYYY-MM-DD, or null if no calendar has that day. */
export function parseIsoDay(text: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return isDay(year, month, day) ? dayNumber(year, month, day) : null;
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  if (day <= 28) return true;
  if (month !== 2) return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
  return day <= (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28);
}

/** One piece of a pattern: a character that must stand there, or a number of `min` to `max` digits. */
type Piece = { readonly literal: number } | { readonly part: Part; readonly min: number; readonly max: number };
type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction';

export type DatePattern = readonly Piece[];

const TOKENS: readonly (readonly [token: string, part: Part, min: number, max: number])[] = [
  ['YYYY', 'year', 4, 4],
  ['MM', 'month', 2, 2],
  ['M', 'month', 1, 2],
  ['DD', 'day', 2, 2],
  ['D', 'day', 1, 2],
  ['HH', 'hour', 2, 2],
  ['H', 'hour', 1, 2],
  ['mm', 'minute', 2, 2],
  ['ss', 'second', 2, 2],
];

/** Reads a pattern; letters that are no token, and characters that are not ASCII, throw. A run of S takes one to that many digits of a fraction. */
export function compilePattern(pattern: string): DatePattern {
  const pieces: Piece[] = [];
  for (let at = 0; at < pattern.length; ) {
    const fraction = /^S{1,6}/.exec(pattern.slice(at))?.[0];
    const token = TOKENS.find(([name]) => pattern.startsWith(name, at));
    if (fraction) {
      pieces.push({ part: 'fraction', min: 1, max: fraction.length });
      at += fraction.length;
    } else if (token) {
      pieces.push({ part: token[1], min: token[2], max: token[3] });
      at += token[0].length;
    } else {
      const letter = pattern[at]!;
      if (/[^ -@[-`{-~T]/.test(letter)) throw new Error(`date pattern '${pattern}': '${letter}' is no token`);
      pieces.push({ literal: pattern.charCodeAt(at) });
      at++;
    }
  }
  return pieces;
}

/** No date: the bytes do not fit the pattern, or the calendar or clock has no such value. */
export const NO_DATE = Number.NEGATIVE_INFINITY;

/** Microseconds since 1970-01-01 00:00 of bytes[start, end) read by a pattern, or NO_DATE. */
export function parseByPattern(bytes: Uint8Array, start: number, end: number, pattern: DatePattern): number {
  let at = start;
  let year = 1970;
  let month = 1;
  let day = 1;
  let clock = 0;
  for (const piece of pattern) {
    if ('literal' in piece) {
      if (at >= end || bytes[at++] !== piece.literal) return NO_DATE;
      continue;
    }
    let value = 0;
    let digits = 0;
    for (; digits < piece.max && at < end; digits++, at++) {
      const digit = bytes[at]! - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (digits < piece.min) return NO_DATE;
    switch (piece.part) {
      case 'year':
        year = value;
        break;
      case 'month':
        month = value;
        break;
      case 'day':
        day = value;
        break;
      case 'hour':
        if (value > 23) return NO_DATE;
        clock += value * 3_600_000_000;
        break;
      case 'minute':
        if (value > 59) return NO_DATE;
        clock += value * 60_000_000;
        break;
      case 'second':
        if (value > 59) return NO_DATE;
        clock += value * 1_000_000;
        break;
      case 'fraction':
        clock += value * 10 ** (6 - digits);
        break;
    }
  }
  if (at !== end || !isDay(year, month, day)) return NO_DATE;
  const midnight = dayNumber(year, month, day) * MICROS_PER_DAY;
  const micros = midnight + clock;
  // Midnights and whole seconds are exact in any year; fractions of one only within 285 years of 1970.
  return micros - midnight === clock ? micros : NO_DATE;
}
