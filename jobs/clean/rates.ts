/** Exchange rates by currency and day, and ids made of several columns. */
import type { Contract, SaleMapping } from '../../datasets/contract.ts';
import { LOCATION_ATTRIBUTES } from '../../datasets/sales.ts';
import { type Column, isValid, type TextColumn, textAt, valueText } from '../../kernels/column.ts';
import type { Rows } from '../../lake/slab.ts';
import { columnOf, mapTexts, nullColumn } from './values.ts';

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

/** Several columns as one id. A separator inside a part is written `\\-`, so that different parts never give one id. */
export function joinedId(columns: readonly (Column | null)[], separator: '-' | '|', length: number): Column {
  const inside = separator === '-' ? /[\\-]/g : /[\\|]/g;
  const part = (column: Column | null, row: number) =>
    column ? (valueText(column, row) ?? '').replace(inside, '\\$&') : '';
  return mapTexts(length, row => columns.map(column => part(column, row)).join(separator));
}

/** country|state|city|postal code|region, empty where the order has none; null when orders carry no address. */
export function locationIds({ sale: { location } }: Contract, rows: Rows): Column {
  if (!location) return nullColumn('text', rows.length);
  const names = LOCATION_ATTRIBUTES.map(attribute => location[attribute]);
  const columns = names.map(name => (name === undefined ? null : columnOf(rows, name)));
  return joinedId(columns, '|', rows.length);
}
