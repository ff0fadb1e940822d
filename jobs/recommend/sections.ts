/** Typed arrays in a scratch file, each found and checked by itself, so that a task reads those that it needs. */
import type { BoughtPairs } from '../../kernels/als.ts';
import { place } from '../../kernels/place.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { checksum, placeSlice, readSlices, type Slice, type UnplacedSlice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';

export type Sections<Name extends string = string> = Readonly<Record<Name, Slice>>;

/** One file with these arrays, each at a multiple of eight bytes. */
export async function writeSections<Name extends string>(
  { kernels, scratch }: Pick<TaskContext, 'kernels' | 'scratch'>,
  file: string,
  arrays: Readonly<Record<Name, ArrayBufferView>>,
): Promise<Sections<Name>> {
  const names = Object.keys(arrays) as Name[];
  const size = names.reduce((sum, name) => sum + align(arrays[name].byteLength), 0);
  const packed = new Uint8Array(size);
  const slices: UnplacedSlice<Name>[] = [];
  let start = 0;
  for (const name of names) {
    const { buffer, byteOffset, byteLength } = arrays[name];
    packed.set(new Uint8Array(buffer, byteOffset, byteLength), start);
    slices.push({
      name,
      start,
      end: start + byteLength,
      hash: hashOf(kernels, arrays[name]),
      rows: byteLength / BYTES,
    });
    start += align(byteLength);
  }
  const placed = await scratch(file, packed, names.length);
  return Object.fromEntries(slices.map(slice => [slice.name, placeSlice(placed, slice)])) as Sections<Name>;
}

/** Bytes of a number in most of them; `rows` of a section counts these. */
const BYTES = 4;

const align = (size: number): number => (size + 7) & ~7;

function hashOf(kernels: Kernels, view: ArrayBufferView): string {
  const mark = kernels.mark();
  const hash = checksum(kernels, place(kernels, view), view.byteLength);
  kernels.release(mark);
  return hash;
}

/** The bytes of sections, in their order, in the kernels' memory. */
export async function readSections(
  { kernels, lake }: Pick<TaskContext, 'kernels' | 'lake'>,
  sections: readonly Slice[],
): Promise<Uint8Array[]> {
  const slabs = await readSlices(kernels, lake, sections);
  return slabs.map(({ address, size }) => kernels.bytes.subarray(address, address + size));
}

export const asFloats = ({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array =>
  new Float32Array(buffer, byteOffset, byteLength / 4);
export const asDoubles = ({ buffer, byteOffset, byteLength }: Uint8Array): Float64Array =>
  new Float64Array(buffer, byteOffset, byteLength / 8);
export const asIntegers = ({ buffer, byteOffset, byteLength }: Uint8Array): Int32Array =>
  new Int32Array(buffer, byteOffset, byteLength / 4);

/** What a block's customers bought, in the kernels' memory. */
export async function readBought(
  context: Pick<TaskContext, 'kernels' | 'lake'>,
  { starts, items, weights }: Sections<'starts' | 'items' | 'weights'>,
): Promise<BoughtPairs> {
  const [ptr, own, worth] = await readSections(context, [starts, items, weights]);
  return { users: ptr!.byteLength / 4 - 1, ptr: asIntegers(ptr!), items: asIntegers(own!), weights: asFloats(worth!) };
}
