import { describe, expect, it } from 'vitest';
import { below, between, listOf, pick, seeded } from '../test/random.ts';
import { type Column, numberColumn, textColumn } from './column.ts';
import { ENTRY_BYTES, findLosers, keyOwners } from './keys.ts';
import { createKernels } from './wasm.ts';

const kernels = createKernels(1 << 26);

/** Keys as columns of three kinds: a number, a text, both. */
const KINDS: Readonly<Record<string, (ids: readonly number[]) => Column[]>> = {
  'whole numbers': ids => [numberColumn('int64', ids)],
  texts: ids => [textColumn(ids.map(id => `k${id}`))],
  'numbers and texts': ids => [
    numberColumn(
      'int64',
      ids.map(id => id >> 2),
    ),
    textColumn(ids.map(id => String(id & 3))),
  ],
};

describe.each(Object.entries(KINDS))('keys that are %s', (_, columnsOf) => {
  it('belong to the first good record that has them, whatever the batches', () => {
    const random = seeded(1);
    for (let i = 0; i < 50; i++) {
      const mark = kernels.mark();
      const batches = listOf(between(random, 1, 5), () =>
        listOf(between(random, 1, 80), () => ({ id: below(random, 100) - 50, faulty: random() < 0.1 })),
      );
      const records = batches.flat();
      const owners = keyOwners(kernels, records.length);
      const first = new Map<number, number>();
      let before = 0;
      for (const batch of batches) {
        const inner = kernels.mark();
        const expected: number[] = [];
        batch.forEach(({ id, faulty }, row) => {
          if (faulty) return;
          const owner = first.get(id);
          if (owner === undefined) first.set(id, before + row);
          else expected.push(row, owner);
        });
        const faults = Uint8Array.from(batch, ({ faulty }) => (faulty ? pick(random, [1, 7]) : 0));
        const ids = batch.map(({ id }) => id);
        expect([...owners.claim(columnsOf(ids), faults)]).toEqual(expected);
        before += batch.length;
        kernels.release(inner);
      }
      kernels.release(mark);
    }
  });
});

describe('the owners of keys', () => {
  it('are of no more records than was said', () => {
    const mark = kernels.mark();
    const owners = keyOwners(kernels, 2);
    expect(() => owners.claim([numberColumn('int64', [1, 2, 3])], new Uint8Array(3))).toThrow(RangeError);
    kernels.release(mark);
  });
});

/** What `use` takes of the kernels' memory. */
function memoryOf(use: () => void): number {
  const mark = kernels.mark();
  use();
  const used = kernels.mark() - mark;
  kernels.release(mark);
  return used;
}

/** Just above a power of two there are the most empty places for each key: this bounds what base/limits.ts promises. */
const COUNT = 2 ** 17 + 1;

describe('the memory that keys take', () => {
  it('is at most 56 bytes for an entry of a bucket', () => {
    const bytes = memoryOf(() => {
      const entries = kernels.alloc(COUNT * ENTRY_BYTES);
      kernels.bytes.fill(0, entries, entries + COUNT * ENTRY_BYTES);
      findLosers(kernels, entries, COUNT);
    });
    expect(bytes / COUNT).toBeGreaterThan(50);
    expect(bytes / COUNT).toBeLessThan(56.1);
  });

  it('is at most 32 bytes for a record of a table', () => {
    const bytes = memoryOf(() => void keyOwners(kernels, COUNT));
    expect(bytes / COUNT).toBeGreaterThan(28);
    expect(bytes / COUNT).toBeLessThan(32.1);
  });
});
