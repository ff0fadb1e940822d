/** Rows of a column in another order, and several columns one behind the other. */
import {
  booleanColumn,
  type Column,
  dateColumn,
  doubleColumn,
  fixedColumn,
  halves,
  int32Column,
  isValid,
  setBit,
  TextBuilder,
  type TextColumn,
} from './column.ts';

/** The values at `rows`, in that order; a row of −1 gives null. */
export function gather(column: Column, rows: Int32Array): Column {
  const { length } = rows;
  if (column.type === 'text') return gatherText(column, rows);
  if (column.type === 'boolean') {
    const out = booleanColumn(length);
    for (let i = 0; i < length; i++) {
      const row = rows[i]!;
      if (row < 0 || !isValid(column, row)) continue;
      setBit(out.validity, i);
      if ((column.values[row >> 3]! >> (row & 7)) & 1) setBit(out.values, i);
    }
    return out;
  }
  if (column.type === 'date' || column.type === 'int32' || column.type === 'double') {
    const out =
      column.type === 'date'
        ? dateColumn(length)
        : column.type === 'int32'
          ? int32Column(length)
          : doubleColumn(length);
    for (let i = 0; i < length; i++) {
      const row = rows[i]!;
      if (row < 0 || !isValid(column, row)) continue;
      out.values[i] = column.values[row]!;
      setBit(out.validity, i);
    }
    return out;
  }
  const out = fixedColumn(column.type, length);
  // Reading a BigInt64Array makes a BigInt a value; the halves are plain numbers.
  const [from, to] = [halves(column), halves(out)];
  for (let i = 0; i < length; i++) {
    const row = rows[i]!;
    if (row < 0 || !isValid(column, row)) continue;
    to[i * 2] = from[row * 2]!;
    to[i * 2 + 1] = from[row * 2 + 1]!;
    setBit(out.validity, i);
  }
  return out;
}

function gatherText(column: TextColumn, rows: Int32Array): Column {
  let bytes = 0;
  for (const row of rows) if (row >= 0) bytes += column.offsets[row + 1]! - column.offsets[row]!;
  const builder = new TextBuilder(rows.length, bytes);
  for (const row of rows) {
    if (row < 0 || !isValid(column, row)) builder.pushNull();
    else builder.push(column.bytes, column.offsets[row]!, column.offsets[row + 1]!);
  }
  return builder.finish();
}

/** One column of all values, in order. All parts have one type. */
export function concat(parts: readonly Column[]): Column {
  const first = parts[0];
  if (!first) throw new Error('concat needs at least one column');
  if (parts.length === 1) return first;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const validity = new Uint8Array((length + 7) >> 3);
  let row = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++, row++) if (isValid(part, i)) setBit(validity, row);
  }
  switch (first.type) {
    case 'text':
      return concatText(parts as readonly TextColumn[], length, validity);
    case 'boolean': {
      const values = new Uint8Array((length + 7) >> 3);
      row = 0;
      for (const part of parts as readonly (typeof first)[]) {
        for (let i = 0; i < part.length; i++, row++) if ((part.values[i >> 3]! >> (i & 7)) & 1) setBit(values, row);
      }
      return { type: 'boolean', length, values, validity };
    }
    case 'double': {
      const values = new Float64Array(length);
      row = 0;
      for (const part of parts as readonly (typeof first)[]) {
        values.set(part.values, row);
        row += part.length;
      }
      return { type: 'double', length, values, validity };
    }
    case 'int32':
    case 'date': {
      const values = new Int32Array(length);
      row = 0;
      for (const part of parts as readonly (typeof first)[]) {
        values.set(part.values, row);
        row += part.length;
      }
      return { type: first.type, length, values, validity };
    }
    default: {
      const values = new BigInt64Array(length);
      row = 0;
      for (const part of parts as readonly (typeof first)[]) {
        values.set(part.values, row);
        row += part.length;
      }
      return { type: first.type, length, values, validity };
    }
  }
}

function concatText(parts: readonly TextColumn[], length: number, validity: Uint8Array): TextColumn {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.offsets[part.length]!, 0));
  const offsets = new Int32Array(length + 1);
  let row = 0;
  let at = 0;
  for (const part of parts) {
    const size = part.offsets[part.length]!;
    bytes.set(part.bytes.subarray(0, size), at);
    for (let i = 1; i <= part.length; i++) offsets[row + i] = at + part.offsets[i]!;
    row += part.length;
    at += size;
  }
  return { type: 'text', length, offsets, bytes, validity };
}
