/** Cleaned tables as later tasks look things up in them: rows by key. */
import { type Finder, finderOf } from '../../kernels/lookup.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { decodeSlab, type Rows } from '../../lake/slab.ts';
import type { ObjectStore } from '../../lake/store.ts';

export interface LookupTable {
  readonly rows: Rows;
  /** Finds rows by the table's key. */
  readonly find: Finder;
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
  if (key.length === 1 && column) return { rows, find: finderOf(column) };
  return {
    rows,
    find: () => {
      throw new Error(`a table with the key ${key.join(', ')} cannot be referenced`);
    },
  };
}
