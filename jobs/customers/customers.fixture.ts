/** What tests of jobs over customers have in common: slices in memory, and a task's context. */
import type { Kernels } from '../../kernels/wasm.ts';
import { memoryStore } from '../../lake/memory.ts';
import { encodeRun, slabCuts } from '../../lake/run.ts';
import type { Rows } from '../../lake/slab.ts';
import { placeSlice, type Slice } from '../../lake/slice.ts';
import type { ObjectStore } from '../../lake/store.ts';
import type { PartWriter, TaskContext } from '../registry.ts';

/** A context whose files stay in memory. */
export function memoryContext<Shared>(kernels: Kernels, shared: Shared): TaskContext<Shared> {
  const lake = memoryStore();
  const write = async (key: string, bytes: Uint8Array, rows: number) => {
    await lake.write(key, bytes);
    return { key, bytes: bytes.length, rows, sha256: key };
  };
  const writer = async (key: string): Promise<PartWriter> => {
    const pieces: Buffer[] = [];
    return {
      write: async bytes => void pieces.push(Buffer.from(bytes)),
      close: rows => write(key, Buffer.concat(pieces), rows),
      abort: async () => undefined,
    };
  };
  return { shared, lake, raw: lake, kernels, write, scratch: write, writer };
}

/** Writes the rows as one file, in slabs of `slabRows`. */
export async function slicesOf(
  kernels: Kernels,
  lake: ObjectStore,
  { key, rows, slabRows }: { key: string; rows: Rows; slabRows: number },
): Promise<Slice[]> {
  const mark = kernels.mark();
  const order = Int32Array.from({ length: rows.length }, (_, row) => row);
  const { bytes, slices } = encodeRun(kernels, rows, order, slabCuts([{ name: 0, end: rows.length }], slabRows));
  await lake.write(key, bytes);
  kernels.release(mark);
  return slices.map(slice => placeSlice({ key, bytes: bytes.length, rows: rows.length }, slice));
}
