/** One side of bench/parquet.ts: reads a CSV file and writes it as Parquet. */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKernels } from '../../kernels/wasm.ts';
import { checksumSql } from '../checksum.ts';
import { GROCERY_SALES } from '../contracts.ts';
import { literal, readCsvSql, withDuckDb } from '../duckdb.ts';
import { definitionOf, encode, rowsOf } from '../encoder.ts';
import { readBatches, readHeader } from '../reader.ts';
import { printUsage, programOptions, timed } from '../usage.ts';

export interface ParquetOptions {
  readonly side: 'delta' | 'safe' | 'v1' | 'v2';
  readonly path: string;
  /** Where the files go; removed at the end. */
  readonly folder: string;
  /** Also compares the files with the CSV, after the clock was stopped. */
  readonly check: boolean;
}

export interface ParquetDetail {
  readonly bytes: number;
  readonly files: number;
  /** What differs from the CSV, or null. */
  readonly different: string | null;
}

/** A row in so many is compared whole. */
const SAMPLE = 101;

const { side, path, folder, check } = programOptions<ParquetOptions>();
const { names } = readHeader(path);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const time = await (side === 'delta' || side === 'safe' ? writeOurs(side === 'delta') : writeDuckDb(side));
const files = readdirSync(folder);
const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
printUsage(time, {
  bytes,
  files: files.length,
  different: check ? await difference() : null,
} satisfies ParquetDetail);
rmSync(folder, { recursive: true });

function writeOurs(delta: boolean) {
  const kernels = createKernels();
  const definition = definitionOf('sales', GROCERY_SALES);
  let written = 0;
  return timed(() =>
    readBatches(kernels, { path }, GROCERY_SALES, batch => {
      const bytes = encode(kernels, definition, rowsOf(batch), { codec: 'zstd', delta });
      writeFileSync(join(folder, `${String(written++).padStart(6, '0')}.parquet`), bytes);
    }),
  );
}

function writeDuckDb(version: string) {
  const to = literal(join(folder, 'sales.parquet'));
  const options = `format parquet, compression zstd, parquet_version ${version}`;
  const sql = `copy (from ${readCsvSql(path, names, GROCERY_SALES)}) to ${to} (${options})`;
  return withDuckDb(1, connection => timed(() => connection.run(sql)));
}

function difference(): Promise<string | null> {
  return withDuckDb(2, async connection => {
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
    const written = `(select * from read_parquet(${literal(join(folder, '*.parquet'))}))`;
    await connection.run(`create temp table original as from ${readCsvSql(path, names, GROCERY_SALES)}`);
    const [[ours = {}], [theirs = {}]] = (await Promise.all(
      [written, 'original'].map(source => rows(`select ${checksumSql(names, GROCERY_SALES)} from ${source}`)),
    )) as [Record<string, unknown>[], Record<string, unknown>[]];
    const column = names.find(name => ours[name] !== theirs[name]);
    if (column !== undefined) return `NO: ${column} ${ours[column]} ≠ ${theirs[column]}`;
    const sample = (source: string) => `(select ${names.join(', ')} from ${source} where SalesID % ${SAMPLE} = 0)`;
    const [found] = await rows(
      `select (select count(*) from (${sample(written)} except all ${sample('original')})) +
              (select count(*) from (${sample('original')} except all ${sample(written)})) as rows`,
    );
    return found?.['rows'] === '0' ? null : `NO: ${found?.['rows']} rows`;
  });
}
