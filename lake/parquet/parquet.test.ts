import { afterAll, describe, expect, it } from 'vitest';
import type { ColumnType, TableDefinition } from '../../base/table.ts';
import { AMOUNT_MAX } from '../../kernels/money.ts';
import { createKernels } from '../../kernels/wasm.ts';
import { COLUMN_TYPES, columnOf, type Plain, randomColumn, randomTable } from '../../test/columns.ts';
import { below, listOf, seeded } from '../../test/random.ts';
import type { Rows } from '../slab.ts';
import { EMPTY, openDuck, readByHyparquet, tableOf, written } from './readers.fixture.ts';
import { encodeParquet } from './write.ts';

const kernels = createKernels();
const duck = await openDuck();
const { query, read: readByDuck } = duck;
afterAll(() => duck.close());

describe('a table written as Parquet', () => {
  it.each([0, 1, 2, 7, 8, 9, 100, 3_000])(
    'of %i rows is read back value for value by DuckDB and by hyparquet',
    async length => {
      const { definition, rows } = randomTable(seeded(length), 9, length);
      const bytes = encodeParquet(kernels, definition, rows);
      const expected = written(definition, rows);
      expect(await readByDuck(definition, bytes)).toEqual(expected);
      expect(await readByHyparquet(definition, bytes)).toEqual(expected);
    },
  );

  it('holds the first and the last value of every type', async () => {
    const { definition, rows } = tableOf({
      int64: [2n ** 63n - 1n, -(2n ** 63n), 0n, null],
      decimal: [AMOUNT_MAX, -AMOUNT_MAX, -1n, null],
      text: ['🛒'.repeat(50_000), '', '\0', null],
      date: [-719_162, 2_932_896, 0, null],
      timestamp: [-1n, 253_402_300_799_000_000n, 0n, null],
      boolean: [true, false, true, null],
    });
    const bytes = encodeParquet(kernels, definition, rows);
    const expected = written(definition, rows);
    expect(await readByDuck(definition, bytes)).toEqual(expected);
    expect(await readByHyparquet(definition, bytes)).toEqual(expected);
  });

  it('keeps a byte order mark that begins a text, though both readers drop it on the way into JavaScript', async () => {
    const { definition, rows } = tableOf({ text: ['\ufeffa'] });
    expect(await query('select hex(text) from read_parquet($file)', encodeParquet(kernels, definition, rows))).toEqual([
      ['EFBBBF61'],
    ]);
  });

  it('may hold nothing but nulls', async () => {
    const { definition, rows } = tableOf(Object.fromEntries(COLUMN_TYPES.map(type => [type, Array(20).fill(null)])));
    expect(await readByDuck(definition, encodeParquet(kernels, definition, rows))).toEqual(
      Array(20).fill(Array(COLUMN_TYPES.length).fill(null)),
    );
  });

  it('finds texts that come often and texts that come once', async () => {
    const often = listOf(3_000, row => `state ${row % 7}`);
    const once = listOf(3_000, row => `order ${row}`);
    for (const text of [often, once]) {
      const { definition, rows } = tableOf({ text });
      expect((await readByDuck(definition, encodeParquet(kernels, definition, rows))).flat()).toEqual(text);
    }
    const sizeOf = (text: string[]) => {
      const { definition, rows } = tableOf({ text });
      return encodeParquet(kernels, definition, rows).length;
    };
    expect(sizeOf(often)).toBeLessThan(sizeOf(once) / 2);
  });

  it('takes little more for a few kinds than tells them apart, and for nulls than tells where they are', () => {
    const random = seeded(7);
    const sizeOf = (int64: Plain[]) => {
      const { definition, rows } = tableOf({ int64 });
      return encodeParquet(kernels, definition, rows).length;
    };
    const kinds = sizeOf(listOf(50_000, () => BigInt(below(random, 25))));
    expect(kinds).toBeGreaterThan((50_000 * Math.log2(25)) / 8);
    expect(kinds).toBeLessThan((50_000 * 4.8) / 8 + 500);
    const ids = listOf(50_000, () => BigInt(below(random, 1e9)));
    const nulls = sizeOf(ids.map((id, row) => (row % 500 === 0 ? null : id))) - sizeOf(ids);
    expect(nulls).toBeLessThan(100 * 5);
  });

  it.each(COLUMN_TYPES)('may hold one %s column under several names', async type => {
    for (const length of [1, 2, 100]) {
      const column = randomColumn(seeded(6), type, length, 0);
      const columns = ['a', 'b', 'c'].map(name => ({ name, type, nullable: false, description: '' }));
      const [definition, rows] = [
        { ...EMPTY, columns },
        { length, columns: { a: column, b: column, c: column } },
      ];
      expect(await readByDuck(definition, encodeParquet(kernels, definition, rows))).toEqual(written(definition, rows));
    }
  });

  it('is the same bytes for the same rows', () => {
    const bytes = () => {
      const { definition, rows } = randomTable(seeded(5), 8, 500);
      return Buffer.from(encodeParquet(kernels, definition, rows)).toString('base64');
    };
    expect(bytes()).toBe(bytes());
  });

  it('has the types that every reader understands, and BigQuery loads', async () => {
    const { definition, rows } = tableOf(Object.fromEntries(COLUMN_TYPES.map(type => [type, []])));
    const columns = await query(
      'select name, type, logical_type, precision, scale from parquet_schema($file) offset 1',
      encodeParquet(kernels, definition, rows),
    );
    const type = ([name, physical, logical, precision, scale]: Plain[]) =>
      [name, physical, logical, precision, scale].join(' | ');
    expect(columns.map(type)).toEqual([
      'int64 | INT64 |  |  | ',
      'decimal | INT64 | DecimalType(scale=6, precision=18) | 18 | 6',
      'text | BYTE_ARRAY | StringType() |  | ',
      'date | INT32 | DateType() |  | ',
      'timestamp | INT64 | TimestampType(isAdjustedToUTC=0, unit=TimeUnit(MILLIS=<null>, MICROS=MicroSeconds(), NANOS=<null>)) |  | ',
      'boolean | BOOLEAN |  |  | ',
      'int32 | INT32 |  |  | ',
      'double | DOUBLE |  |  | ',
    ]);
  });

  it('says which columns may be null, who wrote it, and that it is compressed', async () => {
    const columns = [
      { name: 'a', type: 'int64', nullable: false, description: '' },
      { name: 'b', type: 'int64', nullable: true, description: '' },
    ] as const;
    const length = 1_000;
    const column = columnOf(
      'int64',
      listOf(length, row => BigInt(row * row)),
    );
    const bytes = encodeParquet(kernels, { ...EMPTY, columns }, { length, columns: { a: column, b: column } });
    expect((await query('select repetition_type from parquet_schema($file) offset 1', bytes)).flat()).toEqual([
      'REQUIRED',
      'OPTIONAL',
    ]);
    expect((await query('select distinct compression from parquet_metadata($file)', bytes)).flat()).toEqual(['ZSTD']);
    expect((await query('select created_by from parquet_file_metadata($file)', bytes)).flat()).toEqual(['endcap']);
  });

  it('says the least and the greatest value and the number of nulls, so that readers can skip it', async () => {
    const { definition, rows } = tableOf({ date: [5, null, 2, 9], int64: [7n, -3n, null, null] });
    const statistics = await query(
      'select stats_min_value, stats_max_value, stats_null_count from parquet_metadata($file) order by column_id',
      encodeParquet(kernels, definition, rows),
    );
    expect(statistics).toEqual([
      ['1970-01-03', '1970-01-10', 1n],
      ['-3', '7', 2n],
    ]);
  });
});

describe('rows that do not fit their definition are refused', () => {
  const column = columnOf('int64', [1n, null]);
  const definition = (nullable: boolean, type: ColumnType = 'int64') => ({
    ...EMPTY,
    columns: [{ name: 'a', type, nullable, description: '' }],
  });

  it.each<[string, TableDefinition, Rows, string]>([
    [
      'when a column is missing',
      definition(true),
      { length: 2, columns: {} },
      'table.a: expected 2 values of int64, got undefined of undefined',
    ],
    [
      'when it has another type',
      definition(true, 'decimal'),
      { length: 2, columns: { a: column } },
      'table.a: expected 2 values of decimal, got 2 of int64',
    ],
    [
      'when it has another length',
      definition(true),
      { length: 3, columns: { a: column } },
      'table.a: expected 3 values of int64, got 2 of int64',
    ],
    [
      'when it lacks a value that is required',
      definition(false),
      { length: 2, columns: { a: column } },
      'table.a: 1 nulls',
    ],
  ])('%s', (_title, table, rows, message) => expect(() => encodeParquet(kernels, table, rows)).toThrow(message));
});
