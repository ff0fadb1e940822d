/** Parts of a part file: a day of a run, a bucket of keys. Found by byte range, identified by content. */
import { createHash } from 'node:crypto';
import type { PartFile } from './manifest.ts';
import type { ObjectStore } from './store.ts';

/** `key` is `<key of the file>#<start>-<end>`: like every `key`, no part of a task's identity. */
export interface Slice {
  readonly key: string;
  readonly sha256: string;
  readonly rows: number;
}

/** A slice whose file has no key yet. */
export interface UnplacedSlice<Name> {
  readonly name: Name;
  readonly start: number;
  readonly end: number;
  readonly sha256: string;
  readonly rows: number;
}

/** Puts pieces one behind the other, each at a multiple of eight bytes, and says where each is. */
export function packSlices<Name>(pieces: readonly { name: Name; bytes: Uint8Array; rows: number }[]) {
  const slices: UnplacedSlice<Name>[] = [];
  let size = 0;
  for (const { name, bytes, rows } of pieces) {
    const sha256 = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    slices.push({ name, start: size, end: size + bytes.length, sha256, rows });
    size += (bytes.length + 7) & ~7;
  }
  const packed = new Uint8Array(size);
  pieces.forEach((piece, i) => void packed.set(piece.bytes, slices[i]!.start));
  return { packed, slices };
}

export const placeSlice = (file: PartFile, { start, end, sha256, rows }: UnplacedSlice<unknown>): Slice => ({
  key: `${file.key}#${start}-${end}`,
  sha256,
  rows,
});

/** Bytes between two slices that are read and thrown away rather than asked for apart. */
const GAP_BYTES_MAX = 64 * 1024;

/** The bytes of many slices, by key; neighbours in one file are read at once, since each read is a round trip. */
export async function readSlices(lake: ObjectStore, slices: readonly Slice[]): Promise<Map<string, Buffer>> {
  const ranges = slices.map(({ key }) => {
    const [, file = key, start, end] = SLICE_KEY.exec(key) ?? [];
    return { key, file, start: Number(start), end: Number(end) };
  });
  const spans: { file: string; start: number; end: number; members: typeof ranges }[] = [];
  for (const range of ranges.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.start - b.start))) {
    const last = spans.at(-1);
    if (last?.file === range.file && range.start - last.end <= GAP_BYTES_MAX) {
      last.end = Math.max(last.end, range.end);
      last.members.push(range);
    } else spans.push({ ...range, members: [range] });
  }
  const bytes = new Map<string, Buffer>();
  await Promise.all(
    spans.map(async ({ file, start, end, members }) => {
      const span = await lake.read(file, { start, end });
      for (const range of members) bytes.set(range.key, span.subarray(range.start - start, range.end - start));
    }),
  );
  return bytes;
}

const SLICE_KEY = /^(.*)#(\d+)-(\d+)$/;

/** The bytes of a slice, or of a whole part file. */
export async function readSlice(lake: ObjectStore, { key }: { readonly key: string }): Promise<Buffer> {
  const match = SLICE_KEY.exec(key);
  return match ? lake.read(match[1]!, { start: Number(match[2]), end: Number(match[3]) }) : lake.read(key);
}
