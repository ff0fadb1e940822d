/** What the measured files hold. Every column is read, also those that a run leaves out, so that both sides do the same. */
import { type ColumnContract, decimal, type TableContract, text } from '../datasets/contract.ts';
import grocery from '../datasets/grocery/contract.ts';
import superstore from '../datasets/superstore/contract.ts';

export const GROCERY_SALES: TableContract = allColumns(grocery.tables.sales, { TotalPrice: decimal() });
export const SUPERSTORE_SALES: TableContract = allColumns(superstore.tables.sales, { 'Ship Mode': text() });

function allColumns(table: TableContract, ignored: Readonly<Record<string, ColumnContract>>): TableContract {
  return { ...table, columns: { ...table.columns, ...ignored } };
}
