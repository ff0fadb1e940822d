/**
 * Proves that no value of a column stands twice, at a third of what `count(distinct …)` costs.
 *
 * Whole numbers that lie close together have a bit each. Of others there are hashes: values that are equal have equal
 * ones, so different hashes prove different values. DuckDB gives 52 bits of each hash, which a double holds exactly. They
 * are dealt out by their low bits into parts so small that the hash table of one stays in the cache, which one table over
 * all of them does not. Two equal hashes prove nothing, but come by chance in one of 200 data sets of 7 M rows: then the
 * values are counted.
 * Measured on 2 busy cores, 6.69 M texts of 20 characters: 1.9 s of CPU to count them, 0.6 s here, 0.25 s of it to
 * read and hash them.
 */
import type { Json } from './warehouse.ts';

/** What of a session this needs. */
interface Reader {
  rows(sql: string): Promise<Json[][]>;
  /** The columns of a query, all numbers without nulls, in pieces that are good until the next one comes. */
  numbers(sql: string): Promise<Iterable<readonly Float64Array[]>>;
}

/** A table, and tables that are all of it, one behind the other. */
export interface Sliced {
  readonly table: string;
  readonly slices: readonly string[];
  readonly rows: number;
}

/** A column that may be distinct. */
export interface Candidate {
  readonly column: string;
  /** Of whole numbers: no value is outside of these two. */
  readonly range: { readonly least: string; readonly greatest: string } | null;
}

/** Fewer rows than this are counted. Of more DuckDB groups the hashes: twice in our memory, they would be 256 MB. */
const HASHED_ROWS = { least: 200_000, most: 16_000_000 };

/** Of numbers further apart than this the bits would take more than 32 MB. */
const MAX_WIDTH = 2 ** 28;

/** Of 7 M rows each part has 26,000 hashes, whose table is 512 KB. */
const PARTS = 256;

/** In place of null, which neither a hash nor a distance from the least number is. */
const NULL = -1;

/** Learns of each number of a column, and says at last whether they prove it distinct. */
interface Proof {
  /** SQL of the numbers. */
  readonly sql: string;
  add(numbers: Float64Array): void;
  holds(): boolean;
}

/**
 * Those columns that have a value in every row of the table, and none twice. One with a range may be left out if it
 * is distinct: of such columns DuckDB counts values at little cost.
 */
export async function distinctColumns(
  reader: Reader,
  candidates: readonly Candidate[],
  sliced: Sliced,
): Promise<ReadonlySet<string>> {
  const { table, rows } = sliced;
  const { least, most } = HASHED_ROWS;
  if (rows < least) return columnsOf(await only(candidates, ({ column }) => isCounted(reader, column, table)));
  const likely = await only(
    candidates,
    async ({ column, range }) => range !== null || (await begins(reader, column, table)),
  );
  const handedOut = likely.filter(({ range }) => range !== null || rows <= most);
  const proven = await proveAll(reader, handedOut, sliced);
  const others = likely.filter(candidate => !proven.includes(candidate) && candidate.range === null);
  const counted = await only(others, async ({ column }) => {
    if (rows > most && (await countGroups(reader, `hash(${column})`, table, column)) === rows) return true;
    return isCounted(reader, column, table);
  });
  return columnsOf([...proven, ...counted]);
}

const columnsOf = (candidates: readonly Candidate[]) => new Set(candidates.map(({ column }) => column));

async function only<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<T[]> {
  const passed: T[] = [];
  for (const item of items) if (await test(item)) passed.push(item);
  return passed;
}

/** Most columns that are not distinct say so within a few rows. */
async function begins(reader: Reader, column: string, table: string): Promise<boolean> {
  const beginning = `(from ${table} limit ${HASHED_ROWS.least / 10})`;
  const [[distinct]] = (await reader.rows(
    `select cast(count(*) = count(distinct ${column}) as integer) from ${beginning}`,
  )) as [[number]];
  return distinct === 1;
}

async function isCounted(reader: Reader, column: string, table: string): Promise<boolean> {
  const [[rows]] = (await reader.rows(`select count(*) from ${table}`)) as [[string]];
  return (await countGroups(reader, column, table, column)) === Number(rows);
}

/** Different values, but null. DuckDB takes groups to the disk when they are many, which it does not for `count(distinct …)`. */
async function countGroups(reader: Reader, value: string, table: string, column: string): Promise<number> {
  const groups = `select 1 from ${table} where ${column} is not null group by ${value}`;
  const [[count]] = (await reader.rows(`select count(*) from (${groups})`)) as [[string]];
  return Number(count);
}

/** The table is read once for all of them, and the next slice while the numbers of one are looked at. */
async function proveAll(reader: Reader, candidates: readonly Candidate[], { slices, rows }: Sliced) {
  const proofs = candidates.flatMap(candidate => {
    const proof = candidate.range ? bitsOf(candidate.column, candidate.range) : hashesOf(candidate.column, rows);
    return proof ? [{ ...proof, candidate }] : [];
  });
  if (proofs.length === 0) return [];
  const read = (slice: string) => reader.numbers(`select ${proofs.map(({ sql }) => sql).join(', ')} from ${slice}`);
  let reading = read(slices[0]!);
  for (let next = 1; next <= slices.length; next++) {
    const pieces = await reading;
    if (next < slices.length) reading = read(slices[next]!);
    for (const columns of pieces) for (const [index, numbers] of columns.entries()) proofs[index]!.add(numbers);
  }
  return proofs.filter(({ holds }) => holds()).map(({ candidate }) => candidate);
}

/** A bit for each number that there may be; null if they are too many. */
function bitsOf(column: string, { least, greatest }: NonNullable<Candidate['range']>): Proof | null {
  const width = Number(greatest) - Number(least) + 1;
  if (!Number.isSafeInteger(Number(least)) || width > MAX_WIDTH) return null;
  const bits = new Int32Array(Math.ceil(width / 32));
  let distinct = true;
  return {
    sql: `coalesce(cast(${column} - cast(${least} as bigint) as integer), ${NULL})`,
    add(numbers) {
      distinct = distinct && setAll(bits, numbers);
    },
    holds: () => distinct,
  };
}

/** False at the first number that is there already, or has no bit. */
function setAll(bits: Int32Array, numbers: Float64Array): boolean {
  for (const number of numbers) {
    const word = number >> 5;
    const bit = 1 << (number & 31);
    if (!(word >= 0 && word < bits.length) || (bits[word]! & bit) !== 0) return false;
    bits[word]! |= bit;
  }
  return true;
}

function hashesOf(column: string, rows: number): Proof {
  const mean = rows / PARTS;
  // Hashes are spread so evenly that a part with 8 standard deviations more than the mean is none of theirs.
  const capacity = Math.ceil(mean + 8 * Math.sqrt(mean));
  const parts = new Float64Array(PARTS * capacity);
  const lengths = new Uint32Array(PARTS);
  return {
    sql: `case when ${column} is null then ${NULL} else cast(hash(${column}) >> 12 as double) end`,
    add: numbers => scatter(numbers, parts, lengths, capacity),
    holds: () => areDifferent(parts, lengths, capacity) && lengths.reduce((sum, length) => sum + length, 0) === rows,
  };
}

/** Deals the numbers out by their low bits. A part that gets more than it holds is not whole. */
function scatter(numbers: Float64Array, parts: Float64Array, lengths: Uint32Array, capacity: number): void {
  for (const value of numbers) {
    if (value === NULL) continue;
    const part = value & (PARTS - 1);
    const length = lengths[part]!;
    if (length < capacity) parts[part * capacity + length] = value;
    lengths[part] = length + 1;
  }
}

function areDifferent(parts: Float64Array, lengths: Uint32Array, capacity: number): boolean {
  const slots = new Float64Array(2 ** Math.ceil(Math.log2(2 * capacity)));
  return lengths.every((length, part) => {
    if (length > capacity) return false;
    const start = part * capacity;
    return insertAll(slots.fill(NULL), parts.subarray(start, start + length));
  });
}

/** Linear probing, from the bits that did not choose the part. False at the first value that is there already. */
function insertAll(slots: Float64Array, values: Float64Array): boolean {
  const mask = slots.length - 1;
  for (const value of values) {
    let slot = (value / PARTS) & mask;
    while (slots[slot] !== NULL) {
      if (slots[slot] === value) return false;
      slot = (slot + 1) & mask;
    }
    slots[slot] = value;
  }
  return true;
}
