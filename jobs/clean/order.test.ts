import { describe, expect, it } from 'vitest';
import { type Column, numberColumn, textColumn } from '../../kernels/column.ts';
import { sortRows } from '../../kernels/sort.ts';
import { createKernels } from '../../kernels/wasm.ts';
import { below, between, listOf, pick, seeded } from '../../test/random.ts';
import { chooseSplitters, compareKeys, firstNotBelow, keyAt } from './order.ts';
import { gatherRows } from './rejects.ts';

const kernels = createKernels(1 << 24);

/** Ids that begin alike, and those that are told apart only by their size. */
const IDS = ['', '\0', 'a', 'a\0', 'customer-1', 'customer-10', 'customer-2', 'customer-2ä', 'zz', null];

function randomKeys(seed: number, length: number): { random: () => number; columns: Column[] } {
  const random = seeded(seed);
  const ids = textColumn(listOf(length, () => pick(random, IDS)));
  const sales = numberColumn(
    'int64',
    listOf(length, () => (random() < 0.1 ? null : BigInt(between(random, -3, 20)) * 2n ** 53n)),
  );
  return { random, columns: random() < 0.5 ? [ids, sales] : [sales, ids] };
}

describe('the keys that rows are sorted by', () => {
  it('compare as the kernel sorts', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { columns } = randomKeys(seed, 40);
      const rows = Int32Array.from({ length: 40 }, (_, row) => row);
      const expected = [...rows].sort((a, b) => compareKeys(keyAt(columns, a), keyAt(columns, b)));
      expect([...sortRows(kernels, rows, columns)]).toEqual(expected);
    }
  });

  it('are found among sorted ones where all before them are less', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { random, columns } = randomKeys(seed, 30);
      const rows = { length: 30, columns: { a: columns[0]!, b: columns[1]! } };
      const order = sortRows(
        kernels,
        Int32Array.from({ length: 30 }, (_, row) => row),
        columns,
      );
      const sorted = Object.values(gatherRows(kernels, rows, order).columns);
      const key = keyAt(columns, below(random, 30));
      const found = firstNotBelow(sorted, 30, key);
      const isBelow = listOf(30, row => compareKeys(keyAt(sorted, row), key) < 0);
      expect(isBelow).toEqual(listOf(30, row => row < found));
    }
  });
});

describe('splitters', () => {
  it('cut what is spread out into pieces of about the same size', () => {
    const sample = listOf(1_000, i => [BigInt((i * 7_919) % 1_000)]);
    expect(chooseSplitters(sample, 4)).toEqual([[250n], [500n], [750n]]);
    expect(chooseSplitters(sample, 1)).toEqual([]);
  });

  it('are fewer when many rows have one key, and never cut before the first', () => {
    const one = listOf(90, () => [5n]);
    expect(chooseSplitters(one, 8)).toEqual([]);
    expect(chooseSplitters([...one, [6n], [7n]], 8)).toEqual([]);
    expect(chooseSplitters([...listOf(10, () => [1n]), ...one], 8)).toEqual([[5n]]);
    expect(chooseSplitters([], 8)).toEqual([]);
  });
});
