/** RLE_DICTIONARY: the distinct values once, and for each row which it is, in as few bits as that takes. */
import { parquetKernels } from '../../kernels/parquet.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Body } from './compress.ts';
import type { Dense } from './dense.ts';
import { type Encoder, entropyWidth, numberShape, SIZE_BYTES } from './plain.ts';
import type { Facts } from './statistics.ts';
import { type Codec, ENCODING, WIDTH } from './types.ts';

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
/** Values by which a column that hardly repeats is told: then no dictionary is made. */
const SAMPLE_VALUES = 4_096;
const SAMPLE_DISTINCT_MAX = 0.95;

/** The distinct values; null when they are too many. What it allocates is for the caller to release. */
export function dictionaryOf(kernels: Kernels, dense: Dense, facts: Facts): Dictionary | null {
  const { count, physical } = dense;
  const isConstant = facts.differ === 0n;
  const entryBytes = physical === 'text' ? SIZE_BYTES : WIDTH[physical];
  const limit = isConstant ? 1 : Math.min(count >> 1, Math.floor(DICTIONARY_BYTES_MAX / entryBytes));
  const indices = kernels.alloc(isConstant ? 0 : count * 4);
  const found = findDistinct(kernels, dense, { limit, isConstant, indices, range: facts.range });
  if (found === null) return null;
  const { used } = found;
  const body = dictionaryBody(kernels, dense, facts, found);
  const bits = Math.max(1, 32 - Math.clz32(used - 1));
  if (body.size > DICTIONARY_BYTES_MAX) return null;
  const indexBytes = isConstant ? 1 : (count * bits) / 8;
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

export function dictionaryEncoder(kernels: Kernels, facts: Facts, { used, indices, body, bits }: Dictionary): Encoder {
  const { hybrid, repeatedRun } = parquetKernels(kernels);
  return {
    encoding: ENCODING.dictionary,
    nature: { width: 0, repeats: false },
    dictionary: { entries: used, body },
    inPlace: () => null,
    room: (from, to) => 64 + (((to - from) * bits) >> 3) + (to - from),
    write(from, to, out) {
      kernels.bytes[out] = bits;
      if (facts.differ === 0n) return repeatedRun(0, to - from, bits, out + 1);
      return hybrid(indices + from * 4, to - from, bits, out + 1);
    },
    shape: () => null,
    huffman: () => null,
  };
}

interface Search {
  readonly limit: number;
  readonly isConstant: boolean;
  readonly indices: number;
  readonly range: Facts['range'];
}

/** Address of the values themselves, or of the rows in which texts come first; and how many. */
interface Distinct {
  readonly entries: number;
  readonly used: number;
}

/** Null when there are more than `limit`, or a sample hardly repeats. */
function findDistinct(kernels: Kernels, dense: Dense, { limit, isConstant, indices, range }: Search): Distinct | null {
  if (limit === 0) return null;
  const { count, values, physical } = dense;
  const entries = kernels.alloc(limit * (physical === 'text' ? 4 : WIDTH[physical]));
  // One value in all rows: that of the first, and no row needs to be told which it is.
  if (isConstant) {
    if (physical === 'text') new DataView(kernels.bytes.buffer).setInt32(entries, 0, true);
    else kernels.bytes.copyWithin(entries, values, values + WIDTH[physical]);
    return { entries, used: 1 };
  }
  const build = finder(kernels, dense, range, { entries, limit, indices });
  const sample = Math.min(count, SAMPLE_VALUES);
  const seen = build(0, sample, 0);
  if (seen < 0 || (sample < count && seen > sample * SAMPLE_DISTINCT_MAX)) return null;
  const used = build(sample, count, seen);
  return used < 0 ? null : { entries, used };
}

/** Numbers that lie so close together have a slot each: a hash would take twice as long. */
const NEAR_SLOTS_MAX = 1 << 18;
const NEAR_SLOTS_PER_VALUE = 4;
/** A hash table of the kernels, which grows: most of it is never touched. */
const TABLE_BYTES = 16_384;
const TABLE_BYTES_PER_ENTRY = 128;

/** What finds the entries of values [from, to) when `used` are known; −1 when they are more than `limit`. */
function finder(
  kernels: Kernels,
  { count, values, offsets, physical }: Dense,
  range: Facts['range'],
  { entries, limit, indices }: { entries: number; limit: number; indices: number },
): (from: number, to: number, used: number) => number {
  const { dictionary64, dictionary32, dictionaryNear64, dictionaryNear32, dictionaryText } = parquetKernels(kernels);
  if (range !== null && range.span < Math.min(NEAR_SLOTS_MAX, count * NEAR_SLOTS_PER_VALUE)) {
    const slots = kernels.allocZeroed((Number(range.span) + 1) * 4);
    const kernel = WIDTH[physical] === 4 ? dictionaryNear32 : dictionaryNear64;
    return (from, to, used) => kernel(values, from, to, entries, used, limit, indices, slots, range.least);
  }
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
    return { start: entries, size: used * WIDTH[physical], lead: 0, nature, shape, huffman: null };
  }
  const at = new Int32Array(kernels.bytes.buffer, offsets, dense.count + 1);
  const rows = new Int32Array(kernels.bytes.buffer, entries, used);
  let room = used * SIZE_BYTES;
  for (const row of rows) room += at[row + 1]! - at[row]!;
  const start = kernels.alloc(room);
  const end = parquetKernels(kernels).plainTextRows(offsets, values, entries, used, start);
  return { start, size: end - start, lead: 0, nature: { width: 0, repeats: true }, shape: null, huffman: null };
}
