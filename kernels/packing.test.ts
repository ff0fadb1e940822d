/** What the kernels pack is unpacked by plain readers of the format. */
import { describe, expect, it } from 'vitest';
import { below, between, listOf, type Random, seeded } from '../test/random.ts';
import { parquetKernels } from './parquet.ts';
import { createKernels } from './wasm.ts';

const kernels = createKernels(1 << 26);
const { delta32, delta64, deltaSame, hybrid, levels } = parquetKernels(kernels);

/** Addresses of numbers in memory that is full of something else. */
function placed(values: Int32Array | BigInt64Array | Uint8Array): number {
  kernels.release(0);
  const start = kernels.alloc(values.byteLength);
  kernels.bytes.fill(0xa5, start, start + values.byteLength * 8 + (1 << 16));
  kernels.bytes.set(new Uint8Array(values.buffer), start);
  return start;
}

class BitReader {
  readonly bytes: Uint8Array;
  at = 0;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  varint(): bigint {
    for (let value = 0n, shift = 0n; ; shift += 7n) {
      const byte = this.bytes[this.at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  }
  zigzag(): bigint {
    const value = this.varint();
    return (value >> 1n) ^ -(value & 1n);
  }
  /** As many values as take a whole number of bytes. */
  packed(count: number, bits: number): bigint[] {
    let all = 0n;
    const size = (count * bits) / 8;
    for (let i = size - 1; i >= 0; i--) all = (all << 8n) | BigInt(this.bytes[this.at + i]!);
    this.at += size;
    return listOf(count, i => BigInt.asUintN(bits, all >> BigInt(i * bits)));
  }
}

function unpackHybrid(bytes: Uint8Array, bits: number, count: number): number[] {
  const reader = new BitReader(bytes);
  const values: number[] = [];
  while (reader.at < bytes.length) {
    const header = Number(reader.varint());
    if ((header & 1) === 0) {
      const [value] = reader.packed(1, Math.ceil(bits / 8) * 8);
      values.push(...Array<number>(header >> 1).fill(Number(value)));
    } else for (let group = 0; group < header >> 1; group++) values.push(...reader.packed(8, bits).map(Number));
  }
  // What fills up the last eight is zero.
  expect(values.slice(count)).toEqual(Array(values.length - count).fill(0));
  return values.slice(0, count);
}

function unpackDelta(bytes: Uint8Array): bigint[] {
  const reader = new BitReader(bytes);
  const [block, miniblocks, count] = listOf(3, () => Number(reader.varint())) as [number, number, number];
  const values = [reader.zigzag()].slice(0, count);
  while (values.length < count) {
    const least = reader.zigzag();
    const widths = bytes.subarray(reader.at, reader.at + miniblocks);
    reader.at += miniblocks;
    for (const width of widths) {
      if (values.length >= count) break;
      for (const delta of reader.packed(block / miniblocks, width)) values.push(values.at(-1)! + least + delta);
    }
    values.length = Math.min(values.length, count);
  }
  expect(reader.at).toBe(bytes.length);
  return values;
}

/** Runs of one value, and values that differ. */
function someRuns(random: Random, count: number, most: number): Int32Array {
  const values = new Int32Array(count);
  for (let at = 0; at < count; ) {
    const end = at + (random() < 0.5 ? 1 : between(random, 2, 90));
    values.fill(below(random, most), at, end);
    at = end;
  }
  return values;
}

describe('indices', () => {
  it.each(listOf(18, i => i + 1))('of %i bits are found again, in runs or not', bits => {
    const random = seeded(bits);
    for (const count of [1, 7, 8, 9, 64, 1_000, 4_099]) {
      const any = Int32Array.from({ length: count }, () => below(random, 2 ** bits));
      for (const values of [any, someRuns(random, count, 2 ** bits), new Int32Array(count).fill(1)]) {
        const start = placed(values);
        const out = kernels.alloc(count * 4 + 64);
        const bytes = kernels.bytes.slice(out, hybrid(start, count, bits, out));
        expect(unpackHybrid(bytes, bits, count)).toEqual([...values]);
      }
    }
  });

  it('take hardly anything where they are all the same', () => {
    const start = placed(new Int32Array(10_000).fill(3));
    const out = kernels.alloc(4_096);
    expect(hybrid(start, 10_000, 5, out) - out).toBeLessThan(8);
  });
});

describe('definition levels', () => {
  it('are found again whatever stands behind the last row', () => {
    const random = seeded(3);
    for (let i = 0; i < 400; i++) {
      const rows = between(random, 1, 3_000);
      const bytes = new Uint8Array(Math.ceil(rows / 8) + 8).fill(below(random, 256));
      const changes = between(random, 0, 30);
      for (let change = 0; change < changes; change++) {
        const at = below(random, bytes.length);
        bytes.fill([0, 255, below(random, 256)][below(random, 3)]!, at, at + between(random, 1, 40));
      }
      const start = placed(bytes);
      const out = kernels.alloc(rows + 64);
      const found = kernels.bytes.slice(out, levels(start, rows, out));
      expect(unpackHybrid(found, 1, rows)).toEqual(listOf(rows, row => (bytes[row >> 3]! >> (row & 7)) & 1));
    }
  });

  it('of few nulls take less than their bitmap', () => {
    const bytes = new Uint8Array(8_192).fill(255);
    for (let at = 0; at < bytes.length; at += 100) bytes[at] = 0xfe;
    const start = placed(bytes);
    const out = kernels.alloc(8_192);
    expect(levels(start, 65_536, out) - out).toBeLessThan(700);
  });
});

describe('differences', () => {
  it.each([32, 256])('of any size are found again, in miniblocks of %i', miniblock => {
    const random = seeded(miniblock);
    for (let bits = 0; bits <= 64; bits++) {
      const count = between(random, 1, 5_000);
      const word = () => (BigInt(below(random, 2 ** 32)) << 32n) | BigInt(below(random, 2 ** 32));
      const values = BigInt64Array.from({ length: count }, () => BigInt.asUintN(bits, word()) - 5n);
      const start = placed(values);
      const scratch = kernels.alloc(2_048 * 8);
      const out = kernels.alloc(count * 9 + 4_096);
      const bytes = kernels.bytes.slice(out, delta64(start, count, miniblock, scratch, out));
      expect(unpackDelta(bytes).map(value => BigInt.asIntN(64, value))).toEqual([...values]);
    }
  });

  it.each([32, 256])('of 32 bits wrap around, in miniblocks of %i', miniblock => {
    const random = seeded(miniblock);
    for (const count of [1, 2, 33, 257, 5_000]) {
      const values = Int32Array.from({ length: count }, () => below(random, 2 ** 32));
      const start = placed(values);
      const scratch = kernels.alloc(2_048 * 8);
      const out = kernels.alloc(count * 9 + 4_096);
      const bytes = kernels.bytes.slice(out, delta32(start, count, miniblock, scratch, out));
      expect(unpackDelta(bytes).map(value => Number(BigInt.asIntN(32, value)))).toEqual([...values]);
    }
  });

  it('of one value are as if they had been looked at', () => {
    for (const count of [1, 2, 2_049, 2_050, 9_000]) {
      const start = placed(new Int32Array(count).fill(20));
      const [scratch, out, same] = [kernels.alloc(2_048 * 8), kernels.alloc(4_096), kernels.alloc(4_096)];
      const bytes = kernels.bytes.slice(out, delta32(start, count, 256, scratch, out));
      expect(kernels.bytes.slice(same, deltaSame(20, count, 256, same))).toEqual(bytes);
    }
  });
});
