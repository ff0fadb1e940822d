/** One side of bench/csv.ts: reads a file into typed columns. */
import { statSync } from 'node:fs';
import type { TableContract } from '../../datasets/contract.ts';
import { createKernels } from '../../kernels/wasm.ts';
import { type Checksum, Checksums, checksumSql, touchSql } from '../checksum.ts';
import { readCsvSql, withDuckDb } from '../duckdb.ts';
import { readBatches, readHeader } from '../reader.ts';
import { printUsage, programOptions, timed } from '../usage.ts';

export interface CsvOptions {
  readonly side: 'endcap' | 'table' | 'aggregate';
  readonly path: string;
  readonly table: TableContract;
  readonly lineEnd: '\n' | '\r\n';
  /** Also adds up what was read, after the clock was stopped. */
  readonly check: boolean;
}

export interface CsvDetail {
  readonly checksum: Checksum | null;
  readonly bytes: number;
  readonly records: number;
  /** Records with a fault. */
  readonly faulty: number;
}

/** What each side reads once before the clock starts: our code is compiled and then optimised while it runs, theirs was before. */
const WARM_UP_RECORDS = 1_000_000;

const NOTHING: CsvDetail = { checksum: null, bytes: 0, records: 0, faulty: 0 };

const { side, path, table, lineEnd, check } = programOptions<CsvOptions>();
const { names } = readHeader(path);
if (side === 'endcap') await readOurs();
else await readDuckDb();

/** Columns are laid into the kernels' memory, a piece of the file behind the other, and given up again. */
async function readOurs(): Promise<void> {
  const kernels = createKernels();
  let warm = 0;
  readBatches(kernels, { path }, table, batch => {
    warm += batch.records;
    return warm < WARM_UP_RECORDS;
  });
  let records = 0;
  const time = await timed(() =>
    readBatches(kernels, { path }, table, batch => {
      records += batch.records;
    }),
  );
  const sums = new Checksums(table);
  if (check) readBatches(kernels, { path }, table, batch => sums.add(batch));
  const checksum = check ? sums.finish() : null;
  const bytes = statSync(path).size;
  printUsage(time, { checksum, bytes, records, faulty: sums.faulty } satisfies CsvDetail);
}

/** `table` keeps the columns in memory, `aggregate` gives them up after looking at each value. */
async function readDuckDb(): Promise<void> {
  const source = readCsvSql(path, names, table, lineEnd);
  const sql = (from: string) =>
    side === 'table'
      ? `create or replace temp table read as ${from}`
      : `select ${touchSql(names, table)} from (${from})`;
  await withDuckDb(1, async connection => {
    await connection.run(sql(`from ${source} limit ${WARM_UP_RECORDS}`));
    await connection.run('drop table if exists read');
    const time = await timed(() => connection.run(sql(`from ${source}`)));
    if (!check || side === 'aggregate') return printUsage(time, NOTHING);
    const { [0]: checksum } = (
      await connection.runAndReadAll(`select ${checksumSql(names, table)} from read`)
    ).getRowObjectsJson();
    printUsage(time, { ...NOTHING, checksum: checksum as Checksum } satisfies CsvDetail);
  });
}
