/**
 * Where records end and how many there are, by the rules that kernels/lines.ts states. Stretches without a quote are
 * counted 64 bytes at a time from bit masks of their line feeds; a line with a quote is followed field by field.
 */
const QUOTE: u8 = 0x22;
const LF: u8 = 0x0a;
const CR: u8 = 0x0d;

/** In the place of an address: more bytes are needed to tell. */
const UNKNOWN: usize = 0;
/** In the place of an address: a quoted field does not end properly. */
const BROKEN: usize = 1;

/**
 * Counts the records and blank lines that begin in [start, until), of bytes that are known up to `end`; `final` says that
 * the file ends there. Stores records and lines as two u64 at `out`. Returns where the first one begins that was not
 * counted: at or behind `until`, unless more bytes are needed to find its end.
 */
export function countRecords(
  start: usize, until: usize, end: usize, final: bool, delimiter: u32, recordBytes: u32, multilineBytes: u32, out: usize,
): usize {
  let records: u64 = 0;
  let lines: u64 = 0;
  let line = start;
  let at = start;
  // The bits that come in from the block before: a line begins with this block; a carriage return is all of its line yet.
  let begun: u64 = 1;
  let returned: u64 = 0;
  while (line < until) {
    // A line feed before this one ends a record that begins, and whose next one begins, before `until`.
    const last = until - 1;
    let quoted = false;
    while (at < last) {
      const inside = last - at >= 64 ? ~(<u64>0) : ((<u64>1) << (last - at)) - 1;
      let feeds = matches(at, LF) & inside;
      const quotes = matches(at, QUOTE) & inside;
      const starts = (feeds << 1) | begun;
      const returns = matches(at, CR) & starts;
      let blanks = feeds & (starts | (returns << 1) | returned);
      if (quotes != 0) {
        const before = ((<u64>1) << ctz(quotes)) - 1;
        feeds &= before;
        blanks &= before;
        quoted = true;
      }
      records += popcnt(feeds) - popcnt(blanks);
      lines += popcnt(feeds);
      if (feeds != 0) line = at + 64 - <usize>clz(feeds);
      if (quoted) break;
      begun = feeds >> 63;
      returned = returns >> 63;
      at += 64;
    }
    const feed = find(quoted ? line : max(line, last), end, LF);
    if (feed == end && !final) break;
    let next = feed == end ? end : feed + 1;
    if (quoted || find(line, feed, QUOTE) != feed) {
      if (feed - line <= <usize>recordBytes) {
        const limit = feed == end ? end : min(end, next + <usize>multilineBytes);
        const proper = properEnd(line, limit, limit == end, final, <u8>delimiter);
        if (proper == UNKNOWN) break;
        if (proper != BROKEN) next = proper;
      }
      records++;
      lines += next == feed + 1 ? 1 : countBreaks(line, next);
    } else {
      const length = feed - line;
      if (length > 1 || (length == 1 && load<u8>(line) != CR)) records++;
      lines++;
    }
    line = next;
    at = next;
    begun = 1;
    returned = 0;
    if (line >= end) break;
  }
  store<u64>(out, records);
  store<u64>(out, lines, 8);
  return line;
}

/**
 * Where the record at `start` ends when all of its quoted fields end properly before `limit`. `atEnd` says that there are
 * no bytes behind it, and with `final` that there never will be.
 */
function properEnd(start: usize, limit: usize, atEnd: bool, final: bool, delimiter: u8): usize {
  const endsFile = atEnd && final;
  // Something is missing at the limit: the record does not end in time, unless bytes are to come.
  const missing: usize = atEnd && !final ? UNKNOWN : BROKEN;
  let at = start;
  while (at < limit) {
    if (load<u8>(at) == QUOTE) {
      at = closingQuote(at + 1, limit);
      if (at == limit) return missing;
      at++;
      // A quote that is the last byte known may yet turn out to be doubled.
      if (at == limit) return endsFile ? limit : missing;
      if (load<u8>(at) == CR) {
        if (at + 1 == limit) return endsFile ? limit : missing;
        if (load<u8>(at, 1) == LF) return at + 2;
      }
    } else {
      at = fieldEnd(at, limit, delimiter);
      if (at == limit) break;
    }
    const next = load<u8>(at++);
    if (next == LF) return at;
    if (next != delimiter) return BROKEN;
  }
  return endsFile ? limit : missing;
}

/** Address of the quote that closes a field, its doubled quotes skipped; `limit` when there is none. */
function closingQuote(start: usize, limit: usize): usize {
  let at = find(start, limit, QUOTE);
  while (at + 1 < limit && load<u8>(at, 1) == QUOTE) at = find(at + 2, limit, QUOTE);
  return at;
}

/** Address of the first delimiter or line feed; `limit` when there is none. */
function fieldEnd(start: usize, limit: usize, delimiter: u8): usize {
  const delimiters = i8x16.splat(delimiter);
  const feeds = i8x16.splat(LF);
  for (let at = start; at < limit; at += 16) {
    const bytes = v128.load(at);
    const found = i8x16.bitmask(v128.or(i8x16.eq(bytes, delimiters), i8x16.eq(bytes, feeds)));
    if (found != 0) return min(at + ctz(found), limit);
  }
  return limit;
}

/** Address of the first such byte in [start, end); `end` when there is none. */
function find(start: usize, end: usize, byte: u8): usize {
  const wanted = i8x16.splat(byte);
  for (let at = start; at < end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (found != 0) return min(at + ctz(found), end);
  }
  return end;
}

/** Lines of a record that has several: the last one may end without a line feed. */
function countBreaks(start: usize, end: usize): u64 {
  let count: u64 = load<u8>(end - 1) == LF ? 0 : 1;
  for (let at = start; at < end; at += 64) {
    const inside = end - at >= 64 ? ~(<u64>0) : ((<u64>1) << (end - at)) - 1;
    count += popcnt(matches(at, LF) & inside);
  }
  return count;
}

/** Which of the 64 bytes at `at` are this one, the first in the lowest bit. */
// @ts-ignore: decorator
@inline function matches(at: usize, byte: u8): u64 {
  const wanted = i8x16.splat(byte);
  return (
    mask(at, wanted) | (mask(at + 16, wanted) << 16) | (mask(at + 32, wanted) << 32) | (mask(at + 48, wanted) << 48)
  );
}

// @ts-ignore: decorator
@inline function mask(at: usize, wanted: v128): u64 {
  return <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at), wanted)));
}
