/** Cleaned tables as later tasks look things up in them: rows by key. */
import type { Contract, TableContract } from '../../datasets/contract.ts';
import type { Column } from '../../kernels/column.ts';
import { type Index, indexOf } from '../../kernels/lookup.ts';
import { addSizes, assembleRows, columnsOf, type RowsSize, type RunColumns, sizeOfRows } from '../../lake/assemble.ts';
import type { Rows } from '../../lake/slab.ts';
import type { Slice } from '../../lake/slice.ts';
import type { Lookups, LookupTable, LookupTables } from './lookups.ts';
import { type Context, withSlab } from './split.ts';
import { emptyColumns } from './values.ts';

/** A cleaned table: one run a chunk, sorted by the table's key. */
export interface CleanedTable {
  readonly rows: number;
  readonly slices: readonly Slice[];
}

/** Cleaned tables by name. */
export type TableFiles = Readonly<Record<string, CleanedTable>>;

interface LoadedTable {
  readonly rows: Rows;
  readonly index: Index | null;
}

/** Tables that this thread has loaded, by their content and columns: every task of a stage needs the same few. */
const loaded = new Map<string, Promise<LoadedTable>>();

/** Loads the columns that are to be looked up, and no others: a table of millions of rows has a few dozen megabytes of them. */
export async function loadTables(
  context: Context,
  files: TableFiles,
  contracts: Contract['tables'],
  lookups: Lookups,
): Promise<LookupTables> {
  const wanted = [...lookups].flatMap(([name, columns]) => {
    const file = files[name];
    return file ? [{ name, file, columns, id: idOf(name, file, contracts[name]!, columns) }] : [];
  });
  for (const id of loaded.keys()) if (!wanted.some(table => table.id === id)) loaded.delete(id);
  const tables = new Map<string, LookupTable>();
  // One after another: each is put together in the kernels' memory, which is given back in between.
  for (const { name, file, columns, id } of wanted) {
    let table = loaded.get(id);
    if (!table) {
      table = load(context, file, contracts[name]!, columns);
      loaded.set(id, table);
      table.catch(() => loaded.delete(id));
    }
    const { rows, index } = await table;
    tables.set(name, { rows, find: index?.(context.kernels) ?? unreferenced(name) });
  }
  return tables;
}

/** What is loaded depends on the table's content, and on what the contract says of it. */
const idOf = (name: string, { slices }: CleanedTable, contract: TableContract, columns: ReadonlySet<string>): string =>
  JSON.stringify([name, contract.key, contract.columns, slices.map(({ hash }) => hash), [...columns]]);

/** Tables are referenced by one whole number or text; rates are found by currency and day. */
async function load(
  context: Context,
  file: CleanedTable,
  contract: TableContract,
  values: ReadonlySet<string>,
): Promise<LoadedTable> {
  const columns = await readColumns(context, file, contract, new Set([...contract.key, ...values]));
  const byType = (a: Column, b: Column) => (a.type > b.type ? -1 : 1);
  const keys = contract.key.flatMap(name => columns[name] ?? []).sort(byType);
  const types = keys.map(({ type }) => type).join();
  return {
    // Without the key, unless its values are wanted: the index has what it needs of it.
    rows: { length: file.rows, columns: Object.fromEntries([...values].map(name => [name, columns[name]!])) },
    index: ['int64', 'text', 'text,date'].includes(types) ? indexOf(keys) : null,
  };
}

/** Columns of a table, outside the kernels' memory. */
async function readColumns(
  context: Context,
  { slices }: CleanedTable,
  { columns }: TableContract,
  names: ReadonlySet<string>,
): Promise<Readonly<Record<string, Column>>> {
  const { kernels } = context;
  if (slices.length === 0) return emptyColumns(columns, [...names]);
  let size: RowsSize = { rows: 0, texts: {} };
  let wanted: RunColumns = [];
  const measure = (slab: Parameters<typeof columnsOf>[1]) => {
    wanted = columnsOf(kernels, slab).filter(({ name }) => names.has(name));
    size = addSizes(size, sizeOfRows(kernels, slab));
  };
  for (const slice of slices) await withSlab(context, slice, measure);
  const mark = kernels.mark();
  const assembly = assembleRows(kernels, wanted, size);
  for (const slice of slices) await withSlab(context, slice, slab => assembly.append(slab));
  const own = Object.entries(assembly.rows.columns).map(([name, column]) => [name, copied(column)]);
  kernels.release(mark);
  return Object.fromEntries(own);
}

function copied(column: Column): Column {
  const validity = column.validity.slice();
  if (column.type === 'text')
    return { ...column, offsets: column.offsets.slice(), bytes: column.bytes.slice(), validity };
  return { ...column, values: column.values.slice(), validity } as Column;
}

const unreferenced = (name: string) => () => {
  throw new Error(`the table ${name} has a key that nothing can reference`);
};
