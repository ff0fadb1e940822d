/** Rows → a Parquet file, in one go or row group by row group. */
import { InvariantError } from '../../base/errors.ts';
import type { TableDefinition } from '../../base/table.ts';
import type { Column } from '../../kernels/column.ts';
import { parquetKernels } from '../../kernels/parquet.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Rows } from '../slab.ts';
import { encodeChunk } from './chunk.ts';
import { type ChunkFacts, fileFooter, type GroupFacts, MAGIC } from './footer.ts';
import { Output } from './output.ts';
import type { Codec, Encodings } from './types.ts';

export interface ParquetOptions {
  /** (Default: 'zstd') */
  readonly codec?: Codec;
  /** What readers can be trusted with. (Default: 'safe') */
  readonly encodings?: Encodings;
  /** Most rows of a row group, a multiple of 8. (Default: 122,880, as DuckDB, which reads row groups in parallel) */
  readonly rowGroupRows?: number;
  /** Most rows of a page, a multiple of 8. (Default: 65,536) */
  readonly pageRows?: number;
}

export interface ParquetWriter {
  /**
   * Writes rows as one or more row groups; returns the bytes that come next in the file, a view of the kernels' memory
   * behind what was there: good until that is released.
   */
  add(rows: Rows): Uint8Array;
  /** The same, but leaves rows behind the last full row group for later: how many of them it has written. */
  addFull(rows: Rows): { readonly bytes: Uint8Array; readonly written: number };
  /** The end of the file, behind the last rows if some are left. */
  finish(rows?: Rows): Uint8Array;
}

export const ROW_GROUP_ROWS = 122_880;
const PAGE_ROWS = 65_536;
/** Pages of long texts are cut earlier, and so are row groups: both are held in memory while they are encoded. */
const PAGE_BYTES = 2 << 20;
const ROW_GROUP_BYTES = 64 << 20;

/**
 * One file: INT64 decimals, DATE, and TIMESTAMP(MICROS) in local time, in the encodings that BigQuery documents (PLAIN,
 * RLE, RLE_DICTIONARY); dictionaries where they help, statistics, and a checksum a page. The same rows give the same bytes.
 * It is a view of the kernels' memory, behind what was there, and good until that is
 * released: write it before. Throws when rows do not fit their definition.
 */
export function encodeParquet(
  kernels: Kernels,
  definition: TableDefinition,
  rows: Rows,
  options: ParquetOptions = {},
): Uint8Array {
  return createParquetWriter(kernels, definition, options).finish(rows);
}

/** Writes a file that need not fit in memory. Each call begins a row group: after `addFull`, begin with the rows it left. */
export function createParquetWriter(
  kernels: Kernels,
  definition: TableDefinition,
  options: ParquetOptions = {},
): ParquetWriter {
  const output = new Output(kernels);
  const groups: GroupFacts[] = [];
  const add = (rows: Rows | undefined, isOpen: boolean): number => {
    output.begin();
    if (output.position === 0) output.put([MAGIC]);
    return rows === undefined ? 0 : addRows(kernels, definition, rows, { output, groups, options, isOpen });
  };
  return {
    add(rows) {
      add(rows, false);
      return output.take();
    },
    addFull(rows) {
      const written = add(rows, true);
      return { bytes: output.take(), written };
    },
    finish(rows) {
      add(rows, false);
      output.put(fileFooter(definition, groups));
      return output.take();
    },
  };
}

/** A file in the making. */
interface Target {
  readonly output: Output;
  readonly groups: GroupFacts[];
  readonly options: ParquetOptions;
  /** The rows may be continued: where a group that they do not fill ends is not known yet. */
  readonly isOpen: boolean;
}

/** Writes rows as row groups; returns how many rows it has written. */
function addRows(kernels: Kernels, definition: TableDefinition, rows: Rows, target: Target): number {
  const { output, groups, options, isOpen } = target;
  const { codec = 'zstd', encodings = 'safe', rowGroupRows = ROW_GROUP_ROWS, pageRows = PAGE_ROWS } = options;
  const columns = checkedColumns(kernels, definition, rows);
  let from = 0;
  while (from < rows.length) {
    const end = groupEnd(columns, from, rows.length, rowGroupRows);
    if (end === null && isOpen) break;
    const to = end ?? rows.length;
    const chunks: ChunkFacts[] = [];
    columns.forEach((column, i) => {
      const start = output.position;
      const twin = twinOf(definition, columns, i, from, to);
      if (twin !== null) {
        const { start: twinStart, dataStart, ...facts } = chunks[twin]!;
        output.repeat(twinStart, facts.compressedSize);
        chunks.push({ ...facts, start, dataStart: start + dataStart - twinStart });
      } else {
        const settings = { codec, encodings, pageRows, pageBytes: PAGE_BYTES };
        const chunk = encodeChunk(kernels, output, definition.columns[i]!, column, [from, to], settings);
        chunks.push({ ...chunk, start, dataStart: start + chunk.dictionarySize });
      }
    });
    groups.push({ rows: to - from, chunks });
    from = to;
  }
  return from;
}

function checkedColumns(kernels: Kernels, { name: table, columns }: TableDefinition, rows: Rows): Column[] {
  return columns.map(({ name, type, nullable }) => {
    const column = rows.columns[name];
    if (column?.type !== type || column.length !== rows.length) {
      throw new InvariantError(
        `${table}.${name}: expected ${rows.length} values of ${type}, got ${column?.length} of ${column?.type}`,
      );
    }
    const nulls = nullable ? 0 : rows.length - countValid(kernels, column);
    if (nulls > 0) throw new InvariantError(`${table}.${name}: ${nulls} nulls`);
    return column;
  });
}

function countValid(kernels: Kernels, { validity, length }: Column): number {
  const { bytes } = kernels;
  const mark = kernels.mark();
  const inside = validity.buffer === bytes.buffer;
  const at = inside ? validity.byteOffset : kernels.alloc(validity.length);
  if (!inside) bytes.set(validity, at);
  const count = parquetKernels(kernels).countBits(at, length);
  kernels.release(mark);
  return count;
}

/**
 * An earlier column with the same values in rows [from, to), whose pages then serve for both: amounts in the base currency
 * are often those in the line's.
 */
function twinOf(
  { columns: definitions }: TableDefinition,
  columns: readonly Column[],
  i: number,
  from: number,
  to: number,
): number | null {
  const own = columns[i]!;
  if (own.type === 'text' || own.type === 'boolean') return null;
  const { type, nullable } = definitions[i]!;
  const twin = columns.findIndex((other, at) => {
    if (at >= i || other.type !== own.type) return false;
    if (definitions[at]!.type !== type || definitions[at]!.nullable !== nullable) return false;
    // Most differ in their first value.
    return (
      other.values[from] === own.values[from] &&
      isSame(other.values.subarray(from, to), own.values.subarray(from, to)) &&
      isSame(other.validity.subarray(from >> 3, (to + 7) >> 3), own.validity.subarray(from >> 3, (to + 7) >> 3))
    );
  });
  return twin < 0 ? null : twin;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
const isSame = (a: ArrayBufferView, b: ArrayBufferView): boolean => bytesOf(a).equals(bytesOf(b));

/**
 * The row behind the last of a group that begins at `from`: fewer than wanted when texts are long. Null when the group
 * is not full yet; what comes behind the rows does not change where a full one ends.
 */
function groupEnd(columns: readonly Column[], from: number, length: number, wanted: number): number | null {
  const texts = columns.filter(column => column.type === 'text');
  const bytes = (to: number) => texts.reduce((sum, { offsets }) => sum + offsets[to]! - offsets[from]!, 0);
  let size = wanted;
  while (size > 8 && bytes(Math.min(from + size, length)) > ROW_GROUP_BYTES) size = Math.max(8, (size >> 4) << 3);
  return from + size > length ? null : from + size;
}
