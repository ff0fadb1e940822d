/** What the Parquet writer is given: tables and rows of the measured files, and its two profiles. */
import type { TableDefinition } from '../base/table.ts';
import { COLUMN_TYPES, type TableContract } from '../datasets/contract.ts';
import type { Column } from '../kernels/column.ts';
import type { ParquetOptions } from '../lake/parquet/write.ts';
import type { Rows } from '../lake/slab.ts';
import type { Batch } from './reader.ts';

export type Profile = 'delta' | 'safe';

/** `safe` is what every reader has understood since Parquet 1; `delta` adds the DELTA encodings. */
export const PROFILES: Readonly<Record<Profile, ParquetOptions>> = {
  delta: { codec: 'zstd', encodings: 'delta' },
  safe: { codec: 'zstd', encodings: 'safe' },
};

/** The table of a file's columns, all of them nullable. */
export function definitionOf(name: string, { columns }: TableContract): TableDefinition {
  return {
    name,
    grain: 'record',
    columns: Object.entries(columns).map(([column, { kind }]) => ({
      name: column,
      type: COLUMN_TYPES[kind === 'ignore' ? 'text' : kind],
      nullable: true,
      description: '',
    })),
    partitionBy: null,
    clusterBy: [],
  };
}

/** The whole records of a batch, without copying them. */
export const rowsOf = ({ records, columns }: Batch): Rows => ({
  length: records,
  columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, firstRows(column, records)])),
});

function firstRows(column: Column, length: number): Column {
  const validity = column.validity.subarray(0, (length + 7) >> 3);
  switch (column.type) {
    case 'text': {
      const offsets = column.offsets.subarray(0, length + 1);
      return { ...column, length, offsets, bytes: column.bytes.subarray(0, offsets[length]), validity };
    }
    case 'boolean':
      return { ...column, length, values: column.values.subarray(0, (length + 7) >> 3), validity };
    case 'date':
    case 'int32':
      return { ...column, length, values: column.values.subarray(0, length), validity };
    case 'double':
      return { ...column, length, values: column.values.subarray(0, length), validity };
    default:
      return { ...column, length, values: column.values.subarray(0, length), validity };
  }
}
