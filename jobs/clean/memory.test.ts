import { describe, expect, it } from 'vitest';
import { adviceFor } from '../registry.ts';
import { memoryAdvice } from './memory.ts';
import * as tasks from './tasks.ts';

const dayOf = (text: string): number => Date.parse(text) / 86_400_000;
const slice = (rows: number) => ({ key: 'lake/parts/a#0-8', hash: '', rows });
const chunk = { file: 'sales.csv', start: 100, end: 100 + 2 ** 24, records: 3_000_000 };
const tables = { customers: { rows: 16_000_000, slices: [] }, cities: { rows: 96, slices: [] } };
const days = (...numbers: readonly number[]) =>
  numbers.map(day => ({ day, runs: [{ files: ['sales.csv'], slices: [slice(5), slice(6)] }], losers: [] }));
const sources = ['a.csv', 'b.csv', 'c.csv', 'd.csv', 'e.csv'].map(file => ({
  file,
  entries: { key: '', hash: '', ends: file === 'a.csv' ? [7, 7] : [7, 1_000_007] },
}));

interface Case {
  readonly input: unknown;
  readonly shared?: unknown;
  readonly what: string;
  readonly where: string;
  readonly next: RegExp;
}

const FEWER_CUSTOMERS = /^leave out the records that no sale refers to of customers \(16000000 rows\)$/;

const CASES: Readonly<Record<string, Case>> = {
  'clean.scan': {
    input: {
      ranges: [
        { file: 'a.csv', range: { start: 0, end: 9 } },
        { file: 'b.csv', range: { start: 5, end: 2 ** 22 } },
      ],
    },
    what: 'a range of b.csv cannot be looked through at once',
    where: 'b.csv, from byte 5 on',
    next: /--chunk-bytes 2047KB.*quote/,
  },
  'clean.chunk': {
    input: chunk,
    what: '3000000 records of sales.csv cannot be read at once',
    where: 'sales.csv, bytes 100 to 16777316',
    next: /--chunk-bytes 8192KB$/,
  },
  'clean.entries': {
    input: { ...chunk, end: 200, records: 1 },
    what: '1 record of sales.csv cannot be read at once',
    where: 'sales.csv, bytes 100 to 200',
    next: /--chunk-bytes 4KB$/,
  },
  'clean.table': {
    input: { table: 'customers', files: [{ file: 'customers.csv', chunks: [chunk, { ...chunk, end: 200 }] }] },
    what: 'the table customers cannot be cleaned',
    where: 'customers.csv',
    next: /--chunk-bytes 8192KB; .*no sale refers to/,
  },
  'clean.keys': {
    input: { bucket: 1 },
    shared: { sources },
    what: '4000000 keys that may come twice cannot be compared at once',
    where: 'b.csv, c.csv, d.csv and 1 other file',
    next: /the key in the contract/,
  },
  'clean.merge': {
    input: { days: days(dayOf('2024-02-29')) },
    shared: { by: 'day' },
    what: '11 sold lines cannot be brought into order',
    where: 'the day 2024-02-29',
    next: /one customer or sale has millions of lines/,
  },
  'clean.day': {
    input: { days: days(dayOf('2024-02-01'), dayOf('2024-02-29')) },
    shared: { tables },
    what: '22 sold lines cannot be brought into order',
    where: 'the days 2024-02-01 to 2024-02-29',
    next: FEWER_CUSTOMERS,
  },
  'clean.dimension': {
    input: { dimension: 'store', isDerived: false, slices: [slice(4), slice(5)] },
    shared: { tables },
    what: 'the table dim_store cannot be made',
    where: '9 rows for dim_store',
    next: FEWER_CUSTOMERS,
  },
  'clean.quarantine': {
    input: { file: 'sales.csv', rejects: [slice(4), slice(5)] },
    shared: { tables: {} },
    what: '9 refused records of sales.csv cannot be described at once',
    where: 'sales.csv',
    next: /delimiter, encoding, key and formats/,
  },
};

describe('a task that does not fit into its memory', () => {
  it.each(Object.entries(CASES))('of the kind %s says what does not, where, and what helps', (kind, expected) => {
    const { input, shared, what, where, next } = expected;
    const advice = memoryAdvice(kind, input, shared);
    expect(advice).toMatchObject({ what, where, why: expect.stringMatching(/\w+/), next: expect.stringMatching(next) });
  });

  it('has advice of its own, unless it takes none of that memory', () => {
    const { memoryAdvice: _, ...functions } = tasks;
    const kinds = Object.keys(functions).filter(name => name !== 'unpack');
    expect(Object.keys(CASES).sort()).toEqual(kinds.map(name => `clean.${name}`).sort());
    expect(memoryAdvice('clean.unpack', {}, {})).toBe(null);
  });

  it('of customer blocks is told of those, and of no day', async () => {
    const where = 'customer block 3';
    expect(memoryAdvice('clean.merge', { days: days(3) }, { by: 'customer block' })).toMatchObject({ where });
    expect(await adviceFor('customers.block', { block: 3, runs: [] }, {})).toMatchObject({ where });
  });

  it('is told to use smaller chunks only if it reads some', () => {
    const told = Object.entries(CASES).filter(([kind, { input, shared }]) =>
      memoryAdvice(kind, input, shared)!.next.includes('--chunk-bytes'),
    );
    expect(told.map(([kind]) => kind)).toEqual(['clean.scan', 'clean.chunk', 'clean.entries', 'clean.table']);
  });

  it('is not told of tables that are small, and of a derived dimension what describes it', () => {
    const derived = { dimension: 'customer', isDerived: true, slices: [slice(1)] };
    expect(memoryAdvice('clean.dimension', derived, { tables })!.next).toMatch(/a column that describes a customer/);
    const small = { tables: { cities: tables.cities } };
    expect(memoryAdvice('clean.dimension', CASES['clean.dimension']!.input, small)!.next).toMatch(/long texts/);
    expect(memoryAdvice('clean.day', CASES['clean.day']!.input, small)!.next).toMatch(/millions of lines/);
  });
});
