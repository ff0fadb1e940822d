/** Orders of rows by the values of their columns. */
import type { Column } from './column.ts';
import { allocInt32s, place } from './place.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  sortByKey(keys: number, rows: number, scratch: number, count: number): void;
  keys64(values: number, validity: number, count: number, out: number): void;
  keys32(values: number, validity: number, count: number, out: number): void;
  keysOfWord(offsets: number, bytes: number, count: number, word: number, out: number): void;
  keysOfSize(offsets: number, validity: number, count: number, out: number): void;
  rangeSizes(offsets: number, count: number, out: number): void;
}

/**
 * `rows` sorted by the first column, rows that are equal there by the second, and so on; those that are equal in all stay
 * in their order. Null comes first, text by the bytes of its UTF-8. Returns row numbers in the kernels' memory.
 */
export function sortRows(kernels: Kernels, rows: Int32Array, columns: readonly Column[]): Int32Array {
  const kernel = kernels.exports as unknown as Exports;
  const { length } = rows;
  const out = allocInt32s(kernels, length);
  out.set(rows);
  const mark = kernels.mark();
  const scratch = kernels.alloc(length * 16);
  const keys = kernels.alloc((columns[0]?.length ?? 0) * 8);
  for (const column of [...columns].reverse()) {
    for (const fillKeys of keyPasses(kernels, column)) {
      fillKeys(keys);
      kernel.sortByKey(keys, out.byteOffset, scratch, length);
    }
  }
  kernels.release(mark);
  return out;
}

/** 0, 1, 2 …: all rows, in their order. */
export function rowNumbers(kernels: Kernels, length: number): Int32Array {
  const rows = allocInt32s(kernels, length);
  for (let row = 0; row < length; row++) rows[row] = row;
  return rows;
}

/** What to sort by, the least significant part first. */
function* keyPasses(kernels: Kernels, column: Column): Generator<(keys: number) => void> {
  const kernel = kernels.exports as unknown as Exports;
  const { length } = column;
  const validity = place(kernels, column.validity);
  if (column.type === 'text') {
    const offsets = place(kernels, column.offsets);
    const bytes = place(kernels, column.bytes);
    const range = kernels.alloc(16);
    kernel.rangeSizes(offsets, length, range);
    const longest = Number(new DataView(kernels.bytes.buffer).getBigInt64(range + 8, true));
    yield keys => kernel.keysOfSize(offsets, validity, length, keys);
    for (let word = Math.ceil(longest / 8) - 1; word >= 0; word--)
      yield keys => kernel.keysOfWord(offsets, bytes, length, word, keys);
    // An empty text has the keys of null but for its size.
    return;
  }
  if (column.type === 'boolean') throw new Error('no table is sorted by a boolean');
  const values = place(kernels, column.values);
  if (column.values.BYTES_PER_ELEMENT === 4) yield keys => kernel.keys32(values, validity, length, keys);
  else yield keys => kernel.keys64(values, validity, length, keys);
}

/** The first of the indexes [from, length) that is far enough, if all behind it are too; `length` when none is. */
export function firstIndex(length: number, isFarEnough: (index: number) => boolean, from = 0): number {
  let low = from;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isFarEnough(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
