import { describe, expect, it } from 'vitest';
import { between, listOf, randomInt64, seeded } from '../test/random.ts';
import {
  booleanColumn,
  dateColumn,
  fixedColumn,
  halves,
  isValid,
  numberAt,
  numberColumn,
  setBit,
  setNumber,
  TextBuilder,
  textAt,
  textColumn,
  valueText,
} from './column.ts';

describe('64-bit values', () => {
  it('written as numbers are what BigInt says, to 53 bits and both signs', () => {
    const random = seeded(1);
    const values = [
      0,
      1,
      -1,
      2 ** 31,
      2 ** 32,
      -(2 ** 31),
      -(2 ** 32),
      -(2 ** 32) - 1,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ];
    while (values.length < 5_000) values.push(Number(randomInt64(random, between(random, 1, 53))));
    const column = fixedColumn('int64', values.length);
    const half = halves(column);
    values.forEach((value, row) => void setNumber(half, row, value));
    expect([...column.values]).toEqual(values.map(BigInt));
    expect(values.map((_, row) => numberAt(half, row))).toEqual(values);
  });

  it('beyond 53 bits are exact as BigInt', () => {
    const column = numberColumn('decimal', [9_223_372_036_854_775_807n, null, -9_223_372_036_854_775_808n, 5]);
    expect(listOf(4, row => valueText(column, row))).toEqual([
      '9223372036854775807',
      null,
      '-9223372036854775808',
      '5',
    ]);
  });
});

describe('text', () => {
  it('is read back value by value, whatever its characters', () => {
    const values = ['', null, 'a', 'Zürich', '🛒', '\0', '\ufeff', 'x'.repeat(10_000), null];
    const column = textColumn(values);
    expect(listOf(values.length, row => textAt(column, row))).toEqual(values);
    expect(isValid(column, 0), 'an empty text is not null').toBe(true);
  });

  it('may begin anywhere in the bytes it is copied from', () => {
    const builder = new TextBuilder(2, 0);
    const source = Buffer.from(`--${'long'.repeat(40)}--`);
    builder.push(source, 2, source.length - 2);
    builder.push(source, 1, 1);
    const column = builder.finish();
    expect([textAt(column, 0), textAt(column, 1)]).toEqual(['long'.repeat(40), '']);
  });

  it('with a value too few or too many is no column', () => {
    expect(() => new TextBuilder(1).finish()).toThrow('a text column of 1 values was given 0');
    const builder = new TextBuilder(1);
    builder.pushNull();
    builder.pushText('x');
    expect(() => builder.finish()).toThrow('was given 2');
  });
});

it('every value is null until it is set', () => {
  for (const column of [fixedColumn('timestamp', 9), dateColumn(9), booleanColumn(9)]) {
    expect(listOf(9, row => valueText(column, row))).toEqual(Array(9).fill(null));
    setBit(column.validity, 8);
    expect(valueText(column, 8)).toBe(column.type === 'boolean' ? 'false' : '0');
    expect(valueText(column, 7)).toBeNull();
  }
});
