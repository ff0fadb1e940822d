import { describe, expect, it } from 'vitest';
import { COLUMN_TYPES, plainValues, randomColumn } from '../test/columns.ts';
import { between, listOf, seeded } from '../test/random.ts';
import { concat, gather } from './gather.ts';
import { createKernels } from './wasm.ts';

const kernels = createKernels(1 << 26);

describe.each(COLUMN_TYPES)('a column of type %s', type => {
  it('gives the rows that are asked for, in that order, and null for −1', () => {
    const random = seeded(1);
    for (let i = 0; i < 200; i++) {
      const column = randomColumn(random, type, between(random, 0, 40));
      const rows = Int32Array.from(listOf(between(random, 0, 60), () => between(random, -1, column.length - 1)));
      const values = plainValues(column);
      const picked = gather(kernels, column, rows);
      expect(picked.type).toBe(type);
      expect(plainValues(picked)).toEqual([...rows].map(row => (row < 0 ? null : values[row])));
    }
  });

  it('continues another, from any row on', () => {
    const random = seeded(2);
    for (let i = 0; i < 200; i++) {
      const parts = listOf(between(random, 1, 4), () => randomColumn(random, type, between(random, 0, 20)));
      const joined = concat(parts);
      expect(joined.type).toBe(type);
      expect(plainValues(joined)).toEqual(parts.flatMap(plainValues));
    }
  });

  it('gathered twice is gathered once: no value depends on what lies beside it', () => {
    const column = randomColumn(seeded(3), type, 30);
    const back = Int32Array.from(listOf(30, row => 29 - row));
    expect(plainValues(gather(kernels, gather(kernels, column, back), back))).toEqual(plainValues(column));
  });
});

it('nothing continues nothing: a column has a type', () => expect(() => concat([])).toThrow(/at least one column/));
