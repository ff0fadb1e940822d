/** How the values of a column chunk are encoded: by a dictionary where that is smaller, else one behind the other. */
import type { Kernels } from '../../kernels/wasm.ts';
import { numbersRatio, searchRatio } from './compress.ts';
import { deltaEstimate, deltaNumbers, deltaTexts } from './delta.ts';
import type { Dense } from './dense.ts';
import type { Examined } from './dictionary.ts';
import { dictionaryEncoder } from './indices.ts';
import { type Encoder, entropyWidth, plainNumbers, plainSize, plainTexts } from './plain.ts';
import type { Facts } from './statistics.ts';
import { type Codec, type Encodings, WIDTH } from './types.ts';

/** A dictionary that makes values so many times smaller is taken without looking for something better. */
const GOOD_GAIN = 6;

/** The encoding that takes the fewest bytes, by counts and samples; the same values always get the same. */
export function encoderOf(
  kernels: Kernels,
  dense: Dense,
  { facts, dictionary }: Examined,
  codec: Codec,
  encodings: Encodings,
): Encoder {
  if (dense.count === 0 || dense.physical === 'boolean') return plainNumbers(kernels, dense, facts);
  const plainBytes = plainSize(kernels, dense);
  const dictionaryBytes = dictionary === null ? Number.POSITIVE_INFINITY : dictionary.estimate(codec);
  const takeDictionary = () => dictionaryEncoder(kernels, dense, facts, dictionary!, codec);
  if (dictionaryBytes * GOOD_GAIN <= plainBytes) return takeDictionary();
  const takeDelta = encodings === 'delta' && dense.physical !== 'double';
  const otherBytes = dictionary === null && !takeDelta ? 0 : plainEstimate(kernels, dense, facts, codec, plainBytes);
  if (dense.physical === 'text') {
    if (dictionaryBytes <= otherBytes) return takeDictionary();
    // Without sizes between them, texts compress as well or better.
    return takeDelta ? deltaTexts(kernels, dense, facts) : plainTexts(kernels, dense, facts);
  }
  const delta = takeDelta ? deltaEstimate(kernels, dense) : null;
  if (dictionaryBytes <= Math.min(otherBytes, delta?.bytes ?? otherBytes)) return takeDictionary();
  if (delta !== null && delta.bytes < otherBytes) return deltaNumbers(kernels, dense, delta.miniblock);
  return plainNumbers(kernels, dense, facts);
}

/** What the values take as they are: by what is known of them, or when matches are searched for. */
function plainEstimate(kernels: Kernels, dense: Dense, facts: Facts, codec: Codec, plainBytes: number): number {
  if (codec !== 'zstd') return plainBytes;
  if (dense.physical !== 'text') {
    const width = WIDTH[dense.physical];
    const known = Math.min(entropyWidth(dense, facts) / width, numbersRatio(kernels, dense.values, plainBytes, width));
    if (dense.physical !== 'double') return plainBytes * known;
    return plainBytes * Math.min(known, searchRatio(kernels, dense.values, plainBytes));
  }
  const at = new Int32Array(kernels.bytes.buffer, dense.offsets, dense.count + 1);
  return plainBytes * searchRatio(kernels, dense.values + at[0]!, at[dense.count]! - at[0]!);
}
