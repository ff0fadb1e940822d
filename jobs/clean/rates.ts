/** Exchange rates by currency and day, and ids made of several columns. */
import type { Contract, SaleMapping } from '../../datasets/contract.ts';
import { LOCATION_ATTRIBUTES } from '../../datasets/sales.ts';
import type { Column, TextColumn } from '../../kernels/column.ts';
import { joinIds } from '../../kernels/join.ts';
import { type PairFinder, pairFinder } from '../../kernels/lookup.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Rows } from '../../lake/slab.ts';
import { columnOf } from './values.ts';

type Rates = NonNullable<SaleMapping['rates']>;

/** Rows of the rates' table by currency and day, kept as long as a thread uses that table. */
const finders = new WeakMap<Rows, PairFinder>();

/** The row of the rate of each currency and day, −1 where there is none. A view of the kernels' memory. */
export function rateRows(kernels: Kernels, table: Rows, names: Rates, currency: Column, day: Column): Int32Array {
  let find = finders.get(table);
  if (!find) {
    find = pairFinder(columnOf(table, names.currency) as TextColumn, columnOf(table, names.day));
    finders.set(table, find);
  }
  return find(kernels, currency, day).rows;
}

/** country|state|city|postal code|region, empty where the order has none; null when orders carry no address. */
export function locationIds(kernels: Kernels, { sale: { location } }: Contract, rows: Rows): Column | null {
  if (!location) return null;
  const names = LOCATION_ATTRIBUTES.map(attribute => location[attribute]);
  const columns = names.map(name => (name === undefined ? null : columnOf(rows, name)));
  return joinIds(kernels, columns, '|', rows.length);
}
