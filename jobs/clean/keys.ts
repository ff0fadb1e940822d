/**
 * Keys that come twice, anywhere in the input. Each chunk writes an entry for each of its good records into the bucket
 * of its key's hash; one task a bucket finds the records that lose. Entries of a bucket are met in file order, so the
 * first is the winner: an equal record later is a duplicate, a different one a conflict.
 */
import { KEY_BUCKETS_MAX, KEYS_PER_BUCKET } from '../../base/limits.ts';
import {
  type Column,
  type FixedColumn,
  halves,
  isFixed,
  isValid,
  numberAt,
  numberColumn,
  textColumn,
} from '../../kernels/column.ts';
import { fault } from '../../kernels/faults.ts';
import { addBytes, addWord, finishHash, type Lanes, startHash } from '../../kernels/hash.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { encodeSlab } from '../../lake/slab.ts';
import { packSlices, readSlice, type Slice, type UnplacedSlice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import type { ChunkRecords } from './read.ts';

/** 32-bit words of an entry: key hash (4), content hash (2), day, line. */
const ENTRY_WORDS = 8;

/** As many buckets as keep each small enough to be worked on in memory; a power of two, so that growth moves few keys. */
export function bucketCount(records: number): number {
  let buckets = 1;
  while (buckets < KEY_BUCKETS_MAX && buckets * KEYS_PER_BUCKET < records) buckets *= 2;
  return buckets;
}

/** The entries of the records at `good`, by bucket. */
export function keyEntries(
  records: ChunkRecords,
  good: Int32Array,
  days: Int32Array,
  { key, buckets }: { key: readonly string[]; buckets: number },
) {
  const entries = new Int32Array(good.length * ENTRY_WORDS);
  const sizes = new Int32Array(buckets);
  const lanes = new Uint32Array(4);
  const line = halves(records.rows.columns.$line as FixedColumn);
  const keyColumns = key.map(name => keyColumn(records.rows.columns[name]!));
  for (let i = 0; i < good.length; i++) {
    const record = good[i]!;
    const at = i * ENTRY_WORDS;
    hashKey(lanes, keyColumns, record);
    for (let lane = 0; lane < 4; lane++) entries[at + lane] = lanes[lane]!;
    sizes[lanes[0]! % buckets]!++;
    hashContent(lanes, records, record);
    entries[at + 4] = lanes[0]!;
    entries[at + 5] = lanes[1]!;
    entries[at + 6] = days[record]!;
    entries[at + 7] = numberAt(line, record);
  }
  return distribute(entries, sizes);
}

function distribute(entries: Int32Array, sizes: Int32Array) {
  const pieces = [...sizes].map(size => new Int32Array(size * ENTRY_WORDS));
  const filled = new Int32Array(sizes.length);
  for (let at = 0; at < entries.length; at += ENTRY_WORDS) {
    const bucket = (entries[at]! >>> 0) % sizes.length;
    pieces[bucket]!.set(entries.subarray(at, at + ENTRY_WORDS), filled[bucket]!);
    filled[bucket]! += ENTRY_WORDS;
  }
  return packSlices(
    pieces.map((piece, name) => ({ name, bytes: new Uint8Array(piece.buffer), rows: piece.length / ENTRY_WORDS })),
  );
}

/** A key column, and the 32-bit words of its values if they are of a fixed width. */
interface KeyColumn {
  readonly column: Column;
  readonly words: Int32Array | null;
}

const keyColumn = (column: Column): KeyColumn => ({
  column,
  words: isFixed(column) ? halves(column) : null,
});

function hashKey(lanes: Lanes, columns: readonly KeyColumn[], row: number): void {
  startHash(lanes);
  for (const { column, words } of columns) {
    if (!isValid(column, row)) addWord(lanes, 0x6e756c6c);
    else if (words) {
      addWord(lanes, words[row * 2]!);
      addWord(lanes, words[row * 2 + 1]!);
    } else if (column.type === 'text') addBytes(lanes, column.bytes, column.offsets[row]!, column.offsets[row + 1]!);
    else if (column.type === 'date') addWord(lanes, column.values[row]!);
    else addWord(lanes, (Number(column.values[row >> 3]!) >> (row & 7)) & 1);
  }
  finishHash(lanes);
}

/**
 * Hash of the fields that are read, as they stand in the file, in the contract's order: the order of columns, line ends
 * and enclosing quotes make no difference between two records.
 */
export function hashContent(lanes: Lanes, { bytes, index, positions }: ChunkRecords, record: number): void {
  startHash(lanes);
  for (const column of positions) {
    const cell = record * index.columns + column;
    addBytes(lanes, bytes, index.start[cell]!, index.end[cell]!);
  }
  finishHash(lanes);
}

export interface KeysInput {
  /** The bucket's entries of each chunk, in file order. */
  readonly sources: readonly { readonly file: string; readonly entries: Slice }[];
}

export interface KeysOutput {
  readonly file: PartFile;
  /** Losers by day. */
  readonly days: readonly UnplacedSlice<number>[];
  readonly losers: number;
}

/** Finds the records of one bucket that lose. */
export async function keys(input: KeysInput, { lake, write }: TaskContext): Promise<KeysOutput> {
  const pieces = await Promise.all(input.sources.map(({ entries }) => readSlice(lake, entries)));
  const losers = findLosers(pieces.map(piece => new Int32Array(piece.buffer, piece.byteOffset, piece.byteLength >> 2)));
  const byDay = Map.groupBy(losers, loser => loser.day);
  const days = [...byDay.keys()].sort((a, b) => a - b);
  const { packed, slices } = packSlices(
    days.map(day => {
      const rows = byDay.get(day)!;
      const fileOf = (chunk: number) => input.sources[chunk]!.file;
      const columns = {
        file: textColumn(rows.map(({ chunk }) => fileOf(chunk))),
        line: numberColumn(
          'int64',
          rows.map(({ line }) => line),
        ),
        code: numberColumn(
          'int64',
          rows.map(({ equal }) => fault(equal ? 'E_DUP_ROW' : 'E_DUP_KEY')),
        ),
        winner_file: textColumn(rows.map(({ winnerChunk }) => fileOf(winnerChunk))),
        winner_line: numberColumn(
          'int64',
          rows.map(({ winnerLine }) => winnerLine),
        ),
      };
      return { name: day, bytes: encodeSlab({ length: rows.length, columns }), rows: rows.length };
    }),
  );
  return { file: await write('losers.slab', packed, losers.length), days: slices, losers: losers.length };
}

interface Loser {
  readonly day: number;
  readonly chunk: number;
  readonly line: number;
  readonly winnerChunk: number;
  readonly winnerLine: number;
  readonly equal: boolean;
}

/** Open addressing over all entries in order: whoever comes first owns the key. */
function findLosers(pieces: readonly Int32Array[]): Loser[] {
  const total = pieces.reduce((sum, piece) => sum + piece.length / ENTRY_WORDS, 0);
  let capacity = 16;
  while (capacity < total * 2) capacity *= 2;
  /** Number of the entry that owns a slot, plus one. */
  const slots = new Int32Array(capacity);
  const entries = new Int32Array(total * ENTRY_WORDS);
  const chunkOf = new Int32Array(total);
  const losers: Loser[] = [];
  let entry = 0;
  pieces.forEach((piece, chunk) => {
    entries.set(piece, entry * ENTRY_WORDS);
    for (let end = entry + piece.length / ENTRY_WORDS; entry < end; entry++) {
      chunkOf[entry] = chunk;
      const at = entry * ENTRY_WORDS;
      let slot = (entries[at + 1]! >>> 0) & (capacity - 1);
      while (slots[slot] !== 0 && !sameKey(entries, at, (slots[slot]! - 1) * ENTRY_WORDS))
        slot = (slot + 1) & (capacity - 1);
      if (slots[slot] === 0) {
        slots[slot] = entry + 1;
        continue;
      }
      const winner = slots[slot]! - 1;
      const win = winner * ENTRY_WORDS;
      losers.push({
        day: entries[at + 6]!,
        chunk,
        line: entries[at + 7]! >>> 0,
        winnerChunk: chunkOf[winner]!,
        winnerLine: entries[win + 7]! >>> 0,
        equal: entries[at + 4] === entries[win + 4] && entries[at + 5] === entries[win + 5],
      });
    }
  });
  return losers;
}

function sameKey(entries: Int32Array, a: number, b: number): boolean {
  return (
    entries[a] === entries[b] &&
    entries[a + 1] === entries[b + 1] &&
    entries[a + 2] === entries[b + 2] &&
    entries[a + 3] === entries[b + 3]
  );
}
