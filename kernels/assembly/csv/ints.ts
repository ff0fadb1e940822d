/** Whole numbers. The rules are those of kernels/numbers.ts. */
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
import { from, hasSize, setNull, takeField, to } from './field';
import { Chunk, E_RANGE, E_TYPE, fields, fieldStep, openColumn, Reader, startBase, VALUE } from './layout';

export function csvInts(chunkAddress: usize, readerAddress: usize): void {
  const chunk = changetype<Chunk>(chunkAddress);
  const reader = changetype<Reader>(readerAddress);
  openColumn(chunk, reader.column);
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
    takeInts(chunk, reader, field, 4, out);
    left -= 4;
    field += step << 2;
    out += 32;
  }
  takeInts(chunk, reader, field, left, out);
}

/**
 * Reads fields of one to eight digits, four at a time, until four come of which one is something else. Returns how many
 * were read.
 */
function takeFours(reader: Reader, first: usize, count: u32, values: usize): u32 {
  const step = fieldStep;
  const base = startBase + 1;
  // Eight digits are far from the bounds of 32 bits.
  const low = i32x4.splat(<i32>max<i64>(min<i64>(reader.min, i32.MAX_VALUE), -1));
  const high = i32x4.splat(<i32>max<i64>(min<i64>(reader.max, i32.MAX_VALUE), -1));
  const zeros = v128.load8_splat(ZERO);
  const nines = v128.load8_splat(NINE);
  const pairs = v128.load16_splat(JOIN_PAIRS);
  const fours = v128.load32_splat(JOIN_FOURS);
  const eights = v128.load32_splat(JOIN_EIGHTS);
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
    const ab = v128.and(v128.xor(loadPair(endA, endB), zeros), pairMask(sizeA, sizeB));
    const cd = v128.and(v128.xor(loadPair(endC, endD), zeros), pairMask(sizeC, sizeD));
    const numbers = joinFour(ab, cd, pairs, fours, eights);
    const wrong = v128.or(
      v128.or(i8x16.sub_sat_u(ab, nines), i8x16.sub_sat_u(cd, nines)),
      v128.or(i32x4.lt_s(numbers, low), i32x4.gt_s(numbers, high)),
    );
    if (v128.any_true(wrong)) break;
    v128.store(out, i64x2.extend_low_i32x4_u(numbers));
    v128.store(out, i64x2.extend_high_i32x4_u(numbers), 16);
  }
  return <u32>((out - values) >> 3);
}

/** Reads so many fields one by one. */
function takeInts(chunk: Chunk, reader: Reader, first: usize, count: u32, values: usize): void {
  const low = reader.min;
  const high = reader.max;
  let field = first;
  for (let out = values; out < values + (<usize>count << 3); out += 8) {
    const start = <usize>load<u32>(field) + startBase;
    const end = <usize>load<u32>(field, 4);
    const size = end - start;
    let code: i32 = E_TYPE;
    if (size - 1 < 16 && !hasSize(reader.nullNumberSizes, size)) code = parseShort(end, size);
    if (code != VALUE) {
      code = takeField(chunk, reader, start, end);
      if (code == VALUE && !parseInteger(from, to)) code = E_TYPE;
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

/** One to sixteen digits. Returns VALUE or E_TYPE. */
// @ts-ignore: decorator
@inline function parseShort(end: usize, size: usize): i32 {
  // The last eight digits, and those before them; what is left of the first is filled with zeros.
  const digits = digitsOf(load<u64>(end - 8)) & (<u64>-1 << ((8 - min<u64>(<u64>size, 8)) << 3));
  const more = size > 8 ? digitsOf(load<u64>(end - 16)) & (<u64>-1 << ((16 - <u64>size) << 3)) : 0;
  parsed = <i64>(joinDigits(digits) + joinDigits(more) * 100000000);
  return areDigits(digits) && areDigits(more) ? VALUE : E_TYPE;
}

/** One to nineteen digits, perhaps behind a sign. */
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
