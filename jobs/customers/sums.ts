/** Exact sums of 64-bit values by their halves, several at a time: a BigInt a line would take most of the time. */

export interface Sums {
  /** @param low the low half without its sign */
  add(part: number, low: number, high: number): void;
  /** Writes the sum of the parts of which the bit is set in `mask` into row `row` of a 64-bit column's halves. */
  write(mask: number, half: Int32Array, row: number): void;
  /** The sum of one part, which may be too large for 64 bits. */
  total(part: number): bigint;
  clear(): void;
}

/** Below it doubles count exactly, however many lines a customer has. */
const CARRIED = 2 ** 52;
const WORD = 2 ** 32;

export function createSums(parts: number): Sums {
  const lows = new Float64Array(parts);
  const highs = new Float64Array(parts);
  return {
    add(part, low, high) {
      lows[part]! += low;
      highs[part]! += high;
      if (lows[part]! < CARRIED) return;
      highs[part]! += CARRIED / WORD;
      lows[part]! -= CARRIED;
    },
    write(mask, half, row) {
      let carry = 0;
      let low = 0;
      let high = 0;
      for (let part = 0; part < parts; part++) {
        if (((mask >> part) & 1) === 0) continue;
        // Whole words go to the high half, so that the low ones stay small.
        carry = Math.floor(lows[part]! / WORD);
        low += lows[part]! - carry * WORD;
        high += highs[part]! + carry;
      }
      half[row * 2] = low | 0;
      half[row * 2 + 1] = (high + Math.floor(low / WORD)) | 0;
    },
    total: part => BigInt(highs[part]!) * BigInt(WORD) + BigInt(lows[part]!),
    clear() {
      lows.fill(0);
      highs.fill(0);
    },
  };
}
