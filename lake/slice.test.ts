import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createKernels } from '../kernels/wasm.ts';
import { between, listOf, pick, seeded } from '../test/random.ts';
import { memoryStore } from './memory.ts';
import { checksum, packSlices, placeSlice, readSlice, readSliceInto, readSlices, type Slice } from './slice.ts';

const FILE = { key: 'lake/parts/clean.chunk/1/2/run.slab', hash: '', bytes: 0, rows: 0 };

describe('pieces packed into one file', () => {
  it('are read back one by one, each from a multiple of eight bytes', async () => {
    const random = seeded(1);
    const lake = memoryStore();
    for (let i = 0; i < 100; i++) {
      const pieces = listOf(between(random, 0, 6), name => ({
        name,
        bytes: Uint8Array.from(listOf(between(random, 0, 30), () => between(random, 0, 255))),
        rows: between(random, 0, 9),
      }));
      const { packed, slices } = packSlices(pieces);
      await lake.write(FILE.key, packed);
      expect(slices.map(({ name, rows }) => [name, rows])).toEqual(pieces.map(({ name, rows }) => [name, rows]));
      for (const [at, slice] of slices.entries()) {
        const placed = placeSlice(FILE, slice);
        expect(slice.start % 8).toBe(0);
        expect(new Uint8Array(await readSlice(lake, placed))).toEqual(pieces[at]!.bytes);
        expect(placed.rows).toBe(pieces[at]!.rows);
      }
    }
  });

  it('are read many at once as they were written, near and far apart, from one file and from several', async () => {
    const random = seeded(2);
    const lake = memoryStore();
    const placed: { slice: Slice; content: Buffer }[] = [];
    const kernels = createKernels(1 << 26);
    for (const key of ['b', 'a', 'a#1-2']) {
      const pieces = listOf(20, name => ({
        name,
        bytes: Buffer.alloc(pick(random, [0, 1, 9, 70_000]), `${key}${name}`),
        rows: name,
      }));
      const { packed, slices } = packSlices(pieces);
      await lake.write(key, packed);
      for (const slice of slices) {
        const [at, size] = [kernels.mark(), slice.end - slice.start];
        kernels.bytes.set(packed.subarray(slice.start, slice.end), at);
        const hash = checksum(kernels, at, size);
        placed.push({ slice: placeSlice({ ...FILE, key }, { ...slice, hash }), content: pieces[slice.name]!.bytes });
      }
    }
    for (let i = 0; i < 50; i++) {
      const mark = kernels.mark();
      const wanted = listOf(between(random, 0, 12), () => pick(random, placed));
      const found = await readSlices(
        kernels,
        lake,
        wanted.map(({ slice }) => slice),
      );
      expect(found.length).toBe(wanted.length);
      for (const [at, { address, size }] of found.entries()) {
        const bytes = Buffer.from(kernels.bytes.subarray(address, address + size));
        expect(bytes.equals(wanted[at]!.content), wanted[at]!.slice.key).toBe(true);
      }
      kernels.release(mark);
    }
  });

  it('are known by their content, wherever they lie', () => {
    const [a, b] = [Buffer.from('a'), Buffer.from('b')];
    const hashes = (...contents: Buffer[]) =>
      packSlices(contents.map((bytes, name) => ({ name, bytes, rows: 1 }))).slices.map(({ hash }) => hash);
    expect(hashes(a, b)).toEqual(hashes(b, a).reverse());
    expect(hashes(a)).toEqual([createHash('sha256').update('a').digest('hex').slice(0, 32)]);
  });

  it('are looked for in the file of their name, though it holds a number sign', async () => {
    const lake = memoryStore();
    const { packed, slices } = packSlices(
      ['01234567', '89'].map((text, name) => ({ name, bytes: Buffer.from(text), rows: 1 })),
    );
    await lake.write('a#1-2', packed);
    expect((await readSlice(lake, placeSlice({ ...FILE, key: 'a#1-2' }, slices[1]!))).toString()).toBe('89');
  });

  it('say which file to remove when they are not what was written', async () => {
    const lake = memoryStore();
    const { packed, slices } = packSlices([{ name: 0, bytes: Buffer.from('abc'), rows: 1 }]);
    await lake.write(FILE.key, packed.fill(0, 2));
    const damaged = { details: { code: 'E_DAMAGED', where: FILE.key } };
    const placed = placeSlice(FILE, slices[0]!);
    await expect(readSlice(lake, placed)).rejects.toMatchObject(damaged);
    const kernels = createKernels(1 << 20);
    const target = { address: kernels.alloc(3), size: 3 };
    await expect(readSliceInto(kernels, lake, placed, target)).rejects.toMatchObject(damaged);
    await readSliceInto(kernels, lake, { ...placed, hash: checksum(kernels, target.address, 3) }, target);
    expect(Buffer.from(kernels.bytes.subarray(target.address, target.address + 3)).toString()).toBe('ab\0');
  });
});
