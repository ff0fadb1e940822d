/** The kernels of the Parquet encoder, by the names that kernels.wasm exports them under. Arguments are addresses and counts. */
import type { Kernels } from './wasm.ts';

/** Described where they are defined: kernels/assembly/scan.ts, dictionary.ts, near.ts, encodings.ts and delta.ts. */
interface ParquetKernels {
  scan64(values: number, count: number, out: number): void;
  scan32(values: number, count: number, out: number): void;
  scanDouble(values: number, count: number, out: number): number;
  countBits(bitmap: number, count: number): number;
  compact64(values: number, validity: number, count: number, out: number): void;
  compact32(values: number, validity: number, count: number, out: number): void;
  compactBits(values: number, validity: number, count: number, out: number): void;
  compactText(
    offsets: number,
    bytes: number,
    validity: number,
    count: number,
    outOffsets: number,
    outBytes: number,
  ): void;
  textBounds(offsets: number, bytes: number, count: number, same: number, out: number): void;
  textSize(offsets: number, from: number, to: number): number;
  dictionary64: BuildDictionary;
  dictionary32: BuildDictionary;
  dictionaryNear64: BuildDictionary<[least: bigint, shift: bigint, slots: number]>;
  dictionaryNear32: BuildDictionary<[least: bigint, shift: bigint, slots: number]>;
  dictionaryText: BuildDictionary<[], [offsets: number]>;
  hybrid(values: number, count: number, bits: number, out: number): number;
  levels(bitmap: number, rows: number, out: number): number;
  repeatedRun(value: number, count: number, bits: number, out: number): number;
  delta64(values: number, count: number, miniblock: number, deltas: number, out: number): number;
  delta32(values: number, count: number, miniblock: number, deltas: number, out: number): number;
  deltaSame(value: number, count: number, miniblock: number, out: number): number;
  textSizes(offsets: number, from: number, to: number, out: number): void;
  plainText(offsets: number, bytes: number, from: number, to: number, out: number): number;
  plainTextRows(offsets: number, bytes: number, rows: number, count: number, out: number): number;
}

type BuildDictionary<Last extends unknown[] = [], First extends unknown[] = []> = (
  ...args: [
    ...First,
    values: number,
    from: number,
    to: number,
    entries: number,
    used: number,
    limit: number,
    indices: number,
    table: number,
    ...Last,
  ]
) => number;

export const parquetKernels = (kernels: Kernels): ParquetKernels => kernels.exports as unknown as ParquetKernels;

/** Where an array begins in the kernels' memory; one that lives elsewhere is copied into it. */
export function addressOf(kernels: Kernels, array: Uint8Array | Int32Array | BigInt64Array | Float64Array): number {
  if (array.buffer === kernels.bytes.buffer) return array.byteOffset;
  const start = kernels.alloc(array.byteLength);
  kernels.bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start);
  return start;
}
