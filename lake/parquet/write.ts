/** Rows → the bytes of a Parquet file. The one place that knows which library writes them. */
import { tableToIPC } from 'apache-arrow';
import { Compression, Table as WasmTable, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm';
import type { TableDefinition } from '../../base/table.ts';
import { type Column, textAt } from '../../kernels/column.ts';
import type { Rows } from '../slab.ts';
import { arrowTable } from './arrow.ts';

/** Values looked at to tell a column of few texts from one of many. */
const SAMPLE_VALUES = 1_000;
/** A dictionary pays when values come this many times on average. */
const REPEATS_MIN = 4;

/**
 * One file: zstd, dictionaries where they help, statistics; INT64 decimals, DATE, and TIMESTAMP(MICROS) in local time,
 * all of which BigQuery loads. The same rows give the same bytes.
 *
 * Dictionaries only for texts that repeat: on a day of 52,000 sales this takes 54 ms instead of 145 with dictionaries
 * everywhere, and 2.45 MB instead of 2.63.
 */
export function encodeParquet(definition: TableDefinition, rows: Rows): Uint8Array {
  const table = WasmTable.fromIPCStream(tableToIPC(arrowTable(definition, rows), 'stream'));
  let properties = new WriterPropertiesBuilder()
    .setCompression(Compression.ZSTD)
    .setCreatedBy('endcap')
    .setDictionaryEnabled(false);
  for (const { name } of definition.columns) {
    if (repeats(rows.columns[name]!)) properties = properties.setColumnDictionaryEnabled(name, true);
  }
  // The builder and the table are consumed by the calls that take them: nothing is left to free.
  return writeParquet(table, properties.build());
}

function repeats(column: Column): boolean {
  if (column.type !== 'text') return false;
  const size = Math.min(column.length, SAMPLE_VALUES);
  const seen = new Set<string | null>();
  for (let row = 0; row < size; row++) seen.add(textAt(column, row));
  return seen.size * REPEATS_MIN <= size;
}
