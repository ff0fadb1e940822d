/** RLE_DICTIONARY: for each row which entry of a dictionary it is, in as few bits as that takes. */
import { parquetKernels } from '../../kernels/parquet.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { entropyRatio, type Huffman, huffmanBySample } from '../../kernels/zstd.ts';
import { compressedRatio, GAIN_MIN } from './compress.ts';
import type { Dense } from './dense.ts';
import type { Dictionary } from './dictionary.ts';
import type { Encoder } from './plain.ts';
import type { Facts } from './statistics.ts';
import { type Codec, ENCODING } from './types.ts';

export function dictionaryEncoder(
  kernels: Kernels,
  { count }: Dense,
  facts: Facts,
  dictionary: Dictionary,
  codec: Codec,
): Encoder {
  const { hybrid, repeatedRun } = parquetKernels(kernels);
  const { used, indices, body } = dictionary;
  const isConstant = facts.differ === 0n;
  const coded = codec === 'zstd' && !isConstant ? codedIndices(kernels, dictionary, count) : null;
  const bits = coded?.bits ?? dictionary.bits;
  return {
    encoding: ENCODING.dictionary,
    nature: { width: 0, repeats: false },
    dictionary: { entries: used, body },
    inPlace: () => null,
    room: (from, to) => 64 + (((to - from) * bits) >> 3) + (to - from),
    write(from, to, out) {
      kernels.bytes[out] = bits;
      if (to === from) return out + 1;
      if (isConstant) return repeatedRun(0, to - from, bits, out + 1);
      return hybrid(indices + from * 4, to - from, bits, out + 1);
    },
    // Behind the header of a single run there are indices only.
    shape(from, to, lead, size) {
      const packed = (to - from + 7) & ~7;
      const isPacked = coded !== null && size - packed === 1 + varintBytes(packed >> 2);
      return isPacked ? { lead: lead + size - packed, count: 0, literal: 0, match: 0 } : null;
    },
    huffman: () => coded?.huffman ?? null,
  };
}

const varintBytes = (value: number): number => (value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : 3);

/** Indices of fewer bits are coded better several to a byte. */
const CODED_BITS_MIN = 3;
/** Fewer would seem to have fewer kinds of bytes than there are. */
const CODED_SAMPLE_VALUES = 8_192;

interface CodedIndices {
  readonly bits: number;
  readonly huffman: Huffman | null;
}

/**
 * Indices of a whole byte, when with codes they take less than in the fewest bits: the format has codes for bytes only,
 * and 25 values are 4.7 bits then instead of 5. Null when they do not.
 */
function codedIndices(kernels: Kernels, { indices, bits, used }: Dictionary, count: number): CodedIndices | null {
  if (bits < CODED_BITS_MIN || bits >= 8) return null;
  const { hybrid } = parquetKernels(kernels);
  const size = Math.min(count, CODED_SAMPLE_VALUES);
  const packed = (width: number): [start: number, size: number] => {
    const out = kernels.alloc(size * 2 + 64);
    return [out, hybrid(indices + ((count - size) >> 1) * 4, size, width, out) - out];
  };
  const bytes = (sample: [start: number, size: number]) =>
    sample[1] * compressedRatio(entropyRatio(kernels, ...sample));
  const mark = kernels.mark();
  const few = bytes(packed(bits));
  kernels.release(mark);
  const whole = packed(8);
  if (bytes(whole) >= few * GAIN_MIN) {
    kernels.release(mark);
    return null;
  }
  // Without the header of the run; with equal values in a row there are fewer bytes than values.
  const sampled = Math.min(size, whole[1]);
  const source = whole[0] + whole[1] - sampled;
  return { bits: 8, huffman: huffmanBySample(kernels, [source, sampled], used, count) };
}
