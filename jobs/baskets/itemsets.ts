/** Itemsets as rows between tasks: a column for each place of a set. */
import { type Column, type Int32Column, int32Column } from '../../kernels/column.ts';
import type { Rows } from '../../lake/slab.ts';
import { ITEMS_MAX } from './limits.ts';

const NAMES = Array.from({ length: ITEMS_MAX }, (_, place) => `item_${place + 1}`);

/** `sets` as of mineItemsets. */
export function rowsOfItemsets(sets: Int32Array): Rows {
  const length = sets.length / ITEMS_MAX;
  const columns = NAMES.map((name, place) => {
    const column = int32Column(length);
    for (let set = 0; set < length; set++) column.values[set] = sets[set * ITEMS_MAX + place]!;
    column.validity.fill(255);
    return [name, column] as const;
  });
  return { length, columns: Object.fromEntries(columns) };
}

export const itemsetColumns = ({ columns }: Rows): Column[] => NAMES.map(name => columns[name]!);

/** The sets at these rows, in their order. */
export function itemsetsOf(rows: Rows, order: ArrayLike<number>): Int32Array {
  const sets = new Int32Array(order.length * ITEMS_MAX);
  itemsetColumns(rows).forEach((column, place) => {
    const { values } = column as Int32Column;
    for (let i = 0; i < order.length; i++) sets[i * ITEMS_MAX + place] = values[order[i]!]!;
  });
  return sets;
}
