/** Parquet's names and numbers (Apache Parquet format 2.x, parquet.thrift) for what we write. */
import { type ColumnType, DECIMAL_PRECISION, DECIMAL_SCALE } from '../../base/table.ts';
import type { ThriftWriter } from './thrift.ts';

export const PHYSICAL = { boolean: 0, int32: 1, int64: 2, double: 5, text: 6 } as const;
export type Physical = keyof typeof PHYSICAL;

export const ENCODING = { plain: 0, rle: 3, deltaBinary: 5, deltaLength: 6, dictionary: 8 } as const;
export const CODEC = { none: 0, snappy: 1, zstd: 6 } as const;
export type Codec = keyof typeof CODEC;
/** 'safe': PLAIN, RLE and RLE_DICTIONARY, which every reader has. 'delta': also the encodings of differences. */
export type Encodings = 'safe' | 'delta';
export const PAGE = { data: 0, dictionary: 2 } as const;
export const REPETITION = { required: 0, optional: 1 } as const;

/** Bytes of a value; texts and booleans have no whole number of them. */
export const WIDTH: Readonly<Record<Physical, number>> = { boolean: 0, int32: 4, int64: 8, double: 8, text: 0 };

interface ParquetType {
  readonly physical: Physical;
  /** The older name of the type, which old readers go by. */
  readonly converted: number | null;
  /** Writes the value of the LogicalType union. */
  readonly logical: ((out: ThriftWriter) => void) | null;
}

const CONVERTED = { utf8: 0, decimal: 5, date: 6 } as const;

/**
 * Timestamps are of local time, for which there is no older name: TIMESTAMP_MICROS would say that they are of UTC.
 */
export const PARQUET_TYPES: Readonly<Record<ColumnType, ParquetType>> = {
  int64: { physical: 'int64', converted: null, logical: null },
  int32: { physical: 'int32', converted: null, logical: null },
  double: { physical: 'double', converted: null, logical: null },
  boolean: { physical: 'boolean', converted: null, logical: null },
  text: { physical: 'text', converted: CONVERTED.utf8, logical: out => out.structField(1, () => {}) },
  date: { physical: 'int32', converted: CONVERTED.date, logical: out => out.structField(6, () => {}) },
  decimal: {
    physical: 'int64',
    converted: CONVERTED.decimal,
    logical: out =>
      out.structField(5, () => {
        out.i32(1, DECIMAL_SCALE);
        out.i32(2, DECIMAL_PRECISION);
      }),
  },
  timestamp: {
    physical: 'int64',
    converted: null,
    logical: out =>
      out.structField(8, () => {
        out.bool(1, false);
        out.structField(2, () => out.structField(2, () => {}));
      }),
  },
};
