/**
 * Proves that no value of a column stands twice, at half of what `count(distinct …)` costs.
 *
 * Values that are equal have equal hashes, so different hashes prove different values. DuckDB deals 60 bits of each
 * hash out into lists by their low bits; each list is small enough that its hash table here stays in the cache, which
 * one table over all of them does not. Two equal hashes prove nothing, but come by chance about once in 47,000 data sets of
 * 7 M rows: then the values are counted.
 * Measured on 2 busy cores, 6.69 M texts of 20 characters: 1.9 s of CPU to count them, 0.9 s here, 0.35 s of it to
 * read them.
 */
import type { Json } from './warehouse.ts';

/** The part of a session that this needs. */
interface Reader {
  rows(sql: string): Promise<Json[][]>;
  /** The lists of a query's only column. */
  numberLists(sql: string): AsyncIterable<Float64Array>;
}

/** Fewer rows than this are counted. */
const COUNT_BELOW_ROWS = 200_000;

/** Lists. Of 7 M rows each has 26,000 hashes, whose table is 0.5 MB. */
const LISTS = 256;

/** Whether the column has a value in every row of the table, and none twice. */
export async function isDistinct(reader: Reader, column: string, table: string, rows: number): Promise<boolean> {
  if (rows >= COUNT_BELOW_ROWS) {
    // Most columns that are not distinct say so within a few rows.
    if (!(await countDistinct(reader, column, `(from ${table} limit ${COUNT_BELOW_ROWS / 10})`))) return false;
    if (await hasDistinctHashes(reader, column, table, rows)) return true;
  }
  return countDistinct(reader, column, table);
}

async function countDistinct(reader: Reader, column: string, from: string): Promise<boolean> {
  const [[equal]] = (await reader.rows(`select count(*) = count(distinct ${column}) from ${from}`)) as [[boolean]];
  return equal;
}

async function hasDistinctHashes(reader: Reader, column: string, table: string, rows: number): Promise<boolean> {
  // The low 8 bits choose the list; the high 52 fit a double exactly, and the 1 keeps them apart from an empty slot.
  const sql = `select list(cast((hash(${column}) >> 12) + 1 as double)) from ${table}
    where ${column} is not null group by hash(${column}) & ${LISTS - 1}`;
  let slots = new Float64Array(0);
  let seen = 0;
  for await (const hashes of reader.numberLists(sql)) {
    const size = 2 ** Math.ceil(Math.log2(2 * hashes.length));
    if (slots.length === size) slots.fill(0);
    else slots = new Float64Array(size);
    if (!insertAll(slots, hashes)) return false;
    seen += hashes.length;
  }
  return seen === rows;
}

/** Linear probing. False at the first value that is there already. */
function insertAll(slots: Float64Array, values: Float64Array): boolean {
  const mask = slots.length - 1;
  for (const value of values) {
    let slot = value & mask;
    while (slots[slot] !== 0) {
      if (slots[slot] === value) return false;
      slot = (slot + 1) & mask;
    }
    slots[slot] = value;
  }
  return true;
}
