/** Bit packing (Apache Parquet format 2.x, Encodings.md): values of some bits each, least significant first. */

/**
 * The low `bits` of `count` values, whose other bits are zero, one behind the other; `count` is a multiple of eight, so that
 * they end at a byte. Returns the end; up to eight bytes behind it are written too.
 */
// @ts-ignore: decorator
@inline export function bitPack<T>(values: usize, count: u32, bits: u64, out: usize): usize {
  const end = values + <usize>count * sizeof<T>();
  if (bits == 0) return out;
  if (bits <= 8) return packEights<T>(values, end, bits, out);
  if (bits <= 16) return packFours<T>(values, end, bits, out);
  if (bits <= 28) return packPairs<T>(values, end, bits, out);
  if (bits <= 56) return packShort<T>(values, end, bits, out);
  return packLong<T>(values, end, bits, out);
}

// @ts-ignore: decorator
@inline function at<T>(values: usize, i: usize): u64 {
  return <u64>load<T>(values + i * sizeof<T>());
}

// @ts-ignore: decorator
@inline function pair<T>(values: usize, i: usize, bits: u64): u64 {
  return at<T>(values, i) | (at<T>(values, i + 1) << bits);
}

/** Eight values are a word at most. */
// @ts-ignore: decorator
@inline function packEights<T>(values: usize, end: usize, bits: u64, out: usize): usize {
  for (; values < end; values += 8 * sizeof<T>(), out += <usize>bits) {
    const low = pair<T>(values, 0, bits) | (pair<T>(values, 2, bits) << (2 * bits));
    const high = pair<T>(values, 4, bits) | (pair<T>(values, 6, bits) << (2 * bits));
    store<u64>(out, low | (high << (4 * bits)));
  }
  return out;
}

/** Four values are a word at most, and two words begin at bytes that lie half of `bits` bytes apart, or half a byte more. */
// @ts-ignore: decorator
@inline function packFours<T>(values: usize, end: usize, bits: u64, out: usize): usize {
  const half = 4 * (bits & 1);
  for (; values < end; values += 8 * sizeof<T>(), out += <usize>bits) {
    const low = pair<T>(values, 0, bits) | (pair<T>(values, 2, bits) << (2 * bits));
    const high = pair<T>(values, 4, bits) | (pair<T>(values, 6, bits) << (2 * bits));
    store<u64>(out, low);
    const second = out + <usize>(bits >> 1);
    // Of an odd number of bits, the first four values end in the middle of a byte, and leave the upper half of a word free.
    store<u64>(second, (high << half) | (half == 0 ? 0 : low >> (4 * (bits - 1))));
  }
  return out;
}

/** Two values and seven bits are less than a word. */
// @ts-ignore: decorator
@inline function packPairs<T>(values: usize, end: usize, bits: u64, out: usize): usize {
  let word: u64 = 0;
  let filled: u64 = 0;
  for (; values < end; values += 2 * sizeof<T>()) {
    word |= pair<T>(values, 0, bits) << filled;
    filled += 2 * bits;
    store<u64>(out, word);
    out += <usize>(filled >> 3);
    word >>= filled & ~7;
    filled &= 7;
  }
  return out;
}

// @ts-ignore: decorator
@inline function packShort<T>(values: usize, end: usize, bits: u64, out: usize): usize {
  let word: u64 = 0;
  let filled: u64 = 0;
  for (; values < end; values += sizeof<T>()) {
    word |= at<T>(values, 0) << filled;
    filled += bits;
    store<u64>(out, word);
    out += <usize>(filled >> 3);
    word >>= filled & ~7;
    filled &= 7;
  }
  return out;
}

// @ts-ignore: decorator
@inline function packLong<T>(values: usize, end: usize, bits: u64, out: usize): usize {
  let word: u64 = 0;
  let filled: u64 = 0;
  for (; values < end; values += sizeof<T>()) {
    const value = at<T>(values, 0);
    word |= value << filled;
    filled += bits;
    if (filled < 64) continue;
    store<u64>(out, word);
    out += 8;
    filled -= 64;
    // What did not fit; a shift by 64 would be none.
    word = filled == 0 ? 0 : value >> (bits - filled);
  }
  store<u64>(out, word);
  return out + <usize>(filled >> 3);
}
