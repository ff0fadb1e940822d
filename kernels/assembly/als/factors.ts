/** Where factors begin, and how well they fit. */
import { mix } from '../values';
import { dot } from './vectors';

/** Odd, so that no two rows begin alike: 2⁶⁴ over the golden ratio. */
const SPREAD: u64 = 0x9e3779b97f4a7c15;

/** The sum of four uniform numbers of 16 bits has mean 131,070; one over its standard deviation. */
const TO_UNIT: f64 = 1.7320508075688772 / 65536.0;

/**
 * Fills rows of `rank` numbers, zeros behind them. Each depends on seed, row and place alone; they are about normal
 * (the sum of four uniform ones), with mean 0 and standard deviation `deviation`.
 */
export function alsInit(out: usize, rows: i32, rank: i32, size: usize, seed: u32, deviation: f32): void {
  for (let row = 0; row < rows; row++) {
    const key = mix(<u64>seed * SPREAD + <u64>row + 1);
    const at = out + <usize>row * size;
    memory.fill(at, 0, size);
    for (let place = 0; place < rank; place++) {
      const bits = mix(key + <u64>place * SPREAD);
      const sum = (bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48);
      store<f32>(at + (<usize>place << 2), <f32>((<f64>sum - 131070.0) * TO_UNIT * <f64>deviation));
    }
  }
}

/** Σ (w s² − 2 t s + t) over the pairs of customers [from, to), where s = x · y and t = w + target. */
export function alsPairLoss(
  starts: usize, items: usize, weights: usize, x: usize, y: usize, size: usize, from: i32, to: i32, target: f64,
): f64 {
  let loss: f64 = 0;
  for (let user = from; user < to; user++) {
    const last = load<u32>(starts + (<usize>user << 2), 4);
    for (let pair = load<u32>(starts + (<usize>user << 2)); pair < last; pair++) {
      const item = <usize>load<u32>(items + (<usize>pair << 2));
      const score = <f64>dot(x + <usize>user * size, y + item * size, size);
      const weight = <f64>load<f32>(weights + (<usize>pair << 2));
      const wanted = weight + target;
      loss += weight * score * score - 2.0 * wanted * score + wanted;
    }
  }
  return loss;
}

/** Σ λ |row|². */
export function alsPenalty(rows: usize, count: i32, size: usize, penalties: usize): f64 {
  let sum: f64 = 0;
  for (let row = 0; row < count; row++) {
    const at = rows + <usize>row * size;
    sum += <f64>load<f32>(penalties + (<usize>row << 2)) * <f64>dot(at, at, size);
  }
  return sum;
}
