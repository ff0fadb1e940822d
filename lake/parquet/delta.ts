/** DELTA_BINARY_PACKED and DELTA_LENGTH_BYTE_ARRAY: smaller for many columns, but not everyone reads them. */
import { parquetKernels } from '../../kernels/parquet.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { huffmanOf } from '../../kernels/zstd.ts';
import type { Dense } from './dense.ts';
import { type Encoder, plainSize, SIZE_BYTES } from './plain.ts';
import type { Facts } from './statistics.ts';
import { ENCODING, WIDTH } from './types.ts';

/** Values of a block of differences, which is written from a scratch of 64 bits each. */
const BLOCK_VALUES = 128;
/** A block's own bytes, and those of values that fill it up, are less than one a value and this. */
const ROOM = 1_024;
const SAMPLE_VALUES = 4_096;

export function deltaNumbers(kernels: Kernels, { physical, values }: Dense): Encoder {
  const width = WIDTH[physical];
  const scratch = kernels.alloc(BLOCK_VALUES * 8);
  const { delta32, delta64 } = parquetKernels(kernels);
  const kernel = width === 4 ? delta32 : delta64;
  return {
    encoding: ENCODING.deltaBinary,
    nature: { width: 0, repeats: false },
    dictionary: null,
    inPlace: () => null,
    room: (from, to) => (to - from) * (width + 1) + ROOM,
    write: (from, to, out) => kernel(values + from * width, to - from, scratch, out),
    shape: () => null,
    huffman: () => null,
  };
}

export function deltaTexts(kernels: Kernels, { offsets, values, count }: Dense, facts: Facts): Encoder {
  const at = new Int32Array(kernels.bytes.buffer, offsets, count + 1);
  const sizes = kernels.alloc(count * 4);
  const scratch = kernels.alloc(BLOCK_VALUES * 8);
  const bytesOf = (from: number, to: number) => at[to]! - at[from]!;
  return {
    encoding: ENCODING.deltaLength,
    nature: { width: 0, repeats: true },
    dictionary: null,
    inPlace: () => null,
    room: (from, to) => bytesOf(from, to) + (to - from) * (SIZE_BYTES + 1) + ROOM,
    write: (from, to, out) => parquetKernels(kernels).deltaText(offsets, values, from, to, sizes, scratch, out),
    // Texts of one size are ids more often than words: then nothing repeats but the kinds of their characters.
    shape: (from, to, lead, size) =>
      facts.textSize > 0 ? { lead: lead + size - bytesOf(from, to), count: 0, literal: 0, match: 0 } : null,
    huffman: (from, to) => huffmanOf(kernels, values + at[from]!, bytesOf(from, to)),
  };
}

/** What the values take as differences, by a sample from their middle; of text, what it takes at most. */
export function deltaSampleBytes(kernels: Kernels, dense: Dense): number {
  if (dense.physical === 'text') return plainSize(kernels, dense);
  const count = Math.min(dense.count, SAMPLE_VALUES);
  const mark = kernels.mark();
  const encoder = deltaNumbers(kernels, dense);
  const from = (dense.count - count) >> 1;
  const out = kernels.alloc(encoder.room(0, count));
  const size = encoder.write(from, from + count, out) - out;
  kernels.release(mark);
  return (size * dense.count) / count;
}
