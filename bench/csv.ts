/** CSV to typed columns: kernels against DuckDB's reader, one thread each, for friendly and less friendly files. */
import { CHUNK_BYTES } from '../base/limits.ts';
import type { Checksum } from './checksum.ts';
import { countLines } from './data.ts';
import { detailOf, medianOf, runProgram, type Side, spreadOf, takeTurns } from './measure.ts';
import type { CsvDetail, CsvOptions } from './programs/csv.ts';
import { type Goal, goal, proof, type Report } from './report.ts';
import type { Settings } from './settings.ts';
import { type CsvCase, csvCases } from './variants.ts';

const PROGRAM = new URL('./programs/csv.ts', import.meta.url);

interface Measured {
  readonly row: readonly string[];
  readonly gbPerS: number;
  readonly ratio: number;
  readonly same: boolean;
}

export async function csvTable({ data, runs }: Settings): Promise<Report> {
  const { cases, missing } = await csvCases(data);
  const measured = cases.map(each => measureCase(each, runs));
  const [plain] = measured;
  const worst = measured.reduce((slowest, each) => (each.gbPerS < slowest.gbPerS ? each : slowest));
  const different = measured.filter(({ same }) => !same).map(({ row }) => row[0]);
  const goals: Goal[] = [
    goal('CSV to typed columns, one thread, full checks', plain!.gbPerS, '≥', 0.9, ' GB/s'),
    goal('… times DuckDB’s read_csv to the same types', plain!.ratio, '≥', 4, ' ×'),
    proof('… every sum equal to DuckDB’s', different.length === 0, `not of ${different.join(', ')}`),
    goal(`… slowest kind of file (${worst.row[0]}) against plain`, plain!.gbPerS / worst.gbPerS, '≤', 2.5, ' ×'),
  ];
  return {
    title: 'CSV to typed columns, one thread, CPU seconds',
    head: ['file', 'MB', 'records', 'endcap', 'GB/s', 'peak MB', 'DuckDB table', 'aggregate', 'ratio', 'same'],
    rows: measured.map(({ row }) => row),
    notes: [
      `endcap: ${CHUNK_BYTES / 2 ** 20} MiB pieces into the kernels’ memory, all columns typed and checked as the contract says (types, ranges, ` +
        'required, encoding); columns are given up with their piece. DuckDB: read_csv with the same types, formats and ' +
        'encoding said; into a temporary table, or all columns looked at in one aggregate. ratio: the faster of the two ÷ endcap.',
      'same: values and sums of every column equal DuckDB’s, checked outside of the time. Processes of their own; start-up is ' +
        'left out, and the first million records are read once, uncounted, by each side (our code is optimised while it ' +
        'runs). The file is read from the page cache, and that counts for both.',
      ...missing,
    ],
    goals,
  };
}

function measureCase({ name, path, table, lineEnd }: CsvCase, runs: number): Measured {
  countLines(path);
  const side =
    (of: CsvOptions['side']): Side =>
    first =>
      runProgram(PROGRAM, { side: of, path, table, lineEnd, check: first } satisfies CsvOptions);
  const sides = { endcap: side('endcap'), table: side('table'), aggregate: side('aggregate') };
  const usages = takeTurns(`csv, ${name}`, sides, runs);
  const ours = detailOf<CsvDetail>(usages.endcap);
  const theirs = detailOf<CsvDetail>(usages.table);
  const cpuS = medianOf(usages.endcap, 'cpuS');
  const gbPerS = ours.bytes / 1e9 / cpuS;
  const ratio = Math.min(medianOf(usages.table, 'cpuS'), medianOf(usages.aggregate, 'cpuS')) / cpuS;
  const different = difference(ours.checksum!, theirs.checksum!);
  const row = [
    name,
    (ours.bytes / 1e6).toFixed(0),
    ours.records.toLocaleString('en'),
    spreadOf(usages.endcap, 'cpuS'),
    gbPerS.toFixed(2),
    medianOf(usages.endcap, 'peakMb').toFixed(0),
    spreadOf(usages.table, 'cpuS'),
    spreadOf(usages.aggregate, 'cpuS'),
    `${ratio.toFixed(1)} ×`,
    different ?? 'yes',
  ];
  return { row, gbPerS, ratio, same: different === null };
}

/** The first column whose checksums differ, or null. */
function difference(ours: Checksum, theirs: Checksum): string | null {
  const name = Object.keys(theirs).find(name => ours[name] !== theirs[name]);
  return name === undefined ? null : `NO: ${name} ${ours[name]} ≠ ${theirs[name]}`;
}
