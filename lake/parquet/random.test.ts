/** Any table, cut into any row groups and pages, is found again; and what the file says of its values is so. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { TableDefinition } from '../../base/table.ts';
import { numberColumn, textColumn } from '../../kernels/column.ts';
import { createKernels } from '../../kernels/wasm.ts';
import { columnOf, type Plain, plainValues, randomTable } from '../../test/columns.ts';
import { below, between, listOf, pick, seeded } from '../../test/random.ts';
import { EMPTY, openDuck, readByHyparquet, readByParquetWasm, tableOf, written } from './readers.fixture.ts';
import { createParquetWriter, encodeParquet, type ParquetOptions } from './write.ts';

const kernels = createKernels();
const duck = await openDuck();
afterAll(() => duck.close());

describe('random tables in random pieces', () => {
  it.each(listOf(24, seed => [seed]))('number %i is found again by all', async seed => {
    const random = seeded(seed);
    const length = pick(random, [0, 1, 8, 9, 64, 500, 2_000, 5_000]);
    const { definition, rows } = randomTable(random, 9, length);
    const options: ParquetOptions = {
      codec: pick(random, ['zstd', 'snappy', 'none']),
      encodings: pick(random, ['safe', 'delta']),
      rowGroupRows: between(random, 1, 200) * 8,
      pageRows: between(random, 1, 40) * 8,
    };
    const mark = kernels.mark();
    const bytes = encodeParquet(kernels, definition, rows, options);
    expect(kernels.mark() - mark).toBeLessThan(bytes.length + 80);
    const expected = written(definition, rows);
    expect(await duck.read(definition, bytes)).toEqual(expected);
    expect(await readByHyparquet(definition, bytes)).toEqual(expected);
    expect(readByParquetWasm(definition, bytes)).toEqual(expected);
    expect(Buffer.from(encodeParquet(createKernels(), definition, rows, options)).equals(bytes)).toBe(true);
  });
});

describe('large tables', () => {
  it('a million rows are as many as were written, and add up', async () => {
    const length = 1_000_000;
    const random = seeded(1);
    const ids = numberColumn(
      'int64',
      listOf(length, () => below(random, 2 ** 31)),
    );
    const days = columnOf(
      'date',
      listOf(length, row => Math.floor(row / 10_000)),
    );
    const names = textColumn(listOf(length, row => (row % 7 === 0 ? null : `name ${row % 1_000}`)));
    const columns = (['int64', 'date', 'text'] as const).map(type => ({
      name: type,
      type,
      nullable: true,
      description: '',
    }));
    const definition = { ...EMPTY, columns };
    const rows = { length, columns: { int64: ids, date: days, text: names } };
    const bytes = encodeParquet(kernels, definition, rows);
    const sum = ids.values.reduce((total, value) => total + value, 0n);
    const found = await duck.query(
      `select count(*), sum(int64)::varchar, count(distinct date), count(text), count(distinct text),
              bool_and(text = 'name ' || ((row - 1) % 1000)) , bool_and(date = date '1970-01-01' + ((row - 1) // 10000)::int)
       from (select *, row_number() over () as row from read_parquet($file))`,
      bytes,
    );
    expect(found).toEqual([[1_000_000n, String(sum), 100n, 857_142n, 1_000n, true, true]]);
    const groups = await duck.query(
      'select distinct row_group_num_rows from parquet_metadata($file) order by 1',
      bytes,
    );
    expect(groups.flat()).toEqual([BigInt(1_000_000 % 122_880), 122_880n]);
  });

  it('texts of 20,000 characters are cut into pages and row groups that fit in memory', async () => {
    const text = listOf(1_500, row => (row % 50 === 3 ? null : `${row} ${'🛒é'.repeat(row % 2 === 0 ? 1 : 10_000)}`));
    const { definition, rows } = tableOf({ text });
    const bytes = encodeParquet(kernels, definition, rows);
    expect((await duck.read(definition, bytes)).flat()).toEqual(text);
    expect(readByParquetWasm(definition, bytes).flat()).toEqual(text);
    expect((await readByHyparquet(definition, bytes)).flat()).toEqual(text);
  });

  it('a writer gives a file row group by row group', async () => {
    const { definition, rows } = randomTable(seeded(7), 9, 3_000);
    const writer = createParquetWriter(kernels, definition);
    const pieces = [writer.add(rows), writer.add({ ...rows }), writer.finish()];
    const expected = written(definition, rows);
    const bytes = Buffer.concat(pieces);
    expect(await duck.read(definition, bytes)).toEqual([...expected, ...expected]);
    expect(await duck.query('select num_row_groups from parquet_file_metadata($file)', bytes)).toEqual([[2n]]);
  });
});

describe('statistics', () => {
  it.each(listOf(8, seed => [seed]))('are those of the values of each row group (table %i)', async seed => {
    const { definition, rows } = randomTable(seeded(seed + 100), 9, 700);
    const bytes = encodeParquet(kernels, definition, rows, { rowGroupRows: 160, pageRows: 64 });
    const found = await duck.query(
      'select row_group_id, column_id, stats_null_count, stats_min_value is null, stats_max_value is null from parquet_metadata($file) order by all',
      bytes,
    );
    const expected = listOf(5, group =>
      definition.columns.map(({ name, type }, at) => {
        const values = plainValues(rows.columns[name]!).slice(group * 160, group * 160 + 160);
        const present = values.filter(value => value !== null);
        // DuckDB shows no infinite bounds, though it has them.
        const silent =
          type === 'text' ? isLong(present as string[]) : !present.every(value => Number.isFinite(Number(value)));
        return {
          place: [BigInt(group), BigInt(at), BigInt(values.length - present.length)],
          isEmpty: present.length === 0,
          silent,
        };
      }),
    ).flat();
    expect(found.map(row => row.slice(0, 3))).toEqual(expected.map(({ place }) => place));
    found.forEach((row, i) => {
      if (!expected[i]!.silent) expect(row.slice(3)).toEqual(expected[i]!.isEmpty ? [true, true] : [false, false]);
    });
    await expectBounds(definition, bytes);
  });

  /** No value lies outside of what its row group says: DuckDB finds as many by its statistics as without. */
  async function expectBounds({ columns }: TableDefinition, bytes: Uint8Array): Promise<void> {
    for (const { name, type } of columns) {
      if (type === 'boolean') continue;
      const [row] = await duck.query(
        `with bounds as (select row_group_id, stats_min_value as low, stats_max_value as high from parquet_metadata($file) where path_in_schema = '${name}'),
              data as (select file_row_number // 160 as row_group_id, "${name}" as value from read_parquet($file, file_row_number = true)),
              seen as (select row_group_id, min(value) as least, max(value) as greatest from data group by all)
         select count(*) from seen join bounds using (row_group_id)
         where low is not null and least is not null
           and (cast(low as ${sqlType(type)}) <> least or cast(high as ${sqlType(type)}) <> greatest)`,
        bytes,
      );
      expect(row, name).toEqual([0n]);
    }
  }

  const sqlType = (type: string) =>
    ({
      int64: 'bigint',
      int32: 'integer',
      decimal: 'decimal(18,6)',
      text: 'varchar',
      date: 'date',
      timestamp: 'timestamp',
      double: 'double',
    })[type];

  /** Whether the least or the greatest text is too long to be told. */
  const isLong = (texts: readonly string[]) => {
    const sorted = texts.map(text => Buffer.from(text)).sort(Buffer.compare);
    return [sorted[0], sorted.at(-1)].some(bytes => bytes !== undefined && bytes.length > 256);
  };

  it('of floats say nothing where one is no number, and widen zeros', async () => {
    const bounds = async (double: number[]) => {
      const { definition, rows } = tableOf({ double });
      const sql = 'select stats_min_value, stats_max_value from parquet_metadata($file)';
      return (await duck.query(sql, encodeParquet(kernels, definition, rows)))[0];
    };
    expect(await bounds([1, Number.NaN, -1])).toEqual([null, null]);
    expect(await bounds([1, -1, 0.5])).toEqual(['-1.0', '1.0']);
    expect(await bounds([0, 5])).toEqual(['-0.0', '5.0']);
    expect(await bounds([-0, -5])).toEqual(['-5.0', '0.0']);
  });
});

describe('checksums', () => {
  const { definition, rows } = tableOf({ text: listOf(2_000, row => `order ${row * row}`) });

  it('of each page tell of any byte that is not as it was written', async () => {
    const bytes = encodeParquet(kernels, definition, rows, { pageRows: 504 });
    const pages = pagesOf(bytes, 4, 4);
    for (const { start, end, crc } of pages) {
      expect(crc32(bytes.subarray(start, end)) | 0).toBe(crc);
      const damaged = Uint8Array.from(bytes.subarray(start, end));
      damaged[100]! ^= 1;
      expect(crc32(damaged) | 0).not.toBe(crc);
    }
  });
});

/** The first `count` pages, which begin at `at`, read from their Thrift headers: type, size, compressed size and checksum come first. */
function pagesOf(bytes: Uint8Array, at: number, count: number) {
  const pages: { start: number; end: number; crc: number }[] = [];
  let position = at;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[position++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  };
  // Fields 1 to 4, each a step of one and an i32; then field 5, the header of a data page.
  while (pages.length < count) {
    const [, , compressedSize, crc] = listOf(4, () => {
      position++;
      return varint();
    });
    if (bytes[position++] !== 0x1c) throw new Error('not the header of a data page');
    for (let field = 0; field < 4; field++) {
      position++;
      varint();
    }
    position += 2;
    pages.push({ start: position, end: position + compressedSize!, crc: crc! });
    position += compressedSize!;
  }
  return pages;
}

it('parquetjs-lite reads the plainest of files: no dictionaries, no times', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'endcap-parquetjs-'));
  try {
    const random = seeded(9);
    const length = 300;
    const values = {
      text: listOf(length, row => `order ${row} of ${below(random, 1e9)}`),
      double: listOf(length, () => random()),
      int32: listOf(length, () => below(random, 2 ** 31)),
      boolean: listOf(length, () => random() < 0.5),
    };
    const { definition, rows } = tableOf(values);
    const file = join(folder, 'a.parquet');
    writeFileSync(file, encodeParquet(kernels, definition, rows, { codec: 'snappy' }));
    const { ParquetReader } = createRequire(import.meta.url)('parquetjs-lite') as {
      ParquetReader: {
        openFile(
          file: string,
        ): Promise<{ getCursor(): { next(): Promise<Record<string, Plain> | null> }; close(): Promise<void> }>;
      };
    };
    const reader = await ParquetReader.openFile(file);
    const cursor = reader.getCursor();
    for (let row = 0; row < length; row++) {
      expect(await cursor.next()).toEqual(
        Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list[row]])),
      );
    }
    expect(await cursor.next()).toBeNull();
    await reader.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
