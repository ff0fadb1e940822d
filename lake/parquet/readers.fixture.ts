/** Readers of other hands, and what they find in a file, in the units of our columns. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { readParquet } from 'parquet-wasm';
import type { ColumnType, TableDefinition } from '../../base/table.ts';
import { amountText } from '../../kernels/money.ts';
import { columnOf, type Plain, plainValues } from '../../test/columns.ts';
import { listOf } from '../../test/random.ts';
import type { Rows } from '../slab.ts';

export const EMPTY: TableDefinition = {
  name: 'table',
  grain: 'anything',
  columns: [],
  partitionBy: null,
  clusterBy: [],
};

/** A table with a column of each type that is given values, of that name. */
export function tableOf(values: Partial<Record<ColumnType, readonly Plain[]>>): {
  definition: TableDefinition;
  rows: Rows;
} {
  const types = Object.keys(values) as ColumnType[];
  const columns = types.map(type => ({ name: type, type, nullable: true, description: '' }));
  const entries = types.map(type => [type, columnOf(type, values[type]!)] as const);
  return {
    definition: { ...EMPTY, columns },
    rows: { length: values[types[0]!]!.length, columns: Object.fromEntries(entries) },
  };
}

/** The rows as any reader should find them. */
export const written = ({ columns }: TableDefinition, rows: Rows): Plain[][] => {
  const values = columns.map(({ name }) => plainValues(rows.columns[name]!));
  return listOf(rows.length, row => values.map(column => column[row]!));
};

/** A folder of files and a DuckDB that reads them; `close` removes both. */
export async function openDuck() {
  const folder = mkdtempSync(join(tmpdir(), 'endcap-parquet-'));
  const database = await DuckDBInstance.create(':memory:', { threads: '1' });
  const duck = await database.connect();
  let files = 0;
  const query = async (sql: string, bytes: Uint8Array): Promise<Plain[][]> => {
    const file = join(folder, `${files++}.parquet`);
    writeFileSync(file, bytes);
    return (await duck.runAndReadAll(sql.replaceAll('$file', `'${file}'`))).getRows() as Plain[][];
  };
  return {
    folder,
    query,
    async read({ columns }: TableDefinition, bytes: Uint8Array): Promise<Plain[][]> {
      const selected = columns.map(({ name, type }) => {
        if (type === 'decimal') return `"${name}"::varchar`;
        if (type === 'date') return `"${name}" - date '1970-01-01'`;
        return type === 'timestamp' ? `epoch_us("${name}")` : `"${name}"`;
      });
      const rows = await query(`select ${selected.join(', ')} from read_parquet($file)`, bytes);
      return rows.map(row =>
        row.map((value, at) => (value !== null && columns[at]!.type === 'date' ? Number(value) : value)),
      );
    },
    close() {
      duck.closeSync();
      database.closeSync();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Values as hyparquet finds them, before it makes Dates of days and times, and floats of decimals. */
export async function readByHyparquet({ columns }: TableDefinition, bytes: Uint8Array): Promise<Plain[][]> {
  const asFound = (value: unknown) => value;
  const parsers = { timestampFromMicroseconds: asFound, dateFromDays: asFound } as never;
  const file = new Uint8Array(bytes).buffer;
  const metadata = parquetMetadata(file);
  for (const element of metadata.schema) {
    if (element.converted_type !== 'DECIMAL') continue;
    element.converted_type = undefined as never;
    element.logical_type = undefined as never;
  }
  const rows = await parquetReadObjects({ file, metadata, compressors, parsers });
  const plain = (value: Plain, type: ColumnType) =>
    type === 'decimal' && value !== null ? amountText(value as bigint) : value;
  return rows.map(row => columns.map(({ name, type }) => plain(row[name] as Plain, type)));
}

/** Values as parquet-rs finds them, by way of Arrow. */
export function readByParquetWasm({ columns }: TableDefinition, bytes: Uint8Array): Plain[][] {
  const table = tableFromIPC(readParquet(bytes).intoIPCStream());
  const values = columns.map(({ type }, at) => {
    const plain: Plain[] = [];
    for (const data of table.getChildAt(at)?.data ?? []) {
      for (let row = 0; row < data.length; row++) {
        plain.push(data.getValid(row) ? arrowValue(type, data, row) : null);
      }
    }
    return plain;
  });
  return listOf(table.numRows, row => values.map(column => column[row]!));
}

interface ArrowArray {
  readonly values: Uint8Array | Uint32Array | BigInt64Array | Int32Array | Float64Array;
  readonly valueOffsets: Int32Array;
  readonly stride: number;
}

function arrowValue(type: ColumnType, { values, valueOffsets, stride }: ArrowArray, row: number): Plain {
  switch (type) {
    case 'text':
      return Buffer.from((values as Uint8Array).subarray(valueOffsets[row]!, valueOffsets[row + 1]!)).toString();
    case 'boolean':
      return (Number(values[row >> 3]!) >> (row & 7)) % 2 === 1;
    case 'decimal':
      // 64 or 128 bits wide, of which the low 64 are the number.
      return amountText(new BigInt64Array((values as Uint32Array).slice(row * stride, row * stride + 2).buffer)[0]!);
    default:
      return values[row]!;
  }
}
