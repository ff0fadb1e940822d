/**
 * What kernels/read.ts lays into the memory for these kernels: one Chunk, and one Reader for each column that is read.
 * The order of the members is the order of the words that it writes. Addresses are below 2³¹, so that the top bit of a
 * field's end can say something else.
 */

// @ts-ignore: decorator
@unmanaged export class Chunk {
  // What is read, and how.
  base: usize;
  end: usize;
  columns: u32;
  delimiter: i32;
  recordBytes: u32;
  multilineBytes: u32;
  /**
   * Positions of delimiters and line ends, of one piece; there is room for one more before them. From the other end come
   * those of what is in quotes: see scanQuoted. A byte has one of the two at most.
   */
  marks: usize;
  marksEnd: usize;
  /** Start and end of each field, of one piece whose fields do not follow from the marks. */
  table: usize;
  /** Records that the table has room for. */
  tableRecords: u32;
  // Where it goes: one a record.
  starts: usize;
  ends: usize;
  lines: usize;
  faults: usize;
  faultColumns: usize;
  /** Room for fields that are changed before they are read: see `scratch` below. */
  scratch: usize;
  scratchBytes: usize;
  // How far it has been read.
  position: usize;
  records: u32;
  line: u32;
  /** The last piece had quotes, so the next one will. */
  quoted: u32;
  // The piece that was indexed last.
  first: u32;
  count: u32;
  /** Its fields are in the table. */
  tabled: u32;
  ascii: u32;
  /** All of it is UTF-8; only said where it is not ASCII. */
  utf8: u32;
  /** Bytes of each line end, without a table. */
  lineEnd: u32;
}

// @ts-ignore: decorator
@unmanaged export class Reader {
  min: i64;
  max: i64;
  /** Bit n: some null word has n bytes (63: or more). The second only knows of words that a number or a day might be. */
  nullSizes: u64;
  nullNumberSizes: u64;
  valueSizes: u64;
  column: u32;
  /** Where the column goes: Arrow buffers. */
  values: usize;
  validity: usize;
  offsets: usize;
  /** Bytes of text that have been written. */
  used: u32;
  required: u32;
  fallback: usize;
  /** −1: there is none. */
  fallbackSize: i32;
  encoding: u32;
  replaceInvalid: u32;
  nulls: usize;
  /** Of decimals. */
  decimalSign: i32;
  thousands: i32;
  signs: usize;
  places: u32;
  round: u32;
  /** Of days and moments. */
  patterns: usize;
  patternCount: u32;
  /** Of booleans. */
  yes: usize;
  no: usize;
  /** Of text. */
  spaces: u32;
  digits: u32;
  /** Words that are accepted, or 0. */
  accepted: usize;
  /** Bitmap of the rows that hold the fallback, or 0. */
  defaulted: usize;
}

export const LF: u8 = 10;
export const CR: u8 = 13;
export const QUOTE: u8 = 34;

/** In the end of a field: it holds doubled quotes. */
export const ESCAPED: u32 = 0x80000000;
/** Behind every position. */
export const NOWHERE: u32 = 0xffffffff;
/** The end of each field of a record that is refused as a whole. */
export const NO_FIELD: u32 = 0xffffffff;

// Indices in FAULTS of kernels/faults.ts; the tests against the plain reader compare.
export const E_LONG: i32 = 1;
export const E_QUOTE: i32 = 2;
export const E_NUL: i32 = 3;
export const E_COLS_FEW: i32 = 4;
export const E_COLS_MANY: i32 = 5;
export const E_ENCODING: i32 = 6;
export const E_REQUIRED: i32 = 7;
export const E_TYPE: i32 = 8;
export const E_RANGE: i32 = 9;
export const E_ENUM: i32 = 10;

/** What a kernel says of a field instead of a fault: it has a value, or it is null without being wrong. */
export const VALUE: i32 = 0;
export const NULL: i32 = -1;

/** Bytes that are indexed and converted at a time: their marks and they themselves stay in the fast caches. */
export const PIECE: usize = 32768;

/**
 * Where the fields of one column of a piece are: the words at `fields` + r × `fieldStep` are what is startBase bytes
 * before the start of row r's field, and its end.
 */
export let fields: usize = 0;
export let fieldStep: usize = 0;
export let startBase: usize = 0;

/**
 * Sets the above. Without a table, a field begins behind the mark before it. Before the first of the piece stands one
 * more, and where lines end with two bytes the marks of their ends are the first.
 */
export function openColumn(chunk: Chunk, column: usize): void {
  const columns = <usize>chunk.columns;
  if (chunk.tabled) {
    fields = chunk.table + (column << 3);
    fieldStep = columns << 3;
    startBase = 0;
    return;
  }
  fields = chunk.marks + (column << 2) - 4;
  fieldStep = columns << 2;
  startBase = column ? 1 : <usize>chunk.lineEnd;
}
