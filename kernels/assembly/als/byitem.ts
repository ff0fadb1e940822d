/**
 * What customers bring to each item. A few customers (a sub-block) are taken at a time, so that their factors stay in the
 * second-level cache while all items go over them; the pairs of a sub-block lie item by item.
 */
import { addPairs, addTargets } from './pass';
import { addToDoubles } from './vectors';

/**
 * Turns the pairs of customers [from, to) over: `users` and `itemWeights` get them at the same places, but by item, customers
 * rising. Each item that is bought gets an entry of `listed` and of `begins`, where its pairs begin. Space: `places`, 4 bytes
 * an item. Returns how many items were bought.
 */
export function alsTranspose(
  starts: usize, items: usize, weights: usize, from: i32, to: i32, itemCount: i32, users: usize, itemWeights: usize,
  listed: usize, begins: usize, places: usize,
): i32 {
  memory.fill(places, 0, <usize>itemCount << 2);
  const first = load<u32>(starts + (<usize>from << 2));
  const end = load<u32>(starts + (<usize>to << 2));
  for (let at = items + (<usize>first << 2); at < items + (<usize>end << 2); at += 4) {
    const count = places + (<usize>load<u32>(at) << 2);
    store<u32>(count, load<u32>(count) + 1);
  }
  let next = first;
  let entries = 0;
  for (let item = 0; item < itemCount; item++) {
    const place = places + (<usize>item << 2);
    const count = load<u32>(place);
    if (count == 0) continue;
    store<u32>(place, next);
    store<u32>(listed + (<usize>entries << 2), item);
    store<u32>(begins + (<usize>entries << 2), next);
    entries++;
    next += count;
  }
  store<u32>(begins + (<usize>entries << 2), next);
  for (let user = from; user < to; user++) {
    const last = load<u32>(starts + (<usize>user << 2), 4);
    for (let pair = load<u32>(starts + (<usize>user << 2)); pair < last; pair++) {
      const place = places + (<usize>load<u32>(items + (<usize>pair << 2)) << 2);
      const to = load<u32>(place);
      store<u32>(place, to + 1);
      store<u32>(users + (<usize>to << 2), user);
      store<f32>(itemWeights + (<usize>to << 2), load<f32>(weights + (<usize>pair << 2)));
    }
  }
  return entries;
}

/** sums [items × k doubles] += Σ (w + target) x, over one sub-block: entries [from, to). `scratch` has room for a row. */
export function alsItemTargets(
  listed: usize, begins: usize, from: i32, to: i32, users: usize, weights: usize, x: usize, size: usize, target: f32,
  sums: usize, scratch: usize,
): void {
  for (let entry = from; entry < to; entry++) {
    const begin = load<u32>(begins + (<usize>entry << 2));
    const count = load<u32>(begins + (<usize>entry << 2), 4) - begin;
    memory.fill(scratch, 0, size);
    addTargets(scratch, x, size, users + (<usize>begin << 2), weights + (<usize>begin << 2), count, target);
    addToDoubles(sums + 2 * <usize>load<u32>(listed + (<usize>entry << 2)) * size, scratch, size);
  }
}

/** sums [items × k doubles] += Σ w (x · p) x, over one sub-block: entries [from, to). `scratch` has room for a row. */
export function alsItemProducts(
  listed: usize, begins: usize, from: i32, to: i32, users: usize, weights: usize, x: usize, size: usize, p: usize,
  sums: usize, scratch: usize,
): void {
  for (let entry = from; entry < to; entry++) {
    const item = <usize>load<u32>(listed + (<usize>entry << 2));
    const begin = load<u32>(begins + (<usize>entry << 2));
    const count = load<u32>(begins + (<usize>entry << 2), 4) - begin;
    memory.fill(scratch, 0, size);
    addPairs(scratch, p + item * size, x, size, users + (<usize>begin << 2), weights + (<usize>begin << 2), count);
    addToDoubles(sums + 2 * item * size, scratch, size);
  }
}
