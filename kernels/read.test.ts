import { describe, expect, it } from 'vitest';
import { randomCase } from '../test/fuzz/cases.ts';
import { firstDifference } from '../test/fuzz/compare.ts';
import { listOf, seeded } from '../test/random.ts';
import { PLAIN_READER } from '../test/reader.ts';
import { isValid, valueText } from './column.ts';
import { compilePattern } from './dates.ts';
import { FAULTS } from './faults.ts';
import { fieldAt, type ReadInput, type RecordBatch, readRecords } from './read.ts';
import type { ColumnReader } from './reader.ts';
import { createKernels } from './wasm.ts';

const READER: ColumnReader = {
  ...PLAIN_READER,
  decimal: { decimalSign: 46, thousands: 44, signs: [Buffer.from('$'), Buffer.from('€')], places: 2, round: false },
  patterns: [compilePattern('YYYY-MM-DD HH:mm:ss.SSS'), compilePattern('YYYY-MM-DD'), compilePattern('M/D/YYYY')],
  words: [['yes'], ['no']],
};

const INT: ColumnReader = { ...READER, kind: 'int' };
const TEXT = READER;
const LIMITS = { recordBytes: 262_144, multilineBytes: 65_536 };
const kernels = createKernels(2 ** 26);

/** Comma-separated; without readers, two columns of text. */
function read(file: string | Uint8Array, options: Partial<ReadInput> = {}): RecordBatch {
  kernels.release(0);
  const bytes = Buffer.from(file as string);
  kernels.alloc(0);
  const address = kernels.alloc(bytes.length);
  // The first byte of a character, which the chunk must not be taken to go on with.
  kernels.bytes.fill(0xc3, address - 64, address);
  kernels.bytes.set(bytes, address);
  const input = { delimiter: 44, limits: LIMITS, readers: [TEXT, TEXT], hashed: null, ...options };
  return readRecords(kernels, { ...input, address, size: bytes.length });
}

/** Each record as its values, or as its fault and the column at fault. */
const outcomes = (batch: RecordBatch): unknown[] =>
  listOf(batch.records, record => {
    const code = FAULTS[batch.fault[record]!]!;
    if (code !== '') return batch.faultColumn[record]! < 0 ? code : `${code} ${batch.faultColumn[record]}`;
    return batch.columns.map(column => column && valueText(column, record));
  });

/** Reads one column of lines. */
const column = (lines: readonly string[], reader: Partial<ColumnReader>): unknown[] =>
  outcomes(read(lines.map(line => `${line},\n`).join(''), { readers: [{ ...READER, ...reader }, null] })).map(
    outcome => (Array.isArray(outcome) ? outcome[0] : outcome),
  );

describe('records', () => {
  it.each<[string, string, readonly unknown[]]>([
    [
      'lines of fields',
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a last line without an end',
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'CRLF',
      'a,b\r\nc,\r\n',
      [
        ['a', 'b'],
        ['c', null],
      ],
    ],
    ['blank lines', '\n\r\na,b\n\n', [['a', 'b']]],
    [
      'quotes',
      '"a,\n""b""",c\n"","d"\r\n',
      [
        ['a,\n"b"', 'c'],
        [null, 'd'],
      ],
    ],
    ['a quote that nobody closes', 'a,"b\nc,d\n', ['E_QUOTE', ['c', 'd']]],
    ['text behind a closing quote', '"a"b,c\nd,e\n', ['E_QUOTE', ['d', 'e']]],
    [
      'a quote in the middle of a field',
      'a"b,c\n"d",e\n',
      [
        ['a"b', 'c'],
        ['d', 'e'],
      ],
    ],
    ['other numbers of fields', 'a\na,b,c\nd,e\n', ['E_COLS_FEW', 'E_COLS_MANY', ['d', 'e']]],
    ['a NUL', 'a,b\0\nc,d\n', ['E_NUL', ['c', 'd']]],
    ['nothing at all', '', []],
  ])('of %s', (_title, file, expected) => expect(outcomes(read(file))).toEqual(expected));

  it('tell where they are', () => {
    const { start, end, line } = read('\na,b\n"c\n\n",d\r\ne,f');
    expect([[...start], [...end], [...line]]).toEqual([
      [1, 5, 14],
      [5, 14, 17],
      [1, 2, 5],
    ]);
  });

  it('are too long behind so many bytes, quotes or not', () => {
    const limits = { recordBytes: 5, multilineBytes: 5 };
    expect(outcomes(read('abc,d\nabcd,e\n"a\nb",c\n"a\nbcd",e\n', { limits }))).toEqual([
      ['abc', 'd'],
      'E_LONG',
      ['a\nb', 'c'],
      'E_QUOTE',
      'E_LONG',
    ]);
  });

  it('may be longer than a piece of a chunk, and many pieces long', () => {
    const long = 'x'.repeat(100_000);
    const lines = listOf(20_000, i => `${i},"${i % 3 === 0 ? 'a\nb' : 'ab'}"\n`);
    const batch = read(`${long},1\n"${long}",2\n${lines.join('')}`);
    expect(batch.records).toBe(20_002);
    expect(outcomes(batch).slice(0, 2)).toEqual([
      [long, '1'],
      [long, '2'],
    ]);
    expect(outcomes(batch).slice(-2)).toEqual([
      ['19998', 'a\nb'],
      ['19999', 'ab'],
    ]);
  });
});

describe('values', () => {
  it.each<[string, Partial<ColumnReader>, readonly string[], readonly (string | null)[]]>([
    [
      'whole numbers of 64 bits',
      { kind: 'int' },
      [
        '7',
        '-12345678',
        '123456789012',
        '9223372036854775807',
        '-9223372036854775808',
        '9223372036854775808',
        '1O',
        '',
      ],
      ['7', '-12345678', '123456789012', '9223372036854775807', '-9223372036854775808', 'E_TYPE 0', 'E_TYPE 0', null],
    ],
    [
      'whole numbers within bounds beyond 53 bits',
      { kind: 'int', min: 2n ** 60n + 1n, max: 2n ** 62n + 1n },
      ['1152921504606846976', '1152921504606846977', '4611686018427387905', '4611686018427387906'],
      ['E_RANGE 0', '1152921504606846977', '4611686018427387905', 'E_RANGE 0'],
    ],
    [
      'decimals',
      { kind: 'decimal' },
      [
        '0.1',
        '12',
        '1234.56',
        '"1,234,567.8"',
        '-0.05',
        '$7',
        '999999999999.99',
        '5 €',
        '1.234',
        '5.',
        '.5',
        '"1,23,456"',
        '-$-5',
      ],
      [
        ...['100000', '12000000', '1234560000', '1234567800000', '-50000', '7000000', '999999999999990000', '5000000'],
        ...['E_TYPE 0', 'E_TYPE 0', '500000', 'E_TYPE 0', 'E_TYPE 0'],
      ],
    ],
    [
      'days',
      { kind: 'date' },
      ['1970-01-02', '1/2/1970', '1969-12-31 23:59:59.999', '2018-02-29', '12/31/1969', '1/2/1970', '2018-13-01'],
      ['1', '1', '-1', 'E_TYPE 0', '-1', '1', 'E_TYPE 0'],
    ],
    [
      'moments',
      { kind: 'timestamp', min: 0n, max: 86_400_000_000n },
      [
        '1970-01-01 00:00:01.5',
        '1970-01-01 00:00:01.250',
        '1970-01-02',
        '1970-01-03',
        '1969-12-31',
        '1970-01-01 24:00:00.0',
      ],
      ['1500000', '1250000', '86400000000', 'E_RANGE 0', 'E_RANGE 0', 'E_TYPE 0'],
    ],
    ['yes and no', { kind: 'boolean' }, ['yes', 'no', ' yes ', 'Yes'], ['true', 'false', 'true', 'E_TYPE 0']],
    ['tidy text', { spaces: 'tidy' }, [' a  b\u00a0c ', 'a b', '\u3000', 'a\t'], ['a b c', 'a b', null, 'a']],
    ['text that is kept', { spaces: 'keep' }, [' a  b ', ' '], [' a  b ', ' ']],
    [
      'tidy text of other alphabets',
      { spaces: 'tidy' },
      ['Новый диск с игрой', 'Новый  диск', 'диск\u2003диск', '東京\u3000駅', 'é\ufeff', 'é\u00a0b'],
      ['Новый диск с игрой', 'Новый диск', 'диск диск', '東京 駅', 'é', 'é b'],
    ],
    [
      'codes of digits',
      { digits: 5 },
      ['\u00a0123', '123', ' 7 ', '12345', '12a', ''],
      ['00123', '00123', '00007', '12345', '12a', null],
    ],
    [
      'words',
      { values: new Set(['F', 'M\u00fc']), nulls: ['-'] },
      ['F', 'M\u00fc', 'X', '-'],
      ['F', 'M\u00fc', 'E_ENUM 0', null],
    ],
    ['matches', { pattern: /^[a-z]+$/u }, ['ab', 'A', '', 'z'.repeat(20)], ['ab', 'E_PATTERN 0', null, 'z'.repeat(20)]],
    ['defaults', { kind: 'int', fallback: Buffer.from('9'), nulls: ['0'] }, ['', '0', '1'], ['9', '9', '1']],
    [
      'a default that the pattern is not asked about',
      { pattern: /^x$/, fallback: Buffer.from('y') },
      ['', 'y'],
      ['y', 'E_PATTERN 0'],
    ],
    ['what must not be empty', { required: true }, ['a', ' '], ['a', 'E_REQUIRED 0']],
  ])('%s', (_title, reader, lines, expected) => expect(column(lines, reader)).toEqual(expected));

  it('take the place of refused ones as nulls, and the first fault of a record counts', () => {
    const batch = read('x,y\n1,y\n', { readers: [INT, INT] });
    expect(outcomes(batch)).toEqual(['E_TYPE 0', 'E_TYPE 1']);
    expect([0, 1].map(row => isValid(batch.columns[0]!, row))).toEqual([false, true]);
  });

  it.each<[string, Partial<ColumnReader>, string, string]>([
    ['UTF-8', {}, '5ac3bc72696368', 'Zürich'],
    ['broken UTF-8', {}, '5afc', 'E_ENCODING 0'],
    [
      'broken UTF-8 that is replaced, once for each part of a character',
      { replaceInvalid: true },
      '5ae282f09f80ffeda080',
      'Z\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd',
    ],
    ['a part of a character at the end', { replaceInvalid: true }, '5ac3bce282', 'Zü\ufffd'],
    ['Latin-1', { encoding: 'latin1' }, '5afc80', 'Zü\u0080'],
    ['Windows-1252', { encoding: 'windows-1252' }, '5afc80', 'Zü€'],
    ['no Windows-1252', { encoding: 'windows-1252' }, '5a81', 'E_ENCODING 0'],
    ['no Windows-1252, replaced', { encoding: 'windows-1252', replaceInvalid: true }, '5a81', 'Z\ufffd'],
  ])('of %s', (_title, reader, hex, expected) => {
    const [outcome] = outcomes(read(Buffer.from(`${hex}0a`, 'hex'), { readers: [{ ...READER, ...reader }] }));
    expect(Array.isArray(outcome) ? outcome[0] : outcome).toBe(expected);
  });
});

describe('one mistake in text of valid UTF-8', () => {
  const MISTAKES = [
    '80',
    'c3',
    'c0af',
    'c1bf',
    'e0809f',
    'e282',
    'eda080',
    'f08080af',
    'f0908d',
    'f4908080',
    'f5808080',
    'ff',
  ];
  const VALID = ['c3bc', 'e0a080', 'ed9fbf', 'ee8080', 'f0908080', 'f48fbfbf'];

  it.each([...MISTAKES, ...VALID])('%s is seen wherever it stands', hex => {
    const piece = Buffer.from(hex, 'hex');
    for (let at = 0; at <= 40; at++) {
      const text = Buffer.concat([
        Buffer.from('ü'.repeat(at >> 1) + 'a'.repeat(at & 1)),
        piece,
        Buffer.from('東'.repeat((at + 6) % 7)),
      ]);
      for (const bytes of [text, Buffer.concat([text, Buffer.from('\n')])]) {
        const readers = [TEXT];
        expect(outcomes(read(bytes, { readers }))[0] === 'E_ENCODING 0').toBe(MISTAKES.includes(hex));
        for (const replaceInvalid of [false, true]) {
          const input = { bytes, delimiter: 44, limits: LIMITS, readers: [{ ...TEXT, replaceInvalid }] };
          expect(firstDifference(input)).toBe(null);
        }
      }
    }
  });
});

describe('content', () => {
  const hashes = (file: string, hashed = [0, 1]) => [...read(file, { hashed }).content!];

  it('is equal for equal fields, quoted or not, at any line end', () => {
    const [first, ...others] = hashes('ab,c\n"ab",c\r\n"ab","c"\n');
    expect(others).toEqual([first, first]);
    expect(hashes('"a""b",c\n"a""b","c"\n').every((hash, _, all) => hash === all[0])).toBe(true);
  });

  it('differs where a byte, a blank, a place or an order differs', () => {
    const files = [
      'ab,c',
      'a,bc',
      ',abc',
      'abc,',
      'ab,d',
      'ab ,c',
      '"a""b",c',
      'c,ab',
      `${'a'.repeat(8)},c`,
      `${'a'.repeat(9)},c`,
    ];
    const all = files.flatMap(file => hashes(`${file}\n`));
    expect(new Set(all).size).toBe(files.length);
    expect(hashes('ab,c\n', [1, 0])).not.toEqual(hashes('ab,c\n'));
  });

  it('leaves out what is not hashed', () => {
    const [a, b] = hashes('ab,c\nab,d\n', [0]);
    expect(a).toBe(b);
  });
});

const textOfField = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString('utf8');

describe('fieldAt', () => {
  it.each([
    ['a,b\r\n', 1, 'b'],
    ['"a ""x""\nb",c\n', 0, 'a "x"\nb'],
    ['a,b,c\n', 1, 'b'],
    ['a,b', 2, null],
    ['"a"b,c\n', 1, null],
  ])('finds in %j field %i', (record, position, expected) =>
    expect(textOfField(fieldAt(Buffer.from(record), position, 44))).toBe(expected),
  );
});

describe('random columns and files', () => {
  it.each(listOf(8, i => i))('are read as the plain reader reads them (%i)', part => {
    for (let i = 0; i < 20; i++) {
      const seed = part * 1_000 + i;
      expect(firstDifference(randomCase(seeded(seed))), `seed ${seed}`).toBe(null);
    }
  });
});
