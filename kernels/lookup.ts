/** Rows of a table by key: kernels/assembly/lookup.ts. */
import {
  type Column,
  type DateColumn,
  type FixedColumn,
  halves,
  isValid,
  numberAt,
  type TextColumn,
} from './column.ts';
import { allocFixed, allocInt32s, type PlacedColumn, place, placeColumn, withPlaced } from './place.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  lookupDense(keys: number, valid: number, length: number, rows: number, size: bigint, out: number): number;
  indexNumbers(keys: number, valid: number, length: number, slots: number, mask: number): void;
  lookupNumbers(
    keys: number,
    valid: number,
    length: number,
    tableKeys: number,
    slots: number,
    mask: number,
    out: number,
  ): number;
  indexTexts(
    offsets: number,
    bytes: number,
    valid: number,
    length: number,
    hashes: number,
    slots: number,
    mask: number,
  ): void;
  lookupTexts(
    offsets: number,
    bytes: number,
    valid: number,
    length: number,
    tableOffsets: number,
    tableBytes: number,
    hashes: number,
    slots: number,
    mask: number,
    out: number,
  ): number;
  pairKeys(high: number, low: number, lowValid: number, length: number, out: number, outValid: number): void;
}

const exportsOf = (kernels: Kernels): Exports => kernels.exports as unknown as Exports;

/** Views of the kernels' memory. */
export interface Found {
  /** Row of each value's key, −1 where there is none or the value is null. [length] */
  readonly rows: Int32Array;
  /** How many values there are whose key is in no row. */
  readonly unknown: number;
}

/** Finds the rows of a column's values; in one index of keys that are pairs, of the pairs of two columns. */
export type Finder = (...columns: readonly Column[]) => Found;

/**
 * Where each key is. It rests on the JS heap, so that it outlives the memory of a task, and is copied into that memory
 * once a task: 100,000 keys take a few dozen microseconds. Its finder is good as long as that memory is not released.
 */
export type Index = (kernels: Kernels) => Finder;

/** An index of keys that are whole numbers or texts, or pairs of a text and a date; of equal keys it has the last. */
export function indexOf(columns: readonly Column[]): Index {
  const [keys, ...others] = columns;
  if (keys?.type === 'int64' && others.length === 0) return denseIndex(keys) ?? numberIndex(keys);
  if (keys?.type === 'text' && others.length === 0) return textIndex(keys);
  const [dates] = others;
  if (keys?.type === 'text' && dates?.type === 'date' && others.length === 1) return pairIndex(keys, dates);
  throw new Error(`columns of type ${columns.map(({ type }) => type).join(', ')} are no key`);
}

/** Ids are mostly 1 to n: then an array of rows beats hashing by far. Null when these are not. */
function denseIndex(keys: FixedColumn): Index | null {
  const half = halves(keys);
  let max = 0;
  for (let row = 0; row < keys.length; row++) {
    const key = numberAt(half, row);
    if (key < 0 || key > keys.length * 8 + 65_536) return null;
    if (key > max) max = key;
  }
  const rowOf = new Int32Array(max + 1).fill(-1);
  for (let row = 0; row < keys.length; row++) if (isValid(keys, row)) rowOf[numberAt(half, row)] = row;
  return kernels => {
    const { lookupDense } = exportsOf(kernels);
    const rows = place(kernels, rowOf);
    return finder(kernels, 'int64', ({ values, validity }, length, out) =>
      lookupDense(values, validity, length, rows, BigInt(rowOf.length), out),
    );
  };
}

function numberIndex(keys: FixedColumn): Index {
  const mask = slotsFor(keys.length) - 1;
  let kept: Int32Array | undefined;
  return kernels => {
    const { indexNumbers, lookupNumbers } = exportsOf(kernels);
    const table = placeColumn(kernels, keys);
    kept ??= built(kernels, mask + 1, at => indexNumbers(table.values, table.validity, keys.length, at, mask));
    const slots = place(kernels, kept);
    return finder(kernels, 'int64', ({ values, validity }, length, out) =>
      lookupNumbers(values, validity, length, table.values, slots, mask, out),
    );
  };
}

function textIndex(keys: TextColumn): Index {
  const mask = slotsFor(keys.length) - 1;
  // The slots, and behind them the hashes of all keys.
  let kept: Int32Array | undefined;
  return kernels => {
    const { indexTexts, lookupTexts } = exportsOf(kernels);
    const { offsets, values: bytes, validity } = placeColumn(kernels, keys);
    const hashesOf = (slots: number) => slots + (mask + 1) * 4;
    kept ??= built(kernels, mask + 1 + keys.length, at =>
      indexTexts(offsets, bytes, validity, keys.length, hashesOf(at), at, mask),
    );
    const slots = place(kernels, kept);
    return finder(kernels, 'text', (texts, length, out) => {
      const { offsets: at, values, validity: valid } = texts;
      return lookupTexts(at, values, valid, length, offsets, bytes, hashesOf(slots), slots, mask, out);
    });
  };
}

/** A pair becomes one number: the last row that has the text, and the day. */
function pairIndex(texts: TextColumn, dates: DateColumn): Index {
  const textsOf = textIndex(texts);
  let numbers: Index | undefined;
  return kernels => {
    const findText = textsOf(kernels);
    const pairs = (text: Column, date: Column): FixedColumn => {
      const keys = allocFixed(kernels, 'int64', text.length);
      const { values, validity } = keys;
      const mark = kernels.mark();
      const high = findText(text).rows;
      const low = placeColumn(kernels, date);
      exportsOf(kernels).pairKeys(
        high.byteOffset,
        low.values,
        low.validity,
        text.length,
        values.byteOffset,
        validity.byteOffset,
      );
      kernels.release(mark);
      return keys;
    };
    if (!numbers) {
      const keys = pairs(texts, dates);
      numbers = numberIndex({ ...keys, values: keys.values.slice(), validity: keys.validity.slice() });
    }
    const findNumber = numbers(kernels);
    return (text, date) => findNumber(pairs(text!, date!));
  };
}

/** A column of another type holds no such key. */
function finder(
  kernels: Kernels,
  type: Column['type'],
  lookup: (values: PlacedColumn, length: number, out: number) => number,
): Finder {
  return column => {
    if (column!.type !== type) return nothing(kernels, column!);
    const { length } = column!;
    const rows = allocInt32s(kernels, length);
    return { rows, unknown: withPlaced(kernels, [column!], placed => lookup(placed!, length, rows.byteOffset)) };
  };
}

function nothing(kernels: Kernels, column: Column): Found {
  const rows = allocInt32s(kernels, column.length).fill(-1);
  return { rows, unknown: rows.filter((_, row) => isValid(column, row)).length };
}

/** Twice as many as keys, so that empty ones are near; a power of two. */
const slotsFor = (keys: number): number => 2 ** Math.max(4, Math.ceil(Math.log2(keys * 2)));

/** What a kernel builds in zeroed memory, taken out of it. */
function built(kernels: Kernels, length: number, build: (at: number) => void): Int32Array {
  const mark = kernels.mark();
  const at = kernels.allocZeroed(length * 4);
  build(at);
  const taken = new Int32Array(kernels.bytes.buffer, at, length).slice();
  kernels.release(mark);
  return taken;
}
