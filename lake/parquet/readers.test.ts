/** Every reader finds in every kind of file what was written. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { ColumnType, TableDefinition } from '../../base/table.ts';
import { createKernels } from '../../kernels/wasm.ts';
import { COLUMN_TYPES, columnOf, type Plain, randomColumn } from '../../test/columns.ts';
import { below, listOf, type Random, randomInt64, seeded } from '../../test/random.ts';
import type { Rows } from '../slab.ts';
import { encodeByParquetWasm } from './arrow.fixture.ts';
import { EMPTY, openDuck, readByHyparquet, readByParquetWasm, written } from './readers.fixture.ts';
import { encodeParquet, type ParquetOptions } from './write.ts';

const kernels = createKernels();
const duck = await openDuck();
afterAll(() => duck.close());

const WAYS: readonly ParquetOptions[] = (['zstd', 'snappy', 'none'] as const).flatMap(codec =>
  (['safe', 'delta'] as const).map(encodings => ({ codec, encodings })),
);
const nameOf = ({ codec, encodings }: ParquetOptions) => `${codec} ${encodings}`;

type Kinds = Readonly<Record<string, readonly [ColumnType, (row: number) => Plain]>>;

/** Columns of every type, and of the kinds of values that are encoded and compressed in their own ways. */
function everyKind(random: Random, length: number): Table {
  const kinds: Kinds = {
    'ids in any order': ['int64', () => BigInt(below(random, 7_000_000))],
    'ids in order': ['int64', row => BigInt(row * 3)],
    'one id': ['int64', () => 42n],
    'a few amounts': ['decimal', () => BigInt(below(random, 300)) * 100n - 7n],
    'amounts that are mostly zero': ['decimal', () => (random() < 0.9 ? 0n : BigInt(below(random, 1e9)))],
    'mostly one of four': ['int64', () => BigInt(random() < 0.9 ? 0 : 1 + below(random, 3))],
    'amounts of all sizes': ['decimal', () => randomInt64(random, 59)],
    times: ['timestamp', () => 1_500_000_000_000_000n + BigInt(below(random, 86_400_000)) * 1_000n],
    'texts of one size': ['text', () => listOf(20, () => String.fromCharCode(65 + below(random, 26))).join('')],
    'texts of many sizes': ['text', row => 'ab🛒'.repeat(below(random, 9)) + row],
    'a text that changes': ['text', row => `state ${Math.floor(row / 100) % 3}`],
    'floats of few kinds': ['double', () => below(random, 10) / 10],
    'runs of small numbers': ['int32', row => Math.floor(row / 50)],
  };
  const names = [...Object.keys(kinds), ...COLUMN_TYPES];
  // Some that may be null never are.
  return tableOfKinds(random, length, names, kinds, i => (i % 3 === 0 || i % 2 === 0 ? 0 : 0.2));
}

/** What is decided by the first values of many, and what makes a block or a run of its own. */
function manyRows(random: Random, length: number): Table {
  const far = 5_000;
  const kinds: Kinds = {
    'a few, as bytes': ['int64', () => BigInt(below(random, 25))],
    // Eight in a row where the sample begins with them, and the page does not.
    'a few, as bytes, and once one of them for a while': [
      'int64',
      row => BigInt(row > ((length - 8_192) >> 1) + 15 && row < ((length - 8_192) >> 1) + 24 ? 3 : below(random, 25)),
    ],
    'a few, and at last others': ['int64', row => BigInt(row < far ? row % 40 : row)],
    'days, and at last others': ['date', row => (row < far ? 17_000 + (row % 30) : -row)],
    'one, and at last others': ['decimal', row => (row < far ? 5n : BigInt(row % 3))],
    'steps, and then less': ['int64', row => BigInt((row % 50) * 64 + (row === far ? 1 : 0))],
    'times with few nulls': ['timestamp', () => 1_500_000_000_000_000n + BigInt(below(random, 1e9)) * 10_000n],
    'far from each other': ['int64', () => (random() < 0.5 ? 2n ** 63n - 1n : -(2n ** 63n)) + BigInt(below(random, 2))],
    'ids with few nulls': ['text', () => listOf(20, () => below(random, 36).toString(36)).join('')],
    'texts with few nulls': ['text', row => `${row}`.repeat(1 + below(random, 3))],
  };
  return tableOfKinds(random, length, Object.keys(kinds), kinds, (_i, name) => (name.includes('nulls') ? 0.01 : 0));
}

interface Table {
  readonly definition: TableDefinition;
  readonly rows: Rows;
}

/** Columns of kinds, or of random values of the type they are named by, with a share of nulls. */
function tableOfKinds(
  random: Random,
  length: number,
  names: readonly string[],
  kinds: Kinds,
  nullsOf: (i: number, name: string) => number,
): Table {
  const columns = names.map((name, i) => {
    const type = kinds[name]?.[0] ?? (name as ColumnType);
    return { name, type, nullable: i % 3 !== 0, description: '' };
  });
  const entries = columns.map(({ name, type, nullable }, i) => {
    const kind = kinds[name];
    const nulls = nullable ? nullsOf(i, name) : 0;
    if (!kind) return [name, randomColumn(random, type, length, nulls)] as const;
    const values = listOf(length, row => (random() < nulls ? null : kind[1](row)));
    return [name, columnOf(type, values)] as const;
  });
  return { definition: { ...EMPTY, columns }, rows: { length, columns: Object.fromEntries(entries) } };
}

const few = everyKind(seeded(1), 1_500);
const { definition, rows } = few;
const expected = written(definition, rows);
const many = manyRows(seeded(3), 9_000);

describe.each(WAYS.map(way => [nameOf(way), way] as const))('%s', (_name, way) => {
  const bytes = encodeParquet(kernels, definition, rows, way);

  it('is read by DuckDB', async () => expect(await duck.read(definition, bytes)).toEqual(expected));
  it('is read by hyparquet', async () => expect(await readByHyparquet(definition, bytes)).toEqual(expected));
  it('is read by parquet-rs', () => expect(readByParquetWasm(definition, bytes)).toEqual(expected));

  it('uses the encodings that were asked for', async () => {
    const found = await duck.query(
      'select distinct unnest(string_split(encodings, $separator)) from parquet_metadata($file)'.replace(
        '$separator',
        "', '",
      ),
      bytes,
    );
    const encodings = ['PLAIN', 'RLE', 'RLE_DICTIONARY'];
    if (way.encodings === 'delta') encodings.push('DELTA_BINARY_PACKED', 'DELTA_LENGTH_BYTE_ARRAY');
    expect(found.flat().sort()).toEqual(encodings.sort());
  });

  it('compresses what gains by it', async () => {
    const found = await duck.query('select distinct compression from parquet_metadata($file)', bytes);
    expect(found.flat().sort()).toEqual(
      way.codec === 'none' ? ['UNCOMPRESSED'] : [way.codec!.toUpperCase(), 'UNCOMPRESSED'].sort(),
    );
  });
});

it.each(WAYS.map(way => [nameOf(way), way] as const))(
  'pages without a value are read by all: %s',
  async (_name, way) => {
    const length = 2_000;
    const kinds: Kinds = {
      'a few': ['int64', row => BigInt(row % 5)],
      'as bytes': ['int64', row => BigInt((row * 7) % 25)],
      one: ['int64', () => 5n],
      rising: ['int64', row => BigInt(row * 977)],
      'texts of one size': ['text', row => `id${100_000 + row}`],
      'texts of a few': ['text', row => `t${row % 4}`],
      texts: ['text', row => `t${row * 31}`],
      flags: ['boolean', row => row % 3 === 0],
      days: ['date', row => 17_000 + row],
      floats: ['double', row => row / 3],
    };
    const columns = Object.entries(kinds).map(([name, [type]]) => ({ name, type, nullable: true, description: '' }));
    const sparse = { ...EMPTY, columns };
    // Values in the second page, and in no other.
    const values = Object.entries(kinds).map(([name, [type, make]]) => {
      const column = listOf(length, row => (row >= 496 && row < 992 ? make(row) : null));
      return [name, columnOf(type, column)] as const;
    });
    const table = { length, columns: Object.fromEntries(values) };
    const bytes = encodeParquet(kernels, sparse, table, { ...way, pageRows: 496 });
    const same = written(sparse, table);
    expect(await duck.read(sparse, bytes)).toEqual(same);
    expect(await readByHyparquet(sparse, bytes)).toEqual(same);
    expect(readByParquetWasm(sparse, bytes)).toEqual(same);
  },
);

it('numbers that fill several blocks are read by all', async () => {
  const length = 40_000;
  const random = seeded(2);
  const columns = (['int64', 'decimal', 'date'] as const).map(type => ({
    name: type,
    type,
    nullable: true,
    description: '',
  }));
  const long = { ...EMPTY, columns };
  const values = {
    int64: columnOf(
      'int64',
      listOf(length, row => BigInt(Math.floor(row / 5) * 7)),
    ),
    decimal: columnOf(
      'decimal',
      listOf(length, () => (random() < 0.9 ? 0n : BigInt(below(random, 1e9)))),
    ),
    date: columnOf(
      'date',
      listOf(length, row => 17_000 + Math.floor(row / 3)),
    ),
  };
  const bytes = encodeParquet(kernels, long, { length, columns: values });
  expect(bytes.length).toBeLessThan(length * 2.2);
  const all = written(long, { length, columns: values });
  expect(await duck.read(long, bytes)).toEqual(all);
  expect(await readByHyparquet(long, bytes)).toEqual(all);
  expect(readByParquetWasm(long, bytes)).toEqual(all);
});

describe.each(WAYS.filter(({ codec }) => codec !== 'none').map(way => [nameOf(way), way] as const))(
  'many rows, %s',
  (_name, way) => {
    const bytes = encodeParquet(kernels, many.definition, many.rows, way);

    it('are read by all', async () => {
      const all = written(many.definition, many.rows);
      expect(await duck.read(many.definition, bytes)).toEqual(all);
      expect(await readByHyparquet(many.definition, bytes)).toEqual(all);
      expect(readByParquetWasm(many.definition, bytes)).toEqual(all);
    });

    it('are the same bytes whatever the memory held', () => {
      const other = createKernels();
      other.bytes.fill(0x5a, other.mark());
      expect(Buffer.compare(encodeParquet(other, many.definition, many.rows, way), bytes)).toBe(0);
    });
  },
);

it('is smaller than what parquet-rs writes', async () => {
  const own = encodeParquet(kernels, definition, rows);
  const other = encodeByParquetWasm(definition, rows);
  expect(readByParquetWasm(definition, other)).toEqual(expected);
  expect(own.length).toBeLessThan(other.length);
});

/** The Python that has pyarrow and polars, if there is one. */
const python = process.env.ENDCAP_PYTHON ?? 'python3';
const probe = spawnSync(python, ['-c', 'import pyarrow, polars']);
if (probe.status !== 0)
  console.log(`pyarrow and polars read nothing: ${python} cannot import them (set ENDCAP_PYTHON)`);

it.skipIf(probe.status !== 0)('is read by pyarrow, which verifies checksums, and by polars', () => {
  for (const { definition, rows } of [few, many]) {
    const folder = join(duck.folder, `python-${rows.length}`);
    mkdirSync(folder);
    for (const way of WAYS)
      writeFileSync(join(folder, `${nameOf(way)}.parquet`), encodeParquet(kernels, definition, rows, way));
    const script = fileURLToPath(new URL('./readers.py', import.meta.url));
    const { stdout, stderr } = spawnSync(python, [script, folder], { encoding: 'utf8', maxBuffer: 1 << 28 });
    expect(stderr).toBe('');
    const values = written(definition, rows);
    const columns = definition.columns.map(({ type }, at) => values.map(row => pythonValue(row[at]!, type)));
    for (const [name, readers] of Object.entries(JSON.parse(stdout) as Record<string, Record<string, Plain[][]>>)) {
      for (const [reader, found] of Object.entries(readers)) expect(found, `${name} by ${reader}`).toEqual(columns);
    }
  }
});

/** As readers.py prints it. */
function pythonValue(value: Plain, type: ColumnType): Plain {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  return type === 'double' ? floatHex(value as number) : String(value);
}

/** A float as Python's float.hex() has it. */
function floatHex(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(value);
  const hex = bits.toString('hex');
  const exponent = (Number.parseInt(hex.slice(0, 3), 16) & 0x7ff) - 1023;
  const sign = Object.is(value, -0) || value < 0 ? '-' : '';
  if (exponent === 1024) return `${sign}inf`;
  if (value === 0) return `${sign}0x0.0p+0`;
  const lead = exponent === -1023 ? 0 : 1;
  const power = lead === 0 ? -1022 : exponent;
  return `${sign}0x${lead}.${hex.slice(3)}p${power < 0 ? '' : '+'}${power}`;
}
