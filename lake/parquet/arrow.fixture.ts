/** Our columns as Arrow arrays, in place, and the writer of another hand that takes them: to compare with. */
import {
  Bool,
  type Data,
  DateDay,
  Decimal,
  Field,
  Float64,
  Int32,
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
import { Compression, Table as WasmTable, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm';
import { DECIMAL_PRECISION, DECIMAL_SCALE, type TableDefinition } from '../../base/table.ts';
import { type Column, isValid } from '../../kernels/column.ts';
import type { Rows } from '../slab.ts';

/**
 * An Arrow table over the memory of the columns: nothing is copied. Amounts are 64-bit decimals, which apache-arrow 21
 * stores and sends correctly; but `String(vector.get(row))` takes their words for unsigned: read `data.values` instead.
 */
export function arrowTable({ columns }: TableDefinition, rows: Rows): Table {
  const children = columns.map(({ name }) => arrowData(rows.columns[name]!));
  const fields = columns.map(({ name, nullable }, i) => new Field(name, children[i]!.type, nullable));
  const data = makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children });
  return new Table(new RecordBatch(new Schema(fields), data));
}

function arrowData(column: Column): Data {
  const { length, validity } = column;
  const nullCount = Array.from({ length }, (_, row) => isValid(column, row)).filter(valid => !valid).length;
  const common = { length, nullCount, nullBitmap: validity };
  switch (column.type) {
    case 'text':
      return makeData({ ...common, type: new Utf8(), valueOffsets: column.offsets, data: column.bytes });
    case 'date':
      return makeData({ ...common, type: new DateDay(), data: column.values });
    case 'boolean':
      return makeData({ ...common, type: new Bool(), data: column.values });
    case 'timestamp':
      return makeData({ ...common, type: new TimestampMicrosecond(null), data: column.values });
    case 'int32':
      return makeData({ ...common, type: new Int32(), data: column.values });
    case 'double':
      return makeData({ ...common, type: new Float64(), data: column.values });
    case 'decimal': {
      const words = new Uint32Array(column.values.buffer, column.values.byteOffset, length * 2);
      return makeData({ ...common, type: new Decimal(DECIMAL_SCALE, DECIMAL_PRECISION, 64), data: words });
    }
    default:
      return makeData({ ...common, type: new Int64(), data: column.values });
  }
}

/** The same table written by parquet-wasm, which is parquet-rs. */
export function encodeByParquetWasm(definition: TableDefinition, rows: Rows): Uint8Array {
  const table = WasmTable.fromIPCStream(tableToIPC(arrowTable(definition, rows), 'stream'));
  // The builder and the table are consumed by the calls that take them: nothing is left to free.
  return writeParquet(table, new WriterPropertiesBuilder().setCompression(Compression.ZSTD).build());
}
