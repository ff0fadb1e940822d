/**
 * A piece of a chunk → where its records and fields are. The rules are those of kernels/lines.ts. Four ways, from the
 * fast to the slow one: records without quotes and with the right number of fields need nothing but their marks; those
 * with quotes, a table that is filled without looking at each mark (both in regular.ts); what the marks tell otherwise
 * goes through the table, too; a record whose quotes are not what they seem is split byte by byte.
 */
import {
  Chunk,
  CR,
  E_COLS_FEW,
  E_COLS_MANY,
  E_LONG,
  E_NUL,
  E_QUOTE,
  ESCAPED,
  LF,
  NO_FIELD,
  NOWHERE,
  PIECE,
  QUOTE,
} from './layout';
import { isAscii } from './field';
import {
  broken,
  countBytes,
  findByte,
  findMark,
  sawHigh,
  sawNul,
  sawQuote,
  scanPlain,
  scanQuoted,
} from './scan';
import { takePlainRecords, takeQuotedRecords } from './regular';
import { isAllUtf8 } from './validate';

/** Bytes that are indexed at a time: there are at most as many marks, and one more. */
export function csvPieceBytes(): usize {
  return PIECE;
}

/** How many lines there are at most. */
export function csvLines(start: usize, end: usize): u32 {
  return countBytes(start, end, LF) + 1;
}

/** Indexes the next piece: sets what the chunk says of it, and moves chunk.position behind it. */
export function csvIndex(address: usize): void {
  const chunk = changetype<Chunk>(address);
  const start = chunk.position;
  indexPiece(chunk);
  if (!chunk.ascii) chunk.ascii = u32(isAscii(start, chunk.position));
  if (!chunk.ascii) chunk.utf8 = u32(isAllUtf8(start, chunk.position));
}

function indexPiece(chunk: Chunk): void {
  chunk.first = chunk.records;
  chunk.count = 0;
  chunk.ascii = 1;
  const from = chunk.position;
  const to = min<usize>(from + PIECE, chunk.end);
  if (!chunk.quoted) {
    let marks = scanPlain(from, to, chunk.delimiter, chunk.marks);
    if (!sawQuote) {
      chunk.ascii = sawHigh ? 0 : 1;
      marks = cutMarks(chunk, marks, to);
      chunk.tabled = 0;
      if (marks > chunk.marks && !sawNul && takePlainRecords(chunk, marks)) return;
      chunk.tabled = 1;
      store<u32>(chunk.marksEnd - 4, NOWHERE);
      if (marks > chunk.marks) tabulate(chunk, marks);
      else splitRecord(chunk);
      return;
    }
  }
  chunk.tabled = 1;
  indexQuoted(chunk, to);
}

function indexQuoted(chunk: Chunk, to: usize): void {
  // Where records may be longer than the limits allow, only the slow way knows what quotes mean.
  const limited = min(chunk.recordBytes, chunk.multilineBytes) < <u32>PIECE;
  let quotes = limited;
  let slow: u32 = 1;
  while (chunk.position < to && chunk.count < chunk.tableRecords) {
    if (!limited) {
      const before = chunk.count;
      const marks = scanQuoted(chunk.position, to, chunk.end, chunk.delimiter, chunk.marks, chunk.marksEnd);
      quotes = quotes || sawQuote;
      if (sawHigh) chunk.ascii = 0;
      takeMarks(chunk, cutMarks(chunk, marks, broken ? 0 : to));
      // What is left of a piece without mistakes is the beginning of a record: the next piece begins with it.
      if (chunk.position >= to || chunk.count >= chunk.tableRecords || (!broken && chunk.count > 0)) break;
      // Mistakes come in flocks.
      slow = chunk.count == before ? min<u32>(slow << 1, 64) : 1;
    }
    for (let left = slow; left != 0 && chunk.position < to && chunk.count < chunk.tableRecords; left--) splitRecord(chunk);
  }
  chunk.quoted = quotes ? 1 : 0;
}

function takeMarks(chunk: Chunk, marks: usize): void {
  if (marks > chunk.marks && !sawNul && takeQuotedRecords(chunk, marks)) return;
  tabulate(chunk, marks);
}

/** Leaves out the marks behind the last line end; the end of the file counts as one. Returns the new end of the marks. */
function cutMarks(chunk: Chunk, marks: usize, to: usize): usize {
  let out = marks;
  if (to == chunk.end && load<u8>(to - 1) != LF) {
    store<u32>(out, <u32>to);
    return out + 4;
  }
  while (out > chunk.marks && load<u8>(<usize>load<u32>(out - 4)) != LF) out -= 4;
  return out;
}

// @ts-ignore: decorator
@inline function isBlank(start: usize, mark: usize): bool {
  return mark == start || (mark == start + 1 && load<u8>(start) == CR);
}

// @ts-ignore: decorator
@inline function putRecord(chunk: Chunk, start: usize, end: usize, fault: i32): void {
  const row = <usize>chunk.records;
  chunk.records++;
  chunk.count++;
  store<u32>(chunk.starts + (row << 2), <u32>(start - chunk.base));
  store<u32>(chunk.ends + (row << 2), <u32>(end - chunk.base));
  store<u32>(chunk.lines + (row << 2), chunk.line);
  store<u8>(chunk.faults + row, <u8>fault);
}

/** Puts the records of the marks into the table, until it is full. */
function tabulate(chunk: Chunk, marks: usize): void {
  const columns = <usize>chunk.columns;
  const end = chunk.end;
  let at = chunk.marks;
  let inner = chunk.marksEnd - 4;
  while (at < marks && chunk.count < chunk.tableRecords) {
    const start = chunk.position;
    const first = at;
    let cell = chunk.table + ((<usize>chunk.count * columns) << 3);
    let from = start;
    let mark: usize;
    let last: bool;
    let lines: u32 = 1;
    do {
      mark = <usize>load<u32>(at);
      last = mark == end || load<u8>(mark) == LF;
      let to = mark;
      if (last && to > from && load<u8>(to - 1) == CR) to--;
      if (from < to && load<u8>(from) == QUOTE) {
        from++;
        to--;
      }
      let flag: u32 = 0;
      for (; <usize>load<u32>(inner) < mark; inner -= 4) {
        if (load<u8>(<usize>load<u32>(inner)) == QUOTE) flag = ESCAPED;
        else lines++;
      }
      if (at - first < columns << 2) {
        store<u32>(cell, <u32>from);
        store<u32>(cell, <u32>to | flag, 4);
        cell += 8;
      }
      at += 4;
      from = mark + 1;
    } while (!last);
    const next = min<usize>(mark + 1, end);
    if (!isBlank(start, mark)) {
      const fields = (at - first) >> 2;
      let fault: i32 = fields < columns ? E_COLS_FEW : fields > columns ? E_COLS_MANY : 0;
      if (mark - start > <usize>chunk.recordBytes) fault = E_LONG;
      else if (sawNul && findByte(start, next, 0) < next) fault = E_NUL;
      if (fault) refuseFields(chunk);
      putRecord(chunk, start, next, fault);
    }
    chunk.line += lines;
    chunk.position = next;
  }
}

function refuseFields(chunk: Chunk): void {
  const columns = <usize>chunk.columns;
  const cells = chunk.table + ((<usize>chunk.count * columns) << 3);
  for (let cell = cells; cell < cells + (columns << 3); cell += 8) store<u64>(cell, <u64>NO_FIELD << 32);
}

/** Lines of a record that ends with a line feed, or with the file. */
function countLines(start: usize, end: usize): u32 {
  return countBytes(start, end, LF) + u32(load<u8>(end - 1) != LF);
}

/** Splits the line or record at chunk.position by itself, into the table. */
function splitRecord(chunk: Chunk): void {
  const start = chunk.position;
  const end = chunk.end;
  const mark = findByte(start, end, LF);
  const firstLine = min<usize>(mark + 1, end);
  chunk.position = firstLine;
  if (isBlank(start, mark)) {
    chunk.line++;
    return;
  }
  chunk.ascii = 0;
  let fault: i32 = E_LONG;
  if (mark - start <= <usize>chunk.recordBytes) {
    fault = splitFields(chunk, start, min<usize>(end, firstLine + <usize>chunk.multilineBytes));
    if (findByte(start, chunk.position, 0) < chunk.position) fault = E_NUL;
  }
  if (fault) refuseFields(chunk);
  putRecord(chunk, start, chunk.position, fault);
  chunk.line += chunk.position > firstLine ? countLines(start, chunk.position) : 1;
}

/** Field by field; nothing at or behind `limit` belongs to the record. Moves chunk.position behind it unless it is broken. */
function splitFields(chunk: Chunk, start: usize, limit: usize): i32 {
  const end = chunk.end;
  const delimiter = <u8>chunk.delimiter;
  const columns = <usize>chunk.columns;
  const cells = chunk.table + ((<usize>chunk.count * columns) << 3);
  let at = start;
  for (let column: usize = 0; at <= end; column++) {
    let from = at;
    let to: usize;
    let flag: u32 = 0;
    if (at < limit && load<u8>(at) == QUOTE) {
      from = ++at;
      while (at < limit) {
        at = findByte(at, limit, QUOTE);
        if (at + 1 >= end || load<u8>(at, 1) != QUOTE) break;
        flag = ESCAPED;
        at += 2;
      }
      if (at >= limit) return E_QUOTE;
      to = at++;
      if (at < limit && load<u8>(at) == CR && (at + 1 == end || load<u8>(at, 1) == LF)) at++;
    } else {
      at = findMark(at, limit, delimiter);
      to = at;
      if ((at >= end || load<u8>(at) == LF) && to > from && load<u8>(to - 1) == CR) to--;
    }
    if (column < columns) {
      store<u32>(cells + (column << 3), <u32>from);
      store<u32>(cells + (column << 3), <u32>to | flag, 4);
    }
    if (at >= end || (at < limit && load<u8>(at) == LF)) {
      chunk.position = min<usize>(at + 1, end);
      return column + 1 < columns ? E_COLS_FEW : column + 1 > columns ? E_COLS_MANY : 0;
    }
    if (at >= limit || load<u8>(at) != delimiter) return E_QUOTE;
    at++;
  }
  return E_QUOTE;
}
