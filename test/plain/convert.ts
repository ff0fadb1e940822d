/**
 * The plain reader, which the compiled one (kernels/read.ts) is compared with: fields → a typed column, one at a time. A value that cannot be had is null and leaves a fault, never a wrong
 * value. The first fault of a record is the one that is kept.
 */
import {
  booleanColumn,
  type Column,
  dateColumn,
  type FixedColumn,
  fixedColumn,
  halves,
  setBit,
  setNumber,
  TextBuilder,
} from '../../kernels/column.ts';
import { type DatePattern, MICROS_PER_DAY, NO_DATE, parseByPattern } from '../../kernels/dates.ts';
import { isAscii, readText } from '../../kernels/encoding.ts';
import { fault } from '../../kernels/faults.ts';
import { parseDecimal, parseInteger } from '../../kernels/numbers.ts';
import type { ColumnReader } from '../../kernels/reader.ts';
import { type FieldIndex, unescapeQuotes } from '../../kernels/records.ts';

/** The first fault of each record and the column it is in. Both [records]. */
export interface RecordFaults {
  readonly code: Uint8Array;
  readonly column: Int16Array;
}

export interface ConvertInput {
  readonly bytes: Buffer;
  readonly index: FieldIndex;
  /** Position of the column in the file. */
  readonly column: number;
  readonly reader: ColumnReader;
  readonly faults: RecordFaults;
}

const E_ENCODING = fault('E_ENCODING');
const E_REQUIRED = fault('E_REQUIRED');
const E_TYPE = fault('E_TYPE');
const E_RANGE = fault('E_RANGE');

export function convertColumn(input: ConvertInput): Column {
  switch (input.reader.kind) {
    case 'text':
      return convertText(input);
    case 'boolean':
      return convertBoolean(input);
    case 'date':
      return convertDate(input);
    default:
      return convertFixed(input);
  }
}

/** Reads a value in UTF-8 into a row of the column; returns 0, or the fault that keeps it out. */
type ReadValue = (bytes: Uint8Array, start: number, end: number, row: number) => number;

/** Calls `read` for each field that has a value; deals with what is empty, required or defaulted. */
function forEachValue(input: ConvertInput, read: ReadValue): void {
  const { bytes, index, column, reader, faults } = input;
  const { columns, records } = index;
  const nulls = wordBytes(reader.nulls);
  for (let row = 0; row < records; row++) {
    if (index.fault[row] !== 0) continue;
    const cell = row * columns + column;
    let source: Uint8Array = bytes;
    let start = index.start[cell]!;
    let end = index.end[cell]!;
    if (index.escaped[cell] === 1) {
      source = unescapeQuotes(bytes, start, end);
      start = 0;
      end = source.length;
    }
    while (start < end && source[start]! <= 32) start++;
    while (end > start && source[end - 1]! <= 32) end--;
    if (reader.encoding !== 'utf-8' && !isAscii(source, start, end)) {
      const text = readText(source.subarray(start, end), { ...reader, spaces: 'keep', digits: null });
      if (text === null) {
        setFault(faults, row, E_ENCODING, column);
        continue;
      }
      source = Buffer.from(text, 'utf8');
      start = 0;
      end = source.length;
    }
    let code = 0;
    if (start === end || isOneOf(nulls, source, start, end)) {
      if (reader.fallback) code = read(reader.fallback, 0, reader.fallback.length, row);
      else if (reader.required) code = E_REQUIRED;
    } else code = read(source, start, end, row);
    if (code !== 0) setFault(faults, row, code, column);
  }
}

function convertFixed(input: ConvertInput): FixedColumn {
  const { kind, decimal, patterns, min, max } = input.reader;
  const out = fixedColumn(kind === 'int' ? 'int64' : kind === 'decimal' ? 'decimal' : 'timestamp', input.index.records);
  const half = halves(out);
  forEachValue(input, (bytes, start, end, row) => {
    const value =
      kind === 'int'
        ? parseInteger(bytes, start, end)
        : kind === 'decimal'
          ? parseDecimal(bytes, start, end, decimal!)
          : parseAny(bytes, start, end, patterns);
    if (value === null || value === NO_DATE) return E_TYPE;
    if ((min !== null && value < min) || (max !== null && value > max)) return E_RANGE;
    if (typeof value === 'number') setNumber(half, row, value);
    else out.values[row] = value;
    setBit(out.validity, row);
    return 0;
  });
  return out;
}

function convertDate(input: ConvertInput): Column {
  const { patterns, min, max } = input.reader;
  const out = dateColumn(input.index.records);
  forEachValue(input, (bytes, start, end, row) => {
    const micros = parseAny(bytes, start, end, patterns);
    if (micros === NO_DATE) return E_TYPE;
    const day = Math.floor(micros / MICROS_PER_DAY);
    if ((min !== null && day < min) || (max !== null && day > max)) return E_RANGE;
    out.values[row] = day;
    setBit(out.validity, row);
    return 0;
  });
  return out;
}

function convertBoolean(input: ConvertInput): Column {
  const [yes, no] = input.reader.words!.map(wordBytes) as [Buffer[], Buffer[]];
  const out = booleanColumn(input.index.records);
  forEachValue(input, (bytes, start, end, row) => {
    const isYes = isOneOf(yes, bytes, start, end);
    if (!isYes && !isOneOf(no, bytes, start, end)) return E_TYPE;
    if (isYes) setBit(out.values, row);
    setBit(out.validity, row);
    return 0;
  });
  return out;
}

function convertText(input: ConvertInput): Column {
  const { bytes, index, column, reader, faults } = input;
  const builder = new TextBuilder(index.records, Math.min(bytes.length, index.records * 24));
  const nulls = wordBytes(reader.nulls);
  for (let row = 0; row < index.records; row++) {
    const cell = row * index.columns + column;
    const code = index.fault[row] !== 0 ? -1 : pushTextField(builder, input, nulls, cell);
    if (code !== 0) builder.pushNull();
    if (code > 0) setFault(faults, row, code, column);
    else if (code === NULL_FIELD && reader.required) setFault(faults, row, E_REQUIRED, column);
  }
  return builder.finish();
}

/** An empty field without a default. */
const NULL_FIELD = -2;

/** Pushes one value, and returns 0; or pushes nothing, and returns a fault or NULL_FIELD. */
function pushTextField(
  builder: TextBuilder,
  { bytes, index, reader }: ConvertInput,
  nulls: readonly Buffer[],
  cell: number,
): number {
  let source: Uint8Array = bytes;
  let start = index.start[cell]!;
  let end = index.end[cell]!;
  if (index.escaped[cell] === 1) {
    source = unescapeQuotes(bytes, start, end);
    start = 0;
    end = source.length;
  }
  if (needsDecoding(source, start, end, reader)) {
    const text = readText(source.subarray(start, end), reader);
    if (text === null) return E_ENCODING;
    source = Buffer.from(text, 'utf8');
    start = 0;
    end = source.length;
  }
  if (reader.spaces !== 'keep') {
    while (start < end && source[start]! <= 32) start++;
    while (end > start && source[end - 1]! <= 32) end--;
  }
  if (start === end || isOneOf(nulls, source, start, end)) {
    if (!reader.fallback) return NULL_FIELD;
    builder.push(reader.fallback, 0, reader.fallback.length);
    return 0;
  }
  if (reader.values || reader.pattern) {
    const text = Buffer.from(source.subarray(start, end)).toString('utf8');
    if (reader.values && !reader.values.has(text)) return fault('E_ENUM');
    if (reader.pattern && !reader.pattern.test(text)) return fault('E_PATTERN');
  }
  builder.push(source, start, end);
  return 0;
}

/** Plain ASCII needs no decoding, unless blanks are tidied or zeros restored. */
const needsDecoding = (bytes: Uint8Array, start: number, end: number, reader: ColumnReader): boolean =>
  reader.spaces === 'tidy' || reader.digits !== null || !isAscii(bytes, start, end);

const wordBytes = (words: readonly string[]): Buffer[] => words.map(word => Buffer.from(word, 'utf8'));

function isOneOf(words: readonly Buffer[], bytes: Uint8Array, start: number, end: number): boolean {
  for (const word of words) {
    if (word.length !== end - start) continue;
    let same = 0;
    while (same < word.length && word[same] === bytes[start + same]) same++;
    if (same === word.length) return true;
  }
  return false;
}

function parseAny(bytes: Uint8Array, start: number, end: number, patterns: readonly DatePattern[]): number {
  for (const pattern of patterns) {
    const value = parseByPattern(bytes, start, end, pattern);
    if (value !== NO_DATE) return value;
  }
  return NO_DATE;
}

function setFault(faults: RecordFaults, row: number, code: number, column: number): void {
  if (faults.code[row] !== 0) return;
  faults.code[row] = code;
  faults.column[row] = column;
}
