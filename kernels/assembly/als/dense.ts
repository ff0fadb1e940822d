/** Products of whole matrices, in tiles of 4 × 8 sums that stay in registers: 8 vectors, and 2 more that they share. */
import { addProduct, addToDoubles } from './vectors';

/** Rows that are in the first-level cache while all tiles go over them. */
const PANEL: i32 = 64;

/**
 * sums += rowsᵀ rows, of `count` rows; [k × k] doubles, of which those on and above the diagonal count. Added up in floats
 * first, in `scratch` [k × k floats].
 */
export function gramian(rows: usize, count: i32, size: usize, sums: usize, scratch: usize): void {
  const rank = <i32>(size >> 2);
  memory.fill(scratch, 0, size * rank);
  for (let from = 0; from < count; from += PANEL) {
    const panel = rows + <usize>from * size;
    const end = panel + <usize>min(PANEL, count - from) * size;
    for (let column = 0; column < rank; column += 8) {
      for (let row = 0; row <= column + 4; row += 4) {
        const tile = scratch + <usize>row * size + (<usize>column << 2);
        gramianTile(tile, size, panel + (<usize>row << 2), end + (<usize>row << 2), (column - row) << 2);
      }
    }
  }
  addToDoubles(sums, scratch, size * rank);
}

/** A tile of rowsᵀ rows; `right` is how many bytes its columns lie behind its rows in each row of the panel. */
function gramianTile(tile: usize, size: usize, from: usize, end: usize, right: i32): void {
  const tile1 = tile + size;
  const tile2 = tile1 + size;
  const tile3 = tile2 + size;
  let low0 = v128.load(tile), high0 = v128.load(tile, 16);
  let low1 = v128.load(tile1), high1 = v128.load(tile1, 16);
  let low2 = v128.load(tile2), high2 = v128.load(tile2, 16);
  let low3 = v128.load(tile3), high3 = v128.load(tile3, 16);
  for (let other = from + right; from < end; from += size, other += size) {
    const low = v128.load(other);
    const high = v128.load(other, 16);
    let one = v128.load_splat<f32>(from);
    low0 = addProduct(low0, one, low);
    high0 = addProduct(high0, one, high);
    one = v128.load_splat<f32>(from, 4);
    low1 = addProduct(low1, one, low);
    high1 = addProduct(high1, one, high);
    one = v128.load_splat<f32>(from, 8);
    low2 = addProduct(low2, one, low);
    high2 = addProduct(high2, one, high);
    one = v128.load_splat<f32>(from, 12);
    low3 = addProduct(low3, one, low);
    high3 = addProduct(high3, one, high);
  }
  v128.store(tile, low0);
  v128.store(tile, high0, 16);
  v128.store(tile1, low1);
  v128.store(tile1, high1, 16);
  v128.store(tile2, low2);
  v128.store(tile2, high2, 16);
  v128.store(tile3, low3);
  v128.store(tile3, high3, 16);
}

/** out = rows · matrix, of `count` rows, a multiple of 4; `matrix` [k × k floats]. */
export function timesMatrix(out: usize, rows: usize, count: i32, size: usize, matrix: usize): void {
  for (let row = 0; row < count; row += 4) {
    const from = <usize>row * size;
    for (let at: usize = 0; at < size; at += 32) productTile(out + from + at, rows + from, size, matrix + at);
  }
}

function productTile(out: usize, rows: usize, size: usize, matrix: usize): void {
  let row1 = rows + size;
  let row2 = row1 + size;
  let row3 = row2 + size;
  const zero = f32x4.splat(0);
  let low0 = zero, high0 = zero;
  let low1 = zero, high1 = zero;
  let low2 = zero, high2 = zero;
  let low3 = zero, high3 = zero;
  for (const end = row1; rows < end; rows += 4, row1 += 4, row2 += 4, row3 += 4, matrix += size) {
    const low = v128.load(matrix);
    const high = v128.load(matrix, 16);
    let one = v128.load_splat<f32>(rows);
    low0 = addProduct(low0, one, low);
    high0 = addProduct(high0, one, high);
    one = v128.load_splat<f32>(row1);
    low1 = addProduct(low1, one, low);
    high1 = addProduct(high1, one, high);
    one = v128.load_splat<f32>(row2);
    low2 = addProduct(low2, one, low);
    high2 = addProduct(high2, one, high);
    one = v128.load_splat<f32>(row3);
    low3 = addProduct(low3, one, low);
    high3 = addProduct(high3, one, high);
  }
  v128.store(out, low0);
  v128.store(out, high0, 16);
  v128.store(out + size, low1);
  v128.store(out + size, high1, 16);
  v128.store(out + 2 * size, low2);
  v128.store(out + 2 * size, high2, 16);
  v128.store(out + 3 * size, low3);
  v128.store(out + 3 * size, high3, 16);
}
