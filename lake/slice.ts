/** Parts of a part file: a day of a run, a bucket of keys. Found by byte range, identified by content. */
import { createHash } from 'node:crypto';
import { UserError } from '../base/errors.ts';
import type { Kernels } from '../kernels/wasm.ts';
import { xxh64 } from '../kernels/xxhash.ts';
import type { ScratchFile } from './manifest.ts';
import type { ObjectStore } from './store.ts';

/** `key` is `<key of the file>#<start>-<end>`: like every `key`, no part of a task's identity. */
export interface Slice {
  readonly key: string;
  /** Of its content. */
  readonly hash: string;
  readonly rows: number;
}

/** A slice whose file has no key yet. */
export interface UnplacedSlice<Name> {
  readonly name: Name;
  readonly start: number;
  readonly end: number;
  readonly hash: string;
  readonly rows: number;
}

/** Bytes of a slice in the kernels' memory. */
export interface PlacedSlab {
  readonly address: number;
  readonly size: number;
}

/** Puts pieces one behind the other, each at a multiple of eight bytes, and says where each is. */
export function packSlices<Name>(pieces: readonly { name: Name; bytes: Uint8Array; rows: number }[]) {
  const slices: UnplacedSlice<Name>[] = [];
  let size = 0;
  for (const { name, bytes, rows } of pieces) {
    slices.push({ name, start: size, end: size + bytes.length, hash: hashOf(bytes), rows });
    size += (bytes.length + 7) & ~7;
  }
  const packed = new Uint8Array(size);
  pieces.forEach((piece, i) => void packed.set(piece.bytes, slices[i]!.start));
  return { packed, slices };
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 32);

export const placeSlice = (file: ScratchFile, { start, end, hash, rows }: UnplacedSlice<unknown>): Slice => ({
  key: `${file.key}#${start}-${end}`,
  hash,
  rows,
});

/** Bytes between two slices that are read and thrown away rather than asked for apart. */
const GAP_BYTES_MAX = 64 * 1024;

/** Where the bytes of many slices lie, in their order, once they have been read into `kernels`' memory. */
export async function readSlices(kernels: Kernels, lake: ObjectStore, slices: readonly Slice[]): Promise<PlacedSlab[]> {
  const ranges = slices.map(({ key }, index) => ({ index, ...rangeOf(key) }));
  const spans: { file: string; start: number; end: number; members: typeof ranges }[] = [];
  for (const range of ranges.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.start - b.start))) {
    const last = spans.at(-1);
    if (last?.file === range.file && range.start - last.end <= GAP_BYTES_MAX) {
      last.end = Math.max(last.end, range.end);
      last.members.push(range);
    } else spans.push({ ...range, members: [range] });
  }
  const placed: PlacedSlab[] = [];
  await Promise.all(
    spans.map(async ({ file, start, end, members }) => {
      const address = kernels.alloc(end - start);
      await readInto(lake, { file, start, end }, kernels.bytes.subarray(address, address + end - start));
      for (const range of members)
        placed[range.index] = { address: address + range.start - start, size: range.end - range.start };
    }),
  );
  placed.forEach((slab, index) => void assertWhole(kernels, slices[index]!, slab));
  return placed;
}

const SLICE_KEY = /^(.*)#(\d+)-(\d+)$/;

function rangeOf(key: string): { file: string; start: number; end: number } {
  const [, file, start, end] = SLICE_KEY.exec(key) ?? [];
  if (file === undefined) throw new Error(`not a slice: '${key}'`);
  return { file, start: Number(start), end: Number(end) };
}

/** Bytes of a slice. */
export function sizeOfSlice({ key }: Slice): number {
  const { start, end } = rangeOf(key);
  return end - start;
}

/** Reads the bytes of a slice to where they are wanted in the kernels' memory. */
export async function readSliceInto(
  kernels: Kernels,
  lake: ObjectStore,
  slice: Slice,
  { address, size }: PlacedSlab,
): Promise<void> {
  await readInto(lake, rangeOf(slice.key), kernels.bytes.subarray(address, address + size));
  assertWhole(kernels, slice, { address, size });
}

/** What is read must be what was written: scratch files are not flushed, and nothing else looks at what is in them. */
function assertWhole(kernels: Kernels, { key, hash }: Slice, { address, size }: PlacedSlab): void {
  if (checksum(kernels, address, size) !== hash) throw damaged(rangeOf(key).file);
}

const damaged = (file: string): UserError =>
  new UserError({
    code: 'E_DAMAGED',
    what: `a file of an earlier step is not what was written`,
    where: file,
    why: 'the machine may have lost power, or the disk has an error',
    unchanged: 'nothing was published',
    next: `remove that file, then run again: it is made anew`,
    exitCode: 1,
  });

/** The hash of a slice in the kernels' memory: XXH64 as 16 hexadecimal digits. */
export const checksum = (kernels: Kernels, address: number, size: number): string =>
  xxh64(kernels, address, size).toString(16).padStart(16, '0');

/** A file that is shorter than when it was written has been damaged since. */
async function readInto(
  lake: ObjectStore,
  { file, start, end }: { file: string; start: number; end: number },
  target: Uint8Array,
): Promise<void> {
  const size = await lake.readInto(file, { start, end }, target);
  if (size !== end - start) throw new Error(`'${file}' ends at byte ${start + size}: it should go on to ${end}`);
}

/** The bytes of a slice that was packed with others. */
export async function readSlice(lake: ObjectStore, { key, hash }: Slice): Promise<Buffer> {
  const { file, start, end } = rangeOf(key);
  const bytes = await lake.read(file, { start, end });
  if (hashOf(bytes) !== hash) throw damaged(file);
  return bytes;
}
