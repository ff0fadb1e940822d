/** Addresses that orders carry themselves. */
import type { Contract } from '../../datasets/contract.ts';
import { LOCATION_ATTRIBUTES } from '../../datasets/sales.ts';
import type { Column } from '../../kernels/column.ts';
import { joinIds } from '../../kernels/join.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Rows } from '../../lake/slab.ts';
import { columnOf } from './values.ts';

/** country|state|city|postal code|region, empty where the order has none; null when orders carry no address. */
export function locationIds(kernels: Kernels, { sale: { location } }: Contract, rows: Rows): Column | null {
  if (!location) return null;
  const names = LOCATION_ATTRIBUTES.map(attribute => location[attribute]);
  const columns = names.map(name => (name === undefined ? null : columnOf(rows, name)));
  return joinIds(kernels, columns, '|', rows.length);
}
