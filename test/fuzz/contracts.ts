/** Random columns of contracts, and fields that such columns hold or nearly hold. */
import type { ColumnContract } from '../../datasets/contract.ts';
import { below, between, listOf, pick, type Random, randomInt64, textOf } from '../random.ts';

const KINDS = ['int', 'decimal', 'text', 'date', 'timestamp', 'boolean'] as const;

const DAY_FORMATS = [
  'YYYY-MM-DD',
  'M/D/YYYY',
  'DD.MM.YYYY',
  'D-M-YYYY',
  'YYYYMMDD',
  'MM/YYYY',
  'YYYY',
  'D/M/YYYY',
  '2/D/YYYY',
];
const TIME_FORMATS = [
  'YYYY-MM-DD HH:mm:ss.SSS',
  'YYYY-MM-DD HH:mm:ss',
  'YYYY-MM-DDTHH:mm:ss.SSSSSS',
  'M/D/YYYY H:mm',
  'H:mm DD/MM/YYYY',
  'ss.S mm HH DD YYYY MM',
  'YYYY-MM-DD HH:mm:ss YYYY-MM-DD',
  'HH HH YYYY-MM-DD',
];

const DIGITS = [...'0123456789'];
const ODD = [
  ...' \t\u00a0\u2003\u3000\ufeff\u1680\u2028\u202f\u205f\u200b"\r;,.-+/:$\u20ac\u0001\u001f\ufffdZ\u00fcrich\u6771\u{1f6d2}e\u0301',
];
const WORDS = ['NULL', 'N/A', '0', '-1', '2018-01-01', 'ja', 'nein', 'Z\u00fcrich', 'X', ' x ', 'a\u2003b'];

const maybe = <Value>(random: Random, chance: number, value: () => Value): Value | undefined =>
  random() < chance ? value() : undefined;

const someWords = (random: Random, most: number) => listOf(between(random, 1, most), () => pick(random, WORDS));

export function randomColumn(random: Random): ColumnContract {
  const kind = pick(random, KINDS);
  const options = {
    ...optional('required', random() < 0.3 ? true : undefined),
    ...optional(
      'nulls',
      maybe(random, 0.3, () => someWords(random, 3)),
    ),
    ...optional(
      'default',
      maybe(random, 0.25, () => fieldOf(random, { kind })),
    ),
    ...optional(
      'min',
      maybe(random, 0.25, () => boundOf(random, kind)),
    ),
    ...optional(
      'max',
      maybe(random, 0.25, () => boundOf(random, kind)),
    ),
    ...optional(
      'invalidBytes',
      maybe(random, 0.4, () => 'replace' as const),
    ),
  };
  const formats = (of: readonly string[]) => listOf(between(random, 1, 3), () => pick(random, of));
  switch (kind) {
    case 'decimal':
      return { kind, ...options, ...decimalOptions(random) };
    case 'text':
      return { kind, ...options, ...textOptions(random) };
    case 'date':
      return { kind, ...options, formats: formats(random() < 0.7 ? DAY_FORMATS : [...DAY_FORMATS, ...TIME_FORMATS]) };
    case 'timestamp':
      return { kind, ...options, formats: formats(TIME_FORMATS) };
    case 'boolean':
      return { kind, ...options, words: [someWords(random, 3), someWords(random, 3)] };
    default:
      return { kind, ...options };
  }
}

const optional = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { readonly [key in Name]?: Value };

function decimalOptions(random: Random) {
  const decimalSign = pick(random, ['.', '.', ','] as const);
  return {
    decimalSign,
    ...optional(
      'thousands',
      maybe(random, 0.4, () => pick(random, [',', '.', ' ', "'"] as const)),
    ),
    ...optional(
      'signs',
      maybe(random, 0.4, () => listOf(between(random, 1, 3), () => pick(random, SIGNS))),
    ),
    ...optional(
      'places',
      maybe(random, 0.6, () => below(random, 7)),
    ),
    ...optional(
      'round',
      maybe(random, 0.4, () => true),
    ),
  };
}

const SIGNS = ['$', '\u20ac', 'CHF', '-', '\u00a3'];

function textOptions(random: Random) {
  return {
    ...optional(
      'spaces',
      maybe(random, 0.7, () => pick(random, ['trim', 'tidy', 'keep'] as const)),
    ),
    ...optional(
      'digits',
      maybe(random, 0.3, () => between(random, 1, 18)),
    ),
    ...optional(
      'values',
      maybe(random, 0.15, () => [...WORDS, '', '7', '00007']),
    ),
    ...optional(
      'pattern',
      maybe(random, 0.15, () => pick(random, ['[a-z0-9 ]*', '\\d+|\\p{L}+', '.{1,6}'])),
    ),
  };
}

function boundOf(random: Random, kind: ColumnContract['kind']): string | number {
  if (kind === 'date' || kind === 'timestamp')
    return pick(random, ['1969-12-31', '2018-01-01', '2019-06-30', '9999-12-31']);
  if (kind === 'int') return String(randomInt64(random, between(random, 1, 64)));
  return pick(random, ['0', '-1', '1000', '0.5', '99999999999.999999', '-0.000001']);
}

/** A field that such a column might take, or something near it, or anything. */
export function fieldOf(random: Random, { kind, formats }: ColumnContract): string {
  const chance = random();
  if (chance < 0.04) return '';
  if (chance < 0.07) return pick(random, WORDS);
  if (chance < 0.1) return textOf(random, [...ODD, ...DIGITS], 12);
  const plain = plainFieldOf(random, kind, formats ?? TIME_FORMATS);
  if (chance > 0.95) return ` ${plain}${pick(random, ['\t', '  ', '\r', '\u00a0'])}`;
  return chance > 0.9 ? mutateText(random, plain) : plain;
}

function plainFieldOf(random: Random, kind: ColumnContract['kind'], formats: readonly string[]): string {
  if ((kind === 'int' || kind === 'decimal') && random() < 0.05) return pick(random, EDGES);
  switch (kind) {
    case 'int':
      return random() < 0.8 ? String(below(random, 10 ** between(random, 1, 9))) : wideInt(random);
    case 'decimal':
      return amountOf(random);
    case 'date':
    case 'timestamp':
      return momentOf(random, pick(random, formats));
    case 'boolean':
      return pick(random, WORDS);
    default:
      return random() < 0.5
        ? textOf(random, DIGITS, 19)
        : textOf(random, [...'abc  -', ...ODD], random() < 0.02 ? 300 : 40);
  }
}

/** The ends of 64 bits, and numbers of 18 digits before and behind the decimal sign that only rounding makes too long. */
const EDGES = [
  ...['9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809'],
  ...['999999999999', '1000000000000', '999999999999.999999', '999999999999.9999995', '-999999999999.5'],
];

const wideInt = (random: Random): string =>
  `${pick(random, ['', '-', '+', '0', '00'])}${randomInt64(random, between(random, 1, 64))}${pick(random, ['', '', '', '0'])}`;

function amountOf(random: Random): string {
  let whole = textOf(random, DIGITS, random() < 0.8 ? 6 : 14);
  if (random() < 0.3)
    whole = whole.replace(random() < 0.9 ? /\B(?=(\d{3})+$)/g : /\B(?=(\d{2})+$)/g, pick(random, [',', '.', ' ', "'"]));
  const fraction =
    random() < 0.7 ? pick(random, ['.', '.', '.', ',']) + textOf(random, DIGITS, random() < 0.8 ? 4 : 12) : '';
  const sign = random() < 0.15 ? pick(random, ['-', '+', ...SIGNS, '-$', '$-', '-$-', '+-', '\u20ac ']) : '';
  return `${sign}${whole}${fraction}${random() < 0.1 ? pick(random, [' ', '', '  ']) + pick(random, SIGNS) : ''}`;
}

const PART_RANGES: Readonly<Record<string, readonly [low: number, high: number]>> = {
  YYYY: [0, 3],
  MM: [0, 13],
  M: [1, 12],
  DD: [0, 32],
  D: [1, 31],
  HH: [0, 24],
  H: [0, 23],
  mm: [0, 60],
  ss: [0, 60],
};

const momentOf = (random: Random, format: string): string =>
  format.replace(/YYYY|MM?|DD?|HH?|mm|ss|S+/g, token => {
    if (token[0] === 'S') return textOf(random, DIGITS, token.length);
    const [low, high] = PART_RANGES[token]!;
    // Mostly what a calendar has, and mostly the same few days.
    const value =
      random() < 0.05
        ? between(random, low, high)
        : token === 'YYYY'
          ? between(random, 2016, 2018)
          : between(random, 1, 28);
    const number = token[0] === 'M' ? ((value - 1) % 12) + 1 : token[0] === 'H' ? value % 24 : value;
    return String(random() < 0.05 ? value : number).padStart(random() < 0.98 ? token.length : 1, '0');
  });

function mutateText(random: Random, text: string): string {
  const at = below(random, text.length + 1);
  const insert = pick(random, [...ODD, ...DIGITS, '']);
  return text.slice(0, at) + insert + text.slice(at + below(random, 2));
}
