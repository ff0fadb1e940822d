/**
 * How a file is cut without being read first. It is cut at fixed offsets into ranges, and each range is scanned by
 * itself, taking the first line feed in it for a record's end. What lies before the end of a record does not matter for
 * what lies behind it; so, where one range's records end exactly where the next range's begin, both have been scanned
 * right, if the first one has. Where they do not, because the range began inside a quoted field, the range is scanned
 * again from where the records before it end. Each round settles at least one more range of every file that has any
 * left; nearly always there is no second round.
 */
import { CHUNK_BYTES_MAX } from '../../base/limits.ts';
import type { ByteRange } from '../../lake/store.ts';
import { sha256 } from '../stage.ts';
import type { ChunkPlan, FileScan } from './plan.ts';
import type { RangeScan } from './scan.ts';

/** Ranges of `chunkBytes` bytes that are all of a file; an empty file has an empty one. */
export function cutRanges(size: number, chunkBytes: number): ByteRange[] {
  if (chunkBytes > CHUNK_BYTES_MAX) throw new RangeError(`chunkBytes ${chunkBytes} is over ${CHUNK_BYTES_MAX}`);
  return Array.from({ length: Math.max(1, Math.ceil(size / chunkBytes)) }, (_, i) => ({
    start: i * chunkBytes,
    end: Math.min(size, (i + 1) * chunkBytes),
  }));
}

export interface ScannedRange {
  readonly range: ByteRange;
  readonly scan: RangeScan;
}

/** Numbers of the ranges that have to be scanned again, and where the first record of each begins, as far as is known. */
export function unsettled(ranges: readonly ScannedRange[]): { index: number; first: number }[] {
  const again: { index: number; first: number }[] = [];
  eachRange(ranges, ({ scan }, index, reached) => {
    if (scan.start !== reached) again.push({ index, first: reached });
  });
  return again;
}

/** Puts the ranges of a file together, once all are settled. Ranges without a record become no chunk. */
export function joinRanges(size: number, ranges: readonly ScannedRange[]): FileScan {
  const header = ranges[0]!.scan.header!;
  const chunks: ChunkPlan[] = [];
  let line = 1 + header.lines;
  const add = ({ start, end, records, lines, sha256, checksum }: RangeScan) => {
    if (records > 0) chunks.push({ start: start!, end, firstLine: line, records, sha256, checksum });
    line += lines;
  };
  add(ranges[0]!.scan);
  eachRange(ranges, ({ scan }) => add(scan));
  return {
    size,
    sha256: sha256(JSON.stringify([size, header.sha256, chunks.map(chunk => chunk.sha256)])),
    records: chunks.reduce((sum, { records }) => sum + records, 0),
    chunks,
  };
}

/** The ranges after the first in which a record begins, with where those before it end. */
function eachRange(
  ranges: readonly ScannedRange[],
  visit: (range: ScannedRange, index: number, reached: number) => void,
): void {
  let reached = ranges[0]!.scan.end;
  for (let index = 1; index < ranges.length; index++) {
    const range = ranges[index]!;
    if (reached >= range.range.end) continue;
    visit(range, index, reached);
    reached = range.scan.end;
  }
}
