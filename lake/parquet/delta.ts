/** DELTA_BINARY_PACKED and DELTA_LENGTH_BYTE_ARRAY: smaller for many columns, but not everyone reads them. */
import { parquetKernels } from '../../kernels/parquet.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { huffmanOf } from '../../kernels/zstd.ts';
import type { Dense } from './dense.ts';
import { type Encoder, SIZE_BYTES } from './plain.ts';
import type { Facts } from './statistics.ts';
import { ENCODING, WIDTH } from './types.ts';

/** Values of a miniblock, of which the encoding allows many sizes: the sample tells which takes less. */
const MINIBLOCKS = [32, 256] as const;
type Miniblock = (typeof MINIBLOCKS)[number];
/** A block, whose differences are written to a scratch of 64 bits each. */
const BLOCK_BYTES = 2_048 * 8;
/** A block's own bytes, and those of values that fill it up, are less than one a value and this. */
const ROOM = 1_024 + BLOCK_BYTES / 8;
const SAMPLE_VALUES = 4_096;

/** Differences as they would be encoded: their size, about, and in which miniblocks. */
export interface DeltaEstimate {
  readonly bytes: number;
  readonly miniblock: Miniblock;
}

export function deltaNumbers(kernels: Kernels, { physical, values }: Dense, miniblock: Miniblock): Encoder {
  const width = WIDTH[physical];
  const scratch = kernels.alloc(BLOCK_BYTES);
  const { delta32, delta64 } = parquetKernels(kernels);
  const kernel = width === 4 ? delta32 : delta64;
  return {
    encoding: ENCODING.deltaBinary,
    nature: { width: 0, repeats: false },
    dictionary: null,
    inPlace: () => null,
    room: (from, to) => (to - from) * (width + 1) + ROOM,
    write: (from, to, out) => kernel(values + from * width, to - from, miniblock, scratch, out),
    shape: () => null,
    huffman: () => null,
  };
}

/** Of so many texts, sizes are encoded in large miniblocks, which filling up the last then hardly makes larger. */
const LARGE_VALUES = 4_096;

export function deltaTexts(kernels: Kernels, { offsets, values, count }: Dense, { textSize }: Facts): Encoder {
  const { bytes } = kernels;
  const { delta32, deltaSame, textSizes } = parquetKernels(kernels);
  const at = new Int32Array(bytes.buffer, offsets, count + 1);
  const sizes = textSize < 0 ? kernels.alloc(count * 4) : 0;
  const scratch = kernels.alloc(BLOCK_BYTES);
  const miniblock = count < LARGE_VALUES ? 32 : 256;
  const bytesOf = (from: number, to: number) => at[to]! - at[from]!;
  const writeSizes = (from: number, to: number, out: number): number => {
    if (textSize >= 0) return deltaSame(textSize, to - from, miniblock, out);
    textSizes(offsets, from, to, sizes);
    return delta32(sizes, to - from, miniblock, scratch, out);
  };
  return {
    encoding: ENCODING.deltaLength,
    nature: { width: 0, repeats: true },
    dictionary: null,
    inPlace: () => null,
    room: (from, to) => bytesOf(from, to) + (to - from) * (SIZE_BYTES + 1) + ROOM,
    write: writeSizes,
    apart: (from, to) => ({ at: values + at[from]!, size: bytesOf(from, to) }),
    // Texts of one size are ids more often than words: then nothing repeats but the kinds of their characters.
    shape: (from, to, lead, size) =>
      textSize > 0 ? { lead: lead + size - bytesOf(from, to), count: 0, literal: 0, match: 0 } : null,
    huffman: (from, to) => huffmanOf(kernels, values + at[from]!, bytesOf(from, to)),
  };
}

/** What numbers take as differences, by a sample from their middle. */
export function deltaEstimate(kernels: Kernels, dense: Dense): DeltaEstimate {
  const count = Math.min(dense.count, SAMPLE_VALUES);
  const from = (dense.count - count) >> 1;
  const mark = kernels.mark();
  const estimates = MINIBLOCKS.map(miniblock => {
    const encoder = deltaNumbers(kernels, dense, miniblock);
    const out = kernels.alloc(encoder.room(0, count));
    return { bytes: ((encoder.write(from, from + count, out) - out) * dense.count) / count, miniblock };
  });
  kernels.release(mark);
  return estimates.reduce((least, own) => (own.bytes < least.bytes ? own : least));
}
