/** Rows put together from slabs of sorted runs, whole or in part: see run.ts for what a slab is. */
import type { Column, ColumnTypeName } from '../kernels/column.ts';
import { allocColumn } from '../kernels/place.ts';
import type { Kernels } from '../kernels/wasm.ts';
import { align, type Packing } from './run.ts';
import type { Rows } from './slab.ts';
import type { PlacedSlab } from './slice.ts';

interface Exports {
  appendBits(from: number, skip: number, count: number, start: number, out: number): void;
  unpack64(from: number, count: number, base: bigint, width: number, out: number): void;
  unpack32(from: number, count: number, base: bigint, width: number, out: number): void;
  unpackOffsets(from: number, count: number, base: number, width: number, at: number, out: number): void;
  packedSize(from: number, count: number, base: number, width: number): number;
}

/** What rows need: their number, and the bytes of each text column by its name. */
export interface RowsSize {
  readonly rows: number;
  readonly texts: Readonly<Record<string, number>>;
}

export type RunColumns = readonly { readonly name: string; readonly type: ColumnTypeName }[];

/** The rows of slabs one behind the other, in the kernels' memory. All have the same columns; none gives no columns. */
export function decodeRuns(kernels: Kernels, slabs: readonly PlacedSlab[]): Rows {
  if (slabs.length === 0) return { length: 0, columns: {} };
  const size = slabs.map(slab => sizeOfRows(kernels, slab)).reduce(addSizes);
  const assembly = assembleRows(kernels, columnsOf(kernels, slabs[0]!), size);
  for (const slab of slabs) assembly.append(slab);
  return assembly.rows;
}

export const columnsOf = (kernels: Kernels, slab: PlacedSlab): RunColumns => openSlab(kernels, slab).packing;

const rowsOf = ({ bytes }: Kernels, { address }: PlacedSlab): number => {
  const view = new DataView(bytes.buffer);
  return view.getUint32(address + align(4 + view.getUint32(address, true)), true);
};

export const addSizes = (a: RowsSize, b: RowsSize): RowsSize => ({
  rows: a.rows + b.rows,
  texts: Object.fromEntries(Object.entries(b.texts).map(([name, size]) => [name, size + (a.texts[name] ?? 0)])),
});

/** What rows [from, to) of a slab need. */
export function sizeOfRows(kernels: Kernels, slab: PlacedSlab, from = 0, to = rowsOf(kernels, slab)): RowsSize {
  const texts: Record<string, number> = {};
  const { rows, columns } = openSlab(kernels, slab);
  const isWhole = to - from === rows;
  for (const { packing, at, bytes } of columns()) {
    if (packing.type === 'text')
      texts[packing.name] = isWhole
        ? bytes
        : sizeOfTexts(kernels, packing, at, to) - sizeOfTexts(kernels, packing, at, from);
  }
  return { rows: to - from, texts };
}

const sizeOfTexts = (kernels: Kernels, { base, width }: Packing, at: number, count: number): number =>
  (kernels.exports as unknown as Exports).packedSize(at, count, Number(base), width);

export interface Assembly {
  /** All rows that fit; those that have been appended are filled in. */
  readonly rows: Rows;
  /** Appends rows [from, to) of a slab; its other columns are left out. Throws when it lacks one, or has another type. */
  append(slab: PlacedSlab, from?: number, to?: number): void;
}

/** Room in the kernels' memory for rows of these columns, filled slab by slab. */
export function assembleRows(kernels: Kernels, wanted: RunColumns, { rows: length, texts }: RowsSize): Assembly {
  const columns: Record<string, Column> = {};
  const textAt: Record<string, number> = {};
  for (const { name, type } of wanted) {
    const column = allocColumn(kernels, type, length, texts[name] ?? 0);
    column.validity.fill(0);
    if (column.type === 'boolean') column.values.fill(0);
    if (column.type === 'text') column.offsets[0] = 0;
    columns[name] = column;
    textAt[name] = 0;
  }
  let row = 0;
  return {
    rows: { length, columns },
    append(slab, from = 0, to = rowsOf(kernels, slab)) {
      let found = 0;
      for (const part of openSlab(kernels, slab).columns()) {
        const { name, type } = part.packing;
        const column = columns[name];
        if (!column) continue;
        if (column.type !== type) throw new Error(`runs of different columns: ${name} is ${type} and ${column.type}`);
        const target = { column, row, textAt: textAt[name]! };
        textAt[name]! += unpackColumn(kernels, part, { from, to }, target);
        found++;
      }
      if (found !== wanted.length) throw new Error(`a run lacks a column of ${wanted.map(({ name }) => name).join()}`);
      row += to - from;
    },
  };
}

/** A column of a slab: where its buffers are. */
interface PackedColumn {
  readonly packing: Packing;
  /** 0 when all bits are set. */
  readonly validity: number;
  readonly at: number;
  /** Where the texts are, and their bytes. */
  readonly textAt: number;
  readonly bytes: number;
}

interface OpenSlab {
  readonly packing: readonly Packing[];
  readonly rows: number;
  columns(): Iterable<PackedColumn>;
}

/** Headers by their text: a day's slab is opened more than once, and others may have the same. */
const headers = new Map<string, readonly Packing[]>();
const HEADERS_MAX = 1_000;

function openSlab({ bytes }: Kernels, { address }: PlacedSlab): OpenSlab {
  const view = new DataView(bytes.buffer);
  const size = view.getUint32(address, true);
  const packing = parseHeader(Buffer.from(bytes.buffer, address + 4, size).toString('latin1'));
  const counts = address + align(4 + size);
  const rows = view.getUint32(counts, true);
  const texts = packing.filter(({ type }) => type === 'text').length;
  return {
    packing,
    rows,
    *columns() {
      let at = counts + align((texts + 1) * 4);
      let text = 0;
      const bitmap = align((rows + 7) >> 3);
      for (const column of packing) {
        const validity = column.nulls ? at : 0;
        if (column.nulls) at += bitmap;
        const values = at;
        at += column.type === 'boolean' ? bitmap : align(rows * column.width);
        const textAt = at;
        const textBytes = column.type === 'text' ? view.getUint32(counts + 4 * ++text, true) : 0;
        at += align(textBytes);
        yield { packing: column, validity, at: values, textAt, bytes: textBytes };
      }
    },
  };
}

function parseHeader(text: string): readonly Packing[] {
  const known = headers.get(text);
  if (known) return known;
  const parsed = JSON.parse(Buffer.from(text, 'latin1').toString()) as [
    string,
    ColumnTypeName,
    boolean,
    number,
    string,
  ][];
  const packing = parsed.map(([name, type, nulls, width, base]) => ({ name, type, nulls, width, base: BigInt(base) }));
  if (headers.size >= HEADERS_MAX) headers.clear();
  headers.set(text, packing);
  return packing;
}

interface Target {
  readonly column: Column;
  /** Where the first of the rows belongs. */
  readonly row: number;
  /** Bytes of the texts before it. */
  readonly textAt: number;
}

/** Reads rows [from, to) of a column; returns the bytes of their texts. */
function unpackColumn(
  kernels: Kernels,
  { packing, validity, at, textAt, bytes }: PackedColumn,
  { from, to }: { from: number; to: number },
  { column, row, textAt: end }: Target,
): number {
  const kernel = kernels.exports as unknown as Exports;
  const { width, base } = packing;
  const count = to - from;
  kernel.appendBits(validity, from, count, row, column.validity.byteOffset);
  if (column.type === 'boolean') {
    kernel.appendBits(at, from, count, row, column.values.byteOffset);
    return 0;
  }
  const values = at + from * width;
  if (column.type !== 'text') {
    const unpack = column.values.BYTES_PER_ELEMENT === 4 ? kernel.unpack32 : kernel.unpack64;
    unpack(values, count, base, width, column.values.byteOffset + row * column.values.BYTES_PER_ELEMENT);
    return 0;
  }
  kernel.unpackOffsets(values, count, Number(base), width, end, column.offsets.byteOffset + row * 4);
  const start = textAt + (from === 0 ? 0 : sizeOfTexts(kernels, packing, at, from));
  const size = column.offsets[row + count]! - end;
  if (start + size > textAt + bytes) throw new Error('the texts of a slab are cut short');
  column.bytes.set(kernels.bytes.subarray(start, start + size), end);
  return size;
}
