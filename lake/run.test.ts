import { describe, expect, it } from 'vitest';
import { createKernels } from '../kernels/wasm.ts';
import { plainValues, randomTable } from '../test/columns.ts';
import { below, between, listOf, type Random, seeded } from '../test/random.ts';
import { decodeRuns } from './assemble.ts';
import { encodeRun, slabCuts } from './run.ts';
import type { Rows } from './slab.ts';

const kernels = createKernels(1 << 26);

const plain = ({ columns }: Rows) =>
  Object.entries(columns).map(([name, column]) => [name, column.type, plainValues(column)]);

/** The rows as a run that is cut at these rows of the order, each slab as bytes of its own. */
function slabsOf(rows: Rows, order: Int32Array, ends: readonly number[]): Uint8Array[] {
  const run = encodeRun(
    kernels,
    rows,
    order,
    ends.map((end, name) => ({ name, end })),
  );
  return run.slices.map(({ start, end }) => run.bytes.slice(start, end));
}

/** Some of the rows, each once, in any order. */
function someRows(random: Random, length: number): Int32Array {
  const rows = listOf(length, row => row);
  for (let i = length - 1; i > 0; i--) {
    const other = below(random, i + 1);
    [rows[i], rows[other]] = [rows[other]!, rows[i]!];
  }
  return Int32Array.from(rows.slice(0, between(random, 0, length)));
}

const placed = (slabs: readonly Uint8Array[]) =>
  slabs.map(slab => {
    const address = kernels.alloc(slab.length);
    kernels.bytes.set(slab, address);
    return { address, size: slab.length };
  });

describe('a sorted run', () => {
  it('gives back the rows in its order, whatever their types, nulls and cuts', () => {
    const random = seeded(1);
    for (let i = 0; i < 200; i++) {
      const mark = kernels.mark();
      const { rows } = randomTable(random, between(random, 1, 8), between(random, 1, 60));
      const order = someRows(random, rows.length);
      const ends = [...listOf(between(random, 0, 3), () => between(random, 0, order.length)), order.length];
      const slabs = slabsOf(
        rows,
        order,
        ends.sort((a, b) => a - b),
      );
      const back = decodeRuns(kernels, placed(slabs));
      const values = Object.values(rows.columns).map(plainValues);
      expect(plain(back)).toEqual(
        Object.entries(rows.columns).map(([name, column], c) => [
          name,
          column.type,
          [...order].map(row => values[c]![row]),
        ]),
      );
      kernels.release(mark);
    }
  });

  it('is put together with others that are packed otherwise', () => {
    const random = seeded(2);
    for (let i = 0; i < 100; i++) {
      const mark = kernels.mark();
      const { rows } = randomTable(random, 7, 50);
      const parts = listOf(between(random, 1, 4), () => someRows(random, 50));
      const slabs = parts.flatMap(order => slabsOf(rows, order, [order.length]));
      const back = decodeRuns(kernels, placed(slabs));
      const all = parts.flatMap(order => [...order]);
      expect(plain(back)).toEqual(
        Object.entries(rows.columns).map(([name, column]) => [
          name,
          column.type,
          all.map(row => plainValues(column)[row]),
        ]),
      );
      kernels.release(mark);
    }
  });

  it('has the same bytes and hashes for the same rows', () => {
    const { rows } = randomTable(seeded(3), 7, 40);
    const order = Int32Array.from(listOf(40, row => 39 - row));
    const bytes = () => slabsOf(rows, order, [10, 40]).map(slab => Buffer.from(slab).toString('base64'));
    const first = bytes();
    kernels.bytes.fill(0xff, kernels.mark(), kernels.mark() + (1 << 20));
    expect(bytes()).toEqual(first);
  });

  it('has slabs whose bytes depend on their rows alone, whatever else is in the run', () => {
    const random = seeded(4);
    for (let i = 0; i < 100; i++) {
      const mark = kernels.mark();
      const { rows } = randomTable(random, 7, 60);
      const some = someRows(random, 60);
      const size = between(random, 0, Math.min(12, some.length));
      const [own, others] = [some.slice(0, size), some.slice(size)];
      const [alone] = slabsOf(rows, own, [own.length]) as [Uint8Array];
      const [, within] = slabsOf(rows, Int32Array.from([...others, ...own]), [
        others.length,
        others.length + own.length,
      ]);
      expect(Buffer.from(within!).equals(alone)).toBe(true);
      kernels.release(mark);
    }
  });

  it('is cut where its names end, and where a slab would be too large', () => {
    const cuts = [
      { name: 'a', end: 25 },
      { name: 'b', end: 25 },
      { name: 'c', end: 35 },
    ];
    expect(slabCuts(cuts, 10).map(({ name, end }) => `${name} ${end}`)).toEqual([
      'a 10',
      'a 20',
      'a 25',
      'b 25',
      'c 35',
    ]);
  });
});
