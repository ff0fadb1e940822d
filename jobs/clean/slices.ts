import type { Slice, UnplacedSlice } from '../../lake/slice.ts';
import { placeSlice } from '../../lake/slice.ts';
import type { PartWriter, TaskContext } from '../registry.ts';

/** A file of slices that need not fit in memory. */
export interface SliceWriter<Name> {
  /** Writes bytes behind those before, and takes note of the slices in them. */
  add(bytes: Uint8Array, slices: readonly UnplacedSlice<Name>[]): Promise<void>;
  /** All slices, in order. There is no file when nothing was added. */
  close(): Promise<PlacedSlice<Name>[]>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

export interface PlacedSlice<Name> {
  readonly name: Name;
  readonly slice: Slice;
}

export function createSlices<Name>({ writer }: Pick<TaskContext, 'writer'>, file: string): SliceWriter<Name> {
  const slices: UnplacedSlice<Name>[] = [];
  let open: PartWriter | null = null;
  let size = 0;
  let rows = 0;
  return {
    async add(bytes, own) {
      open ??= await writer(file);
      for (const slice of own) {
        slices.push({ ...slice, start: slice.start + size, end: slice.end + size });
        rows += slice.rows;
      }
      size += bytes.length;
      await open.write(bytes);
    },
    async close() {
      if (!open) return [];
      const part = await open.close(rows);
      return slices.map(slice => ({ name: slice.name, slice: placeSlice(part, slice) }));
    },
    abort: async () => open?.abort(),
  };
}
