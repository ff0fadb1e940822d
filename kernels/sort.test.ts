import { expect, it } from 'vitest';
import { plainValues, randomColumn } from '../test/columns.ts';
import { below, between, listOf, pick, seeded } from '../test/random.ts';
import { type Column, numberColumn, textColumn } from './column.ts';
import { sortRows } from './sort.ts';
import { createKernels } from './wasm.ts';

const kernels = createKernels(1 << 26);

type Value = string | number | bigint | null;

function compare(a: Value, b: Value): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  return a < (b as number) ? -1 : a > (b as number) ? 1 : 0;
}

/** Sorting as the language does it, which is stable too. */
function expected(rows: readonly number[], columns: readonly Column[]): number[] {
  const values = columns.map(column => plainValues(column) as Value[]);
  return [...rows].sort((a, b) => values.map(own => compare(own[a]!, own[b]!)).find(order => order !== 0) ?? 0);
}

it('sorts by several columns of any type, null first, and leaves equal rows in their order', () => {
  const random = seeded(1);
  for (let i = 0; i < 300; i++) {
    const mark = kernels.mark();
    const length = between(random, 1, 80);
    const columns = listOf(between(random, 1, 3), () =>
      random() < 0.5
        ? numberColumn(
            'int64',
            listOf(length, () => below(random, 4)),
          )
        : randomColumn(random, pick(random, ['int64', 'text', 'date', 'timestamp']), length),
    );
    const rows = listOf(between(random, 0, 100), () => below(random, length));
    expect([...sortRows(kernels, Int32Array.from(rows), columns)]).toEqual(expected(rows, columns));
    kernels.release(mark);
  }
});

it('tells texts apart that differ in zeros, at any length', () => {
  const texts = [
    '',
    '\0',
    '\0\0',
    'a',
    'a\0',
    'abcdefgh',
    'abcdefgh\0',
    'abcdefghi',
    'b'.repeat(1_000),
    null,
    'é',
    'z',
  ];
  const column = textColumn(texts);
  const rows = texts.map((_, row) => texts.length - 1 - row);
  expect([...sortRows(kernels, Int32Array.from(rows), [column])]).toEqual(expected(rows, [column]));
});

it('sorts many rows by numbers far apart', () => {
  const random = seeded(2);
  const values = listOf(100_000, () => BigInt(below(random, 2 ** 31)) * 2n ** BigInt(below(random, 33)) - 2n ** 40n);
  const column = numberColumn('int64', values);
  const rows = values.map((_, row) => row);
  expect([...sortRows(kernels, Int32Array.from(rows), [column])]).toEqual(expected(rows, [column]));
});
