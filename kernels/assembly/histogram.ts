/** How often bytes come, by all of them or by a sample, and what codes of them would take. */

/** How often each byte comes; `out` has room for 4 × 256 counts of 32 bits, of which the first 256 are the sums. */
export function histogram(source: usize, size: u32, out: usize): void {
  memory.fill(out, 0, 4_096);
  countBytes(source, size, out);
  sumCounts(out);
}

/** Bits that codes of the bytes of such a histogram would take, in all: their entropy, but a bit at least for each. */
export function codeBits(counts: usize, size: u32): u32 {
  const whole = log2(size);
  let bits: u64 = 0;
  for (let i: usize = 0; i < 1_024; i += 4) {
    const own = load<u32>(counts + i);
    if (own != 0) bits += <u64>own * max<u32>(1 << 16, whole - log2(own));
  }
  return <u32>(bits >> 16);
}

/** In parts of 2^16; between powers of two as if it were straight, which is a twelfth of a bit too low at most. */
// @ts-ignore: decorator
@inline function log2(value: u32): u32 {
  const floor: u32 = 31 - clz(value);
  return (floor << 16) + <u32>(((<u64>value << 16) >> floor) - (1 << 16));
}

/** Parts of many bytes that are counted instead of all, and their size. */
const PARTS: u32 = 16;
const PART_BYTES: u32 = 4_096;

/** Where a sample has so many kinds of bytes, the others are counted once each: then all have codes, and none has to be looked for. */
const KINDS_MANY: u32 = 192;

/** The same of a sample, if no others come than those in it, else of all. Returns how many were counted. */
export function histogramAbout(source: usize, size: u32, out: usize): u32 {
  if (size < PARTS * PART_BYTES * 2) {
    histogram(source, size, out);
    return size;
  }
  memory.fill(out, 0, 4_096);
  for (let i: u32 = 0; i < PARTS; i++) countBytes(source + i * (size / PARTS), PART_BYTES, out);
  sumCounts(out);
  const missing = 256 - kinds(out);
  if (missing <= 256 - KINDS_MANY) {
    for (let i: usize = 0; i < 1_024; i += 4) store<u32>(out + i, max(1, load<u32>(out + i)));
    return PARTS * PART_BYTES + missing;
  }
  if (hasOnly(source, size, out)) return PARTS * PART_BYTES;
  histogram(source, size, out);
  return size;
}

function kinds(counts: usize): u32 {
  let kinds: u32 = 0;
  for (let i: usize = 0; i < 1_024; i += 4) kinds += u32(load<u32>(counts + i) != 0);
  return kinds;
}

function countBytes(source: usize, size: u32, out: usize): void {
  let at = source;
  // Four tables: one that is added to twice in a row waits for itself.
  for (const end = source + (size & ~3); at < end; at += 4) {
    const four = load<u32>(at);
    count(out, four & 255);
    count(out + 1_024, (four >> 8) & 255);
    count(out + 2_048, (four >> 16) & 255);
    count(out + 3_072, four >> 24);
  }
  for (const end = source + size; at < end; at++) count(out, load<u8>(at));
}

// @ts-ignore: decorator
@inline function count(table: usize, byte: u32): void {
  const at = table + (<usize>byte << 2);
  store<u32>(at, load<u32>(at) + 1);
}

function sumCounts(out: usize): void {
  for (let i: usize = 0; i < 1_024; i += 16) {
    const sum = i32x4.add(
      i32x4.add(v128.load(out + i), v128.load(out + i, 1_024)),
      i32x4.add(v128.load(out + i, 2_048), v128.load(out + i, 3_072)),
    );
    v128.store(out + i, sum);
  }
}

/**
 * Whether all bytes are ASCII ones that were counted. A byte's lower half finds eight bits, one for each upper half with
 * which it was counted, and its upper half the bit that has to be set.
 */
function hasOnly(source: usize, size: u32, counts: usize): bool {
  const table = counts + 1_024;
  memory.fill(table, 0, 16);
  for (let byte: u32 = 0; byte < 128; byte++) {
    if (load<u32>(counts + (<usize>byte << 2)) == 0) continue;
    const at = table + (byte & 15);
    store<u8>(at, <u8>(<u32>load<u8>(at) | (<u32>1 << (byte >> 4))));
  }
  const lower = v128.load(table);
  const upper = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
  let all = i8x16.splat(-1);
  let at = source;
  for (const end = source + (size & ~15); at < end; at += 16) {
    const bytes = v128.load(at);
    const halves = i8x16.swizzle(lower, v128.and(bytes, i8x16.splat(15)));
    const found = v128.and(halves, i8x16.swizzle(upper, i8x16.shr_u(bytes, 4)));
    all = v128.and(all, i8x16.ne(found, i8x16.splat(0)));
  }
  if (!i8x16.all_true(all)) return false;
  for (const end = source + size; at < end; at++) {
    if (load<u32>(counts + (<usize>load<u8>(at) << 2)) == 0) return false;
  }
  return true;
}
