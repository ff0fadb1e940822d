/**
 * DELTA_BINARY_PACKED (Apache Parquet format 2.x, Encodings.md): differences, less their least, in few bits. How many bits is
 * said for each miniblock, and the least for each block. Small ones fit values that change their nature; large ones hardly
 * take anything for themselves.
 */
import { bitPack } from './pack';

/** Miniblocks of a block, by the values of a miniblock. */
// @ts-ignore: decorator
@inline function miniblocks(miniblock: u32): u32 {
  return miniblock == 32 ? 4 : 8;
}

// @ts-ignore: decorator
@inline function varint(out: usize, value: u64): usize {
  for (; value >= 128; value >>= 7) store<u8>(out++, <u8>(value | 128));
  store<u8>(out++, <u8>value);
  return out;
}

// @ts-ignore: decorator
@inline function zigzag(value: i64): u64 {
  return <u64>((value << 1) ^ (value >> 63));
}

/** The beginning of `count` values. */
function header(miniblock: u32, count: u32, first: i64, out: usize): usize {
  out = varint(out, miniblock * miniblocks(miniblock));
  out = varint(out, miniblocks(miniblock));
  out = varint(out, count);
  return varint(out, zigzag(first));
}

/** Takes the least from 64-bit differences until `end`, an even number of them; returns all bits that are left in any. */
// @ts-ignore: decorator
@inline function lower(start: usize, end: usize, least: v128): u64 {
  let ones = i64x2.splat(0);
  for (let at = start; at < end; at += 16) {
    const pair = i64x2.sub(v128.load(at), least);
    v128.store(at, pair);
    ones = v128.or(ones, pair);
  }
  return i64x2.extract_lane(ones, 0) | i64x2.extract_lane(ones, 1);
}

function block(deltas: usize, count: u32, miniblock: u32, least: i64, out: usize): usize {
  out = varint(out, zigzag(least));
  const widths = out;
  store<u64>(widths, 0);
  out += miniblocks(miniblock);
  // What is missing in the last miniblock is packed as the least difference, that is, as zeros.
  for (let i = count; (i & (miniblock - 1)) != 0; i++) store<i64>(deltas + (<usize>i << 3), least);
  const all = i64x2.splat(least);
  for (let first: u32 = 0, i: usize = 0; first < count; first += miniblock, i++) {
    const start = deltas + (<usize>first << 3);
    const bits = 64 - clz(lower(start, start + (<usize>miniblock << 3), all));
    store<u8>(widths + i, <u8>bits);
    out = bitPack<u64>(start, miniblock, bits, out);
  }
  return out;
}

/** Differences of `count` 64-bit values from those before them, as 64 bits each; returns the least. */
function differences64(values: usize, count: u32, out: usize): i64 {
  let leasts = i64x2.splat(i64.MAX_VALUE);
  let at = values;
  for (const end = values + ((<usize>count & ~1) << 3); at < end; at += 16, out += 16) {
    const pair = i64x2.sub(v128.load(at), v128.load(at - 8));
    v128.store(out, pair);
    leasts = v128.bitselect(pair, leasts, i64x2.gt_s(leasts, pair));
  }
  let least = min(i64x2.extract_lane(leasts, 0), i64x2.extract_lane(leasts, 1));
  if ((count & 1) != 0) {
    const delta = load<i64>(at) - load<i64>(at - 8);
    store<i64>(out, delta);
    least = min(least, delta);
  }
  return least;
}

/** The same of 32-bit values. Differences wrap around at the width of the type, as readers' sums do. */
function differences32(values: usize, count: u32, out: usize): i64 {
  let least = i32.MAX_VALUE;
  for (let at = values, end = values + (<usize>count << 2); at < end; at += 4, out += 8) {
    const delta = load<i32>(at) - load<i32>(at - 4);
    store<i64>(out, delta);
    least = min(least, delta);
  }
  return least;
}

// @ts-ignore: decorator
@inline function encode<T>(values: usize, count: u32, miniblock: u32, deltas: usize, out: usize): usize {
  out = header(miniblock, count, count == 0 ? 0 : <i64>load<T>(values), out);
  const most = miniblock * miniblocks(miniblock);
  for (let row: u32 = 1; row < count; row += most) {
    const size = min(most, count - row);
    const start = values + <usize>row * sizeof<T>();
    const least = sizeof<T>() == 8 ? differences64(start, size, deltas) : differences32(start, size, deltas);
    out = block(deltas, size, miniblock, least, out);
  }
  return out;
}

/**
 * Values in miniblocks of `miniblock` values, 32 (of which a block has four) or 256 (eight). `deltas` has room for a block
 * of 64 bits each. Returns the end.
 */
export function delta64(values: usize, count: u32, miniblock: u32, deltas: usize, out: usize): usize {
  return encode<i64>(values, count, miniblock, deltas, out);
}

export function delta32(values: usize, count: u32, miniblock: u32, deltas: usize, out: usize): usize {
  return encode<i32>(values, count, miniblock, deltas, out);
}

/** The same of `count` ≥ 1 values that are all `value`. */
export function deltaSame(value: i32, count: u32, miniblock: u32, out: usize): usize {
  out = header(miniblock, count, value, out);
  const size = <usize>(1 + miniblocks(miniblock));
  for (let row: u32 = 1; row < count; row += miniblock * miniblocks(miniblock), out += size) memory.fill(out, 0, size);
  return out;
}

/** The sizes of texts `from` to below `to`, 32 bits each. */
export function textSizes(offsets: usize, from: u32, to: u32, out: usize): void {
  const end = offsets + (<usize>to << 2);
  for (let at = offsets + (<usize>from << 2); at < end; at += 16, out += 16) {
    v128.store(out, i32x4.sub(v128.load(at, 4), v128.load(at)));
  }
}
