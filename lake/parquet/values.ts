/** How the values of a column chunk are encoded: by a dictionary where that is smaller, else one behind the other. */
import { parquetKernels } from '../../kernels/parquet.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { type Huffman, huffmanOf, type RecordShape } from '../../kernels/zstd.ts';
import { type Body, searchRatio } from './compress.ts';
import type { Dense } from './dense.ts';
import type { Facts } from './statistics.ts';
import { type Codec, ENCODING, WIDTH } from './types.ts';

export interface Encoder {
  readonly encoding: number;
  readonly dictionary: { readonly entries: number; readonly body: Body } | null;
  /** Room that values [from, to) may need. */
  room(from: number, to: number): number;
  /** Writes them; returns the end. */
  write(from: number, to: number, out: number): number;
  /** How they are alike behind `lead` bytes of something else. */
  shape(from: number, to: number, lead: number): RecordShape | null;
  /** Codes for the bytes in which they differ, if that gains something. */
  huffman(from: number, to: number): Huffman | null;
}

/** Beyond this, pages of dictionaries are larger than readers like to hold. */
const DICTIONARY_BYTES_MAX = 1 << 20;
/** Values by which a column that hardly repeats is told: then no dictionary is made. */
const SAMPLE_VALUES = 4_096;
const SAMPLE_DISTINCT_MAX = 0.95;
/** A dictionary that makes values so many times smaller is taken without looking for something better. */
const GOOD_GAIN = 6;

export function encoderOf(kernels: Kernels, dense: Dense, facts: Facts, codec: Codec): Encoder {
  const plain = dense.physical === 'text' ? plainTexts(kernels, dense, facts) : plainNumbers(kernels, dense, facts);
  if (dense.count === 0 || dense.physical === 'boolean') return plain;
  const mark = kernels.mark();
  const encoder = dictionaryEncoder(kernels, dense, facts, codec);
  if (encoder !== null) return encoder;
  kernels.release(mark);
  return plain;
}

/** Bytes at the low end of 64-bit values in which they differ; the others can be matched when they are three or more. */
function literalBytes({ physical }: Dense, { differ }: Facts): number {
  const width = WIDTH[physical];
  let bytes = 0;
  for (let rest = differ; rest > 0n; rest >>= 8n) bytes++;
  return width === 8 && bytes <= 5 ? Math.max(1, bytes) : width;
}

function plainNumbers(kernels: Kernels, dense: Dense, facts: Facts): Encoder {
  const { physical, values } = dense;
  const width = WIDTH[physical];
  const literal = literalBytes(dense, facts);
  const sizeOf = (from: number, to: number) => (physical === 'boolean' ? (to - from + 7) >> 3 : (to - from) * width);
  return {
    encoding: ENCODING.plain,
    dictionary: null,
    room: sizeOf,
    write(from, to, out) {
      const start = values + (physical === 'boolean' ? from >> 3 : from * width);
      const size = sizeOf(from, to);
      kernels.bytes.copyWithin(out, start, start + size);
      return out + size;
    },
    shape: (from, to, lead) => numberShape(lead, to - from, literal, width),
    huffman: () => null,
  };
}

const numberShape = (lead: number, count: number, literal: number, width: number): RecordShape | null =>
  literal < width ? { lead: lead + width, count: count - 1, literal, match: width - literal } : null;

const SIZE_BYTES = 4;

function plainTexts(kernels: Kernels, { values, offsets, count }: Dense, { textSize }: Facts): Encoder {
  const at = new Int32Array(kernels.bytes.buffer, offsets, count === 0 ? 0 : count + 1);
  return {
    encoding: ENCODING.plain,
    dictionary: null,
    room: (from, to) => (count === 0 ? 0 : at[to]! - at[from]! + (to - from) * SIZE_BYTES),
    write: (from, to, out) => parquetKernels(kernels).plainText(offsets, values, from, to, out),
    shape: (from, to, lead) => textShape(lead, to - from, textSize),
    huffman: (from, to) => huffmanOf(kernels, values + at[from]!, at[to]! - at[from]!),
  };
}

/** Texts of one size: behind each stands the size of the next. */
const textShape = (lead: number, count: number, size: number): RecordShape | null =>
  size > 0 ? { lead: lead + SIZE_BYTES, count: count - 1, literal: size, match: SIZE_BYTES } : null;

/** Null when a dictionary is not smaller than what can be had without. */
function dictionaryEncoder(kernels: Kernels, dense: Dense, facts: Facts, codec: Codec): Encoder | null {
  const { count, physical } = dense;
  const width = physical === 'text' ? 0 : codec === 'zstd' ? literalBytes(dense, facts) : WIDTH[physical];
  const entryBytes = physical === 'text' ? SIZE_BYTES : WIDTH[physical];
  const limit = facts.differ === 0n ? 1 : Math.min(count >> 1, Math.floor(DICTIONARY_BYTES_MAX / entryBytes));
  const indices = kernels.alloc(count * 4);
  const found = buildDictionary(kernels, dense, limit, facts.differ === 0n, indices);
  if (found === null) return null;
  const body = dictionaryBody(kernels, dense, facts, found);
  const bits = Math.max(1, 32 - Math.clz32(found.used - 1));
  const plainBytes = physical === 'text' ? plainTextBytes(kernels, dense) : count * WIDTH[physical];
  const entriesBytes = physical === 'text' ? body.size : found.used * width;
  const bytes = entriesBytes + (count * bits) / 8;
  if (body.size > DICTIONARY_BYTES_MAX || bytes > plainBytes) return null;
  if (bytes * GOOD_GAIN > plainBytes && bytes > othersBytes(kernels, dense, codec, plainBytes, width * count))
    return null;
  return {
    encoding: ENCODING.dictionary,
    dictionary: { entries: found.used, body },
    room: (from, to) => 16 + (((to - from) * bits) >> 3) + (to - from),
    write(from, to, out) {
      kernels.bytes[out] = bits;
      const { hybrid, repeatedRun } = parquetKernels(kernels);
      if (found.used === 1) return repeatedRun(0, to - from, bits, out + 1);
      return hybrid(indices + from * 4, to - from, bits, out + 1);
    },
    shape: () => null,
    huffman: () => null,
  };
}

/** What the values take without a dictionary: by their shape, or when matches are searched for. */
function othersBytes(kernels: Kernels, dense: Dense, codec: Codec, plainBytes: number, shapedBytes: number): number {
  if (codec !== 'zstd') return plainBytes;
  if (dense.physical !== 'text') {
    return Math.min(shapedBytes, plainBytes * searchRatio(kernels, dense.values, plainBytes));
  }
  const at = new Int32Array(kernels.bytes.buffer, dense.offsets, dense.count + 1);
  return plainBytes * searchRatio(kernels, dense.values + at[0]!, at[dense.count]! - at[0]!);
}

interface Dictionary {
  /** Address of the values themselves, or of the rows in which texts come first. */
  readonly entries: number;
  readonly used: number;
}

/** Null when there are more than `limit`, or a sample hardly repeats. Scratch memory is given back by the caller. */
function buildDictionary(
  kernels: Kernels,
  dense: Dense,
  limit: number,
  isConstant: boolean,
  indices: number,
): Dictionary | null {
  const { count, values, offsets, physical } = dense;
  if (limit === 0) return null;
  const entries = kernels.alloc(limit * (physical === 'text' ? 4 : WIDTH[physical]));
  const bits = Math.max(4, 33 - Math.clz32(limit));
  const table = kernels.allocZeroed(4 << bits);
  const { dictionary64, dictionary32, dictionaryText } = parquetKernels(kernels);
  const build = (from: number, to: number, used: number): number => {
    if (physical === 'text')
      return dictionaryText(offsets, values, from, to, entries, used, limit, indices, table, bits);
    const kernel = WIDTH[physical] === 4 ? dictionary32 : dictionary64;
    return kernel(values, from, to, entries, used, limit, indices, table, bits);
  };
  // One value in all rows: the first row's dictionary is everyone's, and no index is looked at.
  if (isConstant) return { entries, used: build(0, 1, 0) };
  const sample = Math.min(count, SAMPLE_VALUES);
  const seen = build(0, sample, 0);
  if (seen < 0 || (sample < count && seen > sample * SAMPLE_DISTINCT_MAX)) return null;
  const used = build(sample, count, seen);
  return used < 0 ? null : { entries, used };
}

function dictionaryBody(kernels: Kernels, dense: Dense, facts: Facts, { entries, used }: Dictionary): Body {
  const { physical, offsets, values } = dense;
  if (physical !== 'text') {
    const shape = numberShape(0, used, literalBytes(dense, facts), WIDTH[physical]);
    return { start: entries, size: used * WIDTH[physical], shape, huffman: null };
  }
  const at = new Int32Array(kernels.bytes.buffer, offsets, dense.count + 1);
  const rows = new Int32Array(kernels.bytes.buffer, entries, used);
  let room = used * SIZE_BYTES;
  for (const row of rows) room += at[row + 1]! - at[row]!;
  const start = kernels.alloc(room);
  const end = parquetKernels(kernels).plainTextRows(offsets, values, entries, used, start);
  return { start, size: end - start, shape: null, huffman: null };
}

function plainTextBytes(kernels: Kernels, { offsets, count }: Dense): number {
  const at = new Int32Array(kernels.bytes.buffer, offsets, count + 1);
  return at[count]! - at[0]! + count * SIZE_BYTES;
}
