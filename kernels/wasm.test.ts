import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileKernels } from './build.ts';
import { createKernels, KernelMemoryError, withKernels } from './wasm.ts';
import { xxh64 } from './xxhash.ts';

describe('kernels.wasm', () => {
  it('is what its sources compile to', async () => {
    const committed = readFileSync(new URL('./kernels.wasm', import.meta.url));
    const compiled = Buffer.from(await compileKernels());
    expect(compiled.equals(committed), 'run `npm run build:wasm` and commit kernels/kernels.wasm').toBe(true);
  });

  it('gives memory behind what it gave before, and takes all of it back', () => {
    const kernels = createKernels(1 << 20);
    const first = kernels.alloc(100);
    const mark = kernels.mark();
    const second = kernels.alloc(100);
    kernels.bytes.fill(7, second, second + 100);
    expect(second).toBeGreaterThanOrEqual(first + 164);
    kernels.release(mark);
    expect(kernels.allocZeroed(100)).toBe(second);
    expect(kernels.bytes.subarray(second, second + 100).every(byte => byte === 0)).toBe(true);
    for (const size of [1 << 20, 2 ** 31, 2 ** 32, 2 ** 40])
      expect(() => kernels.alloc(size), `${size} bytes`).toThrow(KernelMemoryError);
    expect(kernels.alloc(100)).toBeGreaterThan(second);
  });

  it('lends two tasks at once two memories, and one after the other the same', async () => {
    const [a, b] = await Promise.all([withKernels(async kernels => kernels), withKernels(async kernels => kernels)]);
    expect(a === b).toBe(false);
    const third = await withKernels(async kernels => kernels);
    expect(third === a || third === b).toBe(true);
  });
});

/** Values of the reference implementation (`xxhsum -H1`). */
describe('xxh64', () => {
  it.each([
    ['', 0n, 0xef46db3751d8e999n],
    ['a', 0n, 0xd24ec4f1a98c6e5bn],
    ['abc', 0n, 0x44bc2cf5ad770999n],
    ['Nobody inspects the spammish repetition', 0n, 0xfbcea83c8a378bf1n],
  ])('hashes %j', (text, seed, expected) => {
    const kernels = createKernels(1 << 20);
    const at = kernels.alloc(text.length);
    kernels.bytes.set(Buffer.from(text), at);
    expect(xxh64(kernels, at, text.length, seed)).toBe(expected);
  });
});
