/** DELTA_BINARY_PACKED (Apache Parquet format 2.x, Encodings.md): differences, less their least, in few bits. */

const BLOCK: u32 = 128;
const MINIBLOCK: u32 = 32;

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

/** One miniblock of 32 values, less the least of them all. */
function pack(deltas: usize, least: i64, bits: u64, out: usize): usize {
  if (bits == 0) return out;
  let word: u64 = 0;
  let filled: u64 = 0;
  for (let i: usize = 0; i < MINIBLOCK << 3; i += 8) {
    const value = load<u64>(deltas + i) - <u64>least;
    word |= value << filled;
    filled += bits;
    if (filled >= 64) {
      store<u64>(out, word);
      out += 8;
      filled -= 64;
      // What did not fit; a shift by 64 would be none.
      word = filled == 0 ? 0 : value >> (bits - filled);
    }
  }
  // 32 values of any width end at a byte, and within a word.
  store<u64>(out, word);
  return out + <usize>(filled >> 3);
}

function block(deltas: usize, count: u32, least: i64, out: usize): usize {
  out = varint(out, zigzag(least));
  const widths = out;
  store<u32>(widths, 0);
  out += BLOCK / MINIBLOCK;
  // What is missing in the last miniblock is packed as the least difference, that is, as zeros.
  for (let i = count; (i & (MINIBLOCK - 1)) != 0; i++) store<i64>(deltas + (<usize>i << 3), least);
  for (let first: u32 = 0; first < count; first += MINIBLOCK) {
    const start = deltas + (<usize>first << 3);
    let ones: u64 = 0;
    for (let i: usize = 0; i < MINIBLOCK << 3; i += 8) ones |= load<u64>(start + i) - <u64>least;
    const bits = 64 - clz(ones);
    store<u8>(widths + first / MINIBLOCK, <u8>bits);
    out = pack(start, least, bits, out);
  }
  return out;
}

// @ts-ignore: decorator
@inline function encode<T>(values: usize, count: u32, deltas: usize, out: usize): usize {
  out = varint(out, BLOCK);
  out = varint(out, BLOCK / MINIBLOCK);
  out = varint(out, count);
  let last: T = count == 0 ? <T>0 : load<T>(values);
  out = varint(out, zigzag(<i64>last));
  for (let row: u32 = 1; row < count; row += BLOCK) {
    const size = min(BLOCK, count - row);
    let least = i64.MAX_VALUE;
    for (let i: u32 = 0; i < size; i++) {
      const value = load<T>(values + <usize>(row + i) * sizeof<T>());
      // Differences wrap around at the width of the type, as readers' sums do.
      const delta = <i64>(<T>(value - last));
      last = value;
      store<i64>(deltas + (<usize>i << 3), delta);
      if (delta < least) least = delta;
    }
    out = block(deltas, size, least, out);
  }
  return out;
}

/** `deltas` has room for 128 values of 64 bits. Returns the end. */
export function delta64(values: usize, count: u32, deltas: usize, out: usize): usize {
  return encode<i64>(values, count, deltas, out);
}

export function delta32(values: usize, count: u32, deltas: usize, out: usize): usize {
  return encode<i32>(values, count, deltas, out);
}

/** DELTA_LENGTH_BYTE_ARRAY: the sizes of texts `from` to below `to`, then their bytes. `sizes` has room for 32 bits each. */
export function deltaText(
  offsets: usize,
  bytes: usize,
  from: u32,
  to: u32,
  sizes: usize,
  deltas: usize,
  out: usize,
): usize {
  for (let row = from; row < to; row++) {
    const at = offsets + (<usize>row << 2);
    store<u32>(sizes + (<usize>(row - from) << 2), load<u32>(at, 4) - load<u32>(at));
  }
  out = delta32(sizes, to - from, deltas, out);
  const start = load<u32>(offsets + (<usize>from << 2));
  const size = load<u32>(offsets + (<usize>to << 2)) - start;
  memory.copy(out, bytes + start, size);
  return out + size;
}
