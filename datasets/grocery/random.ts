/** Numbers that look random and depend on a seed only. */

/** A number in [0, 1). */
export type Random = () => number;

/** A Weyl sequence of 32 bits, mixed: small, fast, and good enough for a made-up shop. */
export function randomNumbers(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix(state) / 0x1_0000_0000;
  };
}

/** Scatters 32 bits: equal for equal values, unlike for neighbours. */
export function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** A whole number from 0 to below `count`. */
export const below = (random: Random, count: number): number => Math.floor(random() * count);

export const pick = <Item>(random: Random, items: readonly Item[]): Item => items[below(random, items.length)]!;

/** 0 to count − 1 in another order. */
export function shuffled(random: Random, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let at = count - 1; at > 0; at--) {
    const other = below(random, at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}
