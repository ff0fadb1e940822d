/** A sorted run that is written piece by piece, because all of its rows would not fit into the memory. */
import { rowNumbers } from '../../kernels/rows.ts';
import { encodeRun, type RunCut, slabCuts } from '../../lake/run.ts';
import type { Rows } from '../../lake/slab.ts';
import { placeSlice, type Slice, type UnplacedSlice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';

export interface RunFile<Name> {
  /** Appends rows in their order; the slabs of each name end where the cuts say, and there may be several of one. */
  add(rows: Rows, cuts: readonly RunCut<Name>[]): Promise<void>;
  /** The slices of each name, in order. */
  close(): Promise<ReadonlyMap<Name, readonly Slice[]>>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

export async function createRunFile<Name>(
  { kernels, writer }: Pick<TaskContext, 'kernels' | 'writer'>,
  name: string,
): Promise<RunFile<Name>> {
  const file = await writer(name);
  const slices: UnplacedSlice<Name>[] = [];
  let size = 0;
  let written = 0;
  return {
    async add(rows, cuts) {
      const count = cuts.at(-1)?.end ?? 0;
      const run = encodeRun(kernels, rows, rowNumbers(kernels, count), slabCuts(cuts));
      for (const slice of run.slices) slices.push({ ...slice, start: slice.start + size, end: slice.end + size });
      await file.write(run.bytes);
      size += run.bytes.length;
      written += count;
    },
    async close() {
      const part = await file.close(written);
      const byName = Map.groupBy(slices, slice => slice.name);
      return new Map([...byName].map(([own, unplaced]) => [own, unplaced.map(slice => placeSlice(part, slice))]));
    },
    abort: () => file.abort(),
  };
}
