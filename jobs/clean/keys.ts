/**
 * Keys that come twice, anywhere in the input. A chunk whose keys rise from record to record, in a range that no other
 * chunk's keys touch, has none: of others each good record gets an entry in the bucket of its key's hash, and one task a
 * bucket finds the records that lose. Entries of a bucket are met in file order, so the first is the winner: an equal
 * record later is a duplicate, a different one a conflict.
 */
import { KEY_BUCKETS_MAX, KEYS_PER_BUCKET } from '../../base/limits.ts';
import { type Column, numberColumn, textColumn } from '../../kernels/column.ts';
import { fault } from '../../kernels/faults.ts';
import { ENTRY_BYTES, findLosers, hashKeys, isAscending, keyEntries } from '../../kernels/keys.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { encodeSlab } from '../../lake/slab.ts';
import { checksum, packSlices, readSliceInto, type Slice, type UnplacedSlice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import type { ChunkInput } from './plan.ts';
import { type ChunkRecords, type GoodRecords, goodRecords, readChunk, type TableReading } from './read.ts';

/** As many buckets as keep each small enough to be worked on in memory; a power of two, so that growth moves few keys. */
export function bucketCount(records: number): number {
  let buckets = 1;
  while (buckets < KEY_BUCKETS_MAX && buckets * KEYS_PER_BUCKET < records) buckets *= 2;
  return buckets;
}

/** The keys of a chunk's good records. */
export interface ChunkKeys {
  /** The least and the greatest, as text, when the key is one whole number; null when it is not, or there is no record. */
  readonly range: readonly [least: string, greatest: string] | null;
  /** Null when the keys rise from record to record, so that entries may not be needed. */
  readonly entries: KeyFile | null;
}

/** The entries of a chunk, bucket by bucket. Some bytes a bucket: the coordinator holds one for each chunk that is suspicious. */
export interface KeyFile {
  readonly key: string;
  /** Of its content. */
  readonly hash: string;
  /** Number of entries up to the end of each bucket, and the hash of each bucket's. */
  readonly ends: readonly number[];
  readonly hashes: readonly string[];
}

/** What decides the entries of a chunk. */
export interface KeysShared {
  readonly reading: TableReading;
  /** Column that holds the day of the sale. */
  readonly sold: string;
  readonly buckets: number;
}

/** Looks at the keys of the records at `good`, in file order; writes their entries unless they rise. */
export async function chunkKeys(
  keyed: GoodRecords,
  shared: KeysShared,
  { kernels, scratch }: Pick<TaskContext, 'kernels' | 'scratch'>,
): Promise<ChunkKeys> {
  const columns = keyColumns(keyed.records, shared);
  const [only, ...others] = columns;
  const isNumber = others.length === 0 && only?.type === 'int64';
  if (!isNumber) return { range: null, entries: await writeEntries(keyed, shared, { kernels, scratch }) };
  const rises = isAscending(kernels, only, keyed.good);
  const entries = rises ? null : await writeEntries(keyed, shared, { kernels, scratch });
  return { range: rangeOf(only.values as BigInt64Array, keyed.good, rises), entries };
}

const keyColumns = ({ rows }: ChunkRecords, { reading }: KeysShared): Column[] =>
  reading.contract.key.map(name => rows.columns[name]!);

function rangeOf(values: BigInt64Array, good: Int32Array, rises: boolean): ChunkKeys['range'] {
  if (good.length === 0) return null;
  let least = values[good[0]!]!;
  let greatest = values[good.at(-1)!]!;
  if (!rises) {
    for (const row of good) {
      const value = values[row]!;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  return [String(least), String(greatest)];
}

async function writeEntries(
  { records, good, day }: GoodRecords,
  shared: KeysShared,
  { kernels, scratch }: Pick<TaskContext, 'kernels' | 'scratch'>,
): Promise<KeyFile> {
  const { batch, firstLine, rows } = records;
  const { entries, ends } = keyEntries(kernels, {
    hashes: hashKeys(kernels, keyColumns(records, shared), rows.length),
    content: records.contents(),
    days: day.values,
    lines: batch.line,
    firstLine,
    rows: good,
    buckets: shared.buckets,
  });
  const hash = checksum(kernels, entries.byteOffset, entries.length);
  const hashes = [...ends].map((end, bucket) => {
    const start = (ends[bucket - 1] ?? 0) * ENTRY_BYTES;
    return checksum(kernels, entries.byteOffset + start, end * ENTRY_BYTES - start);
  });
  const { key } = await scratch('keys.bin', entries, good.length);
  return { key, hash, ends: [...ends], hashes };
}

/** The chunks whose keys may be another chunk's, or come twice in the chunk itself: all others need no entries. */
export function suspects(chunks: readonly ChunkKeys[]): Set<number> {
  const found = new Set<number>();
  const ranges: { readonly chunk: number; readonly least: bigint; readonly greatest: bigint }[] = [];
  chunks.forEach(({ range, entries }, chunk) => {
    if (entries) found.add(chunk);
    if (range) ranges.push({ chunk, least: BigInt(range[0]), greatest: BigInt(range[1]) });
  });
  ranges.sort((a, b) => (a.least < b.least ? -1 : a.least > b.least ? 1 : 0));
  let reach = ranges[0];
  for (const range of ranges.slice(1)) {
    if (range.least <= reach!.greatest) found.add(range.chunk).add(reach!.chunk);
    if (range.greatest > reach!.greatest) reach = range;
  }
  return found;
}

export interface EntriesOutput {
  readonly entries: KeyFile;
}

/** Writes the entries of a chunk that had been left out, as its keys rise: another chunk's keys lie among them. */
export async function entries(input: ChunkInput, context: TaskContext<KeysShared>): Promise<EntriesOutput> {
  const { kernels, shared } = context;
  const records = await readChunk(context, input, shared.reading);
  return { entries: await writeEntries(goodRecords(kernels, records, shared.sold), shared, context) };
}

export interface KeysInput {
  readonly bucket: number;
}

export interface BucketsShared {
  /** The chunks that may have such keys, in file order. */
  readonly sources: readonly { readonly file: string; readonly entries: KeyFile }[];
}

export interface KeysOutput {
  readonly file: PartFile;
  /** Losers by day. */
  readonly days: readonly UnplacedSlice<number>[];
  readonly losers: number;
}

/** Finds the records of one bucket that lose. */
export async function keys(
  { bucket }: KeysInput,
  { shared, kernels, lake, write }: TaskContext<BucketsShared>,
): Promise<KeysOutput> {
  const wanted = shared.sources.map(({ entries }) => bucketOf(entries, bucket));
  const counts = wanted.map(({ rows }) => rows);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const address = kernels.alloc(total * ENTRY_BYTES);
  let at = address;
  for (const slice of wanted) {
    const size = slice.rows * ENTRY_BYTES;
    if (size > 0) await readSliceInto(kernels, lake, slice, { address: at, size });
    at += size;
  }
  const losers = loserList(findLosers(kernels, address, total), kernels.bytes, { address, counts });
  const byDay = Map.groupBy(losers, loser => loser.day);
  const days = [...byDay.keys()].sort((a, b) => a - b);
  const pieces = days.map(day => {
    const rows = byDay.get(day)!;
    return { name: day, bytes: encodeLosers(rows, shared), rows: rows.length };
  });
  const { packed, slices } = packSlices(pieces);
  return { file: await write('losers.slab', packed, losers.length), days: slices, losers: losers.length };
}

function bucketOf({ key, ends, hashes }: KeyFile, bucket: number): Slice {
  const [from, to] = [ends[bucket - 1] ?? 0, ends[bucket]!];
  return { key: `${key}#${from * ENTRY_BYTES}-${to * ENTRY_BYTES}`, hash: hashes[bucket]!, rows: to - from };
}

interface Loser {
  readonly day: number;
  /** Number of the source. */
  readonly source: number;
  readonly line: number;
  readonly winnerSource: number;
  readonly winnerLine: number;
  readonly equal: boolean;
}

/** Looks up the entries of each pair, and whose they are. */
function loserList(
  pairs: Uint32Array,
  bytes: Uint8Array,
  { address, counts }: { address: number; counts: readonly number[] },
): Loser[] {
  const view = new DataView(bytes.buffer);
  const starts: number[] = [];
  let start = 0;
  for (const count of counts) {
    starts.push(start);
    start += count;
  }
  const sourceOf = (entry: number): number => starts.findLastIndex(first => first <= entry);
  const losers: Loser[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const [loser, winner] = [pairs[i]!, pairs[i + 1]!];
    const [at, winnerAt] = [address + loser * ENTRY_BYTES, address + winner * ENTRY_BYTES];
    losers.push({
      day: view.getInt32(at + 24, true),
      source: sourceOf(loser),
      line: view.getUint32(at + 28, true),
      winnerSource: sourceOf(winner),
      winnerLine: view.getUint32(winnerAt + 28, true),
      equal: view.getBigUint64(at + 16, true) === view.getBigUint64(winnerAt + 16, true),
    });
  }
  return losers;
}

function encodeLosers(losers: readonly Loser[], { sources }: BucketsShared): Uint8Array {
  const numbers = (value: (loser: Loser) => number) => numberColumn('int64', losers.map(value));
  const columns = {
    file: textColumn(losers.map(({ source }) => sources[source]!.file)),
    line: numbers(({ line }) => line),
    code: numbers(({ equal }) => fault(equal ? 'E_DUP_ROW' : 'E_DUP_KEY')),
    winner_file: textColumn(losers.map(({ winnerSource }) => sources[winnerSource]!.file)),
    winner_line: numbers(({ winnerLine }) => winnerLine),
  };
  return encodeSlab({ length: losers.length, columns });
}
