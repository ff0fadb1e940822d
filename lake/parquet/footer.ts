/** The parts of a Parquet file that say what the others are: page headers and the footer. */
import { DECIMAL_PRECISION, DECIMAL_SCALE, type TableDefinition } from '../../base/table.ts';
import { ThriftWriter } from './thrift.ts';
import { CODEC, type Codec, ENCODING, PAGE, PARQUET_TYPES, PHYSICAL, REPETITION } from './types.ts';

export const MAGIC = Buffer.from('PAR1');
/** Of the footer: what newer encodings are used is said a column. Some readers know no other. */
const FORMAT_VERSION = 1;
const CREATED_BY = 'endcap';
/** Minimum and maximum are compared as the type says: signed numbers, unsigned bytes. */
const TYPE_DEFINED_ORDER = 1;

export interface PageHeader {
  readonly type: number;
  readonly values: number;
  readonly encoding: number;
  readonly size: number;
  readonly compressedSize: number;
  readonly crc: number;
}

export interface Statistics {
  readonly nulls: number;
  /** Least and greatest value in PLAIN encoding (of text: its bytes); null when there are none that can be compared. */
  readonly least: Uint8Array | null;
  readonly greatest: Uint8Array | null;
}

/** A column of a row group as the footer has it; positions count from the beginning of the file. */
export interface ChunkFacts {
  readonly start: number;
  readonly dataStart: number;
  readonly encodings: readonly number[];
  readonly codec: Codec;
  readonly size: number;
  readonly compressedSize: number;
  readonly statistics: Statistics;
}

export interface GroupFacts {
  readonly rows: number;
  readonly chunks: readonly ChunkFacts[];
}

export function pageHeader({ type, values, encoding, size, compressedSize, crc }: PageHeader): Uint8Array {
  const out = new ThriftWriter();
  out.struct(() => {
    out.i32(1, type);
    out.i32(2, size);
    out.i32(3, compressedSize);
    out.i32(4, crc | 0);
    if (type === PAGE.dictionary) {
      out.structField(7, () => {
        out.i32(1, values);
        out.i32(2, encoding);
      });
    } else {
      out.structField(5, () => {
        out.i32(1, values);
        out.i32(2, encoding);
        out.i32(3, ENCODING.rle);
        out.i32(4, ENCODING.rle);
      });
    }
  });
  return out.finish();
}

/** The footer with its length and the magic number: the end of a file. */
export function fileFooter({ columns }: TableDefinition, groups: readonly GroupFacts[]): readonly Uint8Array[] {
  const out = new ThriftWriter();
  out.struct(() => {
    out.i32(1, FORMAT_VERSION);
    out.structs(2, [null, ...columns], column => {
      if (column === null) {
        out.binary(4, 'schema');
        out.i32(5, columns.length);
      } else writeColumn(out, column);
    });
    out.i64(
      3,
      groups.reduce((sum, { rows }) => sum + rows, 0),
    );
    out.structs(4, groups, group => writeGroup(out, columns, group));
    out.binary(6, CREATED_BY);
    out.structs(7, columns, () => out.structField(TYPE_DEFINED_ORDER, () => {}));
  });
  const bytes = out.finish();
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return [bytes, length, MAGIC];
}

type Columns = TableDefinition['columns'];

function writeColumn(out: ThriftWriter, { name, type, nullable }: Columns[number]): void {
  const { physical, converted, logical } = PARQUET_TYPES[type];
  out.i32(1, PHYSICAL[physical]);
  out.i32(3, nullable ? REPETITION.optional : REPETITION.required);
  out.binary(4, name);
  if (converted !== null) out.i32(6, converted);
  if (type === 'decimal') {
    out.i32(7, DECIMAL_SCALE);
    out.i32(8, DECIMAL_PRECISION);
  }
  if (logical !== null) out.structField(10, () => logical(out));
}

function writeGroup(out: ThriftWriter, columns: Columns, { rows, chunks }: GroupFacts): void {
  const pairs = chunks.map((chunk, i) => ({ chunk, column: columns[i]! }));
  out.structs(1, pairs, ({ chunk, column }) => {
    out.i64(2, 0);
    out.structField(3, () => writeChunk(out, column, rows, chunk));
  });
  out.i64(
    2,
    chunks.reduce((sum, { size }) => sum + size, 0),
  );
  out.i64(3, rows);
}

function writeChunk(out: ThriftWriter, { name, type }: Columns[number], rows: number, chunk: ChunkFacts): void {
  const { nulls, least, greatest } = chunk.statistics;
  out.i32(1, PHYSICAL[PARQUET_TYPES[type].physical]);
  out.i32s(2, chunk.encodings);
  out.binaries(3, [name]);
  out.i32(4, CODEC[chunk.codec]);
  out.i64(5, rows);
  out.i64(6, chunk.size);
  out.i64(7, chunk.compressedSize);
  out.i64(9, chunk.dataStart);
  if (chunk.dataStart !== chunk.start) out.i64(11, chunk.start);
  out.structField(12, () => {
    out.i64(3, nulls);
    if (greatest !== null) out.binary(5, greatest);
    if (least !== null) out.binary(6, least);
  });
}
