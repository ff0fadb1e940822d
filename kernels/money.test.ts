import { expect, it } from 'vitest';
import { between, randomInt64, seeded } from '../test/random.ts';
import { AMOUNT_MAX, amountText, parseAmount } from './money.ts';

it('text is read back as it was', () => {
  const random = seeded(1);
  for (let i = 0; i < 20_000; i++) {
    const amount = randomInt64(random, between(random, 1, 64)) % (AMOUNT_MAX + 1n);
    if (parseAmount(amountText(amount)) !== amount) expect.fail(`${amount}`);
  }
});

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
