import { describe, expect, it } from 'vitest';
import { between, listOf, pick, type Random, randomInt64, seeded, textOf } from '../test/random.ts';
import {
  booleanColumn,
  type Column,
  dateColumn,
  numberColumn,
  setBit,
  textAt,
  textColumn,
  valueText,
} from './column.ts';
import { joinIds, joinTexts } from './join.ts';
import { createKernels } from './wasm.ts';

const kernels = createKernels(1 << 24);

const ALPHABET = ['a', 'ü', '-', '|', '\\', ' ', 'a longer piece of text'];

/** A column of any type, some of it null. */
function anyColumn(random: Random, length: number): Column {
  const values = <Value>(make: () => Value) => listOf(length, () => (random() < 0.2 ? null : make()));
  const kind = pick(random, ['text', 'text', 'number', 'date', 'boolean']);
  if (kind === 'text') return textColumn(values(() => textOf(random, ALPHABET, 8)));
  if (kind === 'number')
    return numberColumn(
      'int64',
      values(() => randomInt64(random, between(random, 1, 64))),
    );
  const out = kind === 'date' ? dateColumn(length) : booleanColumn(length);
  for (let row = 0; row < length; row++) {
    if (random() < 0.8) setBit(out.validity, row);
    if (out.type === 'date') out.values[row] = between(random, -20_000, 20_000);
    else if (random() < 0.5) setBit(out.values, row);
  }
  return out;
}

const dirty = () => {
  kernels.release(0);
  kernels.bytes.fill(0xa5, kernels.mark(), kernels.mark() + (1 << 20));
};

const texts = (column: Column) => listOf(column.length, row => valueText(column, row));

describe('on any columns', () => {
  const random = seeded(1);
  const cases = listOf(60, () => {
    const length = between(random, 0, 200);
    return { length, columns: listOf(between(random, 1, 5), () => anyColumn(random, length)) };
  });

  it('an id has every part in its place, separators inside escaped', () => {
    for (const { length, columns } of cases) {
      dirty();
      const separator = pick(random, ['-', '|'] as const);
      const inside = separator === '-' ? /[\\-]/g : /[\\|]/g;
      const parts = random() < 0.3 ? [...columns, null] : columns;
      const part = (column: Column | null, row: number) =>
        ((column && valueText(column, row)) ?? '').replace(inside, '\\$&');
      const wanted = listOf(length, row => parts.map(column => part(column, row)).join(separator));
      expect(texts(joinIds(kernels, parts, separator, length))).toEqual(wanted);
    }
  });

  it('a joined text leaves out what is null', () => {
    for (const { length, columns } of cases) {
      dirty();
      const separator = pick(random, ['', ' ', ', ', ' – ']);
      const wanted = listOf(length, row => {
        const parts = columns.map(column => valueText(column, row)).filter(part => part !== null);
        return parts.length > 0 ? parts.join(separator) : null;
      });
      expect(texts(joinTexts(kernels, columns, separator, length))).toEqual(wanted);
    }
  });
});

it('writes the smallest and the largest numbers', () => {
  const numbers = [0n, 9n, 10n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 10n ** 18n, -(10n ** 18n) + 1n];
  const joined = joinTexts(kernels, [numberColumn('decimal', numbers)], '', numbers.length);
  expect(texts(joined)).toEqual(numbers.map(String));
});

it('writes nothing over what follows it', () => {
  const after = 'b'.repeat(40);
  const joined = joinTexts(kernels, [textColumn(['a', 'é']), textColumn([after, null])], '', 2);
  expect([textAt(joined, 0), textAt(joined, 1)]).toEqual([`a${after}`, 'é']);
});
