/** CSV to Parquet files on one thread, against DuckDB's COPY of the same columns. */
import { join } from 'node:path';
import { detailOf, medianOf, runProgram, type Side, spreadOf, takeTurns } from './measure.ts';
import type { ParquetDetail, ParquetOptions } from './programs/parquet.ts';
import { goal, proof, type Report } from './report.ts';
import type { Settings } from './settings.ts';

const PROGRAM = new URL('./programs/parquet.ts', import.meta.url);

const NAMES = {
  delta: 'endcap, DELTA encodings',
  safe: 'endcap, safe profile',
  v1: 'DuckDB COPY (Parquet V1)',
  v2: 'DuckDB COPY (Parquet V2: DELTA)',
} as const satisfies Record<ParquetOptions['side'], string>;

export async function parquetTable({ data, runs, work }: Settings): Promise<Report> {
  const sides = Object.fromEntries(
    Object.keys(NAMES).map(side => {
      const options = { side: side as ParquetOptions['side'], path: data.sales, folder: join(work, `parquet-${side}`) };
      return [
        side,
        (first => runProgram(PROGRAM, { ...options, check: first } satisfies ParquetOptions)) satisfies Side,
      ];
    }),
  ) as Record<ParquetOptions['side'], Side>;
  const usages = takeTurns('parquet', sides, runs);
  const cpuS = (side: ParquetOptions['side']) => medianOf(usages[side], 'cpuS');
  const peer = Math.min(cpuS('v1'), cpuS('v2'));
  const detail = (side: ParquetOptions['side']) => detailOf<ParquetDetail>(usages[side]);
  const rows = (Object.keys(NAMES) as ParquetOptions['side'][]).map(side => [
    NAMES[side],
    spreadOf(usages[side], 'cpuS'),
    (data.rows / 1e6 / cpuS(side)).toFixed(2),
    (detail(side).bytes / 1e6).toFixed(1),
    medianOf(usages[side], 'peakMb').toFixed(0),
    `${(cpuS(side) / cpuS('v1')).toFixed(2)} ×`,
    `${(cpuS(side) / cpuS('v2')).toFixed(2)} ×`,
    detail(side).different ?? 'yes',
  ]);
  const size = (ours: 'delta' | 'safe', theirs: 'v1' | 'v2') => detail(ours).bytes / detail(theirs).bytes;
  return {
    title: 'CSV to Parquet (zstd), one thread, CPU seconds',
    head: ['writer', 'CPU s', 'M rows/s', 'MB', 'peak MB', 'of V1', 'of V2', 'same'],
    rows,
    notes: [
      'From the bytes of the file to one file on disk, all columns, row groups of at most 122,880 rows. ' +
        'V1 is DuckDB’s default; goals are of the faster one. same: read back by DuckDB, sums of every column equal those of the CSV, ' +
        'and a row in 101 compared whole, both ways.',
    ],
    goals: [
      goal('CSV to Parquet (zstd), one thread, of DuckDB’s COPY', cpuS('delta') / peer, '≤', 0.33, ' ×'),
      goal('… in the safe profile', cpuS('safe') / peer, '≤', 0.45, ' ×'),
      goal('… size of the files, DELTA against V2', size('delta', 'v2'), '≤', 1, ' ×'),
      goal('… size of the files, safe profile against V1', size('safe', 'v1'), '≤', 1, ' ×'),
      proof(
        '… files hold what the CSV holds',
        rows.every(row => row.at(-1) === 'yes'),
        'no',
      ),
    ],
  };
}
