/**
 * Bytes of a chunk → where each field is. The rules of what a record is are those of lines.ts; this is other code
 * on purpose: the planner's count and the reader's must agree, chunk by chunk.
 */
import { fault } from './faults.ts';
import type { LineLimits } from './lines.ts';

/** Where the fields are: field `c` of record `r` is bytes[start[r * columns + c], end[r * columns + c]). */
export interface FieldIndex {
  readonly records: number;
  readonly columns: number;
  /** Content of the field, the enclosing quotes left out. Int32, [records × columns]. */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** 1 where the field holds doubled quotes that stand for one. Uint8, [records × columns]. */
  readonly escaped: Uint8Array;
  /** The record's bytes, line end included. Int32, [records]. */
  readonly recordStart: Int32Array;
  readonly recordEnd: Int32Array;
  /** Lines before the record's first, in this chunk. Int32, [records]. */
  readonly line: Int32Array;
  /** Index in FAULTS of what is wrong with the record as a whole, or 0. Uint8, [records]. */
  readonly fault: Uint8Array;
}

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const E_LONG = fault('E_LONG');
const E_NUL = fault('E_NUL');

export function indexFields(bytes: Buffer, columns: number, delimiter: number, limits: LineLimits): FieldIndex {
  const capacity = countLines(bytes);
  const index = {
    records: 0,
    columns,
    start: new Int32Array(capacity * columns),
    end: new Int32Array(capacity * columns),
    escaped: new Uint8Array(capacity * columns),
    recordStart: new Int32Array(capacity),
    recordEnd: new Int32Array(capacity),
    line: new Int32Array(capacity),
    fault: new Uint8Array(capacity),
  };
  let nextNul = bytes.indexOf(0);
  let nextQuote = bytes.indexOf(QUOTE);
  let line = 0;
  for (let position = 0; position < bytes.length; ) {
    let lineEnd = bytes.indexOf(LF, position);
    if (lineEnd < 0) lineEnd = bytes.length;
    const after = Math.min(lineEnd + 1, bytes.length);
    const text = lineEnd > position && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    if (text === position) {
      position = after;
      line++;
      continue;
    }
    const record = index.records++;
    index.recordStart[record] = position;
    index.line[record] = line;
    let next = after;
    if (nextQuote >= 0 && nextQuote < position) nextQuote = bytes.indexOf(QUOTE, position);
    if (lineEnd - position > limits.recordBytes) index.fault[record] = E_LONG;
    else if (nextQuote < 0 || nextQuote >= lineEnd) splitPlain(bytes, index, record, position, text, delimiter);
    else next = splitQuoted(bytes, index, record, { position, lineEnd, delimiter, multiline: limits.multilineBytes });
    index.recordEnd[record] = next;
    if (nextNul >= 0 && nextNul < position) nextNul = bytes.indexOf(0, position);
    if (nextNul >= 0 && nextNul < next && index.fault[record] !== E_LONG) index.fault[record] = E_NUL;
    line += next > after ? countBreaks(bytes, position, next) : 1;
    position = next;
  }
  return index;
}

interface MutableIndex extends FieldIndex {
  records: number;
}

/** The common case, and the hot loop: a line without quotes. */
function splitPlain(bytes: Buffer, index: MutableIndex, record: number, from: number, to: number, delimiter: number) {
  const { columns, start, end } = index;
  const base = record * columns;
  let column = 0;
  let fieldStart = from;
  for (let position = from; position < to; position++) {
    if (bytes[position] !== delimiter) continue;
    if (column < columns) {
      start[base + column] = fieldStart;
      end[base + column] = position;
    }
    column++;
    fieldStart = position + 1;
  }
  if (column < columns) {
    start[base + column] = fieldStart;
    end[base + column] = to;
  }
  setColumnFault(index, record, column + 1);
}

/** A record with quotes in it; returns where the next one begins. */
function splitQuoted(
  bytes: Buffer,
  index: MutableIndex,
  record: number,
  {
    position,
    lineEnd,
    delimiter,
    multiline,
  }: { position: number; lineEnd: number; delimiter: number; multiline: number },
): number {
  const firstLine = Math.min(lineEnd + 1, bytes.length);
  const limit = Math.min(bytes.length, firstLine + multiline);
  const base = record * index.columns;
  const broken = () => {
    index.fault[record] = fault('E_QUOTE');
    return firstLine;
  };
  for (let column = 0; ; column++) {
    let from = position;
    let to: number;
    let escaped = 0;
    if (position < limit && bytes[position] === QUOTE) {
      from = ++position;
      while (position < limit && (bytes[position] !== QUOTE || bytes[position + 1] === QUOTE)) {
        if (bytes[position] === QUOTE) {
          escaped = 1;
          position++;
        }
        position++;
      }
      if (position >= limit) return broken();
      to = position++;
      if (position < limit && bytes[position] === CR && (bytes[position + 1] === LF || position + 1 === bytes.length))
        position++;
    } else {
      while (position < limit && bytes[position] !== delimiter && bytes[position] !== LF) position++;
      to = position;
      const ends = position >= bytes.length || bytes[position] === LF;
      if (ends && to > from && bytes[to - 1] === CR) to--;
    }
    if (column < index.columns) {
      index.start[base + column] = from;
      index.end[base + column] = to;
      index.escaped[base + column] = escaped;
    }
    if (position >= bytes.length || (position < limit && bytes[position] === LF)) {
      setColumnFault(index, record, column + 1);
      return Math.min(position + 1, bytes.length);
    }
    if (position >= limit || bytes[position] !== delimiter) return broken();
    position++;
  }
}

function setColumnFault(index: MutableIndex, record: number, found: number): void {
  if (found < index.columns) index.fault[record] = fault('E_COLS_FEW');
  else if (found > index.columns) index.fault[record] = fault('E_COLS_MANY');
}

function countLines(bytes: Buffer): number {
  let count = 1;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) count++;
  return count;
}

function countBreaks(bytes: Buffer, start: number, end: number): number {
  let count = bytes[end - 1] === LF ? 0 : 1;
  for (let at = bytes.indexOf(LF, start); at >= 0 && at < end; at = bytes.indexOf(LF, at + 1)) count++;
  return count;
}

/** The field's bytes with each doubled quote made one. */
export function unescapeQuotes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const out = new Uint8Array(end - start);
  let size = 0;
  for (let at = start; at < end; at++) {
    out[size++] = bytes[at]!;
    if (bytes[at] === 0x22) at++;
  }
  return out.subarray(0, size);
}
