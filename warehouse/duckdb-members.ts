/**
 * Counts the distinct ids of groups as bits: for ids that lie close together, and groups by few values. DuckDB's hash
 * table takes 100 ns a line for as many pairs of product and customer as there are lines.
 *
 * Its own strings of bits take 25 ns a line, 60 where those of all groups do not fit the cache. Twice as fast is a word
 * for each group and block of 64 ids, since lines come in the order of their customers, and those of one block follow
 * one another: a sum of the words' bits is then the count. For DuckDB to find a word by position and not by hash, it
 * must know the range of the block, which of a column it does and of an expression it does not.
 */
import { identifier } from './duckdb-sql.ts';

/** The ids to be counted. */
export interface Counted {
  readonly column: string;
  /** What stands around the column where only some lines count, `case when … then ` and ` end`, or nothing. */
  readonly when: string;
  readonly end: string;
  readonly range: { readonly least: string; readonly greatest: string };
  readonly hasNulls: boolean;
  /** The table has blockOf(column) and narrowOf(column) as columns of their own. */
  readonly inBlocks: boolean;
}

/** Where they are counted. */
export interface Grouping {
  /** The step that is grouped, if it is the only one and the whole fact. */
  readonly from: string | null;
  readonly by: readonly string[];
  /** How many groups there are at most. */
  readonly groups: number;
}

/** Memory that the bits of all groups may take, a thread. */
const MAX_BIT_BYTES = 16e6;

const BLOCK_BITS = 6;

/** The number of a block is a SMALLINT. */
const MAX_ID = 2 ** (15 + BLOCK_BITS) - 1;

/**
 * DuckDB finds groups by position if their number has no more bits than its perfect_ht_threshold. More than what a
 * build sets cost 32 MB a thread for the words of blocks, and too much for groups with many sums.
 */
const BLOCK_HASH_BITS = 20;

/** What a build sets otherwise. Groups by ids below 2^17 are found by position: the default of 12 bits stops at 4,096. */
export const HASH_BITS = 18;

/** The name of the column that says in which block an id is. */
export const blockOf = (column: string): string => `${column}_block`;

/** The name of the column that is the ids in their own width: whose bits cost a third less than those of a BIGINT. */
export const narrowOf = (column: string): string => `${column}_narrow`;

/** The block of an id, in two bytes. */
export const blockSql = (column: string): string => `cast(${identifier(column)} >> ${BLOCK_BITS} as smallint)`;

/** The statement as it has to be run if it counts in blocks, or the same. */
export const withBlocks = (statement: string): string =>
  /\bblocks_\d+ as materialized/.test(statement)
    ? `set perfect_ht_threshold = ${BLOCK_HASH_BITS}; ${statement}; set perfect_ht_threshold = ${HASH_BITS}`
    : statement;

/** How they are counted. */
interface Count {
  readonly sql: string;
  /** A step that has to stand behind the one that is grouped. */
  readonly step?: string;
}

/**
 * Null if bits are not worth it. An id out of range is DuckDB's error, not a wrong count.
 * @param name of the step, if it needs one
 */
export function countMembers(counted: Counted, grouping: Grouping, name: string): Count | null {
  const { column, when, end, range, inBlocks } = counted;
  const width = Number(range.greatest) - Number(range.least) + 1;
  const { from, by } = grouping;
  const fit = Number(range.least) >= 0 && Number(range.greatest) <= MAX_ID;
  if (inBlocks && fit && from !== null && by.length <= 1) {
    const blocks = width / 2 ** BLOCK_BITS + 1;
    // Each of the two has its own bits, and a place for null.
    const bits = Math.ceil(Math.log2(blocks + 2)) + Math.ceil(Math.log2(grouping.groups + 2));
    if (bits <= BLOCK_HASH_BITS) return countInBlocks(counted, from, by[0] ?? null, name);
  }
  if ((grouping.groups * width) / 8 > MAX_BIT_BYTES) return null;
  const limits = `cast(${range.least} as bigint), cast(${range.greatest} as bigint)`;
  return { sql: `coalesce(bit_count(bitstring_agg(${when}${column}${end}, ${limits})), 0)` };
}

function countInBlocks({ column, when, hasNulls }: Counted, from: string, by: string | null, name: string): Count {
  const condition = /^case when (.*) then $/.exec(when)?.[1];
  const conditions = [...(hasNulls ? [`${column} is not null`] : []), ...(condition ? [condition] : [])];
  const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
  const members = `bit_or(cast(1 as ubigint) << cast(${narrowOf(column)} & ${2 ** BLOCK_BITS - 1} as ubigint)) as members`;
  const ids = 'cast(sum(bit_count(members)) as bigint)';
  if (by === null) {
    const words = `select ${members} from ${from}${where} group by ${blockOf(column)}`;
    return { sql: `coalesce((select ${ids} from (${words})), 0)` };
  }
  // DuckDB would count again for each group, or join the groups with all lines, were it not a step that it keeps.
  const step = `${name} as materialized (
    select ${by}, ${ids} as ids from (
        select ${by}, ${members} from ${from}${where} group by ${blockOf(column)}, ${by}
    ) group by ${by}
)`;
  return {
    sql: `coalesce((select ids from ${name} as b where b.${by} is not distinct from ${from}.${by}), 0)`,
    step,
  };
}
