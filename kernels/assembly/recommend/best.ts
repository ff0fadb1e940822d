/** Lists of the best items of a customer: by score, the best first, and of equal ones the lower item first. */

/** Scores are offered so many at a time: as many as a word of excluded items has bits. */
export const BLOCK: i32 = 64;

/** Scores of nobody: an item that is left out, or none at all. No comparison lets it in. */
const NEVER: f32 = NaN;

/** Makes the list of `count` items empty: item −1, which every score above −∞ replaces. */
export function emptyList(scores: usize, items: usize, count: i32): void {
  for (let at: usize = 0; at < <usize>count << 2; at += 4) {
    store<f32>(scores + at, -Infinity);
    store<i32>(items + at, -1);
  }
}

/**
 * Sets the bits of the items that are left out, and of what is behind the last item: `words` of 64 bits, of which
 * `bits` has room. `positions` has each item's bit; without it that is the item itself. Without `ptr` no item is
 * left out.
 */
export function markExcluded(
  bits: usize, words: i32, items: i32, positions: usize, ptr: usize, excluded: usize, row: i32,
): void {
  memory.fill(bits, 0, <usize>words << 3);
  if (items & 63) store<u64>(bits + (<usize>(words - 1) << 3), <u64>-1 << (items & 63));
  if (!ptr) return;
  const end = excluded + (<usize>load<i32>(ptr + (<usize>row << 2), 4) << 2);
  for (let at = excluded + (<usize>load<i32>(ptr + (<usize>row << 2)) << 2); at < end; at += 4) {
    const item = load<i32>(at);
    const position = positions ? load<i32>(positions + (<usize>item << 2)) : item;
    const word = bits + (<usize>(position >> 6) << 3);
    store<u64>(word, load<u64>(word) | (<u64>1 << (position & 63)));
  }
}

/**
 * Offers a block of scores, which it may overwrite, to a list. `out` has a bit for each that is left out; `order` the
 * items that the scores belong to, and without it they belong to `first` and those behind it.
 */
export function offer(block: usize, out: u64, order: usize, first: i32, scores: usize, items: usize, count: i32): void {
  for (; out; out &= out - 1) store<f32>(block + (<usize>ctz(out) << 2), NEVER);
  const last = <usize>(count - 1) << 2;
  for (let i: i32 = 0; i < BLOCK; i += 16) {
    const at = block + (<usize>i << 2);
    const least = f32x4.splat(load<f32>(scores + last));
    let lanes =
      i32x4.bitmask(f32x4.ge(v128.load(at), least)) |
      (i32x4.bitmask(f32x4.ge(v128.load(at, 16), least)) << 4) |
      (i32x4.bitmask(f32x4.ge(v128.load(at, 32), least)) << 8) |
      (i32x4.bitmask(f32x4.ge(v128.load(at, 48), least)) << 12);
    for (; lanes; lanes &= lanes - 1) {
      const lane = i + ctz(lanes);
      const item = order ? load<i32>(order + (<usize>lane << 2)) : first + lane;
      insert(load<f32>(block + (<usize>lane << 2)), item, scores, items, last);
    }
  }
}

/** `last`: bytes from a list's begin to its last place, whose score and item have to be beaten. */
// @ts-ignore: decorator
@inline function insert(score: f32, item: i32, scores: usize, items: usize, last: usize): void {
  if (!isBetter(score, item, load<f32>(scores + last), load<i32>(items + last))) return;
  let at = last;
  for (; at > 0; at -= 4) {
    const other = load<f32>(scores + at - 4);
    const otherItem = load<i32>(items + at - 4);
    if (!isBetter(score, item, other, otherItem)) break;
    store<f32>(scores + at, other);
    store<i32>(items + at, otherItem);
  }
  store<f32>(scores + at, score);
  store<i32>(items + at, item);
}

// @ts-ignore: decorator
@inline function isBetter(score: f32, item: i32, other: f32, otherItem: i32): bool {
  return score > other || (score == other && item < otherItem);
}
