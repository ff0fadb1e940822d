import { describe, expect, it } from 'vitest';
import { between, randomInt64, seeded } from '../test/random.ts';
import { AMOUNT_MAX, amountText, divideScaled, multiplyScaled, multiplyWhole, parseAmount, SCALE } from './money.ts';

const UNIT = BigInt(SCALE);

/** The nearest whole to a / b with halves away from zero, found by trying its neighbours. */
function nearest(a: bigint, b: bigint): bigint {
  const size = (x: bigint) => (x < 0n ? -x : x);
  const cut = a / b;
  const best = [cut - 1n, cut, cut + 1n].sort((x, y) => {
    const [left, right] = [size(a - x * b), size(a - y * b)];
    return left === right ? (size(x) > size(y) ? -1 : 1) : left < right ? -1 : 1;
  });
  return best[0]!;
}

const fitting = (value: bigint) => (value >= -AMOUNT_MAX && value <= AMOUNT_MAX ? value : null);

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
      expect(multiplyScaled(tenths, UNIT / 10n)).toBe(expected);
      expect(multiplyScaled(-tenths, -UNIT / 10n)).toBe(expected);
      expect(divideScaled(tenths, UNIT * 10n)).toBe(expected);
      expect(divideScaled(-tenths, UNIT * -10n)).toBe(expected);
    },
  );

  it.each([
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [-2n, 3n, -1n],
    [3n, 2n, 2n],
    [7n, 2n, 4n],
  ])('%i / %i is %i millionths', (a, b, expected) => expect(divideScaled(a, b * UNIT)).toBe(expected));
});

describe('on any amounts', () => {
  const random = seeded(1);
  const amounts = Array.from({ length: 20_000 }, () => {
    const amount = () => randomInt64(random, between(random, 1, 64)) % (AMOUNT_MAX + 1n);
    return [amount(), amount()] as const;
  });

  it('products and quotients are the nearest scaled numbers, or none', () => {
    for (const [a, b] of amounts) {
      if (multiplyScaled(a, b) !== fitting(nearest(a * b, UNIT))) expect.fail(`${a} × ${b}`);
      if (multiplyWhole(a, b) !== fitting(a * b)) expect.fail(`${a} × ${b} whole`);
      if (b !== 0n && divideScaled(a, b) !== fitting(nearest(a * UNIT, b))) expect.fail(`${a} / ${b}`);
    }
  });

  it('what a return takes back is what its sale brought', () => {
    for (const [a, b] of amounts) {
      const sold = multiplyScaled(a, b);
      const returned = multiplyScaled(-a, b);
      if (sold === null ? returned !== null : sold + returned! !== 0n) expect.fail(`${a} × ${b}`);
    }
  });

  it('text is read back as it was', () => {
    for (const [a] of amounts) if (parseAmount(amountText(a)) !== a) expect.fail(`${a}`);
  });
});

it('the largest amount fits DECIMAL(18,6), and one millionth more is refused', () => {
  expect(multiplyWhole(AMOUNT_MAX, 1n)).toBe(AMOUNT_MAX);
  expect(multiplyWhole(-AMOUNT_MAX, 1n)).toBe(-AMOUNT_MAX);
  expect(multiplyWhole(AMOUNT_MAX / 3n + 1n, 3n)).toBeNull();
  expect(multiplyScaled(AMOUNT_MAX, UNIT + 1n)).toBeNull();
  expect(divideScaled(AMOUNT_MAX, -1n)).toBeNull();
});

it('nothing is divided by zero', () => expect(divideScaled(1n, 0n)).toBeNull());

it.each([
  [0n, '0.000000'],
  [1n, '0.000001'],
  [-1n, '-0.000001'],
  [1_234_560_000n, '1234.560000'],
  [-10_000_000n, '-10.000000'],
])('%i millionths are written %s', (amount, text) => expect(amountText(amount)).toBe(text));

it.each([
  ['5', 5_000_000n],
  ['-5.1', -5_100_000n],
  ['0.000001', 1n],
])('a sum that comes back as %s is read', (text, amount) => expect(parseAmount(text)).toBe(amount));

it.each(['', '.5', '5.', '1e3', '1.0000001', '+5', 'null', '--5', '5,0'])('%j is no amount', text =>
  expect(() => parseAmount(text)).toThrow(/not an amount/),
);
