/** Gramians of purchases: for each two items the sum over customers of the product of their weights. */

/**
 * Adds the purchases of `rows` customers to the upper triangle of `sum` [items, items]: of two items the lower one is
 * the row. Without `weights` that counts the customers who bought both, which is exact, so that it may be done in any
 * order.
 */
export function addGramian(ptr: usize, list: usize, weights: usize, rows: i32, items: i32, sum: usize): void {
  for (let row = 0; row < rows; row++) {
    const from = <usize>load<i32>(ptr + (<usize>row << 2)) << 2;
    const to = <usize>load<i32>(ptr + (<usize>row << 2), 4) << 2;
    if (weights) addWeighted(list, weights, from, to, items, sum);
    else addPairs(list, from, to, items, sum);
  }
}

function addPairs(list: usize, from: usize, to: usize, items: i32, sum: usize): void {
  for (let i = from; i < to; i += 4) {
    const line = sum + ((<usize>load<i32>(list + i) * items) << 3);
    for (let j = i; j < to; j += 4) {
      const at = line + (<usize>load<i32>(list + j) << 3);
      store<f64>(at, load<f64>(at) + 1);
    }
  }
}

function addWeighted(list: usize, weights: usize, from: usize, to: usize, items: i32, sum: usize): void {
  for (let i = from; i < to; i += 4) {
    const line = sum + ((<usize>load<i32>(list + i) * items) << 3);
    const weight = <f64>load<f32>(weights + i);
    for (let j = i; j < to; j += 4) {
      const at = line + (<usize>load<i32>(list + j) << 3);
      store<f64>(at, load<f64>(at) + weight * <f64>load<f32>(weights + j));
    }
  }
}
