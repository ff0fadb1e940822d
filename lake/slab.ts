/**
 * Rows between two stages: columns one behind the other, each buffer at a multiple of eight bytes, so that reading
 * is laying typed arrays over the bytes. A slab file is many slabs, found by byte range (a day, a bucket of keys).
 * Never published and never read by anyone else: published tables are Parquet.
 *
 *   u32 header length | header JSON { rows, columns: [[name, type, text bytes]] } | padding | buffers …
 */
import type { Column, ColumnTypeName } from '../kernels/column.ts';

/** Named columns of one length. */
export interface Rows {
  readonly length: number;
  readonly columns: Readonly<Record<string, Column>>;
}

type Header = { readonly rows: number; readonly columns: readonly (readonly [string, ColumnTypeName, number])[] };

const align = (size: number): number => (size + 7) & ~7;

export function encodeSlab({ length, columns }: Rows): Uint8Array {
  const names = Object.keys(columns);
  const header: Header = {
    rows: length,
    columns: names.map(name => {
      const column = columns[name]!;
      return [name, column.type, column.type === 'text' ? column.offsets[length]! : 0];
    }),
  };
  const text = Buffer.from(JSON.stringify(header));
  const buffers = names.flatMap(name => buffersOf(columns[name]!));
  const size = buffers.reduce((sum, buffer) => sum + align(buffer.byteLength), align(4 + text.length));
  const slab = new Uint8Array(size);
  new DataView(slab.buffer).setUint32(0, text.length, true);
  slab.set(text, 4);
  let at = align(4 + text.length);
  for (const buffer of buffers) {
    slab.set(buffer, at);
    at += align(buffer.byteLength);
  }
  return slab;
}

/** The rows of a slab. Columns are views of `slab`, copied first when it does not begin at a multiple of eight bytes. */
export function decodeSlab(slab: Uint8Array): Rows {
  const bytes = slab.byteOffset % 8 === 0 ? slab : new Uint8Array(slab);
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + 4, headerLength).toString('utf8');
  const header = JSON.parse(text) as Header;
  let at = bytes.byteOffset + align(4 + headerLength);
  const take = (size: number): number => {
    const start = at;
    at += align(size);
    return start;
  };
  const columns: Record<string, Column> = {};
  const { rows: length } = header;
  const bitmap = (length + 7) >> 3;
  for (const [name, type, textBytes] of header.columns) {
    const validity = new Uint8Array(bytes.buffer, take(bitmap), bitmap);
    if (type === 'text') {
      const offsets = new Int32Array(bytes.buffer, take((length + 1) * 4), length + 1);
      const values = new Uint8Array(bytes.buffer, take(textBytes), textBytes);
      columns[name] = { type, length, offsets, bytes: values, validity };
    } else if (type === 'boolean') {
      columns[name] = { type, length, values: new Uint8Array(bytes.buffer, take(bitmap), bitmap), validity };
    } else if (type === 'double') {
      columns[name] = { type, length, values: new Float64Array(bytes.buffer, take(length * 8), length), validity };
    } else if (type === 'date' || type === 'int32') {
      columns[name] = { type, length, values: new Int32Array(bytes.buffer, take(length * 4), length), validity };
    } else {
      columns[name] = { type, length, values: new BigInt64Array(bytes.buffer, take(length * 8), length), validity };
    }
  }
  return { length, columns };
}

function buffersOf(column: Column): Uint8Array[] {
  if (column.type === 'text') {
    const size = column.offsets[column.length]!;
    return [column.validity, bytesOf(column.offsets), column.bytes.subarray(0, size)];
  }
  return [column.validity, bytesOf(column.values)];
}

const bytesOf = (array: Int32Array | BigInt64Array | Float64Array | Uint8Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
