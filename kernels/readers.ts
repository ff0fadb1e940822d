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

/** Bytes of a reader before its words begin, and where in it the address and use of a text's bytes are. */
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
function bounds(min: number | null, max: number | null): [bigint, bigint] {
  const low = min === null || min === Number.NEGATIVE_INFINITY ? INT64_MIN : whole(Math.ceil(min));
  const high = max === null || max === Number.POSITIVE_INFINITY ? INT64_MAX : whole(Math.floor(max));
  if (low > INT64_MAX || high < INT64_MIN) return [INT64_MAX, INT64_MIN];
  return [low < INT64_MIN ? INT64_MIN : low, high > INT64_MAX ? INT64_MAX : high];
}

const whole = (value: number): bigint =>
  Number.isFinite(value) ? BigInt(value) : value > 0 ? INT64_MAX + 1n : INT64_MIN - 1n;

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

/** Bytes of a pattern: eight words, and nine vectors that read a field of the pattern's greatest size as a whole. */
const PATTERN_BYTES = 176;
const WHOLE_BYTES_MAX = 32;

function placePatterns(kernels: Kernels, patterns: readonly DatePattern[]): number {
  let next = 0;
  for (const pattern of patterns.toReversed()) {
    const pieces = pattern.flatMap(piece =>
      'literal' in piece ? [0, 0, 0, piece.literal] : [PARTS.indexOf(piece.part), piece.min, piece.max, 0],
    );
    const address = kernels.alloc(PATTERN_BYTES);
    const vectors = wholeVectors(pattern);
    new Uint32Array(kernels.bytes.buffer, address, 5).set([
      vectors ? patternSize(pattern, 'max') : 0,
      patternSize(pattern, 'min'),
      placeBytes(kernels, Uint8Array.from(pieces)),
      pattern.length,
      next,
    ]);
    if (vectors) kernels.bytes.set(vectors, address + 32);
    next = address;
  }
  return next;
}

const patternSize = (pattern: DatePattern, which: 'min' | 'max'): number =>
  pattern.reduce((size, piece) => size + ('literal' in piece ? 1 : piece[which]), 0);

/** Where YYYYMMDD and HHmmss go; a fraction is an eight-digit number of microseconds. */
const PLACES: Readonly<Record<string, number>> = { year: 0, month: 4, day: 6, hour: 8, minute: 10, second: 12 };

/** What csvMoments wants of a pattern, or null if its pieces are too many or stand twice. */
function wholeVectors(pattern: DatePattern): Uint8Array | null {
  const size = patternSize(pattern, 'max');
  const parts = pattern.flatMap(piece => ('part' in piece ? [piece.part] : []));
  if (size === 0 || size > WHOLE_BYTES_MAX || new Set(parts).size < parts.length) return null;
  const expected = new Uint8Array(32);
  const tolerance = new Uint8Array(32).fill(255);
  const clock = new Uint8Array(32).fill(255);
  const fraction = new Uint8Array(32).fill(255);
  const take = (shuffle: Uint8Array, place: number, at: number) => {
    shuffle[at < 16 ? place : 16 + place] = at % 16;
  };
  let at = 0;
  for (const piece of pattern) {
    if ('literal' in piece) {
      expected[at] = piece.literal;
      tolerance[at++] = 0;
      continue;
    }
    // One digit of what may have two is always the shorter form, so here it has two.
    for (let digit = 0; digit < piece.max; digit++, at++) {
      expected[at] = 48;
      tolerance[at] = 9;
      if (piece.part === 'fraction') take(fraction, 2 + digit, at);
      else take(clock, PLACES[piece.part]! + digit, at);
    }
  }
  return Buffer.concat([expected, tolerance, clock, fraction, defaultDigits(parts)]);
}

/** 1970-01-01, as far as the pattern does not say; its digits take the other places. */
function defaultDigits(parts: readonly string[]): Uint8Array {
  const digits = new Uint8Array(16);
  if (!parts.includes('year')) digits.set([1, 9, 7, 0]);
  if (!parts.includes('month')) digits[5] = 1;
  if (!parts.includes('day')) digits[7] = 1;
  return digits;
}
