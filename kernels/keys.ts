/** Which records have the key of another: hashes, entries by bucket, and the search for those that come twice. */
import type { Column } from './column.ts';
import { place } from './place.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  allSet(bitmap: number, count: number): number;
  hash64(values: number, validity: number, count: number, hashes: number): void;
  hash32(values: number, validity: number, count: number, hashes: number): void;
  hashBits(values: number, validity: number, count: number, hashes: number): void;
  hashText(offsets: number, bytes: number, validity: number, count: number, hashes: number): void;
  hashExact(values: number, count: number, hashes: number): void;
  isAscending(values: number, rows: number, count: number): number;
  writeEntries(
    hashes: number,
    content: number,
    days: number,
    lines: number,
    firstLine: number,
    rows: number,
    count: number,
    buckets: number,
    ends: number,
    out: number,
  ): void;
  claimKeys(
    hashes: number,
    first: number,
    count: number,
    faults: number,
    slots: number,
    mask: number,
    out: number,
  ): number;
  findLosers(entries: number, count: number, slots: number, mask: number, out: number): number;
}

/** Bytes of an entry: hash of the key (16), hash of the content (8), day (4), line (4). */
export const ENTRY_BYTES = 32;
const HASH_BYTES = 16;

/** Hashes of the values of a key, two u64 a row, in the kernels' memory. Equal keys have equal hashes on every machine. */
export function hashKeys(kernels: Kernels, columns: readonly Column[], length: number): number {
  const kernel = kernels.exports as unknown as Exports;
  const hashes = kernels.allocZeroed(length * 16);
  for (const column of columns) {
    const bitmap = place(kernels, column.validity);
    const validity = kernel.allSet(bitmap, length) ? 0 : bitmap;
    if (column.type === 'text') {
      const bytes = place(kernels, column.bytes);
      kernel.hashText(place(kernels, column.offsets), bytes, validity, length, hashes);
      continue;
    }
    const values = place(kernels, column.values);
    if (column.type === 'boolean') kernel.hashBits(values, validity, length, hashes);
    else if (column.values.BYTES_PER_ELEMENT === 4) kernel.hash32(values, validity, length, hashes);
    // Whatever other columns and nulls a chunk has: the same key must have the same hash in all of them.
    else if (columns.length === 1) kernel.hashExact(values, length, hashes);
    else kernel.hash64(values, validity, length, hashes);
  }
  return hashes;
}

/** Whether the values at `rows` rise from each to the next, so that none comes twice. */
export function isAscending(kernels: Kernels, column: Column, rows: Int32Array): boolean {
  if (column.type !== 'int64') return false;
  const kernel = kernels.exports as unknown as Exports;
  return kernel.isAscending(place(kernels, column.values), place(kernels, rows), rows.length) === 1;
}

export interface EntryInput {
  /** Of hashKeys. */
  readonly hashes: number;
  /** One each record: hash of its fields, day, and lines before it. */
  readonly content: BigUint64Array;
  readonly days: Int32Array;
  readonly lines: Int32Array;
  readonly firstLine: number;
  /** The records that get an entry. */
  readonly rows: Int32Array;
  /** A power of two. */
  readonly buckets: number;
}

/** The entries by bucket, and the number of entries up to the end of each bucket; views of the kernels' memory. */
export function keyEntries(kernels: Kernels, input: EntryInput): { entries: Uint8Array; ends: Uint32Array } {
  const kernel = kernels.exports as unknown as Exports;
  const { hashes, content, days, lines, firstLine, rows, buckets } = input;
  const size = rows.length * ENTRY_BYTES;
  const entries = kernels.alloc(size);
  const ends = kernels.alloc(buckets * 4);
  const [at, day, line, row] = [content, days, lines, rows].map(view => place(kernels, view)) as [
    number,
    number,
    number,
    number,
  ];
  kernel.writeEntries(hashes, at, day, line, firstLine, row, rows.length, buckets, ends, entries);
  const buffer = kernels.bytes.buffer as ArrayBuffer;
  return { entries: kernels.bytes.subarray(entries, entries + size), ends: new Uint32Array(buffer, ends, buckets) };
}

/** Pairs of entries at `entries`: the number of each whose key an earlier one has, and of that one. Uint32, [losers × 2]. */
export function findLosers(kernels: Kernels, entries: number, count: number): Uint32Array {
  const kernel = kernels.exports as unknown as Exports;
  const places = placesFor(count);
  const slots = kernels.allocZeroed(places * 4);
  const out = kernels.alloc(count * 8);
  const losers = kernel.findLosers(entries, count, slots, places - 1, out);
  return new Uint32Array(kernels.bytes.buffer as ArrayBuffer, out, losers * 2);
}

/** At least twice as many as there are keys; a power of two. */
function placesFor(keys: number): number {
  let places = 16;
  while (places < keys * 2) places *= 2;
  return places;
}

/** Keys of records that come batch by batch; who is first owns a key. */
export interface KeyOwners {
  /**
   * Enters the next records, those left out that have a fault. Pairs: the number in this batch of each whose key has an
   * owner, and the owner's number among all. Uint32, [losers × 2], a view of the kernels' memory.
   */
  claim(columns: readonly Column[], faults: Uint8Array): Uint32Array;
}

/** Takes 24 to 32 bytes of the kernels' memory for each of the `records` that there can be. */
export function keyOwners(kernels: Kernels, records: number): KeyOwners {
  const { claimKeys } = kernels.exports as unknown as Exports;
  const hashes = kernels.alloc(records * HASH_BYTES);
  const places = placesFor(records);
  const slots = kernels.allocZeroed(places * 4);
  let claimed = 0;
  return {
    claim(columns, faults) {
      const { length } = faults;
      if (claimed + length > records) throw new RangeError(`${claimed + length} keys: there is room for ${records}`);
      const out = kernels.alloc(length * 8);
      const own = hashKeys(kernels, columns, length);
      kernels.bytes.copyWithin(hashes + claimed * HASH_BYTES, own, own + length * HASH_BYTES);
      const losers = claimKeys(hashes, claimed, length, place(kernels, faults), slots, places - 1, out);
      claimed += length;
      return new Uint32Array(kernels.bytes.buffer as ArrayBuffer, out, losers * 2);
    },
  };
}
