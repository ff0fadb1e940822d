import { describe, expect, it } from 'vitest';
import { below, between, listOf, pick, type Random, randomInt64, seeded, textOf } from '../test/random.ts';
import { type Column, type DateColumn, dateColumn, numberColumn, setBit, textColumn } from './column.ts';
import { indexOf } from './lookup.ts';
import { createKernels } from './wasm.ts';

const kernels = createKernels(1 << 24);

type Value = bigint | string | null;

const column = (values: readonly Value[]): Column =>
  values.some(value => typeof value === 'string')
    ? textColumn(values as readonly (string | null)[])
    : numberColumn('int64', values as readonly (bigint | null)[]);

/** The last row of each key, as a map finds it. */
function naive(keys: readonly Value[], wanted: readonly Value[]) {
  const rowOf = new Map(keys.map((key, row) => [key, row]));
  const rows = wanted.map(value => (value === null ? -1 : (rowOf.get(value) ?? -1)));
  return { rows, unknown: rows.filter((row, i) => row < 0 && wanted[i] !== null).length };
}

function expectFound(keys: readonly Value[], wanted: readonly Value[]): void {
  const index = indexOf([column(keys)]);
  // What is kept must be good in a task after the one that built it, whatever lies in its memory.
  for (let task = 0; task < 2; task++) {
    kernels.release(0);
    kernels.bytes.fill(0xa5, kernels.mark(), kernels.mark() + (1 << 20));
    const { rows, unknown } = index(kernels)(column(wanted));
    expect({ rows: [...rows], unknown }).toEqual(naive(keys, wanted));
  }
}

const SHAPES: Readonly<Record<string, (random: Random) => Value>> = {
  'ids from 1': random => BigInt(between(random, 1, 500)),
  'ids around 0': random => BigInt(between(random, -300, 300)),
  'numbers of any 64 bits': random => randomInt64(random, pick(random, [8, 64])),
  'multiples of 2⁴⁰': random => BigInt(between(random, 0, 500)) << 40n,
  'short texts': random => `${textOf(random, ['a', 'b', 'ß'], 5)}x`,
  'long texts that differ at their end': random => `${'receipt '.repeat(8)}${below(random, 500)}`,
};

describe.each(Object.entries(SHAPES))('keys that are %s', (_name, shape) => {
  it.each([0, 1, 2, 40, 700])('are found, %i of them', count => {
    const random = seeded(count);
    const keys = listOf(count, () => shape(random));
    expectFound(keys, []);
    expectFound(
      keys,
      listOf(1_001, () => (random() < 0.1 ? null : random() < 0.3 && count > 0 ? pick(random, keys) : shape(random))),
    );
  });
});

it('of equal keys the last is found, and a null key by nothing', () => {
  expectFound([7n, 8n, 7n], [7n, 0n, null]);
  expectFound([-7n, 8n, -7n], [-7n, 0n, null]);
  expectFound(['a', 'b', 'a', ''], ['a', '', null]);
  expect([...indexOf([numberColumn('int64', [null, 5])])(kernels)(numberColumn('int64', [0, 5])).rows]).toEqual([
    -1, 1,
  ]);
});

it('a value of another type is nowhere', () => {
  const { rows, unknown } = indexOf([numberColumn('int64', [1])])(kernels)(textColumn(['1', null]));
  expect([[...rows], unknown]).toEqual([[-1, -1], 1]);
});

describe('pairs of a currency and a day', () => {
  const dates = (days: readonly (number | null)[]): DateColumn => {
    const out = dateColumn(days.length);
    days.forEach((day, row) => {
      if (day === null) return;
      out.values[row] = day;
      setBit(out.validity, row);
    });
    return out;
  };

  it('are found as a map finds them', () => {
    const random = seeded(1);
    const currency = () => pick(random, ['EUR', 'USD', 'GBP', 'AUD', null]);
    const day = () => (random() < 0.1 ? null : between(random, -40, 400));
    const keys = listOf(900, () => [currency(), day()] as const);
    const wanted = listOf(2_000, () => [random() < 0.1 ? 'JPY' : currency(), day()] as const);
    const rowOf = new Map(keys.map(([text, date], row) => [`${text} ${date}`, row]));
    const index = indexOf([textColumn(keys.map(([text]) => text)), dates(keys.map(([, date]) => date))]);
    for (let task = 0; task < 2; task++) {
      kernels.release(0);
      const find = index(kernels);
      const { rows } = find(textColumn(wanted.map(([text]) => text)), dates(wanted.map(([, date]) => date)));
      wanted.forEach(([text, date], row) => {
        const expected = text === null || date === null ? -1 : (rowOf.get(`${text} ${date}`) ?? -1);
        expect(rows[row], `${text} ${date}`).toBe(expected);
      });
    }
  });
});

it('what is no key is told', () => expect(() => indexOf([dateColumn(1)])).toThrow('columns of type date are no key'));
