import { describe, expect, it } from 'vitest';
import { plainValues, randomColumn, randomTable } from '../test/columns.ts';
import { between, seeded } from '../test/random.ts';
import { decodeSlab, encodeSlab, type Rows } from './slab.ts';

const plain = ({ length, columns }: Rows) => [
  length,
  Object.entries(columns).map(([name, column]) => [name, column.type, plainValues(column)]),
];

describe('rows between two stages', () => {
  it('are read back as they were written, whatever their types, nulls and number', () => {
    const random = seeded(1);
    for (let i = 0; i < 300; i++) {
      const { rows } = randomTable(random, between(random, 1, 8), between(random, 0, 40));
      expect(plain(decodeSlab(encodeSlab(rows)))).toEqual(plain(rows));
    }
  });

  it('may lie anywhere in a larger file, and in any kind of bytes', () => {
    const { rows } = randomTable(seeded(2), 7, 21);
    const slab = encodeSlab(rows);
    for (let at = 0; at < 16; at++) {
      const file = Buffer.alloc(slab.length + 40, 0xff);
      file.set(slab, at);
      const asBuffer = file.subarray(at, at + slab.length);
      expect(plain(decodeSlab(asBuffer)), `at byte ${at}`).toEqual(plain(rows));
      expect(plain(decodeSlab(new Uint8Array(asBuffer.buffer, asBuffer.byteOffset, asBuffer.length)))).toEqual(
        plain(rows),
      );
    }
  });

  it('may be none, with or without columns', () => {
    expect(plain(decodeSlab(encodeSlab({ length: 0, columns: {} })))).toEqual([0, []]);
    expect(plain(decodeSlab(encodeSlab({ length: 5, columns: {} })))).toEqual([5, []]);
    const { rows } = randomTable(seeded(3), 6, 0);
    expect(plain(decodeSlab(encodeSlab(rows)))).toEqual(plain(rows));
  });

  it('keep the order and the names of their columns', () => {
    const column = randomColumn(seeded(4), 'date', 3);
    const columns = { ü: column, '': column, a: column, 'with "quotes"': column };
    expect(Object.keys(decodeSlab(encodeSlab({ length: 3, columns })).columns)).toEqual(Object.keys(columns));
  });

  it('that are equal are equal bytes: what is computed from them is found again by its hash', () => {
    const bytes = () => Buffer.from(encodeSlab(randomTable(seeded(5), 9, 33).rows)).toString('base64');
    expect(bytes()).toBe(bytes());
  });

  it('do not hold the spare bytes of a text column', () => {
    const text = { ...randomColumn(seeded(6), 'text', 5, 0), type: 'text' as const };
    const spare = {
      ...text,
      bytes: Buffer.concat([(text as unknown as { bytes: Uint8Array }).bytes, Buffer.alloc(1000)]),
    };
    expect(encodeSlab({ length: 5, columns: { text: spare as never } })).toEqual(
      encodeSlab({ length: 5, columns: { text: text as never } }),
    );
  });
});
