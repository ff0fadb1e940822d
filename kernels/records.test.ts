import { describe, expect, it } from 'vitest';
import { between, listOf, pick, type Random, seeded, textOf } from '../test/random.ts';
import { FAULTS } from './faults.ts';
import { type LineLimits, scanRecords } from './lines.ts';
import { indexFields, unescapeQuotes } from './records.ts';

const WIDE: LineLimits = { recordBytes: 1000, multilineBytes: 1000 };
const COMMA = 44;

interface Found {
  readonly raw: string;
  readonly line: number;
  /** Null when the record is refused as a whole. */
  readonly fields: readonly string[] | null;
  readonly fault: string;
}

function read(bytes: Buffer, columns: number, limits = WIDE): Found[] {
  const index = indexFields(bytes, columns, COMMA, limits);
  const field = (cell: number): string => {
    const [start, end] = [index.start[cell]!, index.end[cell]!];
    const plain = index.escaped[cell] === 1 ? unescapeQuotes(bytes, start, end) : bytes.subarray(start, end);
    return Buffer.from(plain).toString('latin1');
  };
  return listOf(index.records, row => ({
    raw: bytes.toString('latin1', index.recordStart[row]!, index.recordEnd[row]!),
    line: index.line[row]!,
    fields: index.fault[row] === 0 ? listOf(columns, column => field(row * columns + column)) : null,
    fault: FAULTS[index.fault[row]!]!,
  }));
}

/** What a user sees of each record: its fields, or why it is refused. */
const outcomes = (text: string, columns: number, limits = WIDE) =>
  read(Buffer.from(text, 'latin1'), columns, limits).map(({ fields, fault }) => fields ?? fault);

describe('fields of a record', () => {
  it.each([
    ['lie between delimiters', 'a,b\n', [['a', 'b']]],
    ['may be empty', ',\n', [['', '']]],
    ['need no final newline', 'a,b', [['a', 'b']]],
    [
      'do not hold the carriage return of CRLF',
      'a,b\r\nc,\r\n',
      [
        ['a', 'b'],
        ['c', ''],
      ],
    ],
    ['do not hold a carriage return that ends the file', 'a,b\r', [['a', 'b']]],
    ['keep a lone carriage return', 'a\rb,c\r\r\n', [['a\rb', 'c\r']]],
    ['skip blank lines', '\n\r\na,b\n\n', [['a', 'b']]],
    ['keep their blanks', ' a , b \n', [[' a ', ' b ']]],
    ['lose their enclosing quotes', '"a","b"\n', [['a', 'b']]],
    ['may be quoted and empty', '"",""\n', [['', '']]],
    [
      'may be quoted before CRLF and the end of the file',
      '"a","b"\r\n"c","d"\r',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['may hold delimiters, line feeds and carriage returns in quotes', '"a,\r\nb",c\n', [['a,\r\nb', 'c']]],
    ['have doubled quotes made one', '"say ""hi""",""""\n', [['say "hi"', '"']]],
    ['keep a quote in the middle of an unquoted field', 'a"b,"c"\n', [['a"b', 'c']]],
    ['keep doubled quotes of an unquoted field', 'a""b,c\n', [['a""b', 'c']]],
    ['keep a byte order mark', '\xef\xbb\xbfa,b\n', [['\xef\xbb\xbfa', 'b']]],
    ['may be quoted only behind a byte order mark as characters', '\xef\xbb\xbf"a",b\n', [['\xef\xbb\xbf"a"', 'b']]],
  ])('%s', (_title, text, expected) => expect(outcomes(text, 2)).toEqual(expected));
});

describe('a record is refused as a whole', () => {
  it.each([
    ['when it has too few fields', 'a\nb,c\n', ['E_COLS_FEW', ['b', 'c']]],
    ['when it has too many fields', 'a,b,c\n"a",b,c\nb,c\n', ['E_COLS_MANY', 'E_COLS_MANY', ['b', 'c']]],
    ['when text follows a closing quote', '"a"x,b\nc,d\n', ['E_QUOTE', ['c', 'd']]],
    ['when a quote is never closed, and only its line', 'a,"b\nc,d\n', ['E_QUOTE', ['c', 'd']]],
    ['when a quote is never closed before the end of the file', 'c,d\na,"b', [['c', 'd'], 'E_QUOTE']],
    ['when it holds a NUL, quoted or not', 'a\0,b\n"\0",d\ne,f\n', ['E_NUL', 'E_NUL', ['e', 'f']]],
    ['for its NUL rather than for its fields', 'a\0\nb,c\n', ['E_NUL', ['b', 'c']]],
  ])('%s', (_title, text, expected) => expect(outcomes(text, 2)).toEqual(expected));

  it('when its first line is longer than the limit, by a byte', () => {
    const limits = { recordBytes: 5, multilineBytes: 100 };
    expect(outcomes('aaa,b\naaaa,b\n"a\na",b\n"aaaa\n",c\n', 2, limits)).toEqual([
      ['aaa', 'b'],
      'E_LONG',
      ['a\na', 'b'],
      ['aaaa\n', 'c'],
    ]);
  });

  it('when it goes on too far behind its first line', () => {
    const limits = { recordBytes: 100, multilineBytes: 4 };
    expect(outcomes('"a\nb",\n"a\nbb",\n', 2, limits)).toEqual([['a\nb', ''], 'E_QUOTE', ['bb"', '']]);
  });

  it('and the lines of those behind it are still counted right', () => {
    const lines = read(Buffer.from('a,b\n\n"c\nc",d\n"e\nf,g\n'), 2).map(({ line }) => line);
    expect(lines).toEqual([0, 2, 4, 5]);
  });
});

it('finds a NUL at the end of a large chunk without searching for it once a record', () => {
  const bytes = Buffer.concat([Buffer.from('a,b\n'.repeat(500_000)), Buffer.from('a,\0\n')]);
  const started = performance.now();
  const { records, fault } = indexFields(bytes, 2, COMMA, WIDE);
  expect(records).toBe(500_001);
  expect(FAULTS[fault[500_000]!]).toBe('E_NUL');
  expect(fault.indexOf(FAULTS.indexOf('E_NUL'))).toBe(500_000);
  // One search a record would read 5 × 10¹¹ bytes.
  expect(performance.now() - started).toBeLessThan(2_000);
});

const LIMITS: readonly LineLimits[] = [
  { recordBytes: 20, multilineBytes: 12 },
  { recordBytes: 7, multilineBytes: 5 },
  { recordBytes: 6, multilineBytes: 40 },
  { recordBytes: 3, multilineBytes: 1 },
  WIDE,
];

/** A soup of the bytes that matter, or CSV of a writer who makes mistakes. */
function randomCsv(random: Random): string {
  if (random() < 0.5) return textOf(random, ['a', ',', '"', '"', '\n', '\n', '\r', '\0'], 32);
  const cell = () => {
    const content = textOf(random, ['a', 'b', ',', '"', '\n', '\r'], 5);
    return random() < 0.5 ? content.replace(/[,"\r\n]/g, '') : `"${content.replaceAll('"', '""')}"`;
  };
  const row = () => listOf(between(random, 1, 3), cell).join(',') + pick(random, ['\n', '\n', '\r\n']);
  const text = listOf(between(random, 1, 5), row).join('');
  const at = between(random, 0, text.length);
  const damage = pick(random, ['none', 'none', 'drop', 'add', 'cut']);
  if (damage === 'drop') return text.slice(0, at) + text.slice(at + 1);
  if (damage === 'add') return text.slice(0, at) + pick(random, ['"', '\n', '\r', ',', 'x']) + text.slice(at);
  return damage === 'cut' ? text.slice(0, at) : text;
}

/** The rules once more, as a regular expression over text: slow, and like neither of the others. */
function reference(text: string, { recordBytes, multilineBytes }: LineLimits): string {
  const seen: string[] = [];
  let line = 0;
  for (let at = 0; at < text.length; ) {
    const firstBreak = text.indexOf('\n', at);
    const lineEnd = firstBreak < 0 ? text.length : firstBreak;
    const firstLine = text.slice(at, lineEnd + 1);
    const limit = firstBreak < 0 ? text.length : firstBreak + 1 + multilineBytes;
    const fileEnd = limit >= text.length ? '$' : '(?!)';
    const field = `(?:"(?:[^"]|"")*"(?:\\r(?=\\n|${fileEnd}))?|(?:[^",\\n][^,\\n]*)?)`;
    const proper = new RegExp(`^${field}(?:,${field})*(?:\\n|${fileEnd})`).exec(text.slice(at, limit));
    const record = lineEnd - at > recordBytes || !proper ? firstLine : proper[0];
    if (!/^\r?\n?$/.test(record)) seen.push(`${line}:${at + record.length}`);
    line += record.split('\n').length - (record.endsWith('\n') ? 1 : 0);
    at += record.length;
  }
  return seen.join(' ');
}

/** The same of scanRecords: the line each record begins on, and where it ends. */
function scanned(bytes: Buffer, limits: LineLimits, pieces: readonly number[] = []): string {
  const seen: string[] = [];
  let from = 0;
  let records = 0;
  let lines = 0;
  for (const [i, to] of [...pieces, bytes.length].entries()) {
    const options = { start: from, final: i === pieces.length, delimiter: COMMA, limits };
    let line = lines;
    const found = scanRecords(bytes.subarray(0, to), options, (end, counted, lineCount) => {
      if (seen.length < records + counted) seen.push(`${line}:${end}`);
      line = lines + lineCount;
      return true;
    });
    from = found.end;
    records += found.records;
    lines += found.lines;
  }
  return seen.join(' ');
}

function indexed(bytes: Buffer, limits: LineLimits): string {
  const { records, line, recordEnd } = indexFields(bytes, 2, COMMA, limits);
  return listOf(records, row => `${line[row]}:${recordEnd[row]}`).join(' ');
}

/** Tries many inputs, and shows the first on which `check` finds a difference. */
function forAll(
  seed: number,
  cases: number,
  check: (text: string, limits: LineLimits, random: Random) => string | null,
): void {
  const random = seeded(seed);
  for (let i = 0; i < cases; i++) {
    const text = randomCsv(random);
    const limits = pick(random, LIMITS);
    const difference = check(text, limits, random);
    if (difference) expect.fail(`${difference}\n  input ${JSON.stringify(text)}\n  limits ${JSON.stringify(limits)}`);
  }
}

const differ = (what: string, a: string, b: string): string | null => (a === b ? null : `${what}:\n  ${a}\n  ${b}`);

describe('on any bytes', () => {
  it('the planner and the reader find the same records on the same lines', () =>
    forAll(1, 30_000, (text, limits) => {
      const bytes = Buffer.from(text, 'latin1');
      const planner = scanned(bytes, limits);
      return (
        differ('planner and reader', planner, indexed(bytes, limits)) ??
        differ('planner and reference', planner, reference(text, limits))
      );
    }));

  it('the planner finds the same records wherever its reads are split', () =>
    forAll(2, 8_000, (text, limits, random) => {
      const bytes = Buffer.from(text, 'latin1');
      const whole = scanned(bytes, limits);
      for (let split = 0; split <= bytes.length; split++) {
        const difference = differ(`split at ${split}`, whole, scanned(bytes, limits, [split]));
        if (difference) return difference;
      }
      const splits = listOf(4, () => between(random, 0, bytes.length)).sort((a, b) => a - b);
      return differ(`split at ${splits}`, whole, scanned(bytes, limits, splits));
    }));

  it('the reader finds the same records in a chunk that ends after any record', () =>
    forAll(3, 15_000, (text, limits) => {
      const bytes = Buffer.from(text, 'latin1');
      const whole = read(bytes, 2, limits).map(record => JSON.stringify({ ...record, line: 0 }));
      const { records, recordEnd } = indexFields(bytes, 2, COMMA, limits);
      for (let row = 0; row < records; row++) {
        const pieces = [bytes.subarray(0, recordEnd[row]!), bytes.subarray(recordEnd[row]!)];
        const apart = pieces
          .flatMap(piece => read(piece, 2, limits))
          .map(record => JSON.stringify({ ...record, line: 0 }));
        const difference = differ(`cut after record ${row}`, whole.join(' '), apart.join(' '));
        if (difference) return difference;
      }
      return null;
    }));
});

it('a table written with quotes where they are needed, and where they are not, is read back as it was', () => {
  const random = seeded(4);
  for (let i = 0; i < 3_000; i++) {
    const columns = between(random, 2, 4);
    const table = listOf(between(random, 0, 6), () =>
      listOf(columns, () => textOf(random, ['a', 'é', ',', '"', '\n', '\r', ' '], 6)),
    );
    const quote = (cell: string) =>
      /[,"\r\n]/.test(cell) || random() < 0.2 ? `"${cell.replaceAll('"', '""')}"` : cell;
    const newline = pick(random, ['\n', '\r\n']);
    const text = table.map(row => row.map(quote).join(',') + newline).join('');
    const written = random() < 0.5 ? text : text.slice(0, text.length - newline.length);
    expect(outcomes(written, columns), JSON.stringify(written)).toEqual(table);
  }
});
