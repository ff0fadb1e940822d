/**
 * The inner loops of both halves: what the bought pairs of one row of X (or Y) bring, the rows of Y (or X) read where they
 * are. Pairs go four at a time; behind the last, the last row stands in with weight 0, so that there is one path.
 */
import { addProduct, sumsOf } from './vectors';

/** out += Σ w (row · p) row over `count` pairs: the part of A p that the pairs make. */
export function addPairs(
  out: usize, p: usize, rows: usize, size: usize, indexes: usize, weights: usize, count: i32,
): void {
  for (; count >= 4; count -= 4, indexes += 16, weights += 16) {
    addFour(
      out, p, size, v128.load(weights),
      rows + <usize>load<u32>(indexes) * size,
      rows + <usize>load<u32>(indexes, 4) * size,
      rows + <usize>load<u32>(indexes, 8) * size,
      rows + <usize>load<u32>(indexes, 12) * size,
    );
  }
  if (count == 0) return;
  const first = rows + <usize>load<u32>(indexes) * size;
  const second = count > 1 ? rows + <usize>load<u32>(indexes, 4) * size : first;
  const third = count > 2 ? rows + <usize>load<u32>(indexes, 8) * size : second;
  addFour(out, p, size, firstOf(v128.load(weights), count), first, second, third, third);
}

/** out += Σ (w + target) row over `count` pairs: the right side of the equations. */
export function addTargets(
  out: usize, rows: usize, size: usize, indexes: usize, weights: usize, count: i32, target: f32,
): void {
  const targets = f32x4.splat(target);
  for (; count >= 4; count -= 4, indexes += 16, weights += 16) {
    addScaled(
      out, size, f32x4.add(v128.load(weights), targets),
      rows + <usize>load<u32>(indexes) * size,
      rows + <usize>load<u32>(indexes, 4) * size,
      rows + <usize>load<u32>(indexes, 8) * size,
      rows + <usize>load<u32>(indexes, 12) * size,
    );
  }
  if (count == 0) return;
  const first = rows + <usize>load<u32>(indexes) * size;
  const second = count > 1 ? rows + <usize>load<u32>(indexes, 4) * size : first;
  const third = count > 2 ? rows + <usize>load<u32>(indexes, 8) * size : second;
  const scales = firstOf(f32x4.add(v128.load(weights), targets), count);
  addScaled(out, size, scales, first, second, third, third);
}

/** The first `count` lanes, the others 0: weights are read past their end, where anything may be. */
// @ts-ignore: decorator
@inline function firstOf(four: v128, count: i32): v128 {
  return v128.and(four, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count)));
}

// @ts-ignore: decorator
@inline function addFour(out: usize, p: usize, size: usize, weights: v128, a: usize, b: usize, c: usize, d: usize): void {
  let sumA = f32x4.splat(0);
  let sumB = sumA;
  let sumC = sumA;
  let sumD = sumA;
  for (let at: usize = 0; at < size; at += 32) {
    const low = v128.load(p + at);
    const high = v128.load(p + at, 16);
    sumA = addProduct(addProduct(sumA, low, v128.load(a + at)), high, v128.load(a + at, 16));
    sumB = addProduct(addProduct(sumB, low, v128.load(b + at)), high, v128.load(b + at, 16));
    sumC = addProduct(addProduct(sumC, low, v128.load(c + at)), high, v128.load(c + at, 16));
    sumD = addProduct(addProduct(sumD, low, v128.load(d + at)), high, v128.load(d + at, 16));
  }
  addScaled(out, size, f32x4.mul(weights, sumsOf(sumA, sumB, sumC, sumD)), a, b, c, d);
}

// @ts-ignore: decorator
@inline function addScaled(out: usize, size: usize, scales: v128, a: usize, b: usize, c: usize, d: usize): void {
  const scaleA = v128.shuffle<f32>(scales, scales, 0, 0, 0, 0);
  const scaleB = v128.shuffle<f32>(scales, scales, 1, 1, 1, 1);
  const scaleC = v128.shuffle<f32>(scales, scales, 2, 2, 2, 2);
  const scaleD = v128.shuffle<f32>(scales, scales, 3, 3, 3, 3);
  for (let at: usize = 0; at < size; at += 32) {
    let low = v128.load(out + at);
    let high = v128.load(out + at, 16);
    low = addProduct(low, scaleA, v128.load(a + at));
    high = addProduct(high, scaleA, v128.load(a + at, 16));
    low = addProduct(low, scaleB, v128.load(b + at));
    high = addProduct(high, scaleB, v128.load(b + at, 16));
    low = addProduct(low, scaleC, v128.load(c + at));
    high = addProduct(high, scaleC, v128.load(c + at, 16));
    low = addProduct(low, scaleD, v128.load(d + at));
    high = addProduct(high, scaleD, v128.load(d + at, 16));
    v128.store(out + at, low);
    v128.store(out + at, high, 16);
  }
}
