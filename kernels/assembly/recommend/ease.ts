/** Item weights of EASE, scores by them, and which purchase adds most to a score. */

/**
 * From −P, the swept matrix of `size` ≥ `items` rows, to the item weights: B[j, i] = −P[j, i] / P[i, i], and 0 where j
 * is i; rows [from, to) of `out` [items, items].
 */
export function easeRows(swept: usize, size: i32, items: i32, from: i32, to: i32, out: usize): void {
  for (let j = from; j < to; j++) {
    const row = out + (<usize>j * items << 2);
    for (let i = 0; i < items; i++) {
      const value = load<f64>(swept + (<usize>min(i, j) * size + max(i, j) << 3));
      const diagonal = load<f64>(swept + (<usize>i * size + i << 3));
      store<f32>(row + (<usize>i << 2), i == j ? 0 : <f32>(value / -diagonal));
    }
  }
}

/**
 * Scores of `rows` customers for all items, `out` [rows, items]: the sum over what is bought of its weight, or 1
 * without `weights`, times its row of the table [items, items]. Purchases are added in their order, whatever the
 * column.
 */
export function easeScores(
  table: usize, items: i32, ptr: usize, list: usize, weights: usize, rows: i32, out: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const from = <usize>load<i32>(ptr + (<usize>row << 2)) << 2;
    const to = <usize>load<i32>(ptr + (<usize>row << 2), 4) << 2;
    const scores = out + (<usize>row * items << 2);
    let column = 0;
    for (; column + 32 <= items; column += 32) {
      scoreColumns(table + (<usize>column << 2), items, list, weights, from, to, scores + (<usize>column << 2));
    }
    for (; column < items; column++) {
      let sum: f32 = 0;
      for (let at = from; at < to; at += 4) {
        const weight: f32 = weights ? load<f32>(weights + at) : 1;
        sum += weight * load<f32>(table + (<usize>load<i32>(list + at) * items + column << 2));
      }
      store<f32>(scores + (<usize>column << 2), sum);
    }
  }
}

/** Scores for 32 items: as many sums as the registers hold. */
function scoreColumns(table: usize, items: i32, list: usize, weights: usize, from: usize, to: usize, out: usize): void {
  let a = f32x4.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  for (let at = from; at < to; at += 4) {
    const row = table + (<usize>load<i32>(list + at) * items << 2);
    const weight = weights ? v128.load_splat<f32>(weights + at) : f32x4.splat(1);
    a = f32x4.add(a, f32x4.mul(weight, v128.load(row)));
    b = f32x4.add(b, f32x4.mul(weight, v128.load(row, 16)));
    c = f32x4.add(c, f32x4.mul(weight, v128.load(row, 32)));
    d = f32x4.add(d, f32x4.mul(weight, v128.load(row, 48)));
    e = f32x4.add(e, f32x4.mul(weight, v128.load(row, 64)));
    f = f32x4.add(f, f32x4.mul(weight, v128.load(row, 80)));
    g = f32x4.add(g, f32x4.mul(weight, v128.load(row, 96)));
    h = f32x4.add(h, f32x4.mul(weight, v128.load(row, 112)));
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
  v128.store(out, e, 64);
  v128.store(out, f, 80);
  v128.store(out, g, 96);
  v128.store(out, h, 112);
}

/**
 * Of each listed item, `count` a customer, the purchase of the greatest contribution weight · B[j, i] to its score, and
 * that contribution; of equal ones the first. −1 and 0 where nothing is listed, or nothing was bought.
 */
export function easeReasons(
  table: usize, items: i32, ptr: usize, list: usize, weights: usize, rows: i32, listed: usize, count: i32,
  reasons: usize, contributions: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const from = <usize>load<i32>(ptr + (<usize>row << 2)) << 2;
    const to = <usize>load<i32>(ptr + (<usize>row << 2), 4) << 2;
    for (let place = row * count; place < (row + 1) * count; place++) {
      const item = load<i32>(listed + (<usize>place << 2));
      let reason = -1;
      let greatest: f32 = 0;
      for (let at = from; at < to && item >= 0; at += 4) {
        const bought = load<i32>(list + at);
        const weight: f32 = weights ? load<f32>(weights + at) : 1;
        const contribution = weight * load<f32>(table + (<usize>bought * items + item << 2));
        if (reason >= 0 && !(contribution > greatest)) continue;
        reason = bought;
        greatest = contribution;
      }
      store<i32>(reasons + (<usize>place << 2), reason);
      store<f32>(contributions + (<usize>place << 2), greatest);
    }
  }
}
