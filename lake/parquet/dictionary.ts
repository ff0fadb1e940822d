/** Dictionaries: the distinct values of a column chunk, and for each row which it is. */
import { parquetKernels } from '../../kernels/parquet.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Body } from './compress.ts';
import type { Dense } from './dense.ts';
import { entropyWidth, numberShape, SIZE_BYTES } from './plain.ts';
import { type Facts, factsOf } from './statistics.ts';
import { type Codec, type Physical, WIDTH } from './types.ts';

export interface Dictionary {
  readonly used: number;
  /** Address of each row's entry, 32 bits. */
  readonly indices: number;
  readonly body: Body;
  readonly bits: number;
  /** Bytes of all pages, about. */
  estimate(codec: Codec): number;
}

/** Larger pages of dictionaries are more than readers like to hold. */
const DICTIONARY_BYTES_MAX = 1 << 20;
/** First values by which a column that hardly repeats is told: then no dictionary is made. A number repeats to less avail than a text. */
const samplesOf = (physical: Physical) => [
  { values: 1_000, distinctMax: physical === 'text' ? 0.999 : 0.99 },
  { values: 4_096, distinctMax: 0.95 },
];
/** First values by which it is judged how far they are from each other. */
const SAMPLE_VALUES = 4_096;

export interface Examined {
  readonly facts: Facts;
  /** The distinct values; null when they are too many. */
  readonly dictionary: Dictionary | null;
}

/** What is to be known of values before they are encoded. What it allocates is for the caller to release. */
export function examine(kernels: Kernels, dense: Dense): Examined {
  if (dense.count === 0 || dense.physical === 'boolean') return { facts: factsOf(kernels, dense), dictionary: null };
  if (dense.physical !== 'text') {
    const found = findDistinct(kernels, dense);
    if (found === null) return { facts: factsOf(kernels, dense), dictionary: null };
    // What holds of the distinct values holds of all, and they are fewer.
    const facts = factsOf(kernels, dense, { values: found.entries, count: found.used });
    return { facts, dictionary: dictionaryOf(kernels, dense, facts, found) };
  }
  const facts = factsOf(kernels, dense);
  const found = facts.differ === 0n ? oneText(kernels) : findDistinct(kernels, dense);
  return { facts, dictionary: found && dictionaryOf(kernels, dense, facts, found) };
}

function dictionaryOf(kernels: Kernels, dense: Dense, facts: Facts, found: Distinct): Dictionary | null {
  const { count, physical } = dense;
  const { used, indices } = found;
  const body = dictionaryBody(kernels, dense, facts, found);
  const bits = Math.max(1, 32 - Math.clz32(used - 1));
  if (body.size > DICTIONARY_BYTES_MAX) return null;
  const indexBytes = facts.differ === 0n ? 1 : (count * bits) / 8;
  return {
    used,
    indices,
    body,
    bits,
    estimate(codec) {
      const shaped = codec === 'zstd' && physical !== 'text' ? used * entropyWidth(dense, facts) : body.size;
      return shaped + indexBytes;
    },
  };
}

interface Distinct {
  /** Address of the values themselves, or of the rows in which texts come first. */
  readonly entries: number;
  readonly used: number;
  /** Address of each row's entry, 32 bits; nothing is there when there is but one. */
  readonly indices: number;
}

/** That of the first row, and no row needs to be told which it is. */
function oneText(kernels: Kernels): Distinct {
  const entries = kernels.alloc(SIZE_BYTES);
  kernels.bytes.fill(0, entries, entries + SIZE_BYTES);
  return { entries, used: 1, indices: 0 };
}

/** Null when they are too many for a dictionary, or a sample hardly repeats. */
function findDistinct(kernels: Kernels, dense: Dense): Distinct | null {
  const { count, values, physical } = dense;
  const width = physical === 'text' ? SIZE_BYTES : WIDTH[physical];
  const limit = Math.max(1, Math.min(count >> 1, Math.floor(DICTIONARY_BYTES_MAX / width)));
  const indices = kernels.alloc(count * 4);
  const entries = kernels.alloc(limit * width);
  const place = { entries, limit, indices };
  const sample = physical === 'double' || physical === 'text' ? null : scan(kernels, dense, SAMPLE_VALUES);
  if (sample?.differ === 0n && scan(kernels, dense, count).differ === 0n) {
    kernels.bytes.copyWithin(entries, values, values + width);
    return { entries, used: 1, indices };
  }
  const near = sample && nearSlots(kernels, dense, sample, place);
  let used = near === null ? OUTSIDE : build(near, dense);
  if (used === OUTSIDE) used = build(hashed(kernels, dense, place), dense);
  return used < 0 ? null : { entries, used, indices };
}

/** Finds the entries of values [from, to) when `used` are known; −1 when they are more than the limit. */
type Build = (from: number, to: number, used: number) => number;

const TOO_MANY = -1;
/** A number has no slot. */
const OUTSIDE = -2;

function build(find: Build, { physical, count }: Dense): number {
  let used = 0;
  let from = 0;
  for (const { values: sample, distinctMax } of samplesOf(physical)) {
    if (sample >= count) break;
    used = find(from, sample, used);
    if (used < 0) return used;
    if (used > sample * distinctMax) return TOO_MANY;
    from = sample;
  }
  return find(from, count, used);
}

/** Where a dictionary is built. */
interface Place {
  readonly entries: number;
  readonly limit: number;
  readonly indices: number;
}

/** Numbers that lie so close together have a slot each: a hash would take twice as long. */
const NEAR_SLOTS_MAX = 1 << 16;
const NEAR_SLOTS_PER_VALUE = 4;

interface Scan {
  readonly least: bigint;
  readonly greatest: bigint;
  /** Bits in which two of them differ; all of 32-bit ones, unless they are equal. */
  readonly differ: bigint;
}

/** Of the first whole numbers. */
function scan(kernels: Kernels, { physical, values, count }: Dense, most: number): Scan {
  const { scan32, scan64 } = parquetKernels(kernels);
  const mark = kernels.mark();
  const out = kernels.alloc(24);
  (WIDTH[physical] === 4 ? scan32 : scan64)(values, Math.min(count, most), out);
  const [least = 0n, greatest = 0n, differ = 0n] = new BigInt64Array(kernels.bytes.buffer, out, 3);
  kernels.release(mark);
  return { least, greatest, differ };
}

/** By a table of slots, with some on both sides of those that the sample needs; null when there would be too many. */
function nearSlots(
  kernels: Kernels,
  { physical, values, count }: Dense,
  { least, greatest, differ }: Scan,
  { entries, limit, indices }: Place,
): Build | null {
  // Low bits that are the same in all numbers need no slots.
  const low = Number(BigInt.asIntN(32, differ));
  const shift = BigInt(low === 0 ? 0 : 31 - Math.clz32(low & -low));
  const wanted = Number((greatest - least) >> shift) + 1;
  if (wanted > Math.min(NEAR_SLOTS_MAX, count * NEAR_SLOTS_PER_VALUE)) return null;
  const slots = 2 ** Math.ceil(Math.log2(wanted * 1.25));
  const first = least - (BigInt((slots - wanted) >> 1) << shift);
  const table = kernels.allocZeroed(slots * 4);
  const { dictionaryNear32, dictionaryNear64 } = parquetKernels(kernels);
  const kernel = WIDTH[physical] === 4 ? dictionaryNear32 : dictionaryNear64;
  return (from, to, used) => kernel(values, from, to, entries, used, limit, indices, table, first, shift, slots);
}

/** A hash table of the kernels, which grows: most of it is never touched. */
const TABLE_BYTES = 32_768;
const TABLE_BYTES_PER_ENTRY = 128;

function hashed(kernels: Kernels, { values, offsets, physical }: Dense, { entries, limit, indices }: Place): Build {
  const { dictionary64, dictionary32, dictionaryText } = parquetKernels(kernels);
  const table = kernels.alloc(TABLE_BYTES + limit * TABLE_BYTES_PER_ENTRY);
  if (physical === 'text')
    return (from, to, used) => dictionaryText(offsets, values, from, to, entries, used, limit, indices, table);
  const kernel = WIDTH[physical] === 4 ? dictionary32 : dictionary64;
  return (from, to, used) => kernel(values, from, to, entries, used, limit, indices, table);
}

function dictionaryBody(kernels: Kernels, dense: Dense, facts: Facts, { entries, used }: Distinct): Body {
  const { physical, offsets, values } = dense;
  if (physical !== 'text') {
    const shape = numberShape(dense, facts, 0, used);
    // No entry comes twice.
    const nature = { width: WIDTH[physical], repeats: physical === 'double' };
    return { start: entries, size: used * WIDTH[physical], lead: 0, nature, shape, huffman: null, apart: null };
  }
  const at = new Int32Array(kernels.bytes.buffer, offsets, dense.count + 1);
  const rows = new Int32Array(kernels.bytes.buffer, entries, used);
  let room = used * SIZE_BYTES;
  for (const row of rows) room += at[row + 1]! - at[row]!;
  const start = kernels.alloc(room);
  const end = parquetKernels(kernels).plainTextRows(offsets, values, entries, used, start);
  return {
    start,
    size: end - start,
    lead: 0,
    nature: { width: 0, repeats: true },
    shape: null,
    huffman: null,
    apart: null,
  };
}
