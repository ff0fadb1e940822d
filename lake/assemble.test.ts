import { describe, expect, it } from 'vitest';
import { createKernels } from '../kernels/wasm.ts';
import { plainValues, randomTable } from '../test/columns.ts';
import { below, between, listOf, seeded } from '../test/random.ts';
import { addSizes, assembleRows, columnsOf, sizeOfRows } from './assemble.ts';
import { encodeRun } from './run.ts';
import type { Rows } from './slab.ts';

const kernels = createKernels(1 << 26);

const identity = (length: number) => Int32Array.from({ length }, (_, row) => row);

function slabOf(rows: Rows) {
  const { bytes } = encodeRun(kernels, rows, identity(rows.length), [{ name: 0, end: rows.length }]);
  return { address: bytes.byteOffset, size: bytes.length };
}

describe('rows put together from parts of slabs', () => {
  it('are those of the ranges, one behind the other, whatever their types and nulls', () => {
    const random = seeded(1);
    for (let i = 0; i < 200; i++) {
      const mark = kernels.mark();
      const { rows } = randomTable(random, between(random, 1, 8), between(random, 1, 60));
      const parts = listOf(between(random, 1, 5), () => {
        const from = between(random, 0, rows.length);
        return { slab: slabOf(rows), from, to: between(random, from, rows.length) };
      });
      const size = parts.map(({ slab, from, to }) => sizeOfRows(kernels, slab, from, to)).reduce(addSizes);
      kernels.bytes.fill(0xff, kernels.mark(), kernels.mark() + (1 << 20));
      const assembly = assembleRows(kernels, columnsOf(kernels, parts[0]!.slab), size);
      for (const { slab, from, to } of parts) assembly.append(slab, from, to);
      expect(assembly.rows.length).toBe(size.rows);
      for (const [name, column] of Object.entries(assembly.rows.columns)) {
        const all = plainValues(rows.columns[name]!);
        expect(plainValues(column)).toEqual(parts.flatMap(({ from, to }) => all.slice(from, to)));
        if (column.type === 'text') expect(column.offsets.at(-1)).toBe(column.bytes.length);
      }
      kernels.release(mark);
    }
  });

  it('are only the columns that are wanted', () => {
    const { rows } = randomTable(seeded(2), 8, 30);
    const slab = slabOf(rows);
    const wanted = columnsOf(kernels, slab).filter((_, number) => number % 3 === 0);
    const assembly = assembleRows(kernels, wanted, sizeOfRows(kernels, slab));
    assembly.append(slab);
    expect(Object.keys(assembly.rows.columns)).toEqual(wanted.map(({ name }) => name));
    for (const { name } of wanted)
      expect(plainValues(assembly.rows.columns[name]!)).toEqual(plainValues(rows.columns[name]!));
  });

  it('are refused when a slab lacks a column, or has one of another type', () => {
    const { rows } = randomTable(seeded(3), 3, 10);
    const slab = slabOf(rows);
    const columns = columnsOf(kernels, slab);
    const more = assembleRows(kernels, [...columns, { name: 'more', type: 'int64' }], sizeOfRows(kernels, slab));
    expect(() => more.append(slab)).toThrow('lacks a column');
    const [{ name, type }] = columns as [(typeof columns)[number]];
    const other = assembleRows(
      kernels,
      [{ name, type: type === 'date' ? 'int64' : 'date' }],
      sizeOfRows(kernels, slab),
    );
    expect(() => other.append(slab)).toThrow('different columns');
  });

  it('count the bytes of texts that begin anywhere in a slab', () => {
    const random = seeded(4);
    const { rows } = randomTable(random, 8, 80);
    const slab = slabOf(rows);
    const texts = Object.entries(rows.columns).filter(([, { type }]) => type === 'text');
    expect(texts.length).toBeGreaterThan(0);
    for (let i = 0; i < 50; i++) {
      const from = below(random, 80);
      const to = between(random, from, 80);
      const expected = texts.map(([name, column]) => {
        const values = plainValues(column).slice(from, to);
        return [name, values.reduce<number>((sum, text) => sum + Buffer.byteLength(String(text ?? '')), 0)];
      });
      expect(sizeOfRows(kernels, slab, from, to)).toEqual({ rows: to - from, texts: Object.fromEntries(expected) });
    }
  });
});
