/** The first rows of a file as whole columns, which are what the writers of bench/writers.ts are given. */
import type { TableContract } from '../datasets/contract.ts';
import {
  type Column,
  type FixedColumn,
  fixedColumn,
  isValid,
  setBit,
  TextBuilder,
  type TextColumn,
} from '../kernels/column.ts';
import type { Kernels } from '../kernels/wasm.ts';
import type { Rows } from '../lake/slab.ts';
import { rowsOf } from './encoder.ts';
import { type Batch, readBatches } from './reader.ts';

/** The same rows in the kernels' memory, where whatever reads CSV or gathers a day leaves them. */
export function placeRows(kernels: Kernels, { length, columns }: Rows): Rows {
  const place = <Values extends BigInt64Array | Int32Array | Uint8Array>(values: Values): Values => {
    const address = kernels.alloc(values.byteLength);
    kernels.bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), address);
    return new (values.constructor as new (b: ArrayBufferLike, at: number, size: number) => Values)(
      kernels.bytes.buffer,
      address,
      values.length,
    );
  };
  const placed = (column: Column): Column => {
    const validity = place(column.validity);
    if (column.type === 'text')
      return { ...column, offsets: place(column.offsets), bytes: place(column.bytes), validity };
    return { ...(column as FixedColumn), values: place((column as FixedColumn).values), validity };
  };
  return {
    length,
    columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, placed(column)])),
  };
}

/** At most `most` rows of the file, in memory of their own. Of whole numbers, decimals, times and texts only. */
export function readSome(kernels: Kernels, path: string, table: TableContract, most: number): Rows {
  const parts: Record<string, Column[]> = {};
  let length = 0;
  readBatches(kernels, { path }, table, batch => {
    const records = Math.min(batch.records, most - length);
    if (records === 0) return false;
    length += records;
    for (const [name, column] of Object.entries(rowsOf({ ...batch, records } satisfies Batch).columns)) {
      parts[name] ??= [];
      parts[name].push(copied(column));
    }
    return length < most;
  });
  const columns = Object.entries(parts).map(([name, pieces]) => [name, joined(pieces, length)] as const);
  return { length, columns: Object.fromEntries(columns) };
}

/** In memory of its own: the next batch takes the place of this one. */
function copied(column: Column): Column {
  const validity = column.validity.slice();
  if (column.type === 'text')
    return { ...column, offsets: column.offsets.slice(), bytes: column.bytes.slice(), validity };
  return { ...column, values: column.values.slice(), validity } as Column;
}

function joined(parts: readonly Column[], length: number): Column {
  const { type } = parts[0]!;
  if (type === 'text') return joinedTexts(parts as TextColumn[], length);
  if (type !== 'int64' && type !== 'decimal' && type !== 'timestamp')
    throw new Error(`columns of ${type} are not joined`);
  const out = fixedColumn(type, length);
  let row = 0;
  for (const part of parts as FixedColumn[]) {
    out.values.set(part.values, row);
    for (let at = 0; at < part.length; at++, row++) if (isValid(part, at)) setBit(out.validity, row);
  }
  return out;
}

function joinedTexts(parts: readonly TextColumn[], length: number): TextColumn {
  const builder = new TextBuilder(length);
  for (const part of parts) {
    for (let row = 0; row < part.length; row++)
      if (isValid(part, row)) builder.push(part.bytes, part.offsets[row]!, part.offsets[row + 1]!);
      else builder.pushNull();
  }
  return builder.finish();
}
