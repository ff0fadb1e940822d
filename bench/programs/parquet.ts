/** One side of bench/parquet.ts: reads a CSV file and writes it as Parquet. */
import { closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createKernels } from '../../kernels/wasm.ts';
import { createParquetWriter } from '../../lake/parquet/write.ts';
import { checksumSql } from '../checksum.ts';
import { GROCERY_SALES } from '../contracts.ts';
import { literal, readCsvSql, withDuckDb } from '../duckdb.ts';
import { definitionOf, PROFILES, type Profile, rowsOf } from '../encoder.ts';
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
  /** What differs from the CSV, or null. */
  readonly different: string | null;
}

/** A row in so many is compared whole. */
const SAMPLE = 101;

const { side, path, folder, check } = programOptions<ParquetOptions>();
const { names } = readHeader(path);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const time = await (side === 'delta' || side === 'safe' ? writeOurs(side) : writeDuckDb(side));
const { size: bytes } = statSync(join(folder, 'sales.parquet'));
printUsage(time, { bytes, different: check ? await difference() : null } satisfies ParquetDetail);
rmSync(folder, { recursive: true });

function writeOurs(profile: Profile) {
  const kernels = createKernels();
  const writer = createParquetWriter(kernels, definitionOf('sales', GROCERY_SALES), PROFILES[profile]);
  return timed(() => {
    const file = openSync(join(folder, 'sales.parquet'), 'w');
    readBatches(kernels, { path }, GROCERY_SALES, batch => {
      writeSync(file, writer.add(rowsOf(batch)));
    });
    writeSync(file, writer.finish());
    closeSync(file);
  });
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
    const written = `(select * from read_parquet(${literal(join(folder, 'sales.parquet'))}))`;
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
