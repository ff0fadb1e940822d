/**
 * Loops over rows of floats whose sizes are multiples of 32 bytes. Products are rounded before they are added, as
 * everywhere in plain SIMD: so the bits are the same on all processors.
 */

// @ts-ignore: decorator
@inline export function addProduct(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

// @ts-ignore: decorator
@inline export function subtractProduct(sum: v128, a: v128, b: v128): v128 {
  return f32x4.sub(sum, f32x4.mul(a, b));
}

// @ts-ignore: decorator
@inline export function dot(a: usize, b: usize, size: usize): f32 {
  let sum = f32x4.splat(0);
  let other = f32x4.splat(0);
  for (const end = a + size; a < end; a += 32, b += 32) {
    sum = addProduct(sum, v128.load(a), v128.load(b));
    other = addProduct(other, v128.load(a, 16), v128.load(b, 16));
  }
  sum = f32x4.add(sum, other);
  sum = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 0, 1));
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1);
}

/** The sums of the lanes of each of four vectors. */
// @ts-ignore: decorator
@inline export function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** Adds a row of floats to one of doubles. */
// @ts-ignore: decorator
@inline export function addToDoubles(sums: usize, row: usize, size: usize): void {
  for (const end = row + size; row < end; row += 16, sums += 32) {
    const four = v128.load(row);
    const low = f64x2.promote_low_f32x4(four);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
    v128.store(sums, f64x2.add(v128.load(sums), low));
    v128.store(sums, f64x2.add(v128.load(sums, 16), high), 16);
  }
}
