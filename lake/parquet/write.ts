/** Rows → the bytes of a Parquet file. The one place that knows which library writes them. */
import { tableToIPC } from 'apache-arrow';
import { Compression, Table as WasmTable, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm';
import type { TableDefinition } from '../../base/table.ts';
import type { Rows } from '../slab.ts';
import { arrowTable } from './arrow.ts';

/**
 * One file: zstd, dictionaries where they help, statistics; INT64 decimals, DATE, and TIMESTAMP(MICROS) in local time,
 * all of which BigQuery loads. The same rows give the same bytes.
 */
export function encodeParquet(definition: TableDefinition, rows: Rows): Uint8Array {
  const table = WasmTable.fromIPCStream(tableToIPC(arrowTable(definition, rows), 'stream'));
  // The builder and the table are consumed by the calls that take them: nothing is left to free.
  const properties = new WriterPropertiesBuilder().setCompression(Compression.ZSTD).setCreatedBy('endcap').build();
  return writeParquet(table, properties);
}
