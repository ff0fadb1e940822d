/**
 * Which purchase adds most to a score of an ALS model. Where customer u's factors solve (a0 YᵀY + λ_u I) x_u = Σ_j α_j
 * y_j, with α_j = w_j + t0 − w_j (x_u·y_j), the score of item i is Σ_j α_j y_iᵀ (a0 YᵀY + λ_u I)⁻¹ y_j. With Y turned
 * into the eigenbasis of YᵀY, whose eigenvalues are g, that matrix is diagonal: j's contribution is α_j Σ_d y_id y_jd /
 * (a0 g_d + λ_u).
 */
import { product } from './factors';

/**
 * Of each listed item, `count` a customer, the purchase of the greatest contribution and that contribution, as
 * easeReasons gives them. `alphas` [purchases]; `turned`: items' factors in the eigenbasis [items, rank]; `spread`: the
 * eigenvalues times a0 [rank]; `penalties`: λ_u [rows]. `scratch` has room for two rows of factors.
 */
export function alsReasons(
  turned: usize, rank: i32, spread: usize, penalties: usize, alphas: usize, ptr: usize, list: usize, rows: i32,
  listed: usize, count: i32, reasons: usize, contributions: usize, scratch: usize,
): void {
  const rowBytes = <usize>rank << 2;
  const scaled = scratch + rowBytes;
  for (let row = 0; row < rows; row++) {
    const from = <usize>load<i32>(ptr + (<usize>row << 2)) << 2;
    const to = <usize>load<i32>(ptr + (<usize>row << 2), 4) << 2;
    const penalty = f32x4.splat(load<f32>(penalties + (<usize>row << 2)));
    for (let d: usize = 0; d < rowBytes; d += 16) {
      v128.store(scratch + d, f32x4.div(f32x4.splat(1), f32x4.add(v128.load(spread + d), penalty)));
    }
    for (let place = row * count; place < (row + 1) * count; place++) {
      const item = load<i32>(listed + (<usize>place << 2));
      let reason = -1;
      let greatest: f32 = 0;
      if (item >= 0) scale(turned + <usize>item * rowBytes, scratch, rowBytes, scaled);
      for (let at = from; at < to && item >= 0; at += 4) {
        const bought = load<i32>(list + at);
        const contribution = load<f32>(alphas + at) * product(scaled, turned + <usize>bought * rowBytes, rank);
        if (reason >= 0 && !(contribution > greatest)) continue;
        reason = bought;
        greatest = contribution;
      }
      store<i32>(reasons + (<usize>place << 2), reason);
      store<f32>(contributions + (<usize>place << 2), greatest);
    }
  }
}

// @ts-ignore: decorator
@inline function scale(row: usize, by: usize, rowBytes: usize, out: usize): void {
  for (let d: usize = 0; d < rowBytes; d += 16) v128.store(out + d, f32x4.mul(v128.load(row + d), v128.load(by + d)));
}
