/** Our columns as Arrow arrays. Buffers are wrapped, not copied, except decimals: Arrow's are 128 bits wide. */
import {
  Bool,
  type Data,
  DateDay,
  Decimal,
  Field,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import { InvariantError } from '../../base/errors.ts';
import { DECIMAL_SCALE, type TableDefinition } from '../../base/table.ts';
import type { Column } from '../../kernels/column.ts';
import { gather } from '../../kernels/gather.ts';
import type { Rows } from '../slab.ts';

/** An Arrow table with the columns, types and order of the definition. Throws when a column is missing or of another type. */
export function arrowTable(definition: TableDefinition, rows: Rows): Table {
  const fields: Field[] = [];
  const children: Data[] = [];
  const used = new Set<ArrayBufferView>();
  for (const { name, type, nullable } of definition.columns) {
    const column = rows.columns[name];
    if (column?.type !== type || column.length !== rows.length) {
      throw new InvariantError(
        `${definition.name}.${name}: expected ${rows.length} values of ${type}, got ${column?.length} of ${column?.type}`,
      );
    }
    const data = arrowData(ownMemory(column, used));
    if (!nullable && data.nullCount > 0)
      throw new InvariantError(`${definition.name}.${name}: ${data.nullCount} nulls`);
    fields.push(new Field(name, data.type, nullable));
    children.push(data);
  }
  const schema = new Schema(fields);
  const data = makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children });
  return new Table(new RecordBatch(schema, data));
}

/** Arrow's writer leaves out the second of two neighbours that share memory: a column under two names is copied. */
function ownMemory(column: Column, used: Set<ArrayBufferView>): Column {
  const memory = column.type === 'text' ? column.bytes : column.values;
  if (used.has(memory))
    return gather(
      column,
      Int32Array.from({ length: column.length }, (_, row) => row),
    );
  used.add(memory);
  return column;
}

function arrowData(column: Column): Data {
  const { length, validity } = column;
  const nullCount = countNulls(validity, length);
  const nullBitmap = nullCount > 0 ? validity : null;
  switch (column.type) {
    case 'text':
      return makeData({
        type: new Utf8(),
        length,
        nullCount,
        nullBitmap,
        valueOffsets: column.offsets,
        data: column.bytes,
      });
    case 'date':
      return makeData({ type: new DateDay(), length, nullCount, nullBitmap, data: column.values });
    case 'boolean':
      return makeData({ type: new Bool(), length, nullCount, nullBitmap, data: column.values });
    case 'timestamp':
      return makeData({ type: new TimestampMicrosecond(null), length, nullCount, nullBitmap, data: column.values });
    case 'decimal':
      return makeData({
        type: new Decimal(DECIMAL_SCALE, 18, 128),
        length,
        nullCount,
        nullBitmap,
        data: widen(column.values),
      });
    default:
      return makeData({ type: new Int64(), length, nullCount, nullBitmap, data: column.values });
  }
}

/** 64-bit integers with their sign extended to 128 bits, least significant word first. */
function widen(values: BigInt64Array): Uint32Array {
  const narrow = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const wide = new Int32Array(values.length * 4);
  for (let i = 0; i < values.length; i++) {
    const high = narrow[i * 2 + 1]!;
    wide[i * 4] = narrow[i * 2]!;
    wide[i * 4 + 1] = high;
    if (high < 0) {
      wide[i * 4 + 2] = -1;
      wide[i * 4 + 3] = -1;
    }
  }
  return new Uint32Array(wide.buffer);
}

function countNulls(validity: Uint8Array, length: number): number {
  let valid = 0;
  const whole = length >> 3;
  for (let i = 0; i < whole; i++) {
    let byte = validity[i]!;
    while (byte !== 0) {
      byte &= byte - 1;
      valid++;
    }
  }
  for (let row = whole << 3; row < length; row++) valid += (validity[row >> 3]! >> (row & 7)) & 1;
  return length - valid;
}
