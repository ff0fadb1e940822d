/**
 * Records that become no row, on their way to the quarantine table: the record's typed columns, so that its amount can
 * be computed if that is possible, with where it stands, why it was refused, and its bytes if they were at hand. Kept by ranges of the file's bytes, so
 * that the quarantine's part files are the same whatever the chunks were.
 */
import { QUARANTINE_RANGE_BYTES, RAW_TEXT_BYTES_MAX } from '../../base/limits.ts';
import {
  type Column,
  type FixedColumn,
  halves,
  numberAt,
  numberColumn,
  TextBuilder,
  textColumn,
} from '../../kernels/column.ts';
import { concat, gather } from '../../kernels/gather.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { encodeSlab, type Rows } from '../../lake/slab.ts';
import { packSlices, placeSlice, type Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';

export interface Reject {
  /** Row of `rows`. */
  readonly row: number;
  /** Index in FAULTS. */
  readonly code: number;
  readonly column: string | null;
  readonly value: string | null;
  readonly winner?: { readonly file: string; readonly line: number } | undefined;
}

/** The rejects of one file whose records begin in one range of its bytes. */
export interface RejectSlice {
  readonly file: string;
  readonly range: number;
  readonly slice: Slice;
}

export interface FileRejects {
  readonly file: string;
  readonly rows: Rows;
  readonly rejects: readonly Reject[];
  /** Where the bytes of a row's record are, for who has them at hand. */
  readonly original?: (row: number) => { readonly bytes: Uint8Array; readonly start: number; readonly end: number };
}

type Scratch = TaskContext['scratch'];

/** Rejects that are no longer in the kernels' memory. */
interface EncodedRejects {
  readonly name: Pick<RejectSlice, 'file' | 'range'>;
  readonly bytes: Uint8Array;
  readonly rows: number;
}

export function encodeRejects(kernels: Kernels, files: readonly FileRejects[]): EncodedRejects[] {
  return files.flatMap(({ rows, rejects, ...own }) => {
    const offset = rows.columns.$offset as FixedColumn;
    const half = halves(offset);
    const ranges = Map.groupBy(rejects, ({ row }) => Math.floor(numberAt(half, row) / QUARANTINE_RANGE_BYTES));
    return [...ranges].map(([range, members]) => ({
      name: { file: own.file, range },
      bytes: encodeSlab(rejectRows(kernels, { ...own, rows, rejects: members })),
      rows: members.length,
    }));
  });
}

/** Writes rejects as one scratch file of slices. */
export async function writeRejects(
  kernels: Kernels,
  files: readonly FileRejects[],
  scratch: Scratch,
): Promise<RejectSlice[]> {
  const pieces = encodeRejects(kernels, files);
  if (pieces.length === 0) return [];
  const { packed, slices } = packSlices(pieces);
  const file = await scratch(
    'rejects.slab',
    packed,
    pieces.reduce((sum, piece) => sum + piece.rows, 0),
  );
  return slices.map(slice => ({ ...slice.name, slice: placeSlice(file, slice) }));
}

function rejectRows(kernels: Kernels, { rows, rejects, original }: FileRejects): Rows {
  const picks = Int32Array.from(rejects, ({ row }) => row);
  const columns: Record<string, Column> = {};
  for (const [name, column] of Object.entries(rows.columns)) columns[name] = gather(kernels, column, picks);
  columns.$code = numberColumn(
    'int64',
    rejects.map(({ code }) => code),
  );
  columns.$column = textColumn(rejects.map(({ column }) => column));
  columns.$value = textColumn(rejects.map(({ value }) => value));
  columns.$winner_file = textColumn(rejects.map(({ winner }) => winner?.file ?? null));
  columns.$winner_line = numberColumn(
    'int64',
    rejects.map(({ winner }) => winner?.line ?? null),
  );
  columns.$original = originals(rejects, original);
  return { length: rejects.length, columns };
}

/** The beginnings of the records, byte for byte; null where they have to be read again. */
function originals(rejects: readonly Reject[], original: FileRejects['original']): Column {
  const texts = new TextBuilder(rejects.length, original ? rejects.length * 80 : 0);
  for (const { row } of rejects) {
    if (!original) texts.pushNull();
    else {
      const { bytes, start, end } = original(row);
      texts.push(bytes, start, Math.min(end, start + RAW_TEXT_BYTES_MAX));
    }
  }
  return texts.finish();
}

/** Several slabs of the same columns as one. */
export function concatRows(parts: readonly Rows[]): Rows {
  const first = parts[0]!;
  const columns: Record<string, Column> = {};
  for (const name of Object.keys(first.columns)) columns[name] = concat(parts.map(part => part.columns[name]!));
  return { length: parts.reduce((sum, part) => sum + part.length, 0), columns };
}

/** The rows at `picks`, in the kernels' memory. */
export function gatherRows(kernels: Kernels, rows: Rows, picks: Int32Array): Rows {
  const columns: Record<string, Column> = {};
  for (const [name, column] of Object.entries(rows.columns)) columns[name] = gather(kernels, column, picks);
  return { length: picks.length, columns };
}
