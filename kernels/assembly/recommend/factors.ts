/** Scores of factor models: products of customers' and items' rows of `rank` numbers, a multiple of eight. */

/** Customers that share what is loaded of the items' factors; and items that share what is loaded of the customers'. */
export const TILE_ROWS: i32 = 4;
export const TILE_ITEMS: i32 = 8;

/**
 * Puts the items of `order` side by side, eight a panel: [panels][rank][8], zeros behind the last item.
 */
export function packItems(factors: usize, order: usize, items: i32, rank: i32, panels: usize): void {
  const rowBytes = <usize>rank << 2;
  for (let first = 0; first < items; first += TILE_ITEMS) {
    const panel = panels + <usize>first * rowBytes;
    memory.fill(panel, 0, <usize>TILE_ITEMS * rowBytes);
    for (let i = 0; i < min(TILE_ITEMS, items - first); i++) {
      const row = factors + <usize>load<i32>(order + (<usize>(first + i) << 2)) * rowBytes;
      interleave(row, rank, panel + (<usize>i << 2), TILE_ITEMS << 2);
    }
  }
}

/** Puts the numbers of a row `stride` bytes apart. */
export function interleave(row: usize, rank: i32, to: usize, stride: usize): void {
  for (let d: usize = 0; d < <usize>rank; d++) store<f32>(to + d * stride, load<f32>(row + (d << 2)));
}

/**
 * Scores of four customers, [rank][4], for the eight items of a panel: eight a row, rows `stride` bytes apart. A
 * score's products are added in the order of the dimensions, wherever in a tile it is.
 */
export function scoreTile(customers: usize, panel: usize, rank: i32, out: usize, stride: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  let x = customers;
  for (const end = panel + (<usize>rank << 5); panel < end; panel += 64) {
    let low = v128.load(panel);
    let high = v128.load(panel, 16);
    let factor = v128.load_splat<f32>(x);
    a0 = f32x4.add(a0, f32x4.mul(factor, low));
    a1 = f32x4.add(a1, f32x4.mul(factor, high));
    factor = v128.load_splat<f32>(x, 4);
    b0 = f32x4.add(b0, f32x4.mul(factor, low));
    b1 = f32x4.add(b1, f32x4.mul(factor, high));
    factor = v128.load_splat<f32>(x, 8);
    c0 = f32x4.add(c0, f32x4.mul(factor, low));
    c1 = f32x4.add(c1, f32x4.mul(factor, high));
    factor = v128.load_splat<f32>(x, 12);
    d0 = f32x4.add(d0, f32x4.mul(factor, low));
    d1 = f32x4.add(d1, f32x4.mul(factor, high));
    low = v128.load(panel, 32);
    high = v128.load(panel, 48);
    factor = v128.load_splat<f32>(x, 16);
    a0 = f32x4.add(a0, f32x4.mul(factor, low));
    a1 = f32x4.add(a1, f32x4.mul(factor, high));
    factor = v128.load_splat<f32>(x, 20);
    b0 = f32x4.add(b0, f32x4.mul(factor, low));
    b1 = f32x4.add(b1, f32x4.mul(factor, high));
    factor = v128.load_splat<f32>(x, 24);
    c0 = f32x4.add(c0, f32x4.mul(factor, low));
    c1 = f32x4.add(c1, f32x4.mul(factor, high));
    factor = v128.load_splat<f32>(x, 28);
    d0 = f32x4.add(d0, f32x4.mul(factor, low));
    d1 = f32x4.add(d1, f32x4.mul(factor, high));
    x += 32;
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out + stride, b0);
  v128.store(out + stride, b1, 16);
  v128.store(out + stride * 2, c0);
  v128.store(out + stride * 2, c1, 16);
  v128.store(out + stride * 3, d0);
  v128.store(out + stride * 3, d1, 16);
}

/** The product of two rows. */
// @ts-ignore: decorator
@inline export function product(x: usize, y: usize, rank: i32): f32 {
  let low = f32x4.splat(0);
  let high = low;
  for (const end = x + (<usize>rank << 2); x < end; x += 32, y += 32) {
    low = f32x4.add(low, f32x4.mul(v128.load(x), v128.load(y)));
    high = f32x4.add(high, f32x4.mul(v128.load(x, 16), v128.load(y, 16)));
  }
  return sumOf(f32x4.add(low, high));
}

// @ts-ignore: decorator
@inline export function sumOf(four: v128): f32 {
  const two = f32x4.add(four, v128.shuffle<f32>(four, four, 2, 3, 0, 1));
  return f32x4.extract_lane(two, 0) + f32x4.extract_lane(two, 1);
}

/** The scores of the items of `list` that each of `rows` customers has by `ptr`; `out` is as long as `list`. */
export function pairScores(
  customers: usize, rows: i32, items: usize, rank: i32, ptr: usize, list: usize, out: usize,
): void {
  const rowBytes = <usize>rank << 2;
  for (let row = 0; row < rows; row++) {
    const x = customers + <usize>row * rowBytes;
    const end = <usize>load<i32>(ptr + (<usize>row << 2), 4) << 2;
    for (let at = <usize>load<i32>(ptr + (<usize>row << 2)) << 2; at < end; at += 4) {
      store<f32>(out + at, product(x, items + <usize>load<i32>(list + at) * rowBytes, rank));
    }
  }
}
