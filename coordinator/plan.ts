import type { FilePlan, FileScan } from '../jobs/clean/plan.ts';
import type { ScanInput, ScanShared } from '../jobs/clean/scan.ts';
import type { Driver } from '../jobs/driver.ts';
import type { DiscoveredFile } from './discover.ts';

/**
 * Counts and cuts every file. The plan's numbers are independent of the readers': a run in which the two differ does
 * not publish. A file that the store says is unchanged is not scanned again.
 */
export async function planFiles(
  driver: Driver,
  files: readonly DiscoveredFile[],
  chunkBytes: number,
): Promise<FilePlan[]> {
  const shared: ScanShared = { chunkBytes };
  const scans = await driver.stage<FileScan>({
    kind: 'clean.scan',
    title: 'plan',
    unit: 'files',
    shared,
    inputs: files.map(
      ({ key, size, generation, delimiter }): ScanInput => ({ file: key, size, generation, delimiter }),
    ),
    rows: ({ records }) => records,
  });
  return scans.map((scan, i) => {
    const { key: file, table, generation, header } = files[i]!;
    return { ...scan, file, table, generation, header };
  });
}

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
