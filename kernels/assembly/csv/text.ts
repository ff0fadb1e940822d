/** Text, and the words of yes and no. */
import {
  from as fieldFrom,
  to as fieldTo,
  hasSize,
  isAscii,
  isOneOf,
  setNull,
  scratchArea,
  takeField,
  unescapeQuotes,
} from './field';
import {
  Chunk,
  E_ENCODING,
  E_ENUM,
  E_REQUIRED,
  E_TYPE,
  NO_FIELD,
  NULL,
  fields,
  fieldStep,
  openColumn,
  Reader,
  startBase,
  VALUE,
} from './layout';
import { blankSize, encodeUtf8, isUtf8, tidyBlanks } from './utf8';

/** Values of Reader.spaces. */
const KEEP: u32 = 1;
const TIDY: u32 = 2;

/** Longer fields are copied in a loop, and those of more bytes than the second are read one by one. */
const SHORT_BYTES: usize = 32;
const LONG_BYTES: usize = 0x10000;

export function csvTexts(chunkAddress: usize, readerAddress: usize): void {
  const chunk = changetype<Chunk>(chunkAddress);
  const reader = changetype<Reader>(readerAddress);
  openColumn(chunk, reader.column);
  const ascii = chunk.ascii != 0;
  // Around digits, blanks that are no ASCII are left out too.
  const plain = ascii || (chunk.utf8 != 0 && reader.encoding == 0 && reader.digits == 0);
  const tidy = reader.spaces == TIDY;
  const step = fieldStep;
  const last = reader.offsets + (<usize>(chunk.first + chunk.count) << 2);
  let field = fields;
  let offset = reader.offsets + (<usize>chunk.first << 2);
  while (offset < last) {
    const taken = tidy ? takeTidy(reader, field, offset, last, plain) : takePlain(reader, field, offset, last, plain);
    field += <usize>taken * step;
    offset += <usize>taken << 2;
    if (offset == last) break;
    const used = <usize>load<u32>(offset);
    const row = (offset - reader.offsets) >> 2;
    const code = takeText(chunk, reader, <usize>load<u32>(field) + startBase, <usize>load<u32>(field, 4), row);
    let size: usize = 0;
    if (code == VALUE) {
      size = textTo - textFrom;
      copyBytes(reader.values + used, textFrom, size);
    } else setNull(chunk, reader, row, code);
    store<u32>(offset, <u32>(used + size), 4);
    field += step;
    offset += 4;
  }
  reader.used = load<u32>(last);
}

function takePlain(reader: Reader, first: usize, offsets: usize, last: usize, plain: bool): u32 {
  return takeAsIs(reader, first, offsets, last, plain, false);
}

function takeTidy(reader: Reader, first: usize, offsets: usize, last: usize, plain: bool): u32 {
  return takeAsIs(reader, first, offsets, last, plain, true);
}

/**
 * Copies fields until one comes that does not stay as it stands, or may not. Returns how many were copied. `offsets` and
 * `last` are addresses of offsets; the one at `offsets` says where to.
 */
// @ts-ignore: decorator
@inline function takeAsIs(
  reader: Reader, first: usize, offsets: usize, last: usize, plain: bool, tidy: bool,
): u32 {
  const step = fieldStep;
  const base = startBase;
  const bytes = reader.values;
  const accepted = reader.accepted;
  const sizes = ~(reader.nullSizes | ((<u64>1 << max<u64>(1, <u64>reader.digits)) - 1));
  // Digits are padded without the blanks around them, even if those are kept.
  const blank: i32 = reader.spaces != KEEP || reader.digits != 0 ? 32 : -1;
  let field = first;
  let offset = offsets;
  let used = <usize>load<u32>(offset);
  while (offset < last) {
    const start = <usize>load<u32>(field) + base;
    const end = <usize>load<u32>(field, 4);
    const size = end - start;
    if (size > LONG_BYTES || !hasSize(sizes, size)) break;
    if (<i32>load<u8>(start) <= blank || <i32>load<u8>(end - 1) <= blank) break;
    if (!plain && !isAscii(start, end)) break;
    if (tidy && !isTidy(start, end)) break;
    if (accepted != 0 && !isAccepted(reader, start, end)) break;
    const to = bytes + used;
    v128.store(to, v128.load(start));
    v128.store(to, v128.load(start, 16), 16);
    for (let at = SHORT_BYTES; at < size; at += 16) v128.store(to + at, v128.load(start + at));
    used += size;
    store<u32>(offset, <u32>used, 4);
    field += step;
    offset += 4;
  }
  return <u32>((offset - offsets) >> 2);
}

// @ts-ignore: decorator
@inline function copyBytes(out: usize, start: usize, size: usize): void {
  for (let at: usize = 0; at < size; at += 16) v128.store(out + at, v128.load(start + at));
}

/** Bytes that begin some blank, and what they are found with. */
const BLANKS: usize = memory.data<u8>([32, 9, 4, 0xc2, 0xe1, 2, 0xef]);

/**
 * Whether text without ASCII blanks at its ends has no other blanks than single spaces. Says no, too, of characters that
 * begin with the byte that some blank begins with: C2, E1 to E3, EF.
 */
function isTidy(start: usize, end: usize): bool {
  const spaces = v128.load8_splat(BLANKS);
  const tabs = v128.load8_splat(BLANKS, 1);
  const others = v128.load8_splat(BLANKS, 2);
  const c2 = v128.load8_splat(BLANKS, 3);
  const e1 = v128.load8_splat(BLANKS, 4);
  const two = v128.load8_splat(BLANKS, 5);
  const ef = v128.load8_splat(BLANKS, 6);
  for (let at = start; at < end; at += 16) {
    const bytes = v128.load(at);
    const double = v128.and(i8x16.eq(bytes, spaces), i8x16.eq(v128.load(at, 1), spaces));
    const wide = v128.or(
      v128.or(i8x16.eq(bytes, c2), i8x16.eq(bytes, ef)),
      i8x16.le_u(i8x16.sub(bytes, e1), two),
    );
    const blanks = i8x16.bitmask(v128.or(v128.or(double, wide), i8x16.le_u(i8x16.sub(bytes, tabs), others)));
    if (blanks && at + <usize>ctz<i32>(blanks) < end) return false;
  }
  return true;
}

// @ts-ignore: decorator
@inline function isAccepted(reader: Reader, start: usize, end: usize): bool {
  return hasSize(reader.valueSizes, end - start) && isOneOf(reader.accepted, start, end);
}

/** The bytes that takeText found. */
let textFrom: usize = 0;
let textTo: usize = 0;

/** The value of a text field, step by step; returns VALUE, NULL or a fault. */
function takeText(chunk: Chunk, reader: Reader, start: usize, end: usize, row: usize): i32 {
  textFrom = start;
  textTo = end;
  if (<i32>end < 0) {
    if (<u32>end == NO_FIELD) return NULL;
    textFrom = chunk.scratch;
    textTo = unescapeQuotes(start, end & 0x7fffffff, chunk.scratch);
  }
  if (!decodeText(chunk, reader)) return E_ENCODING;
  if (reader.spaces == TIDY) {
    const out = scratchArea(chunk, 2);
    textTo = tidyBlanks(textFrom, textTo, out);
    textFrom = out;
  }
  if (reader.digits != 0) padDigits(<usize>reader.digits, scratchArea(chunk, 3));
  if (reader.spaces != KEEP) {
    while (textFrom < textTo && load<u8>(textFrom) <= 32) textFrom++;
    while (textTo > textFrom && load<u8>(textTo - 1) <= 32) textTo--;
  }
  if (textFrom == textTo || (hasSize(reader.nullSizes, textTo - textFrom) && isOneOf(reader.nulls, textFrom, textTo))) {
    if (reader.fallbackSize < 0) return reader.required ? E_REQUIRED : NULL;
    textFrom = reader.fallback;
    textTo = textFrom + <usize>reader.fallbackSize;
    const bits = reader.defaulted;
    if (bits) store<u8>(bits + (row >> 3), load<u8>(bits + (row >> 3)) | (<u8>1 << <u8>(row & 7)));
    return VALUE;
  }
  return reader.accepted != 0 && !isAccepted(reader, textFrom, textTo) ? E_ENUM : VALUE;
}

function decodeText(chunk: Chunk, reader: Reader): bool {
  if (isAscii(textFrom, textTo) || (reader.encoding == 0 && isUtf8(textFrom, textTo))) return true;
  if (reader.encoding == 0 && !reader.replaceInvalid) return false;
  const out = scratchArea(chunk, 1);
  textTo = encodeUtf8(textFrom, textTo, out, reader.encoding, reader.replaceInvalid != 0);
  textFrom = out;
  return textTo != 0;
}

/** Gives a number that is too short its zeros back; other text stays as it is. */
function padDigits(digits: usize, out: usize): void {
  let start = textFrom;
  while (start < textTo && blankSize(start)) start += blankSize(start);
  let end = start;
  while (end < textTo && <u32>load<u8>(end) - 48 <= 9) end++;
  const size = end - start;
  if (size == 0 || size >= digits) return;
  for (let at = end; at < textTo; at += blankSize(at)) if (!blankSize(at)) return;
  memory.fill(out, 48, digits - size);
  memory.copy(out + (digits - size), start, size);
  textFrom = out;
  textTo = out + digits;
}

/** Bits, which must be zero before. */
export function csvBooleans(chunkAddress: usize, readerAddress: usize): void {
  const chunk = changetype<Chunk>(chunkAddress);
  const reader = changetype<Reader>(readerAddress);
  openColumn(chunk, reader.column);
  const base = startBase;
  const step = fieldStep;
  let field = fields;
  let row = <usize>chunk.first;
  for (let left = chunk.count; left != 0; left--) {
    let code = takeField(chunk, reader, <usize>load<u32>(field) + base, <usize>load<u32>(field, 4));
    if (code == VALUE) {
      if (isOneOf(reader.yes, fieldFrom, fieldTo)) {
        const byte = reader.values + (row >> 3);
        store<u8>(byte, load<u8>(byte) | (<u8>1 << <u8>(row & 7)));
      } else if (!isOneOf(reader.no, fieldFrom, fieldTo)) code = E_TYPE;
    }
    if (code != VALUE) setNull(chunk, reader, row, code);
    field += step;
    row++;
  }
}
