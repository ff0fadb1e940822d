import { describe, expect, it } from 'vitest';
import { between, listOf, pick, type Random, randomInt64, seeded, textOf } from '../test/random.ts';
import { booleanColumn, type Column, dateColumn, numberColumn, setBit, textColumn, valueText } from './column.ts';
import { groupRows } from './groups.ts';
import { createKernels } from './wasm.ts';

const kernels = createKernels(1 << 25);

const KINDS: Readonly<Record<string, (random: Random, length: number) => Column>> = {
  'few numbers': (random, length) =>
    numberColumn(
      'int64',
      listOf(length, () => orNull(random, between(random, -3, 3))),
    ),
  'many numbers': (random, length) =>
    numberColumn(
      'decimal',
      listOf(length, () => orNull(random, randomInt64(random, 64))),
    ),
  texts: (random, length) => textColumn(listOf(length, () => orNull(random, textOf(random, ['a', 'é', ' '], 12)))),
  dates: (random, length) => {
    const out = dateColumn(length);
    for (let row = 0; row < length; row++) {
      out.values[row] = between(random, -2, 2);
      if (random() < 0.8) setBit(out.validity, row);
    }
    return out;
  },
  booleans: (random, length) => {
    const out = booleanColumn(length);
    for (let row = 0; row < length; row++) {
      if (random() < 0.5) setBit(out.values, row);
      if (random() < 0.8) setBit(out.validity, row);
    }
    return out;
  },
};

const orNull = <Value>(random: Random, value: Value): Value | null => (random() < 0.2 ? null : value);

function expectGroups(columns: readonly Column[], length: number): void {
  kernels.release(0);
  kernels.bytes.fill(0xa5, kernels.mark(), kernels.mark() + (1 << 22));
  const { ids, first } = groupRows(kernels, columns, length);
  const groups = new Map<string, number>();
  const firsts: number[] = [];
  const wanted = listOf(length, row => {
    const value = JSON.stringify(columns.map(column => valueText(column, row)));
    if (!groups.has(value)) groups.set(value, firsts.push(row) - 1);
    return groups.get(value)!;
  });
  expect([...first]).toEqual(firsts);
  expect([...ids]).toEqual(wanted);
}

describe.each(Object.entries(KINDS))('rows that agree in %s', (_name, make) => {
  it.each([0, 1, 2, 9, 5_000])('are together, of %i', length => {
    const random = seeded(length);
    expectGroups([make(random, length)], length);
  });
});

it('rows that agree in several columns are together, whatever these are', () => {
  const random = seeded(1);
  for (let i = 0; i < 40; i++) {
    const length = between(random, 1, 3_000);
    const columns = listOf(between(random, 1, 5), () => pick(random, Object.values(KINDS))(random, length));
    expectGroups(columns, length);
  }
});

it('without columns all rows agree', () => {
  expectGroups([], 3);
  expectGroups([], 0);
});

it('values that move from one column to the next make other rows', () => {
  expectGroups([textColumn(['a', 'ab', null, 'a']), textColumn(['bc', 'c', 'a', null])], 4);
});

it('rows whose hashes are equal are told apart by their values', () => {
  // What the hash of a group's number is multiplied by, as a signed number of 64 bits.
  const spread = BigInt.asIntN(64, 0x9e3779b97f4a7c15n);
  expectGroups([numberColumn('int64', [5, 6]), numberColumn('int64', [spread, 0])], 2);
  expectGroups([numberColumn('int64', [null, 1])], 2);
});
