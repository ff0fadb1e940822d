import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { below, listOf, type Random, seeded } from '../test/random.ts';
import { createKernels } from './wasm.ts';
import {
  entropyRatio,
  frameRatio,
  huffmanOf,
  type RecordShape,
  runsRatio,
  zstdFrame,
  zstdRuns,
  zstdStore,
} from './zstd.ts';

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

  it.each([2_000, 150_000])('may be any: %i of all kinds, of which some are rare', size => {
    for (const kinds of [2, 3, 129, 130, 200, 256]) {
      kernels.release(0);
      const random = seeded(kinds);
      const bytes = Uint8Array.from({ length: size }, () => 255 - Math.floor(kinds * random() ** 4));
      const source = placed(bytes);
      const huffman = huffmanOf(kernels, source, size)!;
      const frame = zstdFrame(kernels, source, size, literalsOnly(1), huffman)!;
      expect(unpacked(frame).equals(bytes)).toBe(true);
      expect(frame.length).toBeLessThan(size * entropyRatio(kernels, source, size) * 1.06 + 200);
    }
  });

  it('have codes for what a sample misses', () => {
    kernels.release(0);
    for (const missed of ['\0', 'z', '\xff']) {
      const bytes = Buffer.alloc(200_000, 'abcd');
      bytes[199_999] = missed.charCodeAt(0);
      const source = placed(bytes);
      const huffman = huffmanOf(kernels, source, bytes.length)!;
      expect(unpacked(zstdFrame(kernels, source, bytes.length, literalsOnly(1), huffman)!).equals(bytes)).toBe(true);
    }
  });

  it('have none when there is but one kind of them, or all come as often', () => {
    kernels.release(0);
    expect(huffmanOf(kernels, placed(Buffer.alloc(100, 'a')), 100)).toBeNull();
    expect(huffmanOf(kernels, placed(Uint8Array.from({ length: 512 }, (_, i) => i)), 512)).toBeNull();
  });
});

describe('numbers like the one before them', () => {
  const random = seeded(3);
  const kinds: Readonly<Record<string, (row: number) => bigint>> = {
    'one number': () => 5n,
    'sorted ones': row => BigInt(row * 2 + below(random, 3)),
    'runs of ids': row => BigInt(Math.floor(row / 5.7) * 11),
    'zeros and amounts': () => (random() < 0.2 ? BigInt(below(random, 4e8)) : 0n),
    'long and short ones': () => BigInt(random() < 0.3 ? Math.floor(random() * 2 ** 52) : below(random, 200)),
    'negative ones': row => BigInt(-row),
  };
  /** Values of one block and of several, and what may stand before and behind them. */
  const sizes = [100, 1_030, 16_376, 16_377, 16_378, 48_437].flatMap(count => [
    { count, lead: 0, trail: 0 },
    { count, lead: 7, trail: 3 },
  ]);

  it.each(Object.keys(kinds))('%s become a frame that is unpacked to them', kind => {
    for (const width of [4, 8]) {
      for (const { count, lead, trail } of sizes) {
        kernels.release(0);
        const values = BigInt64Array.from({ length: count }, (_, row) => kinds[kind]!(row));
        const numbers = width === 8 ? values : Int32Array.from(values, value => Number(BigInt.asIntN(32, value)));
        const around = [randomBytes(random, lead), Buffer.from(numbers.buffer), randomBytes(random, trail)];
        const bytes = Buffer.concat(around);
        const source = placed(bytes);
        const frame = zstdRuns(kernels, source, bytes.length, lead, width)!;
        expect(unpacked(frame).equals(bytes)).toBe(true);
        const ratio = runsRatio(kernels, source + lead, count, width);
        expect(frame.length).toBeLessThan(bytes.length * ratio * 1.1 + 150);
      }
    }
  });

  it('are refused when none of the first is like the one before it', () => {
    kernels.release(0);
    const bytes = randomBytes(random, 40_000);
    expect(zstdRuns(kernels, placed(bytes), bytes.length, 0, 8)).toBeNull();
  });
});

it('bytes that do not gain are stored, in blocks of 128 KiB', () => {
  for (const size of [0, 1, 131_072, 131_073, 300_000]) {
    kernels.release(0);
    const bytes = randomBytes(seeded(size), size);
    expect(unpacked(zstdStore(kernels, placed(bytes), size)).equals(bytes)).toBe(true);
  }
});
