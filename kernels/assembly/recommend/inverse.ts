/**
 * The inverse of a symmetric positive definite matrix A, in its place: the sweep operator (Goodnight, "A tutorial on
 * the SWEEP operator", 1979), by blocks of pivots K. With D the inverse of A's block (K, K) and V = A's columns K, a
 * step makes of A
 *
 *     all others   A − V D Vᵀ          columns K   V D          block (K, K)   −D
 *
 * and when all have been pivots it is −A⁻¹. That takes as many multiply-adds, n³ / 2, as Cholesky's factors, their
 * inverse and the product of that, all of them in one loop; D needs Cholesky's pivots, and fails where these fail. Only
 * the upper triangle is kept. Sizes are multiples of 4, and each number's sum has the same order however rows are cut
 * into calls.
 */

/** Rows and columns of a tile: eight vectors of sums, and what they are made of, are as many as there are registers. */
const TILE: i32 = 4;

/** Pivots of a step at most: with so many, columns that are multiplied stay in the cache for some 4,000 rows. */
export function pivotsOfStep(): i32 {
  return 64;
}

/**
 * Begins the step of `pivots` pivots from `first`: copies V to `panel`, four rows side by side [size / 4][pivots][4],
 * and D to `block` [pivots, pivots]. False when a pivot is not positive: A is not positive definite.
 */
export function beginStep(matrix: usize, size: i32, first: i32, pivots: i32, panel: usize, block: usize): bool {
  for (let row = 0; row < size; row++) {
    const out = panel + (<usize>((row & ~3) * pivots + (row & 3)) << 3);
    for (let p = 0; p < pivots; p++) store<f64>(out + (<usize>p << 5), load<f64>(upper(matrix, size, row, first + p)));
  }
  for (let i = 0; i < pivots; i++) {
    for (let j = 0; j < pivots; j++) {
      store<f64>(block + (<usize>(i * pivots + j) << 3), load<f64>(upper(matrix, size, first + i, first + j)));
    }
  }
  return invert(block, pivots);
}

/** Sweeps rows [from, to), multiples of 4, of a step that has begun. `scratch` has room for four rows of pivots. */
export function sweepRows(
  matrix: usize, size: i32, first: i32, pivots: i32, panel: usize, block: usize, from: i32, to: i32, scratch: usize,
): void {
  const stride = <usize>size << 3;
  for (let row = from; row < to; row += TILE) {
    if (row >= first && row < first + pivots) {
      storePivots(matrix, size, first, pivots, block, row);
      continue;
    }
    timesBlock(panel + (<usize>(row * pivots) << 3), block, pivots, scratch);
    // Columns of pivots get what no one needs, and then V D.
    for (let column = row; column < size; column += TILE) {
      const at = matrix + (<usize>row * size + column << 3);
      subtractTile(at, stride, scratch, panel + (<usize>(column * pivots) << 3), pivots);
    }
    for (let p = 0; p < pivots; p++) {
      for (let i = 0; i < TILE; i++) {
        store<f64>(upper(matrix, size, row + i, first + p), load<f64>(scratch + (<usize>(p * TILE + i) << 3)));
      }
    }
  }
}

function storePivots(matrix: usize, size: i32, first: i32, pivots: i32, block: usize, row: i32): void {
  for (let i = row - first; i < row - first + TILE; i++) {
    for (let j = i; j < pivots; j++) {
      store<f64>(upper(matrix, size, first + i, first + j), -load<f64>(block + (<usize>(i * pivots + j) << 3)));
    }
  }
}

// @ts-ignore: decorator
@inline function upper(matrix: usize, size: i32, i: i32, j: i32): usize {
  return matrix + ((<usize>min(i, j) * size + max(i, j)) << 3);
}

/** Four rows of V, [pivots][4], times D: into `out`, laid out like them. */
function timesBlock(rows: usize, block: usize, pivots: i32, out: usize): void {
  for (let p = 0; p < pivots; p++) {
    let low = f64x2.splat(0);
    let high = low;
    // D is symmetric to the last bit, so that a row of it is the column.
    const line = block + (<usize>(p * pivots) << 3);
    for (let q = 0; q < pivots; q++) {
      const factor = v128.load_splat<f64>(line + (<usize>q << 3));
      low = f64x2.add(low, f64x2.mul(factor, v128.load(rows + (<usize>q << 5))));
      high = f64x2.add(high, f64x2.mul(factor, v128.load(rows + (<usize>q << 5), 16)));
    }
    v128.store(out + (<usize>p << 5), low);
    v128.store(out + (<usize>p << 5), high, 16);
  }
}

/** Subtracts products of four rows and four columns, both [pivots][4], from a tile of the matrix. */
function subtractTile(tile: usize, stride: usize, rows: usize, columns: usize, pivots: i32): void {
  let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  for (const end = rows + (<usize>pivots << 5); rows < end; rows += 32, columns += 32) {
    const low = v128.load(columns);
    const high = v128.load(columns, 16);
    let factor = v128.load_splat<f64>(rows);
    a0 = f64x2.add(a0, f64x2.mul(factor, low));
    a1 = f64x2.add(a1, f64x2.mul(factor, high));
    factor = v128.load_splat<f64>(rows, 8);
    b0 = f64x2.add(b0, f64x2.mul(factor, low));
    b1 = f64x2.add(b1, f64x2.mul(factor, high));
    factor = v128.load_splat<f64>(rows, 16);
    c0 = f64x2.add(c0, f64x2.mul(factor, low));
    c1 = f64x2.add(c1, f64x2.mul(factor, high));
    factor = v128.load_splat<f64>(rows, 24);
    d0 = f64x2.add(d0, f64x2.mul(factor, low));
    d1 = f64x2.add(d1, f64x2.mul(factor, high));
  }
  subtract(tile, a0, a1);
  subtract(tile + stride, b0, b1);
  subtract(tile + stride * 2, c0, c1);
  subtract(tile + stride * 3, d0, d1);
}

// @ts-ignore: decorator
@inline function subtract(at: usize, low: v128, high: v128): void {
  v128.store(at, f64x2.sub(v128.load(at), low));
  v128.store(at, f64x2.sub(v128.load(at, 16), high), 16);
}

/** Inverts a small matrix pivot by pivot; both triangles have the same bits throughout. */
function invert(block: usize, size: i32): bool {
  const stride = <usize>size << 3;
  for (let k = 0; k < size; k++) {
    const line = block + <usize>k * stride;
    const pivot = load<f64>(line + (<usize>k << 3));
    if (!(pivot > 0)) return false;
    for (let i = 0; i < size; i++) {
      if (i == k) continue;
      const row = block + <usize>i * stride;
      const factor = load<f64>(row + (<usize>k << 3)) / pivot;
      for (let j = i; j < size; j++) {
        if (j == k) continue;
        const value = load<f64>(row + (<usize>j << 3)) - factor * load<f64>(line + (<usize>j << 3));
        store<f64>(row + (<usize>j << 3), value);
        store<f64>(block + <usize>j * stride + (<usize>i << 3), value);
      }
    }
    for (let i = 0; i < size; i++) {
      if (i == k) continue;
      const value = load<f64>(line + (<usize>i << 3)) / pivot;
      store<f64>(line + (<usize>i << 3), value);
      store<f64>(block + <usize>i * stride + (<usize>k << 3), value);
    }
    store<f64>(line + (<usize>k << 3), -1 / pivot);
  }
  // The sweep leaves the inverse with its sign turned.
  for (let at = block; at < block + <usize>size * stride; at += 8) store<f64>(at, -load<f64>(at));
  return true;
}
