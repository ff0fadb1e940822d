/**
 * Least squares of many rows by a few steps of conjugate gradient, begun at zero (Hestenes and Stiefel, 1952; for this use
 * Takács, Pilászy and Tikk, 2011), in coordinates in which what all rows have in common is the unit matrix: what is left are
 * a row's own pairs. With L Lᵀ = G + μ, a factor x has the coordinates z = Lᵀ x there and the other side's factors y have
 * L⁻¹ y, so that the matrix of a row is 1 + (λ − μ) L⁻¹ L⁻ᵀ + Σ w (L⁻¹ y) (L⁻¹ y)ᵀ. What a row becomes does not depend on
 * the rows beside it.
 */
import { timesMatrix } from './dense';
import { addPairs, addTargets } from './pass';
import { addProduct, dot, subtractProduct } from './vectors';

/** Rows whose products with a matrix are computed together. Few, so that the factors of their pairs stay in the nearest cache. */
const BATCH: i32 = 8;

/** A residual of this squared length is rounding, or zero: nothing is gained by going on, and 0 / 0 is no number. */
const NOTHING: f32 = 1e-30;

/** Bytes of `scratch` that the functions below take, for rows of `size` bytes. */
export function alsScratch(size: usize): usize {
  return 4 * BATCH * size;
}

/**
 * Rows [from, to) of X, in plain coordinates, after `steps` steps. `starts`, `items`, `weights`: the block's pairs by customer;
 * `y`: L⁻¹ y; `back`: L⁻¹; `excess`: L⁻¹ L⁻ᵀ; `penalties`: λ a row.
 */
export function alsUsers(
  starts: usize, items: usize, weights: usize, y: usize, x: usize, size: usize, back: usize, excess: usize, common: f32,
  penalties: usize, from: i32, to: i32, target: f32, steps: i32, scratch: usize,
): void {
  const whole = <usize>BATCH * size;
  const z = scratch;
  const r = z + whole;
  const p = r + whole;
  const ap = p + whole;
  memory.fill(scratch, 0, 4 * whole);
  for (let first = from; first < to; first += BATCH) {
    const count = min(BATCH, to - first);
    memory.fill(z, 0, 2 * whole);
    for (let row = 0; row < count; row++) {
      const start = load<u32>(starts + (<usize>(first + row) << 2));
      const bought = load<u32>(starts + (<usize>(first + row) << 2), 4) - start;
      addTargets(r + <usize>row * size, y, size, items + (start << 2), weights + (start << 2), bought, target);
    }
    memory.copy(p, r, whole);
    for (let step = 0; step < steps; step++) {
      addCommon(ap, p, count, size, excess, common, penalties + (<usize>first << 2));
      for (let row = 0; row < count; row++) {
        const at = <usize>row * size;
        const start = load<u32>(starts + (<usize>(first + row) << 2));
        const bought = load<u32>(starts + (<usize>(first + row) << 2), 4) - start;
        addPairs(ap + at, p + at, y, size, items + (start << 2), weights + (start << 2), bought);
        advance(z + at, r + at, p + at, ap + at, size);
      }
    }
    timesMatrix(ap, z, BATCH, size, back);
    memory.copy(x + <usize>first * size, ap, <usize>count * size);
  }
}

/**
 * One step of rows [from, to) of Y, all in the coordinates of L. `products` [rows × k doubles]: what the pairs of all customers
 * make of `p`, in plain coordinates; `there`: L⁻ᵀ.
 */
export function alsItems(
  products: usize, y: usize, r: usize, p: usize, size: usize, there: usize, excess: usize, common: f32, penalties: usize,
  from: i32, to: i32, scratch: usize,
): void {
  const whole = <usize>BATCH * size;
  const direction = scratch;
  const ap = direction + whole;
  const plain = ap + whole;
  const moved = plain + whole;
  memory.fill(scratch, 0, 4 * whole);
  for (let first = from; first < to; first += BATCH) {
    const count = min(BATCH, to - first);
    const at = <usize>first * size;
    memory.copy(direction, p + at, <usize>count * size);
    addCommon(ap, direction, count, size, excess, common, penalties + (<usize>first << 2));
    toFloats(plain, products + (at << 1), <usize>count * size);
    timesMatrix(moved, plain, BATCH, size, there);
    for (let row = 0; row < count; row++) {
      const own = <usize>row * size;
      for (let i: usize = own; i < own + size; i += 16)
        v128.store(ap + i, f32x4.add(v128.load(ap + i), v128.load(moved + i)));
      advance(y + at + own, r + at + own, p + at + own, ap + own, size);
    }
  }
}

/** ap = p + (λ − μ) L⁻¹ L⁻ᵀ p. */
// @ts-ignore: decorator
@inline function addCommon(
  ap: usize, p: usize, count: i32, size: usize, excess: usize, common: f32, penalties: usize,
): void {
  let same = true;
  for (let row = 0; row < count; row++) if (load<f32>(penalties + (<usize>row << 2)) != common) same = false;
  if (same) {
    memory.copy(ap, p, <usize>count * size);
    return;
  }
  timesMatrix(ap, p, (count + 3) & ~3, size, excess);
  for (let row = 0; row < count; row++) {
    const more = f32x4.splat(load<f32>(penalties + (<usize>row << 2)) - common);
    const own = <usize>row * size;
    for (let at: usize = own; at < own + size; at += 16)
      v128.store(ap + at, addProduct(v128.load(p + at), more, v128.load(ap + at)));
  }
}

/** z += α p, r -= α A p, p = r + β p. */
function advance(z: usize, r: usize, p: usize, ap: usize, size: usize): void {
  const before = dot(r, r, size);
  const curvature = dot(p, ap, size);
  if (!(before > NOTHING && curvature > 0)) return;
  const alpha = f32x4.splat(before / curvature);
  for (let at: usize = 0; at < size; at += 16) {
    v128.store(z + at, addProduct(v128.load(z + at), alpha, v128.load(p + at)));
    v128.store(r + at, subtractProduct(v128.load(r + at), alpha, v128.load(ap + at)));
  }
  const beta = f32x4.splat(dot(r, r, size) / before);
  for (let at: usize = 0; at < size; at += 16)
    v128.store(p + at, addProduct(v128.load(r + at), beta, v128.load(p + at)));
}

// @ts-ignore: decorator
@inline function toFloats(row: usize, doubles: usize, size: usize): void {
  for (const end = row + size; row < end; row += 16, doubles += 32) {
    const low = f32x4.demote_f64x2_zero(v128.load(doubles));
    const high = f32x4.demote_f64x2_zero(v128.load(doubles, 16));
    v128.store(row, v128.shuffle<f32>(low, high, 0, 1, 4, 5));
  }
}
