/** Columns that are read many fields at a time: whatever stands among the usual fields, each is what it is by itself. */
import { describe, expect, it } from 'vitest';
import { firstDifference } from '../test/fuzz/compare.ts';
import { below, between, listOf, pick, type Random, seeded } from '../test/random.ts';
import { PLAIN_READER } from '../test/reader.ts';
import { compilePattern } from './dates.ts';
import type { ColumnReader } from './reader.ts';

const READER: ColumnReader = {
  ...PLAIN_READER,
  kind: 'int',
  nulls: ['NA'],
  decimal: { decimalSign: 46, thousands: 44, signs: [Buffer.from('$')], places: 2, round: false },
};
const BOUNDS = [
  { min: null, max: null },
  { min: 1n, max: 9_999_999n },
  { min: -(2n ** 40n), max: 2n ** 40n },
  { min: 2n ** 33n, max: null },
  { min: null, max: -1n },
];
const LIMITS = { recordBytes: 262_144, multilineBytes: 65_536 };
const RECORDS = 1_000;

const digits = (random: Random, size: number): string => listOf(size, () => below(random, 10)).join('');

/** Whatever is no usual number: bytes next to the digits, signs in every place, blanks, nothing, other sizes. */
const oddNumber = (random: Random): string =>
  pick(random, [
    digits(random, between(random, 9, 20)),
    `-${digits(random, between(random, 1, 8))}`,
    `${digits(random, below(random, 5))}${pick(random, ['.', '..', ':', '/', '+', 'e', '\0', 'é', ' '])}${digits(random, below(random, 5))}`,
    pick(random, [
      '',
      '.',
      '1.',
      '.5',
      '0',
      '00000000',
      '99999999',
      '99999.99',
      'NA',
      '""',
      '"7"',
      '" 12.5 "',
      '"1""2"',
    ]),
  ]);

/** A file of three such columns, for there are other ways to find the first and the last. */
function numbers(random: Random, usual: () => string, lineEnd: string): Buffer {
  const odd = pick(random, [0, 0.002, 0.05, 0.5]);
  const field = () => (random() < odd ? oddNumber(random) : usual());
  return Buffer.from(listOf(RECORDS, () => `${field()},${field()},${field()}${lineEnd}`).join(''));
}

const difference = (bytes: Buffer, reader: Partial<ColumnReader>): string | null =>
  firstDifference({ bytes, delimiter: 44, limits: LIMITS, readers: listOf(3, () => ({ ...READER, ...reader })) });

describe.each(['\n', '\r\n'])('with lines that end with %j,', lineEnd => {
  it.each(listOf(8, seed => seed))('whole numbers in any company are read alike (%i)', seed => {
    const random = seeded(seed);
    const most = between(random, 1, 8);
    const bytes = numbers(random, () => digits(random, between(random, 1, most)), lineEnd);
    for (const bounds of BOUNDS) expect(difference(bytes, bounds)).toBeNull();
    for (const word of ['0', '999', '99999999']) expect(difference(bytes, { nulls: ['NA', word] })).toBeNull();
  });

  it.each(listOf(8, seed => seed))('decimals in any company are read alike (%i)', seed => {
    const random = seeded(100 + seed);
    const usual = () =>
      pick(random, [
        `${digits(random, between(random, 1, 5))}.${digits(random, between(random, 1, 2))}`,
        digits(random, between(random, 1, 8)),
      ]);
    const bytes = numbers(random, usual, lineEnd);
    for (const places of [0, 1, 2, 6]) {
      const decimal = { ...READER.decimal!, places, round: random() < 0.5 };
      expect(difference(bytes, { kind: 'decimal', decimal })).toBeNull();
      expect(difference(bytes, { kind: 'decimal', decimal, min: 1_000_000n, max: 50_000_000n })).toBeNull();
    }
  });
});

it('takes no byte before a field for one of its own', () => {
  const fields = ['1.,5,', '12,34,', '.5,1,', '7,.1,'];
  const bytes = Buffer.from(listOf(400, row => `${fields[row % 4]}9\n`).join(''));
  expect(difference(bytes, { kind: 'decimal' })).toBeNull();
  expect(difference(bytes, { kind: 'decimal', decimal: { ...READER.decimal!, decimalSign: 44 } })).toBeNull();
});

describe('moments', () => {
  const two = (random: Random, most: number): string => String(below(random, most)).padStart(2, '0');

  /** A field of the pattern: mostly a moment, sometimes one that no calendar or clock has. */
  const moment = (random: Random, pattern: string): string =>
    pattern
      .replace(
        'YYYY',
        () => `${pick(random, [1600, 1969, 1970, 2000, 2015, 2018, 2023, 2024, 2025, 2400]) + below(random, 2)}`,
      )
      .replace(/MM?/, () => two(random, random() < 0.01 ? 20 : 12))
      .replace(/DD?/, () => two(random, random() < 0.02 ? 40 : 28))
      .replace(/HH?/, () => two(random, random() < 0.01 ? 30 : 24))
      .replace('mm', () => two(random, random() < 0.01 ? 70 : 60))
      .replace('ss', () => two(random, random() < 0.01 ? 70 : 60))
      .replace(/S+/, found => digits(random, found.length));

  it.each([
    'YYYY-MM-DD HH:mm:ss.SSS',
    'YYYY-MM-DDTHH:mm:ss.SSSSSS+00:00',
    'YYYY-MM-DD',
    'M/D/YYYY',
    'D.M.YYYY H:mm',
    'HH:mm:ss DD.MM.YYYY',
    'HH:mm YYYY/MM/DD',
    '(DD.MM.YYYY) -- [HH:mm:ss]',
    'YYYY ............... HH:mm:ss',
    'YYYYMMDDHHmmssSSSSSS',
  ])('of %s in any company are read alike', pattern => {
    const random = seeded(7);
    const usual = () => moment(random, pattern);
    const odd = () =>
      pick(random, ['', 'NA', `${usual()} `, usual().slice(1), usual().replace(/\d/, 'x'), `"${usual()}"`]);
    const field = () => (random() < 0.03 ? odd() : usual());
    const bytes = Buffer.from(listOf(RECORDS, () => `${field()},${field()},${field()}\n`).join(''));
    const patterns = [compilePattern(pattern), compilePattern('YYYY-MM-DD')];
    for (const kind of ['timestamp', 'date'] as const) {
      expect(difference(bytes, { kind, patterns })).toBeNull();
      expect(
        difference(bytes, { kind, patterns, min: 0n, max: kind === 'date' ? 18_000n : 18_000n * 86_400_000_000n }),
      ).toBeNull();
    }
  });
});

it.each([
  ['a line feed', ['\n']],
  ['two bytes', ['\r\n']],
  ['either', ['\n', '\r\n']],
])('texts that are kept as they stand have nothing of line ends of %s', (_name, lineEnds) => {
  const random = seeded(11);
  const text = () =>
    pick(random, [' a', 'b ', '', 'c\r', '0', 'a text of more bytes than one vector', 'é', '"q"', ' ']);
  for (const quotes of [false, true]) {
    const field = () => (quotes ? text() : text().replaceAll('"', ''));
    const lines = listOf(RECORDS, () => `${field()},${field()},${field()}x${pick(random, lineEnds)}`);
    for (const spaces of ['keep', 'trim', 'tidy'] as const)
      expect(difference(Buffer.from(lines.join('')), { kind: 'text', spaces })).toBeNull();
  }
});
