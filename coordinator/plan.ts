import type { FilePlan } from '../jobs/clean/plan.ts';
import { cutRanges, joinRanges, type ScannedRange, unsettled } from '../jobs/clean/ranges.ts';
import type { RangeScan, ScanInput } from '../jobs/clean/scan.ts';
import type { Driver } from '../jobs/driver.ts';
import type { DiscoveredFile } from './discover.ts';

/**
 * Counts and cuts every file, range by range (jobs/clean/ranges.ts). The plan's numbers are independent of the readers':
 * a run in which the two differ does not publish. A file that the store says is unchanged is not scanned again.
 */
export async function planFiles(
  driver: Driver,
  files: readonly DiscoveredFile[],
  chunkBytes: number,
): Promise<FilePlan[]> {
  const ranges = files.map(file => cutRanges(file.size, chunkBytes));
  const scanned: ScannedRange[][] = ranges.map(() => []);
  let wanted = ranges.flatMap((own, file) => own.map((_, index) => ({ file, index, first: null as number | null })));
  while (wanted.length > 0) {
    const scans = await scanRanges(
      driver,
      wanted.map(({ file, index, first }) => scanInput(files[file]!, ranges[file]![index]!, first)),
    );
    wanted.forEach(({ file, index }, i) => {
      scanned[file]![index] = { range: ranges[file]![index]!, scan: scans[i]! };
    });
    wanted = scanned.flatMap((own, file) => unsettled(own).map(range => ({ file, ...range })));
  }
  return files.map(({ key: file, size, table, generation, header }, i) => ({
    ...joinRanges(size, scanned[i]!),
    file,
    table,
    generation,
    header,
  }));
}

const scanInput = (
  { key: file, size, generation, delimiter }: DiscoveredFile,
  range: ScanInput['range'],
  first: number | null,
): ScanInput => ({ file, size, generation, delimiter, range, first });

const scanRanges = (driver: Driver, inputs: readonly ScanInput[]): Promise<RangeScan[]> =>
  driver.stage<RangeScan>({
    kind: 'clean.scan',
    title: 'plan',
    unit: 'chunks',
    shared: null,
    inputs,
    rows: ({ records }) => records,
  });

/** Files of one table with the same bytes: the second gives nothing but duplicates. */
export function sameFiles(files: readonly FilePlan[]): string[] {
  const first = new Map<string, string>();
  return files.flatMap(({ table, file, sha256 }) => {
    const id = `${table} ${sha256}`;
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, file);
    return earlier === undefined ? [] : [`E_SAME_FILE ${file} has the same content as ${earlier}`];
  });
}

/** Files that give no record at all: more likely a failed export than a day without any. */
export const emptyFiles = (files: readonly FilePlan[]): string[] =>
  files.filter(({ records }) => records === 0).map(({ file }) => `E_EMPTY ${file} has a header and no records`);

/** The plan in numbers. */
export function planTotals(files: readonly FilePlan[]): {
  files: number;
  bytes: number;
  records: number;
  chunks: number;
} {
  const sum = (count: (file: FilePlan) => number) => files.reduce((total, file) => total + count(file), 0);
  return {
    files: files.length,
    bytes: sum(({ size }) => size),
    records: sum(({ records }) => records),
    chunks: sum(({ chunks }) => chunks.length),
  };
}
