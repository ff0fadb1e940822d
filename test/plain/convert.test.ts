import { describe, expect, it } from 'vitest';
import { type Column, isValid, valueText } from '../../kernels/column.ts';
import { compilePattern, dayText, parseIsoDay } from '../../kernels/dates.ts';
import { FAULTS } from '../../kernels/faults.ts';
import type { ColumnReader } from '../../kernels/reader.ts';
import { indexFields, unescapeQuotes } from '../../kernels/records.ts';
import { PLAIN_READER } from '../reader.ts';
import { convertColumn, type RecordFaults } from './convert.ts';

const READER: ColumnReader = {
  ...PLAIN_READER,
  decimal: { decimalSign: 46, thousands: 44, signs: [Buffer.from('$'), Buffer.from('€')], places: 2, round: false },
  patterns: [compilePattern('YYYY-MM-DD'), compilePattern('M/D/YYYY')],
  words: [
    ['yes', 'oui', 'já'],
    ['no', 'né'],
  ],
};

const noFaults = (records: number): RecordFaults => ({
  code: new Uint8Array(records),
  column: new Int16Array(records),
});

/** Reads the first column of lines; gives each value, or the code of its fault. */
function convert(lines: readonly (string | Buffer)[], reader: Partial<ColumnReader>): (string | null)[] {
  const bytes = Buffer.concat(lines.map(line => Buffer.concat([Buffer.from(line as string), Buffer.from(',#\n')])));
  const index = indexFields(bytes, 2, 44, { recordBytes: 1000, multilineBytes: 1000 });
  const faults = noFaults(index.records);
  const column = convertColumn({ bytes, index, column: 0, reader: { ...READER, ...reader }, faults });
  expect(column.length).toBe(lines.length);
  return lines.map((_, row) => shown(column, faults, row));
}

function shown(column: Column, faults: RecordFaults, row: number): string | null {
  const code = FAULTS[faults.code[row]!]!;
  if (code === '')
    return column.type === 'date' && isValid(column, row) ? dayText(column.values[row]!) : valueText(column, row);
  expect(isValid(column, row), 'a refused value is null').toBe(false);
  return code;
}

const day = (text: string): number => parseIsoDay(text)!;

describe('each kind of column', () => {
  it.each<[string, Partial<ColumnReader>, readonly string[], readonly (string | null)[]]>([
    [
      'whole numbers',
      { kind: 'int' },
      ['7', ' -7 ', '9007199254740993', '1O', '', '"8"'],
      ['7', '-7', '9007199254740993', 'E_TYPE', null, '8'],
    ],
    [
      'decimals, scaled',
      { kind: 'decimal' },
      ['"$2,899.99 "', '€5', '-0.5', '3..5', '999999999999.99'],
      ['2899990000', '5000000', '-500000', 'E_TYPE', '999999999999990000'],
    ],
    [
      'days, by any of their patterns',
      { kind: 'date' },
      ['2016-02-29', '2/9/2016', '1969-12-31', '2018-02-29', 'soon'],
      ['2016-02-29', '2016-02-09', '1969-12-31', 'E_TYPE', 'E_TYPE'],
    ],
    [
      'moments',
      { kind: 'timestamp', patterns: [compilePattern('YYYY-MM-DD HH:mm:ss')] },
      ['1970-01-01 00:00:01', '1969-12-31 23:59:59', '2018-01-01'],
      ['1000000', '-1000000', 'E_TYPE'],
    ],
    [
      'yes and no',
      { kind: 'boolean' },
      ['yes', 'no', 'né', 'já', 'Yes', 'maybe', ''],
      ['true', 'false', 'false', 'true', 'E_TYPE', 'E_TYPE', null],
    ],
    [
      'text',
      { kind: 'text' },
      ['plain', ' Zürich ', '"say ""hi"""', '', '" "'],
      ['plain', 'Zürich', 'say "hi"', null, null],
    ],
  ])('%s', (_title, reader, lines, expected) => expect(convert(lines, reader)).toEqual(expected));
});

describe('an empty field', () => {
  const kinds = ['int', 'decimal', 'date', 'timestamp', 'boolean', 'text'] as const;

  it.each(kinds)('is null in a column of kind %s, and a fault where a value is required', kind => {
    expect(convert(['', '""', '  '], { kind })).toEqual([null, null, null]);
    expect(convert(['', '""', '  '], { kind, required: true })).toEqual(['E_REQUIRED', 'E_REQUIRED', 'E_REQUIRED']);
  });

  it.each(kinds)('is also what its contract calls empty, in a column of kind %s', kind => {
    const nulls = ['NULL', 'n/a', '–', 'žádný', '東京'];
    expect(convert([...nulls, ' n/a ', '"NULL"'], { kind, nulls })).toEqual(Array(7).fill(null));
    expect(convert(nulls, { kind, nulls, required: true })).toEqual(Array(5).fill('E_REQUIRED'));
  });

  it('is nothing that only resembles a word for empty', () => {
    const nulls = ['n/a', 'é', 'Ã©'];
    expect(convert(['N/A', 'n/a.', 'n/', 'è', 'é', 'Ã©'], { nulls })).toEqual(['N/A', 'n/a.', 'n/', 'è', null, null]);
    expect(convert(['Ã©'], { nulls: ['é'] }), 'the same bytes read as Latin-1').toEqual(['Ã©']);
  });

  it('takes its default, and a required column with one never lacks a value', () => {
    const nulls = ['-'];
    expect(convert(['', '-', '5'], { kind: 'int', nulls, required: true, fallback: Buffer.from('0') })).toEqual([
      '0',
      '0',
      '5',
    ]);
    expect(convert(['', '-', 'x'], { kind: 'text', nulls, required: true, fallback: Buffer.from('Übrige') })).toEqual([
      'Übrige',
      'Übrige',
      'x',
    ]);
    expect(convert([''], { kind: 'boolean', fallback: Buffer.from('já') })).toEqual(['true']);
  });
});

describe('bounds', () => {
  it.each<[string, Partial<ColumnReader>, readonly string[], readonly string[]]>([
    [
      'of whole numbers',
      { kind: 'int', min: 1n, max: 100n },
      ['0', '1', '100', '101', '9223372036854775807'],
      ['E_RANGE', '1', '100', 'E_RANGE', 'E_RANGE'],
    ],
    [
      'of decimals, in millionths',
      { kind: 'decimal', min: 0n, max: 1_000_000n },
      ['-0.01', '0', '1', '1.01', '99999999999.99'],
      ['E_RANGE', '0', '1000000', 'E_RANGE', 'E_RANGE'],
    ],
    [
      'of days',
      { kind: 'date', min: BigInt(day('2000-01-01')), max: BigInt(day('2000-12-31')) },
      ['1999-12-31', '2000-01-01', '2000-12-31', '2001-01-01'],
      ['E_RANGE', '2000-01-01', '2000-12-31', 'E_RANGE'],
    ],
  ])('%s belong to what is allowed', (_title, reader, lines, expected) =>
    expect(convert(lines, reader)).toEqual(expected),
  );
});

describe('text', () => {
  it('is one of its values, whole and with its case', () => {
    expect(convert(['F', 'M', 'f', 'FM', 'é'], { values: new Set(['F', 'M', 'é']) })).toEqual([
      'F',
      'M',
      'E_ENUM',
      'E_ENUM',
      'é',
    ]);
  });

  it('fits its pattern', () => {
    expect(convert(['AB-12', 'AB-1', 'é'], { pattern: /^\p{Lu}{2}-\d\d$/u })).toEqual([
      'AB-12',
      'E_PATTERN',
      'E_PATTERN',
    ]);
  });

  it('keeps, trims or tidies its blanks', () => {
    const lines = ['  a  b ', '\u00a0New\u00a0York'];
    expect(convert(lines, { spaces: 'keep' })).toEqual(['  a  b ', '\u00a0New\u00a0York']);
    expect(convert(lines, { spaces: 'trim' })).toEqual(['a  b', '\u00a0New\u00a0York']);
    expect(convert(lines, { spaces: 'tidy' })).toEqual(['a b', 'New York']);
    expect(convert(['\u00a0'], { spaces: 'tidy', required: true }), 'nothing but blanks').toEqual(['E_REQUIRED']);
  });

  it('gets back the zeros that a spreadsheet took', () => {
    expect(convert(['2139', '02139', 'K1A', ''], { digits: 5 })).toEqual(['02139', '02139', 'K1A', null]);
  });

  it('with doubled quotes is as long as it should be', () => {
    expect(convert(['""""', '"a""b""c"', '""""""'], {})).toEqual(['"', 'a"b"c', '""']);
    expect(Buffer.from(unescapeQuotes(Buffer.from('x""y'), 1, 3)).toString()).toBe('"');
  });
});

describe('encodings', () => {
  const bytes = (...values: number[]) => Buffer.from(values);

  it('bytes that are no text are refused, or replaced where the contract says so', () => {
    expect(convert([bytes(0x61, 0xff)], {})).toEqual(['E_ENCODING']);
    expect(convert([bytes(0x61, 0xff)], { replaceInvalid: true })).toEqual(['a\ufffd']);
  });

  it('a file in Windows-1252 has its letters, words for empty, signs and words for yes in it', () => {
    const encoding = 'windows-1252' as const;
    expect(convert([bytes(0x4d, 0xfc, 0x6c), bytes(0x80), bytes(0x81)], { encoding })).toEqual([
      'Mül',
      '€',
      'E_ENCODING',
    ]);
    expect(convert([bytes(0x96)], { encoding, nulls: ['–'] })).toEqual([null]);
    expect(convert([bytes(0x96), bytes(0x37)], { kind: 'int', encoding, nulls: ['–'] })).toEqual([null, '7']);
    expect(convert([bytes(0x80, 0x35), bytes(0x81, 0x35)], { kind: 'decimal', encoding })).toEqual([
      '5000000',
      'E_ENCODING',
    ]);
    expect(convert([bytes(0x6a, 0xe1)], { kind: 'boolean', encoding })).toEqual(['true']);
  });

  it('a number of bytes that are no text is no number', () => {
    expect(convert([bytes(0x35, 0xff), bytes(0xff)], { kind: 'int' })).toEqual(['E_TYPE', 'E_TYPE']);
  });
});

describe('faults', () => {
  const bytes = Buffer.from('x,y\n1,y\nx,2\n1,2\n"1,\n');
  const index = indexFields(bytes, 2, 44, { recordBytes: 1000, multilineBytes: 1000 });
  const reader = { ...READER, kind: 'int' } as const;

  it('the first one of a record is the one a person is shown', () => {
    const faults = noFaults(index.records);
    for (const column of [0, 1]) convertColumn({ bytes, index, column, reader, faults });
    expect([...faults.code].map(code => FAULTS[code])).toEqual(['E_TYPE', 'E_TYPE', 'E_TYPE', '', '']);
    expect([...faults.column].slice(0, 3)).toEqual([0, 1, 0]);
  });

  it.each(['int', 'decimal', 'date', 'timestamp', 'boolean', 'text'] as const)(
    'a record refused as a whole has no %s, and no other fault',
    kind => {
      const faults = noFaults(index.records);
      const column = convertColumn({ bytes, index, column: 1, reader: { ...READER, kind, required: true }, faults });
      expect(FAULTS[index.fault[4]!]).toBe('E_QUOTE');
      expect([isValid(column, 4), faults.code[4]]).toEqual([false, 0]);
    },
  );
});

it('a column of many long values holds all of them', () => {
  const lines = Array.from({ length: 300 }, (_, row) => String(row).repeat(row % 60));
  expect(convert(lines, {})).toEqual(lines.map(line => line || null));
});
