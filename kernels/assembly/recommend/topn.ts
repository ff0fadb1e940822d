/**
 * The best items of many customers. Items come in blocks of 64, those with the longest factors first: a block whose
 * longest item could not enter a list is left out, as a product is no greater than the lengths of both rows (Cauchy and
 * Schwarz).
 */
import { BLOCK, emptyList, markExcluded, offer } from './best';
import { interleave, scoreTile, TILE_ITEMS, TILE_ROWS } from './factors';

/** Customers for whom a block of items, which is 16 KiB at a rank of 64, stays in the cache. */
const GROUP: i32 = 32;

/** More than what products of tiny numbers lose when they are rounded to zero. */
const TINY: f64 = 1e-30;

/**
 * The `count` best items of `rows` customers, into `scores` and `found` [rows, count]. `panels` are the items as
 * packItems leaves them, `order` the items in that order, `positions` where each item is in it, and `bounds` the length
 * of the longest item of each block, with what rounding may add [blocks]. Row by row of `ptr`, `excluded` names
 * items to leave out. `scratch`: see topScratch.
 */
export function topFactors(
  customers: usize, rows: i32, rank: i32, panels: usize, order: usize, positions: usize, bounds: usize, items: i32,
  ptr: usize, excluded: usize, count: i32, scores: usize, found: usize, scratch: usize,
): void {
  const words = (items + BLOCK - 1) / BLOCK;
  const bits = scratch + (<usize>(GROUP * rank) << 2);
  const lengths = bits + (<usize>(GROUP * words) << 3);
  const block = lengths + (<usize>GROUP << 3);
  for (let first = 0; first < rows; first += GROUP) {
    const size = min(GROUP, rows - first);
    packCustomers(customers + (<usize>(first * rank) << 2), size, rank, scratch, lengths);
    for (let i = 0; i < size; i++) {
      const list = <usize>((first + i) * count) << 2;
      emptyList(scores + list, found + list, count);
      markExcluded(bits + (<usize>(i * words) << 3), words, items, positions, ptr, excluded, first + i);
    }
    for (let word = 0; word < words; word++) {
      const bound = load<f64>(bounds + (<usize>word << 3));
      const at = word * BLOCK;
      for (let four = 0; four < size; four += TILE_ROWS) {
        const list = <usize>((first + four) * count) << 2;
        const left = min(TILE_ROWS, size - four);
        if (!canEnter(lengths + (<usize>four << 3), left, bound, scores + list, count)) continue;
        const x = scratch + (<usize>(four * rank) << 2);
        for (let i = 0; i < min(BLOCK, items - at); i += TILE_ITEMS) {
          scoreTile(x, panels + (<usize>((at + i) * rank) << 2), rank, block + (<usize>i << 2), BLOCK << 2);
        }
        for (let i = 0; i < left; i++) {
          const own = list + (<usize>(i * count) << 2);
          const out = load<u64>(bits + (<usize>((four + i) * words + word) << 3));
          offer(block + (<usize>(i * BLOCK) << 2), out, order + (<usize>at << 2), 0, scores + own, found + own, count);
        }
      }
    }
  }
}

/** Bytes that topFactors needs as scratch. */
export function topScratch(items: i32, rank: i32): usize {
  const words = (items + BLOCK - 1) / BLOCK;
  return <usize>GROUP * ((<usize>rank << 2) + (<usize>words << 3) + 8) + (<usize>(TILE_ROWS * BLOCK) << 2);
}

/**
 * The same, by scores that are there already [rows, items]. `scratch` has room for a bit for each item, and a block.
 */
export function topScores(
  table: usize, rows: i32, items: i32, ptr: usize, excluded: usize, count: i32, scores: usize, found: usize,
  scratch: usize,
): void {
  const words = (items + BLOCK - 1) / BLOCK;
  const block = scratch + (<usize>words << 3);
  for (let row = 0; row < rows; row++) {
    const list = <usize>(row * count) << 2;
    emptyList(scores + list, found + list, count);
    markExcluded(scratch, words, items, 0, ptr, excluded, row);
    for (let word = 0; word < words; word++) {
      const at = word * BLOCK;
      memory.copy(block, table + ((<usize>row * items + at) << 2), <usize>min(BLOCK, items - at) << 2);
      offer(block, load<u64>(scratch + (<usize>word << 3)), 0, at, scores + list, found + list, count);
    }
  }
}

/** Customers' factors four by four, [rank][4] each, and the lengths of their rows. */
function packCustomers(customers: usize, size: i32, rank: i32, packed: usize, lengths: usize): void {
  for (let i = 0; i < size; i++) {
    const row = customers + (<usize>(i * rank) << 2);
    const four = packed + (<usize>((i & ~3) * rank) << 2);
    interleave(row, rank, four + (<usize>(i & 3) << 2), TILE_ROWS << 2);
    let sum: f64 = 0;
    for (let d: usize = 0; d < <usize>rank; d++) {
      const factor = <f64>load<f32>(row + (d << 2));
      sum += factor * factor;
    }
    store<f64>(lengths + (<usize>i << 3), sqrt(sum));
  }
}

/** Whether an item of length `bound` may enter one of the lists. An equal score may: its item may be the lower one. */
function canEnter(lengths: usize, rows: i32, bound: f64, scores: usize, count: i32): bool {
  for (let i = 0; i < rows; i++) {
    const least = <f64>load<f32>(scores + (<usize>((i + 1) * count - 1) << 2));
    if (!(load<f64>(lengths + (<usize>i << 3)) * bound + TINY < least)) return true;
  }
  return false;
}
