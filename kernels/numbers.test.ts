import { describe, expect, it } from 'vitest';
import { below, between, listOf, pick, randomInt64, seeded, textOf } from '../test/random.ts';
import { AMOUNT_MAX } from './money.ts';
import { type DecimalForm, parseDecimal, parseInteger } from './numbers.ts';

/** Parses text as a part of longer bytes: what stands around it must not matter. */
function within(
  text: string,
  parse: (bytes: Uint8Array, start: number, end: number) => number | bigint | null,
): bigint | null {
  const bytes = Buffer.from(`9-${text}9.9`);
  const value = parse(bytes, 2, bytes.length - 3);
  return value === null ? null : BigInt(value);
}

const integer = (text: string) => within(text, parseInteger);

const PLAIN: DecimalForm = { decimalSign: 46, thousands: -1, signs: [], places: 6, round: false };
const US: DecimalForm = { ...PLAIN, thousands: 44, signs: [Buffer.from('$')], places: 2 };
const GERMAN: DecimalForm = {
  ...PLAIN,
  decimalSign: 44,
  thousands: 46,
  signs: [Buffer.from('€'), Buffer.from('EUR')],
  places: 2,
};
const ROUNDED: DecimalForm = { ...PLAIN, places: 2, round: true };

const decimal = (text: string, form = PLAIN) =>
  within(text, (bytes, start, end) => parseDecimal(bytes, start, end, form));

describe('whole numbers', () => {
  it.each([
    '0',
    '-0',
    '+0',
    '7',
    '-7',
    '+7',
    '007',
    '999999999999999',
    '-999999999999999',
    '1000000000000000',
    '9007199254740993',
    '9223372036854775807',
    '-9223372036854775808',
    '+9223372036854775807',
    '0000000000000000042',
  ])('%s is read to its last digit', text => {
    expect(integer(text)).toBe(BigInt(text.replace(/^([-+]?)0+(?=\d)/, '$1').replace('+', '')));
  });

  it.each([
    '',
    '-',
    '+',
    '1O',
    'O1',
    '--1',
    '+-1',
    '-+1',
    '1-',
    '1.0',
    '1,000',
    ' 1',
    '1 ',
    '1e5',
    '0x1f',
    '١',
    '１',
    '1\0',
    '9223372036854775808',
    '-9223372036854775809',
    '10000000000000000000',
    '123456789012345O',
    '1234567890123456O',
    '00000000000000000001',
  ])('%j is refused', text => expect(integer(text)).toBeNull());

  it('no number gives −0, which would not be equal to 0 in a file', () => {
    expect(Object.is(parseInteger(Buffer.from('-0'), 0, 2), 0)).toBe(true);
    expect(Object.is(parseDecimal(Buffer.from('-0.00'), 0, 5, PLAIN), 0)).toBe(true);
  });

  it('every 64-bit number is read back from its digits', () => {
    const random = seeded(1);
    for (let i = 0; i < 20_000; i++) {
      const value = randomInt64(random, between(random, 1, 64));
      if (integer(String(value)) !== value) expect.fail(`${value} was read as ${integer(String(value))}`);
    }
  });
});

describe('decimals', () => {
  it.each([
    ['0', 0n],
    ['-0.0', 0n],
    ['1', 1_000_000n],
    ['+1.5', 1_500_000n],
    ['-1.5', -1_500_000n],
    ['.5', 500_000n],
    ['-.5', -500_000n],
    ['0.000001', 1n],
    ['0.1', 100_000n],
    ['007.10', 7_100_000n],
    ['1.005', 1_005_000n],
    ['900000000.000001', 900_000_000_000_001n],
    ['9007199254.740993', 9_007_199_254_740_993n],
    ['123456789012.123456', 123_456_789_012_123_456n],
    ['900000000000', 900_000_000_000_000_000n],
    ['999999999999.999999', AMOUNT_MAX],
    ['-999999999999.999999', -AMOUNT_MAX],
  ])('%s is exact', (text, expected) => expect(decimal(text)).toBe(expected));

  it.each([
    '',
    '+',
    '-',
    '.',
    '-.',
    '5.',
    '1O',
    '3..5',
    '3.5.1',
    '1,2',
    '--1',
    '-+1',
    '1-',
    '1e5',
    '1E5',
    'NaN',
    'Infinity',
    ' 1',
    '1 2',
    '$1',
    '1.0000001',
    '1000000000000',
    '1000000000000.5',
    '0000000000001',
    '1.2345678',
    '12345678901.2345678',
    '12345678901.23456x',
    '12345678901.2.4',
    '1.-5',
    '１',
  ])('%j is refused', text => expect(decimal(text)).toBeNull());

  it.each([
    ['$2,899.99', 2_899_990_000n],
    ['2,899.99', 2_899_990_000n],
    ['2899.99', 2_899_990_000n],
    ['$ 5', 5_000_000n],
    ['-$5.25', -5_250_000n],
    ['$-5.25', -5_250_000n],
    ['$ -5.25', -5_250_000n],
    ['+$5', 5_000_000n],
    ['5.25$', 5_250_000n],
    ['5.25 $', 5_250_000n],
    ['-5 $', -5_000_000n],
    ['1,234,567', 1_234_567_000_000n],
    ['123,456,789,012.34', 123_456_789_012_340_000n],
    ['0,123', 123_000_000n],
  ])('%s is money in the American way', (text, expected) => expect(decimal(text, US)).toBe(expected));

  it.each([
    '$',
    '$ ',
    '-$',
    '$-',
    '$$5',
    '$5$',
    '-$-5',
    '--$5',
    '$--5',
    '+-5',
    '+$-5',
    '$+5',
    '- $5',
    '1,2,3',
    '12,34',
    '1234,567',
    '1,23',
    ',123',
    '1,,234',
    '1,234,',
    '$1,234,.5',
    '1,234.5,6',
    '1.234,5',
    '1.23,456',
    '1.234',
    '€5',
    '1,234,567,890,123',
  ])('%j is refused as American money', text => expect(decimal(text, US)).toBeNull());

  it.each([
    ['1.234,56', 1_234_560_000n],
    ['1234,5', 1_234_500_000n],
    ['€ 12,30', 12_300_000n],
    ['-12,30 €', -12_300_000n],
    ['12,30EUR', 12_300_000n],
  ])('%s is money in the German way', (text, expected) => expect(decimal(text, GERMAN)).toBe(expected));

  it.each(['1,234.56', '12.34', '1.2345,6', '€12,30€', '12,30 EU', '12,30 \u0082\u00ac'])(
    '%j is refused as German money',
    text => expect(decimal(text, GERMAN)).toBeNull(),
  );

  it.each([
    ['2.344', 2_340_000n],
    ['2.345', 2_350_000n],
    ['-2.345', -2_350_000n],
    ['2.3449999999999999999', 2_340_000n],
    ['0.005', 10_000n],
    ['-0.004', 0n],
    ['9.995', 10_000_000n],
    ['1.0050000000000001', 1_010_000n],
    ['90071992547.405', 90_071_992_547_410_000n],
    ['999999999999.994', 999_999_999_999_990_000n],
  ])('%s is rounded half away from zero where the contract says so', (text, expected) =>
    expect(decimal(text, ROUNDED)).toBe(expected),
  );

  it('what rounding makes too large for DECIMAL(18,6) is refused', () => {
    expect(decimal('999999999999.995', ROUNDED)).toBeNull();
    expect(decimal('-999999999999.9999995', { ...PLAIN, round: true })).toBeNull();
    expect(decimal('999999999999.9999994', { ...PLAIN, round: true })).toBe(AMOUNT_MAX);
  });

  it('whole units only, where the contract says no places', () => {
    expect(decimal('5', { ...PLAIN, places: 0 })).toBe(5_000_000n);
    expect(decimal('5.0', { ...PLAIN, places: 0 })).toBeNull();
    expect(decimal('5.5', { ...PLAIN, places: 0, round: true })).toBe(6_000_000n);
  });
});

/** The same by a regular expression and BigInt. */
function reference(text: string, { decimalSign, thousands, places, round }: DecimalForm): bigint | null {
  const sign = `\\x${decimalSign.toString(16)}`;
  const whole = thousands < 0 ? '\\d*' : `(?:\\d{1,3}(?:\\x${thousands.toString(16)}\\d{3})+|\\d*)`;
  const match = new RegExp(`^([-+]?)(${whole})(?:${sign}(\\d+))?$`).exec(text);
  if (!match) return null;
  const digits = match[2]!.replace(/\D/g, '');
  const fraction = match[3] ?? '';
  if (digits.length > 12 || digits + fraction === '' || (fraction.length > places && !round)) return null;
  let value = BigInt(digits + fraction.slice(0, places).padEnd(6, '0'));
  if (Number(fraction[places] ?? 0) >= 5) value += 10n ** BigInt(6 - places);
  if (value > AMOUNT_MAX) return null;
  return match[1] === '-' ? -value : value;
}

describe('on any text', () => {
  const forms = [
    PLAIN,
    ROUNDED,
    { ...US, signs: [] },
    { ...GERMAN, signs: [], round: true },
    { ...PLAIN, places: 0, round: true },
  ];

  it('a decimal is what a slow and simple parser says', () => {
    const random = seeded(2);
    const digits = (most: number) => textOf(random, ['0', '9', '5', '1'], most);
    const made = () => {
      const groups = listOf(below(random, 4), () => pick(random, [',', '.']) + digits(3)).join('');
      return (
        pick(random, ['', '-', '+']) + digits(pick(random, [3, 14])) + groups + pick(random, ['', '.', ',']) + digits(8)
      );
    };
    for (let i = 0; i < 40_000; i++) {
      const text = random() < 0.7 ? made() : textOf(random, ['1', '9', '0', '.', ',', '-', '+', 'e', ' '], 7);
      const form = pick(random, forms);
      const [found, expected] = [decimal(text, form), reference(text, form)];
      if (found !== expected)
        expect.fail(`${JSON.stringify(text)} in ${JSON.stringify(form)}: ${found} instead of ${expected}`);
    }
  });
});
