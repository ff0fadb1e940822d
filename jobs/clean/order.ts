/** The orders of runs. Lines of a day are by customer, then sale, then place in the files: chunks, merges and days keep it. */
import type { Contract } from '../../datasets/contract.ts';
import { type Column, isValid } from '../../kernels/column.ts';
import { joinIds } from '../../kernels/join.ts';
import { firstIndex } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { RunCut } from '../../lake/run.ts';
import type { Rows } from '../../lake/slab.ts';
import { columnOf } from './values.ts';

export type SaleOrder = Pick<Contract['sale'], 'customer_id' | 'sale_id'>;

/** What runs are sorted by. */
export interface RowOrder {
  /** The columns of a file that the keys are made of. */
  readonly names: readonly string[];
  /** The columns to sort by, made of those. */
  columns(kernels: Kernels, rows: Rows): Column[];
}

/** The order of the lines of a day. */
export const saleOrder = (sale: SaleOrder): RowOrder => ({
  names: [...new Set([sale.customer_id, ...[sale.sale_id].flat()])],
  columns: (kernels, rows) => orderColumns(kernels, sale, rows),
});

/** The order of the rows of a table that is not the sale lines': by its key, rates by day. */
export function tableOrder({ tables, sale }: Pick<Contract, 'tables' | 'sale'>, table: string): RowOrder {
  const { rates } = sale;
  const { key, columns } = tables[table]!;
  const names = rates?.table === table ? [rates.day, rates.currency] : key;
  return columnOrder(names.filter(name => columns[name]!.kind !== 'boolean'));
}

export const columnOrder = (names: readonly string[]): RowOrder => ({
  names,
  columns: (_, rows) => names.map(name => columnOf(rows, name)),
});

/** The columns to sort the lines of a day by; rows that are equal in them stay in the order of the files. */
export const orderColumns = (kernels: Kernels, sale: SaleOrder, rows: Rows): Column[] => [
  columnOf(rows, sale.customer_id),
  saleIds(kernels, sale, rows),
];

/** The key of each line: a column, or several joined. */
export function saleIds(kernels: Kernels, { sale_id }: SaleOrder, rows: Rows): Column {
  if (typeof sale_id === 'string') return columnOf(rows, sale_id);
  const parts = sale_id.map(name => columnOf(rows, name));
  return joinIds(kernels, parts, '-', rows.length);
}

/** Where the rows of each value end in an order in which values rise. */
export function cutsOf(order: Int32Array, values: Int32Array): RunCut<number>[] {
  const valueAt = (i: number) => values[order[i]!]!;
  const cuts: RunCut<number>[] = [];
  for (let at = 0; at < order.length; ) {
    const name = valueAt(at);
    at = firstIndex(order.length, i => valueAt(i) > name, at);
    cuts.push({ name, end: at });
  }
  return cuts;
}

/** The values of a row by which it is sorted. */
export type SortKey = readonly (bigint | number | Buffer | null)[];

/** The key of a row; its texts are views of the columns. */
export function keyAt(columns: readonly Column[], row: number): SortKey {
  return columns.map(column => {
    if (!isValid(column, row)) return null;
    if (column.type === 'boolean') throw new Error('no table is sorted by a boolean');
    if (column.type !== 'text') return column.values[row]!;
    const { bytes, offsets } = column;
    const start = offsets[row]!;
    return Buffer.from(bytes.buffer, bytes.byteOffset + start, offsets[row + 1]! - start);
  });
}

/** The same order as that of kernels/sort.ts: null first, texts by their bytes. */
export function compareKeys(a: SortKey, b: SortKey): number {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x === null || y === null) {
      if (x !== y) return x === null ? -1 : 1;
    } else if (typeof x === 'object') {
      const order = Buffer.compare(x, y as Buffer);
      if (order !== 0) return order;
    } else if (x !== y) return x < (y as typeof x) ? -1 : 1;
  }
  return 0;
}

/** The first of `length` sorted rows whose key is not less than this one; `length` when all are. */
export function firstNotBelow(columns: readonly Column[], length: number, key: SortKey): number {
  return firstIndex(length, row => compareKeys(keyAt(columns, row), key) >= 0);
}

/**
 * Keys that cut rows, of which these are a sample, into `pieces` of about the same size: a piece ends before its splitter.
 * Rows with one key are never cut apart, so there may be fewer.
 */
export function chooseSplitters(sample: readonly SortKey[], pieces: number): SortKey[] {
  const sorted = [...sample].sort(compareKeys);
  const splitters: SortKey[] = [];
  for (let piece = 1; piece < pieces; piece++) {
    const key = sorted[Math.floor((piece * sorted.length) / pieces)];
    const last = splitters.at(-1) ?? sorted[0];
    if (key && last && compareKeys(last, key) < 0) splitters.push(key);
  }
  return splitters;
}
