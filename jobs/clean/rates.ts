/** Exchange rates by currency and day, and ids made of several columns. */
import type { SaleMapping } from '../../datasets/contract.ts';
import { type Column, isValid, type TextColumn, textAt, valueText } from '../../kernels/column.ts';
import type { Rows } from '../../lake/slab.ts';
import { columnOf, mapTexts } from './values.ts';

type Rates = NonNullable<SaleMapping['rates']>;

/** Rows of the rates' table by `currency|day`, kept as long as a thread uses that table. */
const indexes = new WeakMap<Rows, ReadonlyMap<string, number>>();

/** The row of the rate of each currency and day, −1 where there is none. */
export function rateRows(table: Rows, names: Rates, currency: Column, day: Column): Int32Array {
  let index = indexes.get(table);
  if (!index) {
    index = indexRates(table, names);
    indexes.set(table, index);
  }
  const out = new Int32Array(currency.length).fill(-1);
  for (let row = 0; row < out.length; row++) {
    if (!isValid(currency, row) || !isValid(day, row) || day.type !== 'date') continue;
    out[row] = index.get(`${textAt(currency as TextColumn, row)}|${day.values[row]}`) ?? -1;
  }
  return out;
}

function indexRates(table: Rows, names: Rates): ReadonlyMap<string, number> {
  const currency = columnOf(table, names.currency) as TextColumn;
  const day = columnOf(table, names.day);
  const index = new Map<string, number>();
  for (let row = 0; row < table.length; row++) index.set(`${textAt(currency, row)}|${valueText(day, row)}`, row);
  return index;
}

/** Several columns as one id, joined with `-`. */
export function compositeKey(rows: Rows, names: readonly string[]): Column {
  const columns = names.map(name => columnOf(rows, name));
  return mapTexts(rows.length, row => columns.map(column => valueText(column, row) ?? '').join('-'));
}
