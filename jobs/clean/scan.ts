import { UserError } from '../../base/errors.ts';
import { CHUNK_BYTES_MAX, QUOTED_FIELD_BYTES_MAX, RECORD_BYTES_MAX } from '../../base/limits.ts';
import type { LineLimits, Scan } from '../../kernels/lines.ts';
import { countRecords } from '../../kernels/scan.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import { xxh64 } from '../../kernels/xxhash.ts';
import type { ByteRange } from '../../lake/store.ts';
import type { TaskContext } from '../registry.ts';
import { sha256 } from '../stage.ts';
import { assertUnchanged, readRawInto, type Source } from './source.ts';

export interface ScanInput {
  readonly ranges: readonly RangeInput[];
}

/** A range of a raw file. */
export interface RangeInput extends Source {
  readonly size: number;
  /** The store's name for this content: an unchanged file is not scanned again. */
  readonly generation: string;
  readonly delimiter: string;
  /** The records and blank lines that begin in these bytes are counted. */
  readonly range: ByteRange;
  /** Where the first of them begins, when that is known; if not, the first line feed is taken for a record's end. */
  readonly first: number | null;
}

export interface RangeScan {
  /** Where the first record or blank line begins; null when there is no line feed in the range before one could. */
  readonly start: number | null;
  /** Where the last one ends; may be far behind the range. */
  readonly end: number;
  readonly records: number;
  readonly lines: number;
  /** Of the bytes [start, end). */
  readonly sha256: string;
  readonly checksum: string;
  /** Everything before the first record, in the first range of a file. */
  readonly header: { readonly lines: number; readonly sha256: string } | null;
}

export interface ScanLimits extends LineLimits {
  /** A longer line is taken for a file that is no CSV. */
  readonly lineBytes: number;
}

export const LINE_LIMITS: ScanLimits = {
  recordBytes: RECORD_BYTES_MAX,
  multilineBytes: QUOTED_FIELD_BYTES_MAX,
  lineBytes: CHUNK_BYTES_MAX,
};

/** Scans ranges of raw files, one after the other. */
export async function scan({ ranges }: ScanInput, context: TaskContext<null>): Promise<RangeScan[]> {
  const { kernels } = context;
  const scans: RangeScan[] = [];
  for (const range of ranges) {
    const mark = kernels.mark();
    scans.push(await scanRange(range, context, LINE_LIMITS));
    kernels.release(mark);
  }
  return scans;
}

/**
 * Counts and hashes the records that begin in a range of a raw file. The header is no record. Holds the range in memory,
 * and what its last record has behind it.
 */
export async function scanRange(
  input: RangeInput,
  context: Pick<TaskContext, 'raw' | 'lake' | 'kernels'>,
  limits: ScanLimits,
): Promise<RangeScan> {
  const { range, first } = input;
  const isFirst = range.start === 0 && first === null;
  // The byte before the range tells whether a line begins with it.
  const window = openWindow(context, { input, limits, from: first ?? Math.max(0, range.start - 1) });
  await window.reach(range.end + READ_ON_BYTES);
  const header = isFirst ? await readHeader(window) : null;
  const start = header ? header.end : (first ?? firstLineStart(window, range));
  const counted = await window.count(start ?? range.end, range.end);
  const bytes = window.view(start ?? counted.end, counted.end);
  const found = {
    start,
    ...counted,
    sha256: sha256(bytes),
    checksum: checksum(context.kernels, bytes),
    header: header && { lines: header.lines, sha256: sha256(window.view(0, header.end)) },
  };
  await assertUnchanged(context.raw, input);
  return found;
}

/** XXH64 of bytes that are in the kernels' memory, as ChunkPlan has it. */
export const checksum = (kernels: Kernels, bytes: Uint8Array): string =>
  xxh64(kernels, bytes.byteOffset, bytes.length).toString(16).padStart(16, '0');

const LF = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The header is the first record that is not blank; everything up to its end belongs to no chunk. */
async function readHeader(window: Window): Promise<{ readonly end: number; readonly lines: number }> {
  const mark = window.view(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  let end = mark ? BYTE_ORDER_MARK.length : 0;
  let lines = 0;
  for (let records = 0; records === 0 && end < window.size; ) {
    const counted = await window.count(end, end + 1);
    ({ end, records } = counted);
    lines += counted.lines;
  }
  return { end, lines };
}

/** Behind the first line feed, if that is still in the range. A line feed right before the range will do. */
function firstLineStart(window: Window, { start, end }: ByteRange): number | null {
  const before = start - 1;
  const feed = window.view(before, end - 1).indexOf(LF);
  return feed < 0 ? null : before + feed + 1;
}

/** Bytes of a file in the kernels' memory: as many as have been needed. All positions are the file's. */
interface Window {
  readonly size: number;
  /** Reads up to `end`, if the file is so long. */
  reach(end: number): Promise<void>;
  view(start: number, end: number): Buffer;
  /** Counts the records that begin in [start, until), reading on for the end of the last one. */
  count(start: number, until: number): Promise<Scan>;
}

/** What is read behind a range at first, for the end of its last record; twice as much each time it was not enough. */
const READ_ON_BYTES = 4096;

function openWindow(
  context: Pick<TaskContext, 'raw' | 'lake' | 'kernels'>,
  { input, limits, from }: { readonly input: RangeInput; readonly limits: ScanLimits; readonly from: number },
): Window {
  const { file, size, range } = input;
  const { kernels } = context;
  const most = Math.min(size, range.end + Math.max(limits.lineBytes, READ_ON_BYTES));
  const address = kernels.alloc(most - from);
  const at = (position: number) => address + position - from;
  const counting = { delimiter: input.delimiter.charCodeAt(0), limits };
  let filled = from;
  const window: Window = {
    size,
    async reach(wanted) {
      const end = Math.min(wanted, most);
      if (end <= filled) return;
      await readRawInto(context, input, { start: filled, end }, kernels.bytes.subarray(at(filled), at(end)));
      filled = end;
    },
    view: (start, end) => Buffer.from(kernels.bytes.buffer, at(start), Math.max(0, Math.min(end, filled) - start)),
    async count(start, until) {
      let end = start;
      let records = 0;
      let lines = 0;
      for (let more = READ_ON_BYTES; end < Math.min(until, size); more *= 2) {
        const stretch = { start: at(end), until: at(Math.min(until, filled)), end: at(filled), final: filled === size };
        const counted = countRecords(kernels, stretch, counting);
        end = counted.end - address + from;
        records += counted.records;
        lines += counted.lines;
        if (end >= Math.min(until, size)) break;
        if (filled - end >= limits.lineBytes || filled === most) throw tooLong(file, limits.lineBytes);
        await window.reach(filled + more);
      }
      return { end, records, lines };
    },
  };
  return window;
}

const tooLong = (file: string, bytes: number): UserError =>
  new UserError({
    code: 'E_LONG',
    what: `${file} has no line break in ${bytes} bytes`,
    why: 'this does not look like a CSV file: records end at line feeds',
    next: 'take the file out of the folder, or convert its line ends',
    exitCode: 2,
  });
