/** Cleaned tables as later tasks look things up in them: rows by key. */
import { type Column, type FixedColumn, halves, isValid, numberAt, textAt } from '../../kernels/column.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { decodeSlab, type Rows } from '../../lake/slab.ts';
import type { ObjectStore } from '../../lake/store.ts';

export interface LookupTable {
  readonly rows: Rows;
  /** The row of each value's key, −1 where there is none or the value is null. */
  find(column: Column): Int32Array;
}

/** Files of cleaned tables, by name of the table. */
export type TableFiles = Readonly<Record<string, PartFile>>;
export type LookupTables = ReadonlyMap<string, LookupTable>;

/** Tables that this thread has loaded, by the hash of their content: every task of a stage needs the same few. */
const loaded = new Map<string, Promise<LookupTable>>();

export async function loadTables(
  lake: ObjectStore,
  files: TableFiles,
  keys: Readonly<Record<string, readonly string[]>>,
): Promise<LookupTables> {
  const names = Object.keys(files);
  const wanted = new Set(names.map(name => files[name]!.sha256));
  for (const hash of loaded.keys()) if (!wanted.has(hash)) loaded.delete(hash);
  const tables = names.map(async name => {
    const { key, sha256 } = files[name]!;
    let table = loaded.get(sha256);
    if (!table) {
      table = lake.read(key).then(bytes => lookupTable(decodeSlab(bytes), keys[name]!));
      loaded.set(sha256, table);
      table.catch(() => loaded.delete(sha256));
    }
    return [name, await table] as const;
  });
  return new Map(await Promise.all(tables));
}

/** Only tables with one key column can be referenced; rates are found by two (rates.ts). */
function lookupTable(rows: Rows, key: readonly string[]): LookupTable {
  const column = rows.columns[key[0]!];
  if (key.length !== 1 || !column) {
    return {
      rows,
      find: () => {
        throw new Error(`a table with the key ${key.join(', ')} cannot be referenced`);
      },
    };
  }
  return { rows, find: column.type === 'text' ? textFinder(column) : integerFinder(column) };
}

function textFinder(keys: Column) {
  const rowOf = new Map<string, number>();
  for (let row = 0; row < keys.length; row++) rowOf.set(textAt(keys as Column & { type: 'text' }, row)!, row);
  return (column: Column): Int32Array => {
    const out = new Int32Array(column.length).fill(-1);
    if (column.type !== 'text') return out;
    for (let row = 0; row < column.length; row++) {
      const text = textAt(column, row);
      if (text !== null) out[row] = rowOf.get(text) ?? -1;
    }
    return out;
  };
}

/** Ids are mostly 1 to n: then an array beats a map by far. */
function integerFinder(keyColumn: Column) {
  const keys = keyColumn as FixedColumn;
  const half = halves(keys);
  let max = 0;
  let dense = true;
  for (let row = 0; row < keys.length; row++) {
    const key = numberAt(half, row);
    if (key < 0 || !Number.isSafeInteger(key)) dense = false;
    if (key > max) max = key;
  }
  if (dense && max <= keys.length * 8 + 65_536) {
    const rowOf = new Int32Array(max + 1).fill(-1);
    for (let row = 0; row < keys.length; row++) rowOf[numberAt(half, row)] = row;
    return findWith(key => rowOf[key as number] ?? -1);
  }
  const rowOf = new Map<number | bigint, number>();
  for (let row = 0; row < keys.length; row++) rowOf.set(exactAt(keys, half, row), row);
  return findWith(key => rowOf.get(key) ?? -1);
}

function findWith(rowOf: (key: number | bigint) => number) {
  return (column: Column): Int32Array => {
    const out = new Int32Array(column.length).fill(-1);
    if (column.type !== 'int64') return out;
    const half = halves(column);
    for (let row = 0; row < column.length; row++) {
      if (isValid(column, row)) out[row] = rowOf(exactAt(column, half, row));
    }
    return out;
  };
}

/** A 64-bit key as a number where that is exact, so that equal keys are equal map keys. */
function exactAt(column: FixedColumn, half: Int32Array, row: number): number | bigint {
  const value = numberAt(half, row);
  return Number.isSafeInteger(value) ? value : column.values[row]!;
}
