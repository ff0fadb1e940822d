/** Rows that wait for more, where what is written must not depend on the pieces in which rows come. */
import { rowNumbers } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { decodeRuns } from '../../lake/assemble.ts';
import { encodeRun } from '../../lake/run.ts';
import type { Rows } from '../../lake/slab.ts';
import type { PlacedSlab } from '../../lake/slice.ts';

/** As slabs outside the kernels' memory, which is given back between pieces. */
export interface Rest {
  readonly rows: number;
  readonly bytes: number;
  readonly slabs: readonly Uint8Array[];
}

export const NOTHING: Rest = { rows: 0, bytes: 0, slabs: [] };

/** The rest, and behind it the rows at `picks`. */
export function restAnd(kernels: Kernels, rest: Rest, rows: Rows, picks: Int32Array): Rest {
  if (picks.length === 0) return rest;
  const mark = kernels.mark();
  const slab = encodeRun(kernels, rows, picks, [{ name: 0, end: picks.length }]).bytes.slice();
  kernels.release(mark);
  return { rows: rest.rows + picks.length, bytes: rest.bytes + slab.length, slabs: [...rest.slabs, slab] };
}

/** The rows from `start` on. */
export function restOf(kernels: Kernels, rows: Rows, start: number): Rest {
  return restAnd(kernels, NOTHING, rows, rowNumbers(kernels, rows.length).subarray(start));
}

/** The rest, and behind it the rows at `picks`, as rows. */
export const withRest = (kernels: Kernels, rest: Rest, rows: Rows, picks: Int32Array): Rows =>
  restRows(kernels, restAnd(kernels, rest, rows, picks));

/** No columns when there is no row. */
export function restRows(kernels: Kernels, { slabs }: Rest): Rows {
  const placed = slabs.map((slab): PlacedSlab => {
    const address = kernels.alloc(slab.length);
    kernels.bytes.set(slab, address);
    return { address, size: slab.length };
  });
  return decodeRuns(kernels, placed);
}
