import { SCAN_TASK_BYTES } from '../base/limits.ts';
import type { FilePlan } from '../jobs/clean/plan.ts';
import { cutRanges, joinRanges, type ScannedRange, unsettled } from '../jobs/clean/ranges.ts';
import type { RangeInput, RangeScan, ScanInput } from '../jobs/clean/scan.ts';
import type { Driver } from '../jobs/driver.ts';
import type { ReadableFile } from './unpack.ts';

/**
 * Counts and cuts every file, range by range (jobs/clean/ranges.ts). The plan's numbers are independent of the readers':
 * a run in which the two differ does not publish. What the store says is unchanged is not scanned again, but for small
 * files beside one that has changed.
 */
export async function planFiles(
  driver: Driver,
  files: readonly ReadableFile[],
  chunkBytes: number,
): Promise<FilePlan[]> {
  const ranges = files.map(file => cutRanges(file.size, chunkBytes));
  const scanned: ScannedRange[][] = ranges.map(() => []);
  let wanted = ranges.flatMap((own, file) => own.map((_, index) => ({ file, index, first: null as number | null })));
  while (wanted.length > 0) {
    const inputs = wanted.map(({ file, index, first }) => rangeInput(files[file]!, ranges[file]![index]!, first));
    const scans = await scanRanges(driver, inputs);
    wanted.forEach(({ file, index }, i) => {
      scanned[file]![index] = { range: ranges[file]![index]!, scan: scans[i]! };
    });
    wanted = scanned.flatMap((own, file) => unsettled(own).map(range => ({ file, ...range })));
  }
  return files.map(({ key: file, size, unpacked, table, generation, header }, i) => ({
    ...joinRanges(size, scanned[i]!),
    file,
    unpacked,
    table,
    generation,
    header,
  }));
}

const rangeInput = (
  { key: file, size, unpacked, generation, delimiter }: ReadableFile,
  range: RangeInput['range'],
  first: number | null,
): RangeInput => ({
  file,
  unpacked,
  size,
  generation: unpacked ? unpacked.sha256 : generation,
  delimiter,
  range,
  first,
});

async function scanRanges(driver: Driver, ranges: readonly RangeInput[]): Promise<RangeScan[]> {
  const scans = await driver.stage<RangeScan[]>({
    kind: 'clean.scan',
    title: 'plan',
    unit: 'ranges',
    shared: null,
    inputs: groupRanges(ranges),
    rows: output => output.reduce((sum, { records }) => sum + records, 0),
  });
  return scans.flat();
}

/** Small ranges that follow each other are one task's: a folder may hold thousands of small files. */
function groupRanges(ranges: readonly RangeInput[]): ScanInput[] {
  const groups: RangeInput[][] = [];
  let room = 0;
  for (const input of ranges) {
    const bytes = input.range.end - input.range.start;
    if (groups.length === 0 || bytes > room) {
      groups.push([]);
      room = SCAN_TASK_BYTES;
    }
    groups.at(-1)!.push(input);
    room -= bytes;
  }
  return groups.map(group => ({ ranges: group }));
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
