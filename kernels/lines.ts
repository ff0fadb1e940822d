/**
 * Where records end. The planner uses this to cut files and to count records; the reader (records.ts) splits
 * fields with code of its own, so that each count checks the other.
 *
 * The rules, which follow RFC 4180 and say what happens where it does not:
 * 1. A record ends at a line feed, or at the end of the file. A line with nothing on it is no record.
 * 2. A quote opens a quoted field only as the field's first byte. Line feeds in a quoted field belong to it.
 * 3. A record whose first line is longer than `recordBytes` ends at that line feed, quotes or not.
 * 4. When a quoted field does not end properly (text after the closing quote, the end of the file, or more than
 *    `multilineBytes` after the record's first line feed), its quote is taken for a mistake: the record is its
 *    first line only. So one forgotten quote costs one line, not the rest of the file.
 */
export interface LineLimits {
  readonly recordBytes: number;
  readonly multilineBytes: number;
}

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

export interface Scan {
  /** Where the first record begins that `bytes` do not hold to its end; equal to their length when none is cut. */
  readonly end: number;
  readonly records: number;
  readonly lines: number;
}

/**
 * Counts the records that end in bytes[start, length). `final` says that nothing follows. Calls `onRecord` with the
 * end of each line or record and what was counted up to there, and stops when it returns false.
 */
export function scanRecords(
  bytes: Buffer,
  options: { start: number; final: boolean; delimiter: number; limits: LineLimits },
  onRecord?: (end: number, records: number, lines: number) => boolean,
): Scan {
  const { start, final, delimiter, limits } = options;
  let position = start;
  let records = 0;
  let lines = 0;
  let quote = bytes.indexOf(QUOTE, start);
  while (position < bytes.length) {
    let lineEnd = bytes.indexOf(LF, position);
    if (lineEnd < 0) {
      if (!final) break;
      lineEnd = bytes.length;
    }
    if (quote >= 0 && quote < position) quote = bytes.indexOf(QUOTE, position);
    let end = lineEnd < bytes.length ? lineEnd + 1 : bytes.length;
    let breaks = 1;
    if (quote >= 0 && quote < lineEnd && lineEnd - position <= limits.recordBytes) {
      const quotedEnd = quotedRecordEnd(bytes, position, { final, delimiter, multilineBytes: limits.multilineBytes });
      if (quotedEnd === null) break;
      if (quotedEnd > end) breaks = countBreaks(bytes, position, quotedEnd);
      end = quotedEnd;
    }
    if (!isBlank(bytes, position, lineEnd)) records++;
    lines += breaks;
    position = end;
    if (onRecord && !onRecord(position, records, lines)) break;
  }
  return { end: position, records, lines };
}

/** The end of the record at `start`, or null when the bytes that follow must be known to tell. */
function quotedRecordEnd(
  bytes: Buffer,
  start: number,
  { final, delimiter, multilineBytes }: { final: boolean; delimiter: number; multilineBytes: number },
): number | null {
  const firstBreak = bytes.indexOf(LF, start);
  const firstLine = firstBreak < 0 ? bytes.length : firstBreak + 1;
  const limit = firstBreak < 0 ? bytes.length : Math.min(bytes.length, firstBreak + 1 + multilineBytes);
  /** The record needs bytes at or behind `limit`: unknown yet, or it is not a proper record. */
  const outOfBytes = () => (limit === bytes.length && !final ? null : firstLine);
  let position = start;
  while (true) {
    if (bytes[position] === QUOTE && position < limit) {
      position++;
      while (true) {
        const close = bytes.indexOf(QUOTE, position);
        if (close < 0 || close >= limit) return outOfBytes();
        position = close + 1;
        if (position >= limit && !(final && limit === bytes.length)) return outOfBytes();
        if (position >= limit || bytes[position] !== QUOTE) break;
        position++;
      }
      if (position >= limit) return limit;
      if (bytes[position] === CR) {
        if (position + 1 >= limit) return final && limit === bytes.length ? limit : outOfBytes();
        if (bytes[position + 1] === LF) position++;
      }
    } else {
      while (position < limit && bytes[position] !== delimiter && bytes[position] !== LF) position++;
      if (position >= limit) return final && limit === bytes.length ? limit : outOfBytes();
    }
    const next = bytes[position];
    if (next === LF) return position + 1;
    if (next !== delimiter) return firstLine;
    position++;
    if (position >= limit) return final && limit === bytes.length ? limit : outOfBytes();
  }
}

function countBreaks(bytes: Buffer, start: number, end: number): number {
  let count = bytes[end - 1] === LF ? 0 : 1;
  for (let at = bytes.indexOf(LF, start); at >= 0 && at < end; at = bytes.indexOf(LF, at + 1)) count++;
  return count;
}

function isBlank(bytes: Buffer, start: number, lineEnd: number): boolean {
  return lineEnd === start || (lineEnd === start + 1 && bytes[start] === CR);
}
