/** Rows that wait for more, where what is written must not depend on the pieces in which rows come. */
import type { Kernels } from '../../kernels/wasm.ts';
import { decodeRuns } from '../../lake/assemble.ts';
import { encodeRun } from '../../lake/run.ts';
import type { Rows } from '../../lake/slab.ts';
import type { PlacedSlab } from '../../lake/slice.ts';

/** As a slab outside the kernels' memory, which is given back between pieces. */
export interface Rest {
  readonly rows: number;
  readonly slab: Uint8Array;
}

export const NOTHING: Rest = { rows: 0, slab: new Uint8Array() };

/** The rows from `start` on. */
export function restOf(kernels: Kernels, { length, columns }: Rows, start: number): Rest {
  const rows = length - start;
  if (rows === 0) return NOTHING;
  const order = Int32Array.from({ length: rows }, (_, row) => start + row);
  return { rows, slab: encodeRun(kernels, { length, columns }, order, [{ name: 0, end: rows }]).bytes.slice() };
}

/** The rest, and behind it the rows at `picks`. */
export function withRest(kernels: Kernels, rest: Rest, rows: Rows, picks: Int32Array): Rows {
  const { bytes } = encodeRun(kernels, rows, picks, [{ name: 0, end: picks.length }]);
  return decodeRuns(kernels, [...slabsOf(kernels, rest), { address: bytes.byteOffset, size: bytes.length }]);
}

/** No columns when there is no row. */
export const restRows = (kernels: Kernels, rest: Rest): Rows => decodeRuns(kernels, slabsOf(kernels, rest));

function slabsOf(kernels: Kernels, { rows, slab }: Rest): PlacedSlab[] {
  if (rows === 0) return [];
  const address = kernels.alloc(slab.length);
  kernels.bytes.set(slab, address);
  return [{ address, size: slab.length }];
}
