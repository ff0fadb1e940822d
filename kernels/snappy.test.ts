import { snappyUncompress } from 'hyparquet';
import { expect, it } from 'vitest';
import { below, listOf, seeded, textOf } from '../test/random.ts';
import { snappyCompress } from './snappy.ts';
import { createKernels } from './wasm.ts';

const kernels = createKernels(1 << 24);

function roundTrip(bytes: Uint8Array): number {
  kernels.release(0);
  const source = kernels.alloc(bytes.length);
  kernels.bytes.set(bytes, source);
  const compressed = snappyCompress(kernels, source, bytes.length);
  const found = new Uint8Array(bytes.length);
  snappyUncompress(compressed, found);
  expect(Buffer.from(found).equals(bytes)).toBe(true);
  return compressed.length;
}

it('bytes of all sizes and kinds are unpacked again', () => {
  const random = seeded(1);
  for (const size of [1, 2, 7, 8, 9, 59, 60, 61, 255, 256, 257, 5_000, 65_535, 65_536, 65_537, 200_000]) {
    roundTrip(Uint8Array.from({ length: size }, () => below(random, 256)));
    roundTrip(Uint8Array.from({ length: size }, () => below(random, 3)));
    roundTrip(Uint8Array.from({ length: size }, (_, i) => i >> 9));
  }
  for (let i = 0; i < 300; i++)
    roundTrip(Buffer.from(listOf(200, () => textOf(random, ['a', 'bcd', 'efgh🛒'], 9)).join('')));
});

it('what repeats becomes small, and what does not hardly larger', () => {
  const random = seeded(2);
  expect(roundTrip(Buffer.alloc(100_000, 'abcdefgh'))).toBeLessThan(5_000);
  expect(roundTrip(Uint8Array.from({ length: 100_000 }, () => below(random, 256)))).toBeLessThan(100_100);
});
