/**
 * Finite State Entropy (RFC 8878, section 4.1; Duda's asymmetric numeral systems in tables, as J. Collet made them): codes
 * of a fraction of a bit. A coder is laid out in memory of the caller.
 */

/** Bytes of a coder. */
export const CODER_BYTES: usize = 3_072;
/** A state belongs to one of up to 2^9. */
const STATES: usize = 8;
const SYMBOLS: usize = STATES + 1_024;
const NORMAL: usize = SYMBOLS + 512;
const SPREAD: usize = NORMAL + 256;
const STARTS: usize = SPREAD + 512;

// @ts-ignore: decorator
@inline function normal(coder: usize, symbol: u32): u32 {
  return load<u32>(coder + NORMAL + (<usize>symbol << 2));
}

/**
 * Makes a coder of 2^log states for symbols below 64 that come as often as `counts` says (32 bits each), `total` in all.
 * One symbol alone gets a coder of a single state, which writes no bits.
 */
export function fseCoder(counts: usize, symbols: u32, total: u32, log: u32, coder: usize): void {
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    if (load<u32>(counts + (<usize>symbol << 2)) == total) {
      memory.fill(coder, 0, CODER_BYTES);
      return;
    }
  }
  store<u32>(coder, log);
  normalize(counts, symbols, total, <u32>1 << log, coder + NORMAL);
  spread(symbols, log, coder);
  let sum: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const own = normal(coder, symbol);
    if (own == 0) continue;
    const at = coder + SYMBOLS + (<usize>symbol << 3);
    // The bits that a state gives away are `most` or one fewer, which a sum with the state tells.
    const most = own == 1 ? log : log - (31 - clz(own - 1));
    store<u32>(at, (most << 16) - (own << most));
    store<i32>(at, <i32>sum - <i32>own, 4);
    sum += own;
  }
}

/** Shares of `size` as the counts are, one at least for each that is not zero. */
function normalize(counts: usize, symbols: u32, total: u32, size: u32, out: usize): void {
  let sum: u32 = 0;
  for (let i: usize = 0; i < symbols; i++) {
    const count = <u64>load<u32>(counts + (i << 2));
    const share = count == 0 ? 0 : max<u32>(1, <u32>((count * size + (total >> 1)) / total));
    store<u32>(out + (i << 2), share);
    sum += share;
  }
  // What rounding gave too much or too little, the most frequent symbol hardly feels.
  while (sum != size) {
    let largest: usize = 0;
    for (let i: usize = 1; i < symbols; i++) {
      if (load<u32>(out + (i << 2)) > load<u32>(out + (largest << 2))) largest = i;
    }
    const share = load<u32>(out + (largest << 2));
    const next = sum < size ? share + size - sum : max<u32>(share >> 1, share - min(share, sum - size));
    store<u32>(out + (largest << 2), next);
    sum = sum + next - share;
  }
}

/** Which symbol each state decodes to, and from that the states of each symbol. */
function spread(symbols: u32, log: u32, coder: usize): void {
  const size = <u32>1 << log;
  const step = (size >> 1) + (size >> 3) + 3;
  let position: u32 = 0;
  let sum: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    store<u32>(coder + STARTS + (<usize>symbol << 2), sum);
    const own = normal(coder, symbol);
    sum += own;
    for (let i: u32 = 0; i < own; i++) {
      store<u8>(coder + SPREAD + position, <u8>symbol);
      position = (position + step) & (size - 1);
    }
  }
  for (let state: u32 = 0; state < size; state++) {
    const start = coder + STARTS + (<usize>load<u8>(coder + SPREAD + state) << 2);
    const at = load<u32>(start);
    store<u32>(start, at + 1);
    store<u16>(coder + STATES + (<usize>at << 1), <u16>(size + state));
  }
}

/** Writes the shares of all symbols (section 4.1.1); returns the end. */
export function fseDescription(coder: usize, symbols: u32, out: usize): usize {
  const log = load<u32>(coder);
  let word: u64 = log - 5;
  let filled: u64 = 4;
  let left = (<i32>1 << log) + 1;
  let threshold = <i32>1 << log;
  let bits: u64 = log + 1;
  let symbol: u32 = 0;
  while (left > 1) {
    const own = <i32>normal(coder, symbol++);
    // Values below `small` take a bit less.
    const small = 2 * threshold - 1 - left;
    left -= own;
    let value = own + 1;
    const isSmall = value < small;
    if (value >= threshold) value += small;
    word |= <u64>value << filled;
    filled += bits - u64(isSmall);
    for (; left < threshold && threshold > 1; threshold >>= 1) bits--;
    if (own == 0) {
      // Behind a zero stands how many more follow, in steps of three.
      let zeros: u32 = 0;
      while (symbol < symbols && normal(coder, symbol) == 0) {
        symbol++;
        zeros++;
      }
      for (; zeros >= 3; zeros -= 3) {
        word |= <u64>3 << filled;
        filled += 2;
        store<u64>(out, word);
        out += <usize>(filled >> 3);
        word >>= filled & ~7;
        filled &= 7;
      }
      word |= <u64>zeros << filled;
      filled += 2;
    }
    store<u64>(out, word);
    out += <usize>(filled >> 3);
    word >>= filled & ~7;
    filled &= 7;
  }
  store<u8>(out, <u8>word);
  return out + <usize>((filled + 7) >> 3);
}

/** The state in which a stream that ends with this symbol begins to be written. */
// @ts-ignore: decorator
@inline export function fseStart(coder: usize, symbol: u32): u32 {
  const at = coder + SYMBOLS + (<usize>symbol << 3);
  const delta = load<u32>(at);
  const bits = (delta + (1 << 15)) >> 16;
  return load<u16>(coder + STATES + (<usize>((((bits << 16) - delta) >> bits) + load<i32>(at, 4)) << 1));
}

/** How many of a state's low bits are to be written before this symbol. */
// @ts-ignore: decorator
@inline export function fseBits(coder: usize, state: u32, symbol: u32): u32 {
  return (state + load<u32>(coder + SYMBOLS + (<usize>symbol << 3))) >> 16;
}

/** The state behind it. */
// @ts-ignore: decorator
@inline export function fseNext(coder: usize, state: u32, symbol: u32, bits: u32): u32 {
  return load<u16>(coder + STATES + (<usize>((state >> bits) + load<i32>(coder + SYMBOLS + (<usize>symbol << 3), 4)) << 1));
}

/** Bits of a state. */
// @ts-ignore: decorator
@inline export function fseLog(coder: usize): u32 {
  return load<u32>(coder);
}
