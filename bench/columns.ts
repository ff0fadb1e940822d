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
      parts[name].push(structuredClone(column));
    }
    return length < most;
  });
  const columns = Object.entries(parts).map(([name, pieces]) => [name, joined(pieces, length)] as const);
  return { length, columns: Object.fromEntries(columns) };
}

function joined(parts: readonly Column[], length: number): Column {
  const [first] = parts;
  if (first?.type === 'text') return joinedTexts(parts as TextColumn[], length);
  if (first?.type === 'date' || first?.type === 'boolean') throw new Error(`columns of ${first.type} are not joined`);
  const out = fixedColumn(first!.type, length);
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
