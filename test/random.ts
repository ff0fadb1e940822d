/** Random inputs of property tests: the same seed gives the same inputs on every machine. */

/** A number in [0, 1). */
export type Random = () => number;

/** mulberry32 (Tommy Ettinger, 2017). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** A whole number from 0 to below `count`. */
export const below = (random: Random, count: number): number => Math.floor(random() * count);

/** A whole number from `low` to `high`, both included. */
export const between = (random: Random, low: number, high: number): number => low + below(random, high - low + 1);

export const pick = <Item>(random: Random, items: readonly Item[]): Item => items[below(random, items.length)]!;

export const listOf = <Item>(length: number, make: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => make(index));

/** Characters of an alphabet, 0 to `most` of them. */
export const textOf = (random: Random, alphabet: readonly string[], most: number): string =>
  listOf(between(random, 0, most), () => pick(random, alphabet)).join('');

/** A whole number of `bits` random bits, as a signed 64-bit one. */
export function randomInt64(random: Random, bits: number): bigint {
  const word = () => BigInt(below(random, 0x1_0000_0000));
  return BigInt.asIntN(64, ((word() << 32n) | word()) >> BigInt(64 - bits));
}
