/** On the coordinator: the stages that find the records which lose their key. */
import { placeSlice, type Slice } from '../../lake/slice.ts';
import type { Driver } from '../driver.ts';
import type { ChunkOutput } from './chunk.ts';
import {
  type BucketsShared,
  type EntriesOutput,
  type KeyFile,
  type KeysInput,
  type KeysOutput,
  type KeysShared,
  suspects,
} from './keys.ts';
import type { ChunkInput } from './plan.ts';

/** Losing records by day: of all buckets, in their order. Chunks whose keys cannot come twice are left alone. */
export async function findLosers(
  driver: Driver,
  { chunks, cleaned }: { chunks: readonly ChunkInput[]; cleaned: readonly ChunkOutput[] },
  shared: KeysShared,
): Promise<ReadonlyMap<number, Slice[]>> {
  const suspect = [...suspects(cleaned.map(({ keys }) => keys))].sort((a, b) => a - b);
  const entries = await entriesOf(driver, { chunks, cleaned }, suspect, shared);
  const inputs = Array.from(
    { length: suspect.length > 0 ? shared.buckets : 0 },
    (_, bucket): KeysInput => ({ bucket }),
  );
  const sources = suspect.map((chunk, i) => ({ file: chunks[chunk]!.file, entries: entries[i]! }));
  const outputs = await driver.stage<KeysOutput>({
    kind: 'clean.keys',
    title: 'keys',
    unit: 'buckets',
    shared: { sources } satisfies BucketsShared,
    inputs,
  });
  const byDay = new Map<number, Slice[]>();
  for (const { file, days } of outputs) {
    for (const slice of days) {
      const slices = byDay.get(slice.name);
      if (slices) slices.push(placeSlice(file, slice));
      else byDay.set(slice.name, [placeSlice(file, slice)]);
    }
  }
  return byDay;
}

/** The entries of chunks; those that wrote none, as their keys rise, write them now. */
async function entriesOf(
  driver: Driver,
  { chunks, cleaned }: { chunks: readonly ChunkInput[]; cleaned: readonly ChunkOutput[] },
  suspect: readonly number[],
  shared: KeysShared,
): Promise<KeyFile[]> {
  const rising = suspect.filter(chunk => !cleaned[chunk]!.keys.entries);
  const written = new Map<number, KeyFile>();
  if (rising.length > 0) {
    const outputs = await driver.stage<EntriesOutput>({
      kind: 'clean.entries',
      title: 'keys of chunks that overlap',
      unit: 'chunks',
      shared,
      inputs: rising.map(chunk => chunks[chunk]!),
    });
    outputs.forEach(({ entries }, i) => void written.set(rising[i]!, entries));
  }
  return suspect.map(chunk => cleaned[chunk]!.keys.entries ?? written.get(chunk)!);
}
