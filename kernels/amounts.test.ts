import { describe, expect, it } from 'vitest';
import { between, listOf, pick, randomInt64, seeded } from '../test/random.ts';
import { type AmountOperation, combineAmounts, countBoth, markNegative, orZero } from './amounts.ts';
import { type FixedColumn, isValid, numberColumn } from './column.ts';
import { fault } from './faults.ts';
import { AMOUNT_MAX, SCALE } from './money.ts';
import { createKernels } from './wasm.ts';

const UNIT = BigInt(SCALE);
const INT64_MAX = 2n ** 63n - 1n;
const kernels = createKernels(1 << 24);

const size = (x: bigint) => (x < 0n ? -x : x);

/** The nearest whole to a / b with halves away from zero, found by trying its neighbours. */
function nearest(a: bigint, b: bigint): bigint {
  const cut = a / b;
  const best = [cut - 1n, cut, cut + 1n].sort((x, y) => {
    const [left, right] = [size(a - x * b), size(a - y * b)];
    return left === right ? (size(x) > size(y) ? -1 : 1) : left < right ? -1 : 1;
  });
  return best[0]!;
}

const DEFINITIONS: Readonly<Record<AmountOperation, (a: bigint, b: bigint) => bigint | null>> = {
  multiplyScaled: (a, b) => nearest(a * b, UNIT),
  multiplyWhole: (a, b) => a * b,
  divideScaled: (a, b) => (b === 0n ? null : nearest(a * UNIT, b)),
  subtract: (a, b) => a - b,
};

const OPERATIONS = Object.keys(DEFINITIONS) as AmountOperation[];

type Pair = readonly [a: bigint | null, b: bigint | null];

/** Results and faults of pairs, computed as columns in dirty memory. */
function combine(operation: AmountOperation, pairs: readonly Pair[]) {
  kernels.release(0);
  kernels.bytes.fill(0xa5, kernels.mark(), kernels.mark() + (1 << 20));
  const faults = new Uint8Array(kernels.bytes.buffer, kernels.allocZeroed(pairs.length), pairs.length);
  const column = (side: 0 | 1) =>
    numberColumn(
      'decimal',
      pairs.map(pair => pair[side]),
    );
  return { out: combineAmounts(kernels, operation, column(0), column(1), faults), faults };
}

const one = (operation: AmountOperation, a: bigint, b: bigint) => values(combine(operation, [[a, b]]).out)[0];
const values = (column: FixedColumn) =>
  listOf(column.length, row => (isValid(column, row) ? column.values[row]! : null));

function expectExact(operation: AmountOperation, pairs: readonly Pair[]): void {
  const { out, faults } = combine(operation, pairs);
  pairs.forEach(([a, b], row) => {
    const exact = a === null || b === null ? null : DEFINITIONS[operation](a, b);
    const fits = exact !== null && size(exact) <= AMOUNT_MAX;
    const given = a !== null && b !== null;
    const wanted = [fits, fits ? exact : 0n, given && !fits ? fault('E_RANGE') : 0];
    const got = [isValid(out, row), out.values[row], faults[row]];
    if (wanted.join() !== got.join()) expect.fail(`${operation} ${a}, ${b}: ${got} instead of ${wanted}`);
  });
}

describe('rounding', () => {
  it.each([
    [5n, 1n],
    [-5n, -1n],
    [4n, 0n],
    [-4n, 0n],
    [15n, 2n],
    [-15n, -2n],
    [14n, 1n],
    [25n, 3n],
    [0n, 0n],
  ])(
    'of %i tenths of a millionth gives %i: halves go away from zero, so a return cancels its sale',
    (tenths, expected) => {
      expect(one('multiplyScaled', tenths, UNIT / 10n)).toBe(expected);
      expect(one('multiplyScaled', -tenths, -UNIT / 10n)).toBe(expected);
      expect(one('divideScaled', tenths, UNIT * 10n)).toBe(expected);
      expect(one('divideScaled', -tenths, UNIT * -10n)).toBe(expected);
    },
  );

  it.each([
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [-2n, 3n, -1n],
    [3n, 2n, 2n],
    [7n, 2n, 4n],
  ])('%i / %i is %i millionths', (a, b, expected) => expect(one('divideScaled', a, b * UNIT)).toBe(expected));
});

describe.each(OPERATIONS)('%s is what numbers of any size say', operation => {
  const random = seeded(1);
  const amount = () => randomInt64(random, between(random, 1, 64)) % (AMOUNT_MAX + 1n);
  const maybe = (value: bigint) => (random() < 0.1 ? null : value);

  it('of amounts of every size, some of them null', () => {
    for (const length of [0, 1, 7, 8, 9, 63, 20_000]) {
      expectExact(
        operation,
        listOf(length, () => [maybe(amount()), maybe(amount())]),
      );
    }
  });

  it('of the smallest and the largest', () => {
    const edges = [0n, 1n, 2n, UNIT / 2n, UNIT - 1n, UNIT, UNIT + 1n, 2n ** 32n - 1n, 2n ** 32n, AMOUNT_MAX - 1n];
    const all = [...edges, AMOUNT_MAX].flatMap(edge => [edge, -edge]);
    expectExact(
      operation,
      all.flatMap(a => all.map(b => [a, b] as const)),
    );
  });

  it('where a result just fits and where it just does not', () => {
    const pairs = listOf(20_000, (): Pair => {
      const b = pick(random, [1n, -1n]) * (size(amount()) || 1n);
      const near = BigInt(between(random, -2, 2));
      if (operation === 'multiplyScaled') return [within((AMOUNT_MAX * UNIT) / b + near), b];
      if (operation === 'multiplyWhole') return [within(AMOUNT_MAX / b + near), b];
      return operation === 'divideScaled' ? [within((AMOUNT_MAX * b) / UNIT + near), b] : [within(AMOUNT_MAX + b), b];
    });
    expectExact(operation, pairs);
  });

  it('where 64 bits just hold a product and where they do not', () => {
    const pairs = listOf(20_000, (): Pair => {
      const b = size(amount()) || 1n;
      return [within(2n ** 64n / b + BigInt(between(random, -2, 2))), b];
    });
    expectExact(operation, pairs);
  });

  it('at exact halves', () => {
    const halves = listOf(5_000, (): Pair => {
      const whole = BigInt(between(random, -1_000_000_000, 1_000_000_000));
      return operation === 'divideScaled' ? [whole, 2n * UNIT] : [whole * 2n + 1n, UNIT / 2n];
    });
    expectExact(operation, halves);
  });
});

const within = (value: bigint) => (value > AMOUNT_MAX ? AMOUNT_MAX : value < -AMOUNT_MAX ? -AMOUNT_MAX : value);

it('rounding does not carry a result of 64 bits over their end', () => {
  // The whole part of the product is 2⁶⁴ − 1, and half or more follows it.
  const end = 2n ** 64n * UNIT - 1n;
  let b = end / AMOUNT_MAX + 1n;
  while (end % b >= UNIT / 2n) b++;
  expectExact('multiplyScaled', [[end / b, b]]);
});

it('a whole number may be of any 64 bits', () => {
  const wholes = [INT64_MAX, -INT64_MAX, -INT64_MAX - 1n, 0n];
  expectExact(
    'multiplyWhole',
    wholes.flatMap(n => [0n, 1n, -1n, 2n, AMOUNT_MAX].map(a => [a, n] as const)),
  );
});

it('what a return takes back is what its sale brought', () => {
  const random = seeded(2);
  const amounts = listOf(5_000, (): [bigint, bigint] => [randomInt64(random, 50), randomInt64(random, 30)]);
  const sold = values(combine('multiplyScaled', amounts).out);
  const returned = values(
    combine(
      'multiplyScaled',
      amounts.map(([a, b]) => [-a, b] as const),
    ).out,
  );
  expect(returned).toEqual(sold.map(amount => amount && -amount));
});

describe.each([0, 1, 8, 31, 32, 33, 1_000])('of %i rows', length => {
  const random = seeded(length);
  const numbers = listOf(length, () => (random() < 0.3 ? null : randomInt64(random, 64)));
  const column = numberColumn('int64', numbers);
  // Nulls need not rest as zeros.
  column.values.forEach((value, row) => {
    if (numbers[row] === null) column.values[row] = value - 1n;
  });

  it('null becomes zero', () => {
    expect(values(orZero(kernels, column))).toEqual(numbers.map(number => number ?? 0n));
  });

  it('those below zero are marked, in addition to what is', () => {
    const bitmap = new Uint8Array(kernels.bytes.buffer, kernels.allocZeroed(length), (length + 7) >> 3);
    if (length > 0) bitmap[0] = 1;
    markNegative(kernels, column, bitmap);
    const marked = listOf(length, row => isValid({ validity: bitmap }, row));
    expect(marked).toEqual(numbers.map((number, row) => row === 0 || (number !== null && number < 0n)));
  });

  it('those that two columns have are counted', () => {
    const others = listOf(length, () => (random() < 0.3 ? null : 1));
    const count = numbers.filter((number, row) => number !== null && others[row] !== null).length;
    expect(countBoth(kernels, column, numberColumn('int64', others))).toBe(count);
  });
});
