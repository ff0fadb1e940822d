/** A sorted run that is written piece by piece, because all of its rows would not fit into the memory. */
import { rowNumbers } from '../../kernels/sort.ts';
import { encodeRun, type RunCut, slabCuts } from '../../lake/run.ts';
import type { Rows } from '../../lake/slab.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { createSlices } from './slices.ts';

export interface RunFile<Name> {
  /** Appends rows in their order; the slabs of each name end where the cuts say, and there may be several of one. */
  add(rows: Rows, cuts: readonly RunCut<Name>[]): Promise<void>;
  /** The slices of each name, in order. */
  close(): Promise<ReadonlyMap<Name, readonly Slice[]>>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

export function createRunFile<Name>(context: Pick<TaskContext, 'kernels' | 'writer'>, name: string): RunFile<Name> {
  const { kernels } = context;
  const file = createSlices<Name>(context, name);
  return {
    async add(rows, cuts) {
      const run = encodeRun(kernels, rows, rowNumbers(kernels, cuts.at(-1)?.end ?? 0), slabCuts(cuts));
      await file.add(run.bytes, run.slices);
    },
    async close() {
      const byName = Map.groupBy(await file.close(), slice => slice.name);
      return new Map([...byName].map(([own, placed]) => [own, placed.map(({ slice }) => slice)]));
    },
    abort: () => file.abort(),
  };
}
