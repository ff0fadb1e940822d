/**
 * Ways from typed columns to the bytes of a Parquet file. Each peer is given what it likes best (Arrow's table, arrays of
 * strings, row objects), made before the clock starts.
 */
import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import { constants, zstdCompressSync } from 'node:zlib';
import { tableToIPC } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { Compression, Table as WasmTable, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm';
import { DECIMAL_SCALE, type TableDefinition } from '../base/table.ts';
import { type Column, type FixedColumn, isValid, textAt } from '../kernels/column.ts';
import type { Kernels } from '../kernels/wasm.ts';
import { arrowTable } from '../lake/parquet/arrow.fixture.ts';
import { encodeParquet } from '../lake/parquet/write.ts';
import type { Rows } from '../lake/slab.ts';
import { placeRows } from './columns.ts';
import { PROFILES, type Profile } from './encoder.ts';

/** Prepares the input, and gives the function that is timed: it returns the bytes written. */
export type Writer = (
  kernels: Kernels,
  definition: TableDefinition,
  rows: Rows,
) => (() => number | Promise<number>) | Promise<() => number | Promise<number>>;

export const WRITERS = {
  delta: byEndcap('delta'),
  safe: byEndcap('safe'),
  'parquet-wasm': (_kernels, definition, rows) => {
    const table = arrowTable(definition, rows);
    return () => {
      const properties = new WriterPropertiesBuilder().setCompression(Compression.ZSTD).build();
      return writeParquet(WasmTable.fromIPCStream(tableToIPC(table, 'stream')), properties).length;
    };
  },
  'hyparquet-writer, zstd': (_kernels, _definition, rows) => {
    const columnData = Object.entries(rows.columns).map(([name, column]) => hyparquetColumn(name, column));
    return () => parquetWriteBuffer({ columnData, codec: 'ZSTD', compressors: { ZSTD: zstd } }).byteLength;
  },
  'hyparquet-writer, snappy': (_kernels, _definition, rows) => {
    const columnData = Object.entries(rows.columns).map(([name, column]) => hyparquetColumn(name, column));
    return () => parquetWriteBuffer({ columnData }).byteLength;
  },
  'parquetjs-lite, snappy': (_kernels, _definition, rows) => {
    const objects = rowObjects(rows);
    return () => writeByParquetJs(rows, objects);
  },
} satisfies Record<string, Writer>;

function byEndcap(profile: Profile): Writer {
  return (kernels, definition, rows) => {
    const placed = placeRows(kernels, rows);
    const mark = kernels.mark();
    return () => {
      kernels.release(mark);
      return encodeParquet(kernels, definition, placed, PROFILES[profile]).length;
    };
  };
}

/** The level that the others use. */
const zstd = (bytes: Uint8Array): Uint8Array =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });

/** 64-bit values as they are, which it writes fastest; strings, because it takes texts in no other form. */
function hyparquetColumn(name: string, column: Column) {
  if (column.type === 'text') return { name, type: 'STRING' as const, data: plainValues(column) as string[] };
  const { values } = column as FixedColumn;
  const hasNulls = Array.from(values, (_, row) => row).some(row => !isValid(column, row));
  return { name, type: 'INT64' as const, data: hasNulls ? plainValues(column) : values, nullable: hasNulls };
}

function plainValues(column: Column): (string | bigint | null)[] {
  if (column.type === 'text') return Array.from(column.offsets.subarray(1), (_, row) => textAt(column, row));
  return Array.from((column as FixedColumn).values, (value, row) => (isValid(column, row) ? value : null));
}

type RowObject = Record<string, string | number | Date>;

/** What parquetjs-lite takes: numbers, strings and Dates; a null is a property that is not there. */
function rowObjects({ length, columns }: Rows): RowObject[] {
  const plain = Object.entries(columns).map(([name, column]) => [name, column, plainValues(column)] as const);
  return Array.from({ length }, (_, row) => {
    const object: RowObject = {};
    for (const [name, { type }, values] of plain) {
      const value = values[row]!;
      if (typeof value === 'string') object[name] = value;
      else if (value !== null)
        object[name] = type === 'timestamp' ? new Date(Number(value) / 1000) : asNumber(value, type);
    }
    return object;
  });
}

const asNumber = (value: bigint, type: Column['type']): number =>
  type === 'decimal' ? Number(value) / 10 ** DECIMAL_SCALE : Number(value);

/** The part of parquetjs-lite that is used here: it has no types. */
interface ParquetJs {
  readonly ParquetSchema: new (fields: object) => object;
  readonly ParquetWriter: {
    openStream(
      schema: object,
      stream: Writable,
      options: object,
    ): Promise<{ appendRow(row: object): Promise<void>; close(): Promise<void> }>;
  };
}

async function writeByParquetJs({ columns }: Rows, objects: readonly RowObject[]): Promise<number> {
  const { ParquetSchema, ParquetWriter } = createRequire(import.meta.url)('parquetjs-lite') as ParquetJs;
  const types = { int64: 'INT64', decimal: 'DOUBLE', timestamp: 'TIMESTAMP_MILLIS', text: 'UTF8' };
  const field = ({ type }: Column) => ({
    type: types[type as keyof typeof types],
    optional: true,
    compression: 'SNAPPY',
  });
  const schema = new ParquetSchema(
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, field(column)])),
  );
  let bytes = 0;
  const sink = new Writable({
    write(piece: Uint8Array, _encoding, done) {
      bytes += piece.length;
      done();
    },
  });
  const writer = await ParquetWriter.openStream(schema, sink, {});
  for (const object of objects) await writer.appendRow(object);
  await writer.close();
  return bytes;
}
