import { describe, expect, it } from 'vitest';
import { between, listOf, seeded } from '../test/random.ts';
import { addBytes, addWord, finishHash, startHash } from './hash.ts';

/** The hash of some fields, in hexadecimal. */
function hash(...fields: readonly (string | Uint8Array)[]): string {
  const lanes = new Uint32Array(4);
  startHash(lanes);
  for (const field of fields) {
    const bytes = Buffer.concat([Buffer.from('#'), Buffer.from(field as Uint8Array), Buffer.from('#')]);
    addBytes(lanes, bytes, 1, bytes.length - 1);
  }
  finishHash(lanes);
  return [...lanes].map(lane => lane.toString(16).padStart(8, '0')).join('');
}

/** The same in BigInt, by the definition: words of 32 bits, all arithmetic modulo 2³². */
function reference(fields: readonly Uint8Array[]): string {
  const low = (x: bigint) => BigInt.asUintN(32, x);
  const turn = (x: bigint, by: bigint) => low((x << by) | (x >> (32n - by)));
  let lanes = [0x9e3779b9n, 0x85ebca6bn, 0xc2b2ae35n, 0x27d4eb2fn];
  const constants = [0x239b961bn, 0xab0e9789n, 0x38b34ae5n, 0xa1e38b93n];
  const turns = [
    [15n, 19n],
    [16n, 17n],
    [17n, 15n],
    [18n, 13n],
  ] as const;
  const sums = [0x561ccd1bn, 0x0bcaa747n, 0x96cd1c35n, 0x32ac3b17n];
  const word = (value: bigint) => {
    for (let i = 0; i < 4; i++) {
      const mixed = lanes[i]! ^ low(turn(low(value * constants[i]!), turns[i]![0]) * constants[(i + 1) % 4]!);
      lanes[i] = low((turn(mixed, turns[i]![1]) + lanes[(i + 1) % 4]!) * 5n + sums[i]!);
    }
  };
  for (const field of fields) {
    const padded = Buffer.concat([field, Buffer.alloc(4)]);
    for (let at = 0; at + 4 <= field.length; at += 4) word(BigInt(padded.readUInt32LE(at)));
    word(BigInt(padded.readUInt32LE(field.length & ~3)));
    word(BigInt(field.length));
  }
  const mix = (x: bigint) => {
    let y = low((x ^ (x >> 16n)) * 0x85ebca6bn);
    y = low((y ^ (y >> 13n)) * 0xc2b2ae35n);
    return y ^ (y >> 16n);
  };
  lanes = lanes.map(mix);
  const sum = lanes.reduce((a, b) => a + b);
  return lanes
    .map((lane, i) =>
      mix(low(lane + sum * BigInt(i + 1)))
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
}

it('is what slow arithmetic says, for any fields', () => {
  const random = seeded(1);
  for (let i = 0; i < 2_000; i++) {
    const fields = listOf(between(random, 0, 3), () =>
      Buffer.from(listOf(between(random, 0, 11), () => between(random, 0, 255))),
    );
    expect(hash(...fields)).toBe(reference(fields));
  }
});

it('is the same on every machine and in every version: commits of finished tasks hold it', () => {
  expect(hash('6760-17')).toBe('8495d4b2bc10bb0e118864c393d3667f');
});

describe('different keys', () => {
  it('differ in their hashes: 200 000 of them, in each half', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 200_000; i++) seen.add(hash(String(i)).slice(0, 16));
    expect(seen.size).toBe(200_000);
    const others = new Set(listOf(200_000, i => hash(`order-${i}`).slice(16)));
    expect(others.size).toBe(200_000);
  });

  it('differ when the same bytes are other fields', () => {
    const hashes = [
      hash('ab', 'c'),
      hash('a', 'bc'),
      hash('abc'),
      hash('abc', ''),
      hash('', 'abc'),
      hash('a', 'b', 'c'),
      hash('abc\0'),
      hash('\0abc'),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('differ when their fields are in another order', () => expect(hash('a', 'b')).not.toBe(hash('b', 'a')));

  it('differ in half of their bits when one bit of the key differs', () => {
    const key = Buffer.from('customer-48151623');
    const before = BigInt(`0x${hash(key)}`);
    for (let bit = 0; bit < key.length * 8; bit++) {
      const other = Buffer.from(key);
      other[bit >> 3]! ^= 1 << (bit & 7);
      const changed = (before ^ BigInt(`0x${hash(other)}`)).toString(2).replaceAll('0', '').length;
      expect(changed, `bit ${bit}`).toBeGreaterThan(34);
      expect(changed, `bit ${bit}`).toBeLessThan(94);
    }
  });

  it('fill buckets of every power of two evenly', () => {
    const counts = new Uint32Array(256);
    for (let i = 0; i < 100_000; i++) counts[Number.parseInt(hash(String(i)).slice(0, 8), 16) & 255]!++;
    expect(Math.min(...counts)).toBeGreaterThan(300);
    expect(Math.max(...counts)).toBeLessThan(490);
  });
});

it('a word counts with its sign', () => {
  const lanes = [new Uint32Array(4), new Uint32Array(4)] as const;
  for (const state of lanes) startHash(state);
  addWord(lanes[0], -1);
  addWord(lanes[1], 1);
  expect([...lanes[0]]).not.toEqual([...lanes[1]]);
});
