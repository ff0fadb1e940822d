/** Records that look like each other: as many fields as the header has, and none that one must look into to know. */
import { Chunk, CR, ESCAPED, LF, QUOTE } from './layout';
import { lineFeeds } from './scan';

/** Line ends of two bytes among the records that areRegular saw. */
let returns: u32 = 0;

/** Whether each record of the marks has as many fields as the header, is not blank, and is not too long. */
function areRegular(chunk: Chunk, marks: usize): bool {
  const columns = <usize>chunk.columns;
  const end = chunk.end;
  const lines = lineFeeds + u32(<usize>load<u32>(marks - 4) == end);
  if (marks - chunk.marks != (<usize>lines * columns) << 2) return false;
  const step = columns << 2;
  const longest = <usize>chunk.recordBytes;
  let count: u32 = 0;
  let start = chunk.position;
  for (let last = chunk.marks + step - 4; last < marks; last += step) {
    const mark = <usize>load<u32>(last);
    if (mark - start > longest || (mark != end && load<u8>(mark) != LF)) return false;
    const returned = u32(load<u8>(mark - 1) == CR);
    if (columns == 1 && mark <= start + returned) return false;
    count += returned;
    start = mark + 1;
  }
  returns = count;
  return true;
}

/** Takes regular records that have no quotes and end alike: their fields follow from the marks. */
export function takePlainRecords(chunk: Chunk, marks: usize): bool {
  if (!areRegular(chunk, marks)) return false;
  const step = <usize>chunk.columns << 2;
  if (returns != 0 && <usize>returns * step != marks - chunk.marks) return false;
  const returned: u32 = returns ? 1 : 0;
  const end = chunk.end;
  const base = chunk.base;
  const row = <usize>chunk.records;
  const first = chunk.starts + (row << 2);
  const ends = chunk.ends - chunk.starts;
  const lines = chunk.lines - chunk.starts;
  let start = chunk.position;
  let line = chunk.line;
  chunk.lineEnd = 1 + returned;
  store<u32>(chunk.marks - 4, <u32>start - chunk.lineEnd);
  let out = first;
  for (let last = chunk.marks + step - 4; last < marks; last += step) {
    const mark = <usize>load<u32>(last);
    if (returned) store<u32>(last, <u32>mark - 1);
    const next = min<usize>(mark + 1, end);
    store<u32>(out, <u32>(start - base));
    store<u32>(out + ends, <u32>(next - base));
    store<u32>(out + lines, line++);
    out += 4;
    start = next;
  }
  const count = <u32>((out - first) >> 2);
  memory.fill(chunk.faults + row, 0, count);
  chunk.records += count;
  chunk.count = count;
  chunk.line = line;
  chunk.position = start;
  return true;
}

/** Takes regular records with quotes into the table, if it has room for all of them. */
export function takeQuotedRecords(chunk: Chunk, marks: usize): bool {
  const columns = <usize>chunk.columns;
  // Nothing may be read behind the end of the file to see whether a field begins with a quote.
  if (<usize>load<u32>(marks - 4) == chunk.end) return false;
  if (chunk.count + lineFeeds > chunk.tableRecords || !areRegular(chunk, marks)) return false;
  putCells(chunk, marks);
  const base = chunk.base;
  const row = <usize>chunk.records;
  const first = chunk.starts + (row << 2);
  const ends = chunk.ends - chunk.starts;
  const lines = chunk.lines - chunk.starts;
  const step = columns << 2;
  let cells = chunk.table + ((<usize>chunk.count * columns) << 3);
  let inner = chunk.marksEnd - 4;
  let start = chunk.position;
  let line = chunk.line;
  let out = first;
  for (let last = chunk.marks + step - 4; last < marks; last += step) {
    const next = <usize>load<u32>(last) + 1;
    store<u32>(out, <u32>(start - base));
    store<u32>(out + ends, <u32>(next - base));
    store<u32>(out + lines, line++);
    for (; <usize>load<u32>(inner) < next; inner -= 4) {
      const place = <usize>load<u32>(inner);
      if (load<u8>(place) == LF) line++;
      else setEscaped(cells, place);
    }
    cells += columns << 3;
    out += 4;
    start = next;
  }
  const count = <u32>((out - first) >> 2);
  memory.fill(chunk.faults + row, 0, count);
  chunk.records += count;
  chunk.count += count;
  chunk.line = line;
  chunk.position = start;
  return true;
}

/** Writes the fields between the marks into the table, without their quotes and the line ends. */
function putCells(chunk: Chunk, marks: usize): void {
  const step = <usize>chunk.columns << 2;
  let cell = chunk.table + ((<usize>(chunk.count * chunk.columns)) << 3);
  let start = chunk.position;
  let at = chunk.marks;
  for (let last = at + step - 4; last < marks; last += step) {
    for (; at < last; at += 4) {
      const mark = <usize>load<u32>(at);
      const quote = u32(load<u8>(start) == QUOTE);
      store<u32>(cell, <u32>start + quote);
      store<u32>(cell, <u32>mark - quote, 4);
      cell += 8;
      start = mark + 1;
    }
    const mark = <usize>load<u32>(at);
    const quote = u32(load<u8>(start) == QUOTE);
    const returned = u32(mark > start) & u32(load<u8>(mark - 1) == CR);
    store<u32>(cell, <u32>start + quote);
    store<u32>(cell, <u32>mark - quote - returned, 4);
    cell += 8;
    start = mark + 1;
    at += 4;
  }
}

/** Says of the field at `place`, in a record with these cells, that it holds doubled quotes. */
function setEscaped(cells: usize, place: usize): void {
  let cell = cells;
  while (<usize>(load<u32>(cell, 4) & ~ESCAPED) <= place) cell += 8;
  store<u32>(cell, load<u32>(cell, 4) | ESCAPED, 4);
}
