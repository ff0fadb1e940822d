/** Snappy's raw format (Google, "Snappy compressed format description"): literals and copies of what came before. */

const BLOCK: u32 = 65_536;
const HASH_BITS: u32 = 14;
/** Behind so many bytes without a match, the search goes on in steps of two, and so on. */
const SKIP_BITS: u32 = 5;

// @ts-ignore: decorator
@inline function hash(word: u32): usize {
  return <usize>((word * 0x1e35a7bd) >> (32 - HASH_BITS)) << 1;
}

function literal(start: usize, end: usize, out: usize): usize {
  const size = <u32>(end - start);
  if (size == 0) return out;
  const last = size - 1;
  if (last < 60) store<u8>(out++, <u8>(last << 2));
  else if (last < 256) {
    store<u8>(out, 60 << 2);
    store<u8>(out, <u8>last, 1);
    out += 2;
  } else {
    store<u8>(out, 61 << 2);
    store<u16>(out, <u16>last, 1);
    out += 3;
  }
  memory.copy(out, start, size);
  return out + size;
}

function copy(offset: u32, size: u32, out: usize): usize {
  // A copy is of 64 bytes at most, and none may be left that is shorter than 4.
  for (; size >= 68; size -= 64) out = longCopy(offset, 64, out);
  if (size > 64) {
    out = longCopy(offset, 60, out);
    size -= 60;
  }
  if (size >= 12 || offset >= 2048) return longCopy(offset, size, out);
  store<u8>(out, <u8>(1 | ((size - 4) << 2) | ((offset >> 8) << 5)));
  store<u8>(out, <u8>offset, 1);
  return out + 2;
}

// @ts-ignore: decorator
@inline function longCopy(offset: u32, size: u32, out: usize): usize {
  store<u8>(out, <u8>(2 | ((size - 1) << 2)));
  store<u16>(out, <u16>offset, 1);
  return out + 3;
}

/** Bytes that are equal from two places on, of which the first four are known to be. */
function matchLength(candidate: usize, at: usize, end: usize): u32 {
  let size: u32 = 4;
  for (; at + size + 8 <= end; size += 8) {
    const differ = load<u64>(candidate + size) ^ load<u64>(at + size);
    if (differ != 0) return size + <u32>(ctz(differ) >> 3);
  }
  while (at + size < end && load<u8>(at + size) == load<u8>(candidate + size)) size++;
  return size;
}

function compressBlock(start: usize, end: usize, table: usize, out: usize): usize {
  memory.fill(table, 0, 2 << HASH_BITS);
  let emitted = start;
  let at = start + 1;
  // Words are read whole: the last bytes are literals.
  const last = end - 8;
  while (at <= last) {
    const word = load<u32>(at);
    const slot = table + hash(word);
    const candidate = start + load<u16>(slot);
    store<u16>(slot, <u16>(at - start));
    if (load<u32>(candidate) != word) {
      at += 1 + ((at - emitted) >> SKIP_BITS);
      continue;
    }
    out = literal(emitted, at, out);
    const size = matchLength(candidate, at, end);
    out = copy(<u32>(at - candidate), size, out);
    at += size;
    emitted = at;
    // What is repeated is often followed by something that is.
    if (at <= last) store<u16>(table + hash(load<u32>(at - 1)), <u16>(at - 1 - start));
  }
  return literal(emitted, end, out);
}

/** Compresses `size` bytes; `table` has room for 32 KiB. `out` must have room for size + size / 6 + 32. Returns the end. */
export function snappy(source: usize, size: u32, table: usize, out: usize): usize {
  let rest = size;
  for (; rest >= 128; rest >>= 7) store<u8>(out++, <u8>(rest | 128));
  store<u8>(out++, <u8>rest);
  for (let at: u32 = 0; at < size; at += BLOCK) {
    out = compressBlock(source + at, source + min(size, at + BLOCK), table, out);
  }
  return out;
}
