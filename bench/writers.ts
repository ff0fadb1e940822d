/**
 * Ways from typed columns to the bytes of a Parquet file. Each peer is given what it likes best (Arrow's table, arrays of
 * strings, row objects), made before the clock starts.
 */
import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import { constants, zstdCompressSync } from 'node:zlib';
import {
  type Data,
  Decimal,
  Field,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  tableToIPC,
  Utf8,
} from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { Compression, Table as WasmTable, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm';
import { DECIMAL_SCALE, type TableDefinition } from '../base/table.ts';
import { type Column, type FixedColumn, isValid, textAt } from '../kernels/column.ts';
import type { Kernels } from '../kernels/wasm.ts';
import type { Rows } from '../lake/slab.ts';
import { encode } from './encoder.ts';

/** Prepares the input, and gives the function that is timed: it returns the bytes written. */
export type Writer = (
  kernels: Kernels,
  definition: TableDefinition,
  rows: Rows,
) => (() => number | Promise<number>) | Promise<() => number | Promise<number>>;

export const WRITERS = {
  delta: (kernels, definition, rows) => () => encode(kernels, definition, rows, { codec: 'zstd', delta: true }).length,
  safe: (kernels, definition, rows) => () => encode(kernels, definition, rows, { codec: 'zstd', delta: false }).length,
  'parquet-wasm': (_kernels, _definition, rows) => {
    const table = arrowTable(rows);
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

/** The level that the others use. */
const zstd = (bytes: Uint8Array): Uint8Array =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });

function arrowTable({ length, columns }: Rows): Table {
  const fields: Field[] = [];
  const children: Data[] = [];
  for (const [name, column] of Object.entries(columns)) {
    const data = arrowData(column);
    fields.push(new Field(name, data.type, true));
    children.push(data);
  }
  const struct = makeData({ type: new Struct(fields), length, nullCount: 0, children });
  return new Table(new RecordBatch(new Schema(fields), struct));
}

function arrowData(column: Column): Data {
  const { length } = column;
  let nullCount = 0;
  for (let row = 0; row < length; row++) if (!isValid(column, row)) nullCount++;
  const nulls = { length, nullCount, nullBitmap: nullCount > 0 ? column.validity : null };
  if (column.type === 'text')
    return makeData({ type: new Utf8(), ...nulls, valueOffsets: column.offsets, data: column.bytes });
  const { type, values } = column as FixedColumn;
  if (type === 'timestamp') return makeData({ type: new TimestampMicrosecond(null), ...nulls, data: values });
  if (type === 'int64') return makeData({ type: new Int64(), ...nulls, data: values });
  // Arrow's decimals are 128 bits wide; ours are none of them negative here.
  const wide = new BigInt64Array(length * 2);
  for (let row = 0; row < length; row++) wide[row * 2] = values[row]!;
  return makeData({ type: new Decimal(DECIMAL_SCALE, 18, 128), ...nulls, data: new Uint32Array(wide.buffer) });
}

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
