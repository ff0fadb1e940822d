import { describe, expect, it } from 'vitest';
import type { QueryResult } from '../warehouse/warehouse.ts';
import { jsonOf, queryTable } from './query.ts';
import { PLAIN, widthOf } from './style.ts';
import { alignedTable, csvTable, markdownTable } from './table.ts';

const RESULT: QueryResult = {
  columns: [
    { name: 'city', type: 'VARCHAR' },
    { name: 'net', type: 'DECIMAL(38,6)' },
    { name: 'lines', type: 'BIGINT' },
  ],
  rows: [
    { city: 'Thüringen', net: '1234.500000', lines: 7 },
    { city: null, net: '-0.010000', lines: '9007199254740993' },
  ],
  truncated: false,
};

describe('an answer', () => {
  it('is an aligned table for people', () => {
    expect(queryTable(RESULT, PLAIN)).toBe(
      [
        'city               net             lines\n',
        'Thüringen  1234.500000                 7\n',
        'null         -0.010000  9007199254740993\n',
      ].join(''),
    );
  });

  it('is JSON with its columns in order and its digits untouched', () => {
    const parsed = JSON.parse(jsonOf(RESULT));
    expect(parsed).toEqual({ columns: ['city', 'net', 'lines'], rows: RESULT.rows });
    expect(JSON.parse(jsonOf({ ...RESULT, rows: [] }))).toEqual({ columns: ['city', 'net', 'lines'], rows: [] });
  });
});

describe('tables', () => {
  it('follow RFC 4180 as CSV', () => {
    expect(
      csvTable(
        ['a', 'b'],
        [
          ['x,y', 'he said "no"'],
          ['line\nbreak', ' edge '],
          ['', 'plain'],
        ],
      ),
    ).toBe('a,b\r\n"x,y","he said ""no"""\r\n"line\nbreak"," edge "\r\n,plain\r\n');
  });

  it('keep bars and line breaks out of Markdown', () => {
    expect(markdownTable([{ title: 'a' }, { title: 'n', align: 'right' }], [['x|y\nz', '1']])).toBe(
      '| a | n |\n| --- | ---: |\n| x\\|y<br>z | 1 |\n',
    );
  });

  it('are aligned by cells, not letters, and cut long ones', () => {
    const text = alignedTable(
      [{ title: 'name' }, { title: 'n' }],
      [
        ['東京', '1'],
        ['ab', '2'],
        ['a very long name', '3'],
      ],
      { cellWidth: 8 },
    );
    expect(text).toBe('name      n\n東京      1\nab        2\na very …  3\n');
    expect(widthOf('e\u0301')).toBe(1);
  });
});
