/**
 * A sorted run: the rows of a chunk in order, cut into slabs that are found by byte range (a day each). Columns are packed
 * to the bytes that their values need, which is a third of their size in memory. Never published, and never read by
 * anyone else.
 *
 *   slab:  u32 bytes of header | header JSON | u32 rows | u32 bytes of each text column | buffers …
 *   buffers of a column:  validity if it has nulls | values less the column's base, 0, 1, 2, 4 or 8 bytes each
 *                         (of a text, its size; of a boolean, its bit) | bytes of the texts
 *
 * Header and buffers begin at multiples of eight bytes. The bytes of a slab depend on its rows alone: a day whose rows have
 * not changed is the same slab, whatever other days its chunk has.
 */
import { RUN_SLAB_ROWS } from '../base/limits.ts';
import type { Column, ColumnTypeName } from '../kernels/column.ts';
import { place } from '../kernels/place.ts';
import type { Kernels } from '../kernels/wasm.ts';
import { xxh64 } from '../kernels/xxhash.ts';
import type { Rows } from './slab.ts';
import type { UnplacedSlice } from './slice.ts';

interface Exports {
  allSet(bitmap: number, count: number): number;
  setAll(bitmap: number, count: number): void;
  gatherBits(bitmap: number, rows: number, count: number, out: number): void;
  allSetAt(bitmap: number, rows: number, count: number): number;
  range64At(values: number, validity: number, rows: number, count: number, out: number): void;
  range32At(values: number, validity: number, rows: number, count: number, out: number): void;
  rangeSizesAt(offsets: number, rows: number, count: number, out: number): void;
  range64(values: number, validity: number, count: number, out: number): void;
  range32(values: number, validity: number, count: number, out: number): void;
  rangeSizes(offsets: number, count: number, out: number): void;
  pack64(values: number, validity: number, rows: number, count: number, base: bigint, width: number, out: number): void;
  pack32(values: number, validity: number, rows: number, count: number, base: bigint, width: number, out: number): void;
  packText(
    offsets: number,
    bytes: number,
    rows: number,
    count: number,
    base: number,
    width: number,
    out: number,
    outBytes: number,
  ): number;
}

/** How a column is packed. */
export interface Packing {
  readonly name: string;
  readonly type: ColumnTypeName;
  readonly nulls: boolean;
  /** Bytes a value; 0 when all are `base`. */
  readonly width: number;
  readonly base: bigint;
}

/** A packing, and the column where it lies. */
interface PlacedColumn extends Packing {
  readonly validity: number;
  readonly values: number;
  readonly bytes: number;
}

export const align = (size: number): number => (size + 7) & ~7;

/** Where a run is cut: the slab of this name ends before the row at `end` of the order. */
export interface RunCut<Name> {
  readonly name: Name;
  readonly end: number;
}

/** The same cuts, and in between as many as keep every slab small: so that a range of a large one can be read. */
export function slabCuts<Name>(cuts: readonly RunCut<Name>[], slabRows = RUN_SLAB_ROWS): RunCut<Name>[] {
  return cuts.flatMap(({ name, end }, i) => {
    const start = cuts[i - 1]?.end ?? 0;
    const slabs = Math.max(1, Math.ceil((end - start) / slabRows));
    return Array.from({ length: slabs }, (_, slab) => ({ name, end: Math.min(end, start + (slab + 1) * slabRows) }));
  });
}

/**
 * Packs the rows at `order` as one slab for each name; the slab of names[i] ends before the row at ends[i] of the order.
 * The bytes are a view of the kernels' memory.
 */
export function encodeRun<Name>(
  kernels: Kernels,
  { columns }: Rows,
  order: Int32Array,
  cuts: readonly RunCut<Name>[],
): { bytes: Uint8Array; slices: UnplacedSlice<Name>[] } {
  const placed = Object.entries(columns).map(([name, column]) => placeColumn(kernels, name, column));
  const rows = place(kernels, order);
  const range = kernels.alloc(16);
  // Packed by themselves, columns of a slab take no more bytes than the run's would, but for the digits of their base.
  const headerMax = encodeHeader(placed).length + placed.length * 24;
  const bound = runBytesMax(placed, columns, order.length) + cuts.length * (headerMax + 16 + placed.length * 32);
  const start = kernels.alloc(bound);
  const slices: UnplacedSlice<Name>[] = [];
  let at = start;
  let row = 0;
  for (const { name, end } of cuts) {
    const slab = at;
    const part = { rows: rows + row * 4, count: end - row };
    const packed = placed.map(column => packingOf(kernels, column, part, range));
    const header = encodeHeader(packed);
    kernels.bytes.set(header, at);
    at = packSlab(kernels, packed, { at: at + header.length, ...part });
    const hash = xxh64(kernels, slab, at - slab)
      .toString(16)
      .padStart(16, '0');
    slices.push({ name, start: slab - start, end: at - start, hash, rows: end - row });
    row = end;
  }
  return { bytes: kernels.bytes.subarray(start, at), slices };
}

function placeColumn(kernels: Kernels, name: string, column: Column): PlacedColumn {
  const kernel = kernels.exports as unknown as Exports;
  const { type, length } = column;
  const validity = place(kernels, column.validity);
  const nulls = kernel.allSet(validity, length) === 0;
  const range = kernels.alloc(16);
  const bytes = column.type === 'text' ? place(kernels, column.bytes) : 0;
  const values = place(kernels, column.type === 'text' ? column.offsets : column.values);
  if (column.type === 'text') kernel.rangeSizes(values, length, range);
  else if (column.type === 'boolean') kernels.bytes.fill(0, range, range + 16);
  else if (column.values.BYTES_PER_ELEMENT === 4) kernel.range32(values, nulls ? validity : 0, length, range);
  else kernel.range64(values, nulls ? validity : 0, length, range);
  return { name, type, nulls, ...spanOf(kernels, range, type, nulls), validity, values, bytes };
}

/** How the rows of one slab are packed: by what is in them alone, so that equal rows are equal bytes in any run. */
function packingOf(
  kernels: Kernels,
  column: PlacedColumn,
  { rows, count }: { readonly rows: number; readonly count: number },
  range: number,
): PlacedColumn {
  const { type, validity, values } = column;
  if (!column.nulls && (type === 'boolean' || column.width === 0)) return column;
  const kernel = kernels.exports as unknown as Exports;
  const nulls = column.nulls && kernel.allSetAt(validity, rows, count) === 0;
  if (type === 'boolean') return { ...column, nulls };
  if (type === 'text') kernel.rangeSizesAt(values, rows, count, range);
  else if (type === 'date' || type === 'int32') kernel.range32At(values, nulls ? validity : 0, rows, count, range);
  else kernel.range64At(values, nulls ? validity : 0, rows, count, range);
  return { ...column, nulls, ...spanOf(kernels, range, type, nulls) };
}

/** The base and width for the least and greatest value at `range`. */
function spanOf(
  { bytes }: Kernels,
  range: number,
  type: ColumnTypeName,
  nulls: boolean,
): Pick<Packing, 'base' | 'width'> {
  const found = new BigInt64Array(bytes.buffer as ArrayBuffer, range, 2);
  // A null rests as zero, so zero must be in the range.
  const base = nulls && type !== 'text' && found[0]! > 0n ? 0n : found[0]!;
  const top = nulls && type !== 'text' && found[1]! < 0n ? 0n : found[1]!;
  return { base, width: widthOf(top - base) };
}

const widthOf = (span: bigint): number =>
  span === 0n ? 0 : span < 0x100n ? 1 : span < 0x1_0000n ? 2 : span < 0x1_0000_0000n ? 4 : 8;

function encodeHeader(columns: readonly Packing[]): Uint8Array {
  const text = Buffer.from(
    JSON.stringify(columns.map(({ name, type, nulls, width, base }) => [name, type, nulls, width, String(base)])),
  );
  const header = new Uint8Array(align(4 + text.length));
  new DataView(header.buffer).setUint32(0, text.length, true);
  header.set(text, 4);
  return header;
}

/** What the buffers of all slabs take together, but for their padding. */
function runBytesMax(placed: readonly PlacedColumn[], columns: Rows['columns'], rows: number): number {
  const texts = Object.values(columns).reduce(
    (sum, column) => sum + (column.type === 'text' ? column.bytes.length : 0),
    0,
  );
  return texts + placed.reduce((sum, { width }) => sum + (width + 1) * rows, 0);
}

interface SlabTarget {
  readonly at: number;
  /** Address of the row numbers. */
  readonly rows: number;
  readonly count: number;
}

/** Writes one slab behind its header; returns where it ends. */
function packSlab(kernels: Kernels, columns: readonly PlacedColumn[], { at: start, rows, count }: SlabTarget): number {
  const kernel = kernels.exports as unknown as Exports;
  const texts = columns.filter(({ type }) => type === 'text').length;
  const counts = new Uint32Array(kernels.bytes.buffer as ArrayBuffer, start, texts + 1);
  counts[0] = count;
  let text = 0;
  let at = start + align((texts + 1) * 4);
  const bitmap = align((count + 7) >> 3);
  for (const { type, nulls, width, base, validity, values, bytes } of columns) {
    if (nulls) {
      kernel.gatherBits(validity, rows, count, at);
      at = padded(kernels, at + ((count + 7) >> 3));
    }
    if (type === 'boolean') {
      kernel.gatherBits(values, rows, count, at);
      padded(kernels, at + ((count + 7) >> 3));
      at += bitmap;
    } else if (type === 'text') {
      const outBytes = at + align(count * width);
      const size = kernel.packText(values, bytes, rows, count, Number(base), width, at, outBytes);
      padded(kernels, at + count * width);
      counts[++text] = size;
      at = padded(kernels, outBytes + size);
    } else if (width > 0) {
      const pack = type === 'date' || type === 'int32' ? kernel.pack32 : kernel.pack64;
      pack(values, nulls ? validity : 0, rows, count, base, width, at);
      at = padded(kernels, at + count * width);
    }
  }
  padded(kernels, start + (texts + 1) * 4);
  return at;
}

/** Zeros up to the next multiple of eight bytes, so that equal rows are equal bytes. */
function padded(kernels: Kernels, at: number): number {
  const end = align(at);
  kernels.bytes.fill(0, at, end);
  return end;
}
