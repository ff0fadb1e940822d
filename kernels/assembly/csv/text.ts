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

export function csvTexts(chunkAddress: usize, readerAddress: usize): void {
  const chunk = changetype<Chunk>(chunkAddress);
  const reader = changetype<Reader>(readerAddress);
  openColumn(chunk, reader.column);
  const ascii = chunk.ascii != 0;
  // Around digits, blanks that are no ASCII are left out too.
  const plain = ascii || (chunk.utf8 != 0 && reader.encoding == 0 && reader.digits == 0);
  const nullSizes = reader.nullSizes;
  const digits = <usize>reader.digits;
  // Digits are padded without the blanks around them, even if those are kept.
  const wantsEnds = reader.spaces != KEEP || digits != 0;
  const tidies = reader.spaces == TIDY;
  const accepted = reader.accepted;
  const bytes = reader.values;
  const base = startBase;
  const step = fieldStep;
  let field = fields;
  let row = <usize>chunk.first;
  let used = <usize>reader.used;
  let offset = reader.offsets + (row << 2) + 4;
  for (let left = chunk.count; left != 0; left--) {
    const start = <usize>load<u32>(field) + base;
    const end = <usize>load<u32>(field, 4);
    const size = end - start;
    // Most fields are taken as they stand.
    if (
      <i32>end > 0 &&
      size - 1 < 0x10000 &&
      size >= digits &&
      !hasSize(nullSizes, size) &&
      (!wantsEnds || (load<u8>(start) > 32 && load<u8>(end - 1) > 32)) &&
      (plain || isAscii(start, end)) &&
      (!tidies || isTidy(start, end)) &&
      (accepted == 0 || isAccepted(reader, start, end))
    ) {
      copyBytes(bytes + used, start, size);
      used += size;
    } else {
      const code = takeText(chunk, reader, start, end, row);
      if (code == VALUE) {
        copyBytes(bytes + used, textFrom, textTo - textFrom);
        used += textTo - textFrom;
      } else setNull(chunk, reader, row, code);
    }
    store<u32>(offset, <u32>used);
    field += step;
    offset += 4;
    row++;
  }
  reader.used = <u32>used;
}

// @ts-ignore: decorator
@inline function copyBytes(out: usize, start: usize, size: usize): void {
  v128.store(out, v128.load(start));
  v128.store(out, v128.load(start, 16), 16);
  for (let at: usize = 32; at < size; at += 16) v128.store(out + at, v128.load(start + at));
}

/**
 * Whether text without ASCII blanks at its ends has no other blanks than single spaces. Says no, too, of characters that
 * begin with the byte that some blank begins with: C2, E1 to E3, EF.
 */
function isTidy(start: usize, end: usize): bool {
  const spaces = i8x16.splat(32);
  const tabs = i8x16.splat(9);
  const others = i8x16.splat(4);
  const c2 = i8x16.splat(<i8>0xc2);
  const e1 = i8x16.splat(<i8>0xe1);
  const ef = i8x16.splat(<i8>0xef);
  for (let at = start; at < end; at += 16) {
    const bytes = v128.load(at);
    const double = v128.and(i8x16.eq(bytes, spaces), i8x16.eq(v128.load(at, 1), spaces));
    const wide = v128.or(
      v128.or(i8x16.eq(bytes, c2), i8x16.eq(bytes, ef)),
      i8x16.le_u(i8x16.sub(bytes, e1), i8x16.splat(2)),
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
