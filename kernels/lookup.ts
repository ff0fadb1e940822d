/** Rows of a table by key: kernels/assembly/lookup.ts. */
import { type Column, type FixedColumn, halves, isValid, numberAt, type TextColumn } from './column.ts';
import { allocFixed, allocInt32s, place, placeColumn } from './place.ts';
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

/** Finds the rows of the values of a column. */
export type Finder = (kernels: Kernels, column: Column) => Found;

/**
 * A finder of these keys, which are whole numbers or texts; of equal ones it finds the last. It rests on the JS heap, so
 * that it outlives the memory of tasks, and is copied in for each call: 100,000 keys take a few dozen microseconds.
 */
export function finderOf(keys: Column): Finder {
  if (keys.type === 'text') return textFinder(keys);
  if (keys.type === 'int64') return denseFinder(keys) ?? numberFinder(keys);
  throw new Error(`a column of type ${keys.type} is no key`);
}

/** Finds the rows of pairs of a text and a date. */
export type PairFinder = (kernels: Kernels, texts: Column, dates: Column) => Found;

/** The same of keys that are pairs. */
export function pairFinder(texts: TextColumn, dates: Column): PairFinder {
  const textOf = textFinder(texts);
  let finder: Finder | undefined;
  const pairs = (kernels: Kernels, text: Column, date: Column) => {
    const keys = allocFixed(kernels, 'int64', text.length);
    const mark = kernels.mark();
    const { rows } = textOf(kernels, text);
    const low = placeColumn(kernels, date);
    const [out, valid] = [keys.values.byteOffset, keys.validity.byteOffset];
    exportsOf(kernels).pairKeys(rows.byteOffset, low.values, low.validity, text.length, out, valid);
    kernels.release(mark);
    return keys;
  };
  return (kernels, text, date) => {
    if (!finder) {
      const { length, values, validity } = pairs(kernels, texts, dates);
      finder = numberFinder({ type: 'int64', length, values: values.slice(), validity: validity.slice() });
    }
    return finder(kernels, pairs(kernels, text, date));
  };
}

/** Ids are mostly 1 to n: then an array of rows beats hashing by far. Null when these are not. */
function denseFinder(keys: FixedColumn): Finder | null {
  const half = halves(keys);
  let max = 0;
  for (let row = 0; row < keys.length; row++) {
    const key = numberAt(half, row);
    if (key < 0 || key > keys.length * 8 + 65_536) return null;
    if (key > max) max = key;
  }
  const rowOf = new Int32Array(max + 1).fill(-1);
  for (let row = 0; row < keys.length; row++) if (isValid(keys, row)) rowOf[numberAt(half, row)] = row;
  return finder('int64', (kernels, column, out) => {
    const { values, validity } = placeColumn(kernels, column);
    const rows = place(kernels, rowOf);
    return exportsOf(kernels).lookupDense(values, validity, column.length, rows, BigInt(rowOf.length), out);
  });
}

function numberFinder(keys: FixedColumn): Finder {
  let slots: Int32Array | undefined;
  const mask = slotsFor(keys.length) - 1;
  return finder('int64', (kernels, column, out) => {
    const table = placeColumn(kernels, keys);
    slots ??= built(kernels, mask + 1, at =>
      exportsOf(kernels).indexNumbers(table.values, table.validity, keys.length, at, mask),
    );
    const { values, validity } = placeColumn(kernels, column);
    const at = place(kernels, slots);
    return exportsOf(kernels).lookupNumbers(values, validity, column.length, table.values, at, mask, out);
  });
}

function textFinder(keys: TextColumn): Finder {
  let hashes: Int32Array | undefined;
  let slots: Int32Array | undefined;
  const mask = slotsFor(keys.length) - 1;
  return finder('text', (kernels, column, out) => {
    const table = placeColumn(kernels, keys);
    const { length } = column;
    if (!hashes || !slots) {
      const { offsets, values, validity } = table;
      hashes = built(kernels, keys.length, hashesAt => {
        slots = built(kernels, mask + 1, at =>
          exportsOf(kernels).indexTexts(offsets, values, validity, keys.length, hashesAt, at, mask),
        );
      });
    }
    const { offsets, values, validity } = placeColumn(kernels, column);
    const [hashesAt, slotsAt] = [place(kernels, hashes), place(kernels, slots!)];
    const { lookupTexts } = exportsOf(kernels);
    return lookupTexts(offsets, values, validity, length, table.offsets, table.values, hashesAt, slotsAt, mask, out);
  });
}

/** Gives back the memory of what was copied in; a column of another type holds no such key. */
function finder(type: Column['type'], lookup: (kernels: Kernels, column: Column, out: number) => number): Finder {
  return (kernels, column) => {
    const rows = allocInt32s(kernels, column.length);
    if (column.type !== type) return { rows: rows.fill(-1), unknown: column.length };
    const mark = kernels.mark();
    const unknown = lookup(kernels, column, rows.byteOffset);
    kernels.release(mark);
    return { rows, unknown };
  };
}

/** Twice as many as keys, so that empty ones are near; a power of two. */
const slotsFor = (keys: number): number => 2 ** Math.max(4, Math.ceil(Math.log2(keys * 2)));

/** What a kernel builds in zeroed memory, taken out of it. */
function built(kernels: Kernels, length: number, build: (at: number) => void): Int32Array {
  const at = kernels.allocZeroed(length * 4);
  build(at);
  return new Int32Array(kernels.bytes.buffer, at, length).slice();
}
