/** What a task hands on to the next stage: rows of customers, fewer than a hundred bytes each. */
import { rowNumbers } from '../../kernels/sort.ts';
import { encodeRun, slabCuts } from '../../lake/run.ts';
import type { Rows } from '../../lake/slab.ts';
import { placeSlice, type Slice, type UnplacedSlice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';

export interface Results {
  /** Appends rows; all must have the same columns. */
  add(rows: Rows): void;
  /** Writes them as one file; without rows there is none. */
  close(): Promise<readonly Slice[]>;
}

/** A scratch file of rows, in slabs of a fixed number of rows from each piece on: read it with readSlices or customerLines. */
export function createResults({ kernels, scratch }: Pick<TaskContext, 'kernels' | 'scratch'>, file: string): Results {
  const pieces: Uint8Array[] = [];
  const slices: UnplacedSlice<number>[] = [];
  let size = 0;
  let total = 0;
  return {
    add(rows) {
      if (rows.length === 0) return;
      const mark = kernels.mark();
      const { bytes, slices: own } = encodeRun(
        kernels,
        rows,
        rowNumbers(kernels, rows.length),
        slabCuts([{ name: 0, end: rows.length }]),
      );
      for (const slice of own) slices.push({ ...slice, start: slice.start + size, end: slice.end + size });
      pieces.push(bytes.slice());
      kernels.release(mark);
      size += pieces.at(-1)!.length;
      total += rows.length;
    },
    async close() {
      if (total === 0) return [];
      const placed = await scratch(file, pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces), total);
      return slices.map(slice => placeSlice(placed, slice));
    },
  };
}
