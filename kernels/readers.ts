/** Column readers as the kernels take them: words in memory, in the order of kernels/assembly/csv/layout.ts. */

import type { DatePattern } from './dates.ts';
import type { ColumnReader } from './reader.ts';
import type { Kernels } from './wasm.ts';

/** Where a column's values go: addresses of Arrow buffers. */
export interface Buffers {
  readonly values: number;
  readonly validity: number;
  readonly offsets: number;
  /** Bitmap of the rows that hold the fallback, or 0. */
  readonly defaulted: number;
}

const ENCODINGS = ['utf-8', 'windows-1252', 'latin1'] as const;
const SPACES = ['trim', 'keep', 'tidy'] as const;

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** Words of a reader, and where in it the address and use of a text's bytes are. */
const READER_WORDS = 34;
export const VALUES_WORD = 11;
export const USED_WORD = 14;

/** Lays a reader into the memory and returns its address. */
export function placeReader(kernels: Kernels, reader: ColumnReader, column: number, buffers: Buffers): number {
  const address = kernels.alloc(READER_WORDS * 4);
  const [low, high] = bounds(reader.min, reader.max);
  const { decimal, fallback, values, words } = reader;
  const long = new BigInt64Array(kernels.bytes.buffer, address, 5);
  long[0] = low;
  long[1] = high;
  long[2] = sizes(reader.nulls);
  long[3] = sizes(reader.nulls.filter(word => /\d/.test(word)));
  long[4] = sizes([...(values ?? [])]);
  new Int32Array(kernels.bytes.buffer, address + 40, READER_WORDS - 10).set([
    column,
    buffers.values,
    buffers.validity,
    buffers.offsets,
    0,
    Number(reader.required),
    fallback ? placeBytes(kernels, fallback) : 0,
    fallback ? fallback.length : -1,
    ENCODINGS.indexOf(reader.encoding),
    Number(reader.replaceInvalid),
    placeWords(kernels, reader.nulls.map(utf8)),
    decimal?.decimalSign ?? 0,
    decimal?.thousands ?? -1,
    placeWords(kernels, decimal?.signs ?? []),
    decimal?.places ?? 0,
    Number(decimal?.round ?? false),
    placePatterns(kernels, reader.patterns),
    reader.patterns.length,
    placeWords(kernels, (words?.[0] ?? []).map(utf8)),
    placeWords(kernels, (words?.[1] ?? []).map(utf8)),
    SPACES.indexOf(reader.spaces),
    reader.digits ?? 0,
    values ? placeWords(kernels, [...values].map(utf8)) : 0,
    buffers.defaulted,
  ]);
  return address;
}

const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');

/** Bounds that 64-bit values can be compared with: whole numbers in range; the lower above the upper if nothing is. */
function bounds(min: bigint | null, max: bigint | null): [bigint, bigint] {
  const [low, high] = [min ?? INT64_MIN, max ?? INT64_MAX];
  if (low > INT64_MAX || high < INT64_MIN) return [INT64_MAX, INT64_MIN];
  return [low < INT64_MIN ? INT64_MIN : low, high > INT64_MAX ? INT64_MAX : high];
}

/** Bit n: some word has n bytes in UTF-8; 63 stands for that many or more. */
const sizes = (words: readonly string[]): bigint =>
  BigInt.asIntN(
    64,
    words.reduce((bits, word) => bits | (1n << BigInt(Math.min(63, utf8(word).length))), 0n),
  );

function placeBytes(kernels: Kernels, bytes: Uint8Array): number {
  const address = kernels.alloc(bytes.length);
  kernels.bytes.set(bytes, address);
  return address;
}

/** A list of words: their number, and each behind its size. */
function placeWords(kernels: Kernels, words: readonly Uint8Array[]): number {
  const uint32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);
  return placeBytes(
    kernels,
    Buffer.concat([uint32(words.length), ...words.flatMap(word => [uint32(word.length), word])]),
  );
}

const PARTS = ['literal', 'year', 'month', 'day', 'hour', 'minute', 'second', 'fraction'] as const;

/** Bytes of a pattern: eight words, and seven vectors that read a field of the pattern's greatest size as a whole. */
const PATTERN_BYTES = 144;
const VECTOR_BYTES = 16;

function placePatterns(kernels: Kernels, patterns: readonly DatePattern[]): number {
  let next = 0;
  for (const pattern of patterns.toReversed()) {
    const pieces = pattern.flatMap(piece =>
      'literal' in piece ? [0, 0, 0, piece.literal] : [PARTS.indexOf(piece.part), piece.min, piece.max, 0],
    );
    const address = kernels.alloc(PATTERN_BYTES);
    const whole = wholePattern(pattern);
    new Uint32Array(kernels.bytes.buffer, address, 7).set([
      whole ? patternSize(pattern, 'max') : 0,
      patternSize(pattern, 'min'),
      placeBytes(kernels, Uint8Array.from(pieces)),
      pattern.length,
      next,
      whole?.dayAt ?? 0,
      whole?.timeAt ?? 0,
    ]);
    if (whole) kernels.bytes.set(whole.vectors, address + 32);
    next = address;
  }
  return next;
}

const patternSize = (pattern: DatePattern, which: 'min' | 'max'): number =>
  pattern.reduce((size, piece) => size + ('literal' in piece ? 1 : piece[which]), 0);

/** Where the digits go: YYYYMMDD and HHmmssSSSSSS, each in a vector of its own. */
const DAY_PLACES: Readonly<Record<string, number>> = { year: 0, month: 4, day: 6 };
const TIME_PLACES: Readonly<Record<string, number>> = { hour: 0, minute: 2, second: 4, fraction: 6 };

interface WholePattern {
  /** Where the 16 bytes with the day begin in the field, and those with the time. Together they are all of it. */
  readonly dayAt: number;
  readonly timeAt: number;
  readonly vectors: Uint8Array;
}

/** How to read a field of the pattern's greatest size in two vectors, or null if they do not hold it, or a part stands twice. */
function wholePattern(pattern: DatePattern): WholePattern | null {
  const size = patternSize(pattern, 'max');
  const parts = pattern.flatMap(piece => ('part' in piece ? [piece.part] : []));
  if (size === 0 || size > 2 * VECTOR_BYTES || new Set(parts).size < parts.length) return null;
  const last = Math.max(0, size - VECTOR_BYTES);
  for (const [dayAt, timeAt] of [
    [0, last],
    [last, 0],
  ] as const) {
    const day = wholeVectors(pattern, dayAt, DAY_PLACES);
    const time = wholeVectors(pattern, timeAt, TIME_PLACES);
    if (!day || !time) continue;
    const pairs = day.map((vector, at) => Buffer.concat([vector, time[at]!]));
    return { dayAt, timeAt, vectors: Buffer.concat([...pairs, defaultDigits(parts)]) };
  }
  return null;
}

/** What is expected, how much it may differ, and where the digits are, of the 16 bytes that begin at `from`; null if digits are elsewhere. */
function wholeVectors(
  pattern: DatePattern,
  from: number,
  places: Readonly<Record<string, number>>,
): Uint8Array[] | null {
  const expected = new Uint8Array(VECTOR_BYTES);
  const tolerance = new Uint8Array(VECTOR_BYTES).fill(255);
  const digits = new Uint8Array(VECTOR_BYTES).fill(255);
  let at = -from;
  for (const piece of pattern) {
    if ('literal' in piece) {
      // Writing outside of a typed array does nothing.
      expected[at] = piece.literal;
      tolerance[at++] = 0;
      continue;
    }
    // One digit of what may have two is always the shorter form, so here it has two.
    const place = places[piece.part];
    for (let digit = 0; digit < piece.max; digit++, at++) {
      expected[at] = 48;
      tolerance[at] = 9;
      if (place === undefined) continue;
      if (at < 0 || at >= VECTOR_BYTES) return null;
      digits[place + digit] = at;
    }
  }
  return [expected, tolerance, digits];
}

/** 1970-01-01, as far as the pattern does not say; its digits take the other places. */
function defaultDigits(parts: readonly string[]): Uint8Array {
  const digits = new Uint8Array(16);
  if (!parts.includes('year')) digits.set([1, 9, 7, 0]);
  if (!parts.includes('month')) digits[5] = 1;
  if (!parts.includes('day')) digits[7] = 1;
  return digits;
}
