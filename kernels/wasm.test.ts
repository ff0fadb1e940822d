import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileKernels } from './build.ts';
import { createKernels, KernelMemoryError, type Kernels, withKernels } from './wasm.ts';
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

  it('lends its memory to one task after the other, also after one that failed', async () => {
    const log: string[] = [];
    const task = (name: string) => async (kernels: Kernels) => {
      log.push(`${name} begins with ${kernels.mark()}`);
      kernels.alloc(1000);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (name === 'a') throw new Error('a fails');
      return kernels;
    };
    const [a, b, c] = await Promise.allSettled([
      withKernels(task('a')),
      withKernels(task('b')),
      withKernels(task('c')),
    ]);
    expect([a.status, b.status, c.status]).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    const base = log[0]!.split(' ').at(-1);
    expect(log).toEqual(['a', 'b', 'c'].flatMap(name => [`${name} begins with ${base}`, `${name} ends`]));
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
