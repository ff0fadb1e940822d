/**
 * A sorted run: the rows of a chunk in order, cut into slabs that are found by byte range (a day each). Columns are packed
 * to the bytes that their values need, which is a third of their size in memory. Never published, and never read by
 * anyone else.
 *
 *   slab:  u32 bytes of header | names and types as JSON | u32 rows | u32 bytes of each text column
 *          | of each column i64 base, u32 width, u32 whether it has nulls | buffers …
 *   buffers of a column:  validity if it has nulls | values less the column's base, 0 to 8 bytes each
 *                         (of a text, its size; of a boolean, its bit) | bytes of the texts
 *
 * All parts begin at multiples of eight bytes. A slab depends on its rows alone, not on others of its run: days to which a
 * file's growth adds nothing stay as they are. Nearly all slabs have one header, so that it is parsed once.
 */
import { RUN_SLAB_ROWS } from '../base/limits.ts';
import type { Column, ColumnTypeName } from '../kernels/column.ts';
import { place } from '../kernels/place.ts';
import type { Kernels } from '../kernels/wasm.ts';
import type { Rows } from './slab.ts';
import { checksum, type UnplacedSlice } from './slice.ts';

interface Exports {
  allSet(bitmap: number, count: number): number;
  gatherBits(bitmap: number, rows: number, count: number, out: number): void;
  range64(values: number, validity: number, count: number, out: number): void;
  range32(values: number, validity: number, count: number, out: number): void;
  rangeSizes(offsets: number, count: number, out: number): void;
  invert(order: number, count: number, places: number, rows: number): void;
  scatter64(
    values: number,
    validity: number,
    places: number,
    rows: number,
    base: bigint,
    width: number,
    out: number,
  ): void;
  scatter32(
    values: number,
    validity: number,
    places: number,
    rows: number,
    base: bigint,
    width: number,
    out: number,
  ): void;
  scatterSizes(offsets: number, places: number, rows: number, base: number, width: number, out: number): void;
  scatterTexts(offsets: number, bytes: number, places: number, rows: number, starts: number, out: number): void;
  copyBits(bitmap: number, start: number, count: number, out: number): void;
  rangePacked(from: number, count: number, width: number, out: number): void;
  repack(from: number, count: number, width: number, least: bigint, narrow: number, out: number): void;
  unpackOffsets(from: number, count: number, base: number, width: number, at: number, out: number): void;
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

/** A column packed in the order of the run, in the kernels' memory. */
interface PackedColumn extends Packing {
  /** Address of the bitmap of a column with nulls. */
  readonly validity: number;
  /** Of a boolean a bitmap, of a text the sizes. */
  readonly values: number;
  /** Of texts: their bytes, and where each begins there. */
  readonly bytes: number;
  readonly starts: Uint32Array | null;
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
 * Packs the rows at `order`, of which none comes twice, as one slab for each name: it ends before the row at `end` of the
 * order. The bytes are a view of the kernels' memory.
 */
export function encodeRun<Name>(
  kernels: Kernels,
  { length, columns }: Rows,
  order: Int32Array,
  cuts: readonly RunCut<Name>[],
): { bytes: Uint8Array; slices: UnplacedSlice<Name>[] } {
  const kernel = kernels.exports as unknown as Exports;
  const rows: RowOrder = { order: place(kernels, order), count: order.length, places: kernels.alloc(length * 4) };
  kernel.invert(rows.order, rows.count, rows.places, length);
  const packed = Object.entries(columns).map(([name, column]) => packColumn(kernels, name, column, rows));
  const header = encodeHeader(packed);
  const range = kernels.alloc(16);
  const start = kernels.alloc(
    runBytesMax(packed, rows.count) + cuts.length * (header.length + 16 + packed.length * (32 + PACKING_BYTES)),
  );
  const slices: UnplacedSlice<Name>[] = [];
  let at = start;
  let row = 0;
  for (const { name, end } of cuts) {
    const slab = at;
    kernels.bytes.set(header, at);
    at = writeSlab(kernels, packed, { at: at + header.length, row, count: end - row, range });
    const hash = checksum(kernels, slab, at - slab);
    slices.push({ name, start: slab - start, end: at - start, hash, rows: end - row });
    row = end;
  }
  return { bytes: kernels.bytes.subarray(start, at), slices };
}

/** Addresses of the order, and of each row's place in it. */
interface RowOrder {
  readonly order: number;
  readonly count: number;
  readonly places: number;
}

function packColumn(kernels: Kernels, name: string, column: Column, { order, count, places }: RowOrder): PackedColumn {
  const kernel = kernels.exports as unknown as Exports;
  const { type, length } = column;
  const bitmap = place(kernels, column.validity);
  const nulls = kernel.allSet(bitmap, length) === 0;
  const validity = nulls ? gatheredBits(kernels, bitmap, { order, count }) : 0;
  const from = place(kernels, column.type === 'text' ? column.offsets : column.values);
  const common = { name, type, nulls, validity, bytes: 0, starts: null };
  if (column.type === 'boolean')
    return { ...common, width: 0, base: 0n, values: gatheredBits(kernels, from, { order, count }) };
  const { base, width } = rangeOf(kernels, column, from, nulls ? bitmap : 0);
  const values = kernels.alloc(count * width);
  if (column.type === 'text') {
    if (width > 0) kernel.scatterSizes(from, places, length, Number(base), width, values);
    const starts = new Uint32Array(kernels.bytes.buffer as ArrayBuffer, kernels.alloc((count + 1) * 4), count + 1);
    starts[0] = 0;
    kernel.unpackOffsets(values, count, Number(base), width, 0, starts.byteOffset);
    const bytes = kernels.alloc(starts[count]!);
    kernel.scatterTexts(from, place(kernels, column.bytes), places, length, starts.byteOffset, bytes);
    return { ...common, width, base, values, bytes, starts };
  }
  const scatter = column.values.BYTES_PER_ELEMENT === 4 ? kernel.scatter32 : kernel.scatter64;
  if (width > 0) scatter(from, nulls ? bitmap : 0, places, length, base, width, values);
  return { ...common, width, base, values };
}

function gatheredBits(kernels: Kernels, bitmap: number, { order, count }: Omit<RowOrder, 'places'>): number {
  const out = kernels.alloc((count + 7) >> 3);
  (kernels.exports as unknown as Exports).gatherBits(bitmap, order, count, out);
  return out;
}

/** The least of the values, or of the sizes of texts, and the bytes that hold how far others are from it. */
function rangeOf(kernels: Kernels, column: Column, from: number, validity: number): { base: bigint; width: number } {
  const kernel = kernels.exports as unknown as Exports;
  const range = kernels.alloc(16);
  const isText = column.type === 'text';
  if (isText) kernel.rangeSizes(from, column.length, range);
  else if (column.values.BYTES_PER_ELEMENT === 4) kernel.range32(from, validity, column.length, range);
  else kernel.range64(from, validity, column.length, range);
  const [least, greatest] = new BigInt64Array(kernels.bytes.buffer as ArrayBuffer, range, 2) as unknown as [
    bigint,
    bigint,
  ];
  // A null rests as zero, so zero must be in the range.
  const withZero = validity !== 0 && !isText;
  const base = withZero && least > 0n ? 0n : least;
  const top = withZero && greatest < 0n ? 0n : greatest;
  return { base, width: widthOf(top - base) };
}

/** What a column is packed to in memory, where values are stored one by one. */
const widthOf = (span: bigint): number =>
  span === 0n ? 0 : span < 0x100n ? 1 : span < 0x1_0000n ? 2 : span < 0x1_0000_0000n ? 4 : 8;

function encodeHeader(columns: readonly Packing[]): Uint8Array {
  const text = Buffer.from(JSON.stringify(columns.map(({ name, type }) => [name, type])));
  const header = new Uint8Array(align(4 + text.length));
  new DataView(header.buffer).setUint32(0, text.length, true);
  header.set(text, 4);
  return header;
}

/** What the buffers of all slabs take together, but for their padding. */
const runBytesMax = (packed: readonly PackedColumn[], count: number): number =>
  packed.reduce((sum, { width, starts }) => sum + (width + 1) * count + (starts?.[count] ?? 0), 0);

interface SlabTarget {
  readonly at: number;
  /** The first row of the order that belongs to it. */
  readonly row: number;
  readonly count: number;
  /** Room for two 64-bit values. */
  readonly range: number;
}

/** Bytes of how a column is packed in a slab: base (i64), width (u32), whether it has nulls (u32). */
export const PACKING_BYTES = 16;

/** Writes one slab behind its header; returns where it ends. What is written depends on the slab's rows alone. */
function writeSlab(kernels: Kernels, columns: readonly PackedColumn[], target: SlabTarget): number {
  const kernel = kernels.exports as unknown as Exports;
  const { at: start, row, count } = target;
  const view = new DataView(kernels.bytes.buffer);
  const texts = columns.filter(({ type }) => type === 'text').length;
  view.setUint32(start, count, true);
  const packings = padded(kernels, start + (texts + 1) * 4);
  let text = 0;
  let at = packings + columns.length * PACKING_BYTES;
  columns.forEach((column, i) => {
    const { type, validity, values, bytes, starts } = column;
    kernel.copyBits(validity, row, validity === 0 ? 0 : count, at);
    const nulls = validity !== 0 && kernel.allSet(at, count) === 0;
    if (nulls) at = padded(kernels, at + ((count + 7) >> 3));
    let packing = { base: 0n, width: 0 };
    if (type === 'boolean') {
      kernel.copyBits(values, row, count, at);
      at = padded(kernels, at + ((count + 7) >> 3));
    } else {
      packing = narrowed(kernels, column, { ...target, at });
      at = padded(kernels, at + count * packing.width);
    }
    view.setBigInt64(packings + i * PACKING_BYTES, packing.base, true);
    view.setUint32(packings + i * PACKING_BYTES + 8, packing.width, true);
    view.setUint32(packings + i * PACKING_BYTES + 12, Number(nulls), true);
    if (!starts) return;
    const size = starts[row + count]! - starts[row]!;
    view.setUint32(start + ++text * 4, size, true);
    kernels.bytes.copyWithin(at, bytes + starts[row]!, bytes + starts[row]! + size);
    at = padded(kernels, at + size);
  });
  return at;
}

/** Writes a slab's part of a column's values in as few bytes as hold these, and says how. */
function narrowed(
  kernels: Kernels,
  { base, width, values }: PackedColumn,
  { at, row, count, range }: SlabTarget,
): { base: bigint; width: number } {
  if (width === 0 || count === 0) return { base: count === 0 ? 0n : base, width: 0 };
  const kernel = kernels.exports as unknown as Exports;
  const from = values + row * width;
  kernel.rangePacked(from, count, width, range);
  const [least, greatest] = new BigUint64Array(kernels.bytes.buffer as ArrayBuffer, range, 2) as unknown as [
    bigint,
    bigint,
  ];
  const narrow = bytesOf(greatest - least);
  if (narrow === width && least === 0n) kernels.bytes.copyWithin(at, from, from + count * width);
  else if (narrow > 0) kernel.repack(from, count, width, least, narrow, at);
  return { base: BigInt.asIntN(64, base + least), width: narrow };
}

const bytesOf = (span: bigint): number => (span === 0n ? 0 : (span.toString(16).length + 1) >> 1);

/** Zeros up to the next multiple of eight bytes, so that equal rows are equal bytes. */
function padded(kernels: Kernels, at: number): number {
  const end = align(at);
  kernels.bytes.fill(0, at, end);
  return end;
}
