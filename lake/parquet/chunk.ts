/** A column chunk: the pages of one column in one row group. */
import { crc32 } from 'node:zlib';
import type { ColumnDefinition } from '../../base/table.ts';
import type { Column } from '../../kernels/column.ts';
import { parquetKernels } from '../../kernels/parquet.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { type Body, compressPages } from './compress.ts';
import { type Dense, denseRows } from './dense.ts';
import { examine } from './dictionary.ts';
import { pageHeader, type Statistics } from './footer.ts';
import type { Output } from './output.ts';
import type { Encoder } from './plain.ts';
import { type Codec, ENCODING, type Encodings, PAGE, PARQUET_TYPES } from './types.ts';
import { encoderOf } from './values.ts';

export interface Chunk {
  readonly encodings: readonly number[];
  readonly codec: Codec;
  readonly size: number;
  readonly compressedSize: number;
  /** Bytes of the dictionary page, which comes first; 0 when there is none. */
  readonly dictionarySize: number;
  readonly statistics: Statistics;
}

export interface ChunkOptions {
  readonly codec: Codec;
  readonly encodings: Encodings;
  readonly pageRows: number;
  readonly pageBytes: number;
}

interface Page {
  readonly type: number;
  readonly values: number;
  readonly encoding: number;
  readonly body: Body;
}

/** Encodes rows [from, to) of a column into `output`; `from` is a multiple of 8. */
export function encodeChunk(
  kernels: Kernels,
  output: Output,
  { type, nullable }: ColumnDefinition,
  column: Column,
  [from, to]: readonly [from: number, to: number],
  options: ChunkOptions,
): Chunk {
  const dense = denseRows(kernels, column, PARQUET_TYPES[type].physical, from, to);
  const examined = examine(kernels, dense);
  const encoder = encoderOf(kernels, dense, examined, options.codec, options.encodings);
  const pages = dataPages(kernels, dense, encoder, nullable, options);
  const { dictionary } = encoder;
  if (dictionary !== null) {
    const { entries, body } = dictionary;
    pages.unshift({ type: PAGE.dictionary, values: entries, encoding: ENCODING.plain, body });
  }
  const bodies = pages.map(({ body }) => body);
  const compressed = compressPages(kernels, bodies, options.codec);
  const headers = pages.map((page, i) => headerOf(page, compressed.pages[i]!));
  const start = output.position;
  output.put(headers.flatMap((header, i) => [header, compressed.pages[i]!]));
  return {
    encodings: [...new Set([...pages.map(({ encoding }) => encoding), ENCODING.rle])],
    codec: compressed.codec,
    size: bodies.reduce((sum, { size }, i) => sum + size + headers[i]!.length, 0),
    compressedSize: output.position - start,
    dictionarySize: dictionary === null ? 0 : headers[0]!.length + compressed.pages[0]!.length,
    statistics: examined.facts.statistics,
  };
}

function headerOf({ type, values, encoding, body }: Page, compressed: Uint8Array): Uint8Array {
  const { length: compressedSize } = compressed;
  return pageHeader({ type, values, encoding, size: body.size, compressedSize, crc: crc32(compressed) });
}

function dataPages(kernels: Kernels, dense: Dense, encoder: Encoder, nullable: boolean, options: ChunkOptions): Page[] {
  const { countBits } = parquetKernels(kernels);
  const pages: Page[] = [];
  const valid = (from: number, to: number): number => {
    if (dense.count === 0) return 0;
    return dense.validity === null ? to - from : countBits(dense.validity + (from >> 3), to - from);
  };
  let value = 0;
  for (let row = 0; row < dense.rows; ) {
    let end = Math.min(dense.rows, row + options.pageRows);
    // Texts may be long: half the rows, until they are few enough bytes, or too few rows to share a byte of the bitmap.
    while (encoder.room(value, value + valid(row, end)) > options.pageBytes && end - row > 8) {
      end = row + Math.max(8, ((end - row) >> 4) << 3);
    }
    const next = value + valid(row, end);
    const body = dataBody(kernels, dense, encoder, { row, end, value, next, nullable });
    pages.push({ type: PAGE.data, values: end - row, encoding: encoder.encoding, body });
    row = end;
    value = next;
  }
  return pages;
}

interface PageRange {
  readonly row: number;
  readonly end: number;
  /** The same in values that are not null. */
  readonly value: number;
  readonly next: number;
  readonly nullable: boolean;
}

function dataBody(kernels: Kernels, dense: Dense, encoder: Encoder, page: PageRange): Body {
  const { row, end, value, next, nullable } = page;
  const inPlace = nullable ? null : encoder.inPlace(value);
  const start = inPlace ?? kernels.alloc(16 + ((end - row + 7) >> 3) + encoder.room(value, next));
  const values = nullable ? writeLevels(kernels, dense, row, end, start) : start;
  const valuesEnd = inPlace === null ? writeValues(dense, encoder, page, values) : start + encoder.room(value, next);
  const apart = (next > value && encoder.apart?.(value, next)) || null;
  const size = valuesEnd - start + (apart?.size ?? 0);
  const lead = values - start;
  const shape = next === value ? null : encoder.shape(value, next, lead, size - lead);
  const huffman = shape === null ? null : encoder.huffman(value, next);
  return { start, size, lead, nature: encoder.nature, shape, huffman, apart };
}

/** A page without values has all the same what its encoding puts before them, unless the whole column has none. */
const writeValues = ({ count }: Dense, encoder: Encoder, { value, next }: PageRange, out: number): number =>
  count === 0 ? out : encoder.write(value, next, out);

/** Definition levels behind their size: 1 for a value, 0 for null. */
function writeLevels(kernels: Kernels, dense: Dense, row: number, end: number, out: number): number {
  const { levels, repeatedRun } = parquetKernels(kernels);
  const start = out + 4;
  const levelsEnd =
    dense.validity === null
      ? repeatedRun(dense.count === 0 ? 0 : 1, end - row, 1, start)
      : levels(dense.validity + (row >> 3), end - row, start);
  new DataView(kernels.bytes.buffer).setUint32(out, levelsEnd - start, true);
  return levelsEnd;
}
