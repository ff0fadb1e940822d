/** Cleaned tables as later tasks look things up in them: rows by key. */
import type { Column } from '../../kernels/column.ts';
import { type Finder, type Index, indexOf } from '../../kernels/lookup.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { decodeSlab, type Rows } from '../../lake/slab.ts';
import type { ObjectStore } from '../../lake/store.ts';

export interface LookupTable {
  readonly rows: Rows;
  /** Finds rows by the table's key; for as long as the task has its kernels. */
  readonly find: Finder;
}

/** Files of cleaned tables, by name of the table. */
export type TableFiles = Readonly<Record<string, PartFile>>;
export type LookupTables = ReadonlyMap<string, LookupTable>;

interface LoadedTable {
  readonly rows: Rows;
  readonly index: Index | null;
}

/** Tables that this thread has loaded, by the hash of their content: every task of a stage needs the same few. */
const loaded = new Map<string, Promise<LoadedTable>>();

export async function loadTables(
  kernels: Kernels,
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
      table = lake.read(key).then(bytes => indexed(decodeSlab(bytes), keys[name]!));
      loaded.set(sha256, table);
      table.catch(() => loaded.delete(sha256));
    }
    const { rows, index } = await table;
    return [name, { rows, find: index?.(kernels) ?? unreferenced(name) }] as const;
  });
  return new Map(await Promise.all(tables));
}

/** Tables are referenced by one whole number or text; rates are found by currency and day. */
function indexed(rows: Rows, key: readonly string[]): LoadedTable {
  const byType = (a: Column, b: Column) => (a.type > b.type ? -1 : 1);
  const columns = key.flatMap(name => rows.columns[name] ?? []).sort(byType);
  const types = columns.map(({ type }) => type).join();
  return { rows, index: ['int64', 'text', 'text,date'].includes(types) ? indexOf(columns) : null };
}

const unreferenced = (name: string) => () => {
  throw new Error(`the table ${name} has a key that nothing can reference`);
};
