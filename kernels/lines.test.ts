import { describe, expect, it } from 'vitest';
import { type LineLimits, scanRecords } from './lines.ts';

const WIDE: LineLimits = { recordBytes: 1000, multilineBytes: 1000 };
const COMMA = 44;

/** The pieces of `text` that the scan ends one after another, and what it counted. */
function scan(text: string, { final = true, limits = WIDE, delimiter = COMMA } = {}) {
  const bytes = Buffer.from(text, 'latin1');
  const pieces: string[] = [];
  let from = 0;
  const { end, records, lines } = scanRecords(bytes, { start: 0, final, delimiter, limits }, recordEnd => {
    pieces.push(text.slice(from, recordEnd));
    from = recordEnd;
    return true;
  });
  return { pieces, records, lines, rest: text.slice(end) };
}

const whole = (pieces: string[], records: number, lines: number) => ({ pieces, records, lines, rest: '' });

describe('a record ends where its line ends', () => {
  it.each([
    ['nothing in an empty file', '', whole([], 0, 0)],
    ['a line feed', 'a,b\nc,d\n', whole(['a,b\n', 'c,d\n'], 2, 2)],
    ['the end of the file, without a final newline', 'a,b\nc,d', whole(['a,b\n', 'c,d'], 2, 2)],
    ['CRLF', 'a,b\r\nc,d\r\n', whole(['a,b\r\n', 'c,d\r\n'], 2, 2)],
    [
      'no record on a blank line, with or without a carriage return',
      'a\n\n\r\nb\n\n',
      whole(['a\n', '\n', '\r\n', 'b\n', '\n'], 2, 5),
    ],
    ['no record in a carriage return that ends the file', 'a\n\r', whole(['a\n', '\r'], 1, 2)],
    ['a record of blanks only: they may be a value', ' \n', whole([' \n'], 1, 1)],
    ['no end at a lone carriage return', 'a\rb\nc\n', whole(['a\rb\n', 'c\n'], 2, 2)],
    ['no end at a NUL', 'a\0b\nc\n', whole(['a\0b\n', 'c\n'], 2, 2)],
    ['a byte order mark is bytes like others', '\xef\xbb\xbfa\nb\n', whole(['\xef\xbb\xbfa\n', 'b\n'], 2, 2)],
  ])('%s', (_title, text, expected) => expect(scan(text)).toEqual(expected));
});

describe('a quoted field may hold line feeds', () => {
  it.each([
    ['one', 'a,"b\nc"\nd\n', whole(['a,"b\nc"\n', 'd\n'], 2, 3)],
    ['many, and blank lines too', '"\n\n\n"\nd\n', whole(['"\n\n\n"\n', 'd\n'], 2, 5)],
    ['CRLF within and behind', '"b\r\nc"\r\nd\r\n', whole(['"b\r\nc"\r\n', 'd\r\n'], 2, 3)],
    ['in the last field of a file without a final newline', 'a,"b\nc"', whole(['a,"b\nc"'], 1, 2)],
    ['and the carriage return that ends the file', '"b\nc"\r', whole(['"b\nc"\r'], 1, 2)],
    ['behind doubled quotes', '"a""\nb"\nc\n', whole(['"a""\nb"\n', 'c\n'], 2, 3)],
    ['in a field of doubled quotes only', '""""\n"""\n"""\n', whole(['""""\n', '"""\n"""\n'], 2, 3)],
    ['in two fields of one record', '"a\nb","c\nd"\ne\n', whole(['"a\nb","c\nd"\n', 'e\n'], 2, 4)],
    ['with delimiters in it', '"a,\n,b",c\nd\n', whole(['"a,\n,b",c\n', 'd\n'], 2, 3)],
  ])('%s', (_title, text, expected) => expect(scan(text)).toEqual(expected));

  it('splits at the delimiter it was told', () => {
    expect(scan('"a\nb";c\nd\n', { delimiter: 59 }).pieces).toEqual(['"a\nb";c\n', 'd\n']);
    expect(scan('"a\nb";c\nd\n').pieces, 'text behind a closing quote').toEqual(['"a\n', 'b";c\n', 'd\n']);
  });
});

describe('a quote that is a mistake costs one line', () => {
  it.each([
    ['in the middle of an unquoted field it is a character', 'a"b\nc"d\n', whole(['a"b\n', 'c"d\n'], 2, 2)],
    ['text after the closing quote', '"a"b\nc\n', whole(['"a"b\n', 'c\n'], 2, 2)],
    ['text after a closing quote some lines on', '"a\nb"c\nd\n', whole(['"a\n', 'b"c\n', 'd\n'], 3, 3)],
    ['a blank after the closing quote', '"a" ,b\nc\n', whole(['"a" ,b\n', 'c\n'], 2, 2)],
    ['a lone carriage return after the closing quote', '"a"\rb\nc\n', whole(['"a"\rb\n', 'c\n'], 2, 2)],
    ['never closed, in the middle of the file', 'a,"b\nc\nd\n', whole(['a,"b\n', 'c\n', 'd\n'], 3, 3)],
    ['never closed, at the end of the file', 'a\n"b', whole(['a\n', '"b'], 2, 2)],
    ['a quote as the last byte', 'a,"', whole(['a,"'], 1, 1)],
    ['closed twice: the doubled quote keeps the field open', '"a""\nb\n', whole(['"a""\n', 'b\n'], 2, 2)],
  ])('%s', (_title, text, expected) => expect(scan(text)).toEqual(expected));
});

describe('limits', () => {
  const limits = { recordBytes: 6, multilineBytes: 6 };

  it('ends a record whose first line is too long at that line feed, quotes or not', () => {
    expect(scan('aaaa,"b\nc"\n', { limits }).pieces).toEqual(['aaaa,"b\n', 'c"\n']);
    expect(scan('aaa,"b\nc"\n', { limits }).pieces).toEqual(['aaa,"b\nc"\n']);
  });

  it.each([
    ['so many bytes after the first line feed belong to the record', '"a\nbcde"\nz\n', ['"a\nbcde"\n', 'z\n']],
    ['one more does not', '"a\nbcdef"\nz\n', ['"a\n', 'bcdef"\n', 'z\n']],
    ['nor when only the line feed is too much', '"a\nbcde"\r\nz\n', ['"a\n', 'bcde"\r\n', 'z\n']],
    ['nor when only a carriage return at the end of the file is', '"a\nbcdef"\r', ['"a\n', 'bcdef"\r']],
    ['nor when only the closing quote is', '"a\nbcdefg"', ['"a\n', 'bcdefg"']],
    ['the file may end right at the limit', '"a\nbcdef"', ['"a\nbcdef"']],
    ['the file may end right at the limit with a carriage return', '"a\nbcde"\r', ['"a\nbcde"\r']],
  ])('%s', (_title, text, pieces) => expect(scan(text, { limits }).pieces).toEqual(pieces));
});

describe('a piece of a file', () => {
  const partial = (text: string, limits = WIDE) => scan(text, { final: false, limits });

  it('leaves a line that has not ended for the next piece', () => {
    expect(partial('a\nb')).toEqual({ pieces: ['a\n'], records: 1, lines: 1, rest: 'b' });
    expect(partial('a')).toEqual({ pieces: [], records: 0, lines: 0, rest: 'a' });
  });

  it('leaves a quoted field that may still close', () => {
    expect(partial('a\n"b\nc').rest).toBe('"b\nc');
    expect(partial('"b\nc"').rest, 'the quote may be doubled').toBe('"b\nc"');
    expect(partial('"b\nc"\r').rest, 'the line feed may follow').toBe('"b\nc"\r');
    expect(partial('"b\nc",').rest).toBe('"b\nc",');
    expect(partial('"b\nc"\n').rest).toBe('');
  });

  it('gives up a quoted field once the limit is read', () => {
    const limits = { recordBytes: 6, multilineBytes: 3 };
    expect(partial('"b\ncc"', limits).rest, 'the file may end here').toBe('"b\ncc"');
    expect(partial('"b\ncccc', limits)).toEqual({ pieces: ['"b\n'], records: 1, lines: 1, rest: 'cccc' });
  });

  it('begins where it is told, and stops when the caller has seen enough', () => {
    const options = { start: 2, final: true, delimiter: COMMA, limits: WIDE };
    expect(scanRecords(Buffer.from('"\nb\nc\nd'), options)).toEqual({ end: 7, records: 3, lines: 3 });
    const stopped = scanRecords(Buffer.from('"\nb\nc\nd'), options, (_end, records) => records < 2);
    expect(stopped).toEqual({ end: 6, records: 2, lines: 2 });
  });
});
