import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { below, listOf, type Random, seeded } from '../test/random.ts';
import { createKernels } from './wasm.ts';
import { frameRatio, huffmanOf, type RecordShape, zstdFrame, zstdStore } from './zstd.ts';

const kernels = createKernels(1 << 26);

/** Bytes in the kernels' memory. */
function placed(bytes: Uint8Array): number {
  const start = kernels.alloc(bytes.length);
  kernels.bytes.set(bytes, start);
  return start;
}

const randomBytes = (random: Random, size: number, kinds = 256) =>
  Uint8Array.from({ length: size }, () => below(random, kinds));

interface Records {
  readonly bytes: Uint8Array;
  /** What differs from record to record. */
  readonly literals: Uint8Array;
}

/** Bytes of a shape, with less than a record behind them. */
function recordsOf({ lead, count, literal, match }: RecordShape, trail: number, kinds: number): Records {
  const random = seeded(count + kinds);
  const same = randomBytes(random, match);
  const records = listOf(count, () => randomBytes(random, literal, kinds));
  const last = randomBytes(random, trail, kinds);
  const begin = [randomBytes(random, lead - match), same];
  return {
    bytes: Buffer.concat([...begin, ...records.flatMap(record => [record, same]), last]),
    literals: Buffer.concat([...records, last]),
  };
}

const unpacked = (frame: Uint8Array): Buffer => zstdDecompressSync(frame);

const SHAPES: readonly (readonly [title: string, shape: RecordShape, trail: number])[] = [
  ['64-bit numbers of one significant byte', { lead: 8, count: 64, literal: 1, match: 7 }, 0],
  ['64-bit numbers of five', { lead: 15, count: 100_000, literal: 5, match: 3 }, 0],
  ['two blocks and one record', { lead: 8, count: 1 + 16_383 * 2 + 1, literal: 3, match: 5 }, 0],
  ['texts of one byte, two blocks and one record', { lead: 11, count: 1 + 26_213 * 2 + 1, literal: 1, match: 4 }, 1],
  ['texts of 20 bytes', { lead: 11, count: 20_000, literal: 20, match: 4 }, 20],
  ['texts of 21 bytes, whose length takes a bit', { lead: 11, count: 20_000, literal: 21, match: 4 }, 21],
  ['texts of 47 bytes', { lead: 20, count: 6_000, literal: 47, match: 4 }, 47],
  ['texts of 64 bytes', { lead: 20, count: 6_000, literal: 64, match: 4 }, 64],
  ['texts of 777 bytes behind a long lead', { lead: 30_000, count: 500, literal: 777, match: 4 }, 777],
];

describe('records that are the same in some bytes', () => {
  it.each(SHAPES)('%s become a frame that is unpacked to them', (_title, shape, trail) => {
    kernels.release(0);
    const { bytes } = recordsOf(shape, trail, 256);
    const frame = zstdFrame(kernels, placed(bytes), bytes.length, shape, null)!;
    expect(unpacked(frame).equals(bytes)).toBe(true);
    expect(frame.length).toBeLessThan(bytes.length * frameRatio(bytes.length, shape, null) + 200 + shape.count * 1.3);
  });

  it.each(SHAPES.filter(([, { match }]) => match === 4))('%s, with codes', (_title, shape, trail) => {
    kernels.release(0);
    for (const kinds of [2, 36, 128]) {
      const { bytes, literals } = recordsOf(shape, trail, kinds);
      const huffman = huffmanOf(kernels, placed(literals), literals.length)!;
      const frame = zstdFrame(kernels, placed(bytes), bytes.length, shape, huffman)!;
      expect(unpacked(frame).equals(bytes)).toBe(true);
      expect(frame.length).toBeLessThan(bytes.length * frameRatio(bytes.length, shape, huffman) + 30_500);
    }
  });
});

describe('bytes that have codes alone', () => {
  const literalsOnly = (lead: number): RecordShape => ({ lead, count: 0, literal: 0, match: 0 });

  it.each([1_024, 131_072, 131_073, 131_072 * 2 + 63, 400_001])('%i of them are unpacked again', size => {
    kernels.release(0);
    // Frequencies that halve make codes as long as they may be, and longer ones if they are not held back.
    const random = seeded(size);
    const text = Uint8Array.from({ length: size }, () => 48 + Math.min(40, Math.floor(-Math.log2(random() + 1e-12))));
    const bytes = Buffer.concat([Uint8Array.of(1, 2, 3), text]);
    const source = placed(bytes);
    const huffman = huffmanOf(kernels, source + 3, size)!;
    const frame = zstdFrame(kernels, source, bytes.length, literalsOnly(3), huffman)!;
    expect(unpacked(frame).equals(bytes)).toBe(true);
    // The entropy of such frequencies is two bits.
    expect(frame.length).toBeLessThan(size / 3.9 + 200);
  });

  it('are refused when a part of them is unlike the whole', () => {
    kernels.release(0);
    const other = randomBytes(seeded(1), 131_072, 128);
    const bytes = Buffer.concat([Buffer.alloc(1 + 30 * 131_072, 'ab'), other]);
    const source = placed(bytes);
    const huffman = huffmanOf(kernels, source, bytes.length)!;
    expect(zstdFrame(kernels, source, bytes.length, literalsOnly(1), huffman)).toBeNull();
  });

  it('have none when there is but one kind of them, or some are not ASCII', () => {
    kernels.release(0);
    expect(huffmanOf(kernels, placed(Buffer.alloc(100, 'a')), 100)).toBeNull();
    expect(huffmanOf(kernels, placed(randomBytes(seeded(1), 100)), 100)).toBeNull();
  });
});

it('bytes that do not gain are stored, in blocks of 128 KiB', () => {
  for (const size of [0, 1, 131_072, 131_073, 300_000]) {
    kernels.release(0);
    const bytes = randomBytes(seeded(size), size);
    expect(unpacked(zstdStore(kernels, placed(bytes), size)).equals(bytes)).toBe(true);
  }
});
