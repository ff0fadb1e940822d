/** The fact as the statements of a build read it: from its files or from a copy, with what is known of all its lines. */
import type { TableDefinition } from '../base/table.ts';
import { constantsSql, copySql, isCovered, planCopy } from './duckdb-copy.ts';
import { distinctColumns, type Sliced } from './duckdb-distinct.ts';
import { blockOf } from './duckdb-members.ts';
import { type Known, rewrite } from './duckdb-rewrite.ts';
import { selectFiles } from './duckdb-sql.ts';
import { readStatistics, type TableStatistics } from './duckdb-statistics.ts';
import type { Json, TableSource } from './warehouse.ts';

/** One connection to the file that is being built. */
export interface Connection {
  /** One statement or several. */
  run(sql: string): Promise<void>;
  /** Whole numbers and decimals as text. */
  rows(sql: string): Promise<Json[][]>;
  /** As queries of users give them. */
  objects(sql: string): Promise<Record<string, Json>[]>;
  /** The columns of a query, all numbers and none null, in pieces. Each is good until the next one comes. */
  numbers(sql: string): Promise<Iterable<readonly Float64Array[]>>;
  close(): Promise<void>;
}

/** The first connection, whose closing closes the file. */
export interface Session extends Connection {
  /** Another connection: it has temporary tables of its own. */
  fork(): Promise<Connection>;
}

/** Where a statement is run, and what becomes of it there. */
export interface Place {
  readonly session: Connection;
  readonly sql: string;
}

export const FACT = 'fct_sales';

/** Columns in which no value may stand twice: in the first none ever does, in the other where an order is one line. */
const KEYS = ['sale_id', 'order_id'];

/** Rows that are handed out at once: 12 MB, and as much again in each form that they pass through. */
const SLICE_ROWS = 1_000_000;

/** A mart with a row for each of so many ids groups in more memory than there is beside the copy. */
const MANY_IDS = 2 ** 16;

export class Fact {
  readonly known: Known;
  readonly #session: Session;
  readonly #rows: number;
  /** Sees the fact in its files, with what is known of it. */
  readonly #files: Connection;
  /** Sees the copy in place of the fact. Null for statements that need other columns than it has. */
  #copy: { readonly session: Connection; place(sql: string): Place | null } | null = null;

  private constructor(session: Session, files: Connection, known: Known, rows: number) {
    this.#session = session;
    this.#files = files;
    this.known = known;
    this.#rows = rows;
  }

  /** Learns what makes statements cheaper. */
  static async learn(session: Session, source: TableSource, dimensionRows: Known['dimensionRows']): Promise<Fact> {
    const { definition, files } = source;
    const statistics = await readStatistics(sql => session.rows(sql), definition, files);
    const rows = statistics.values().next().value?.rows ?? 0;
    return withFork(session, async inFiles => {
      await inFiles.run(constantsSql(source, statistics));
      const candidates = KEYS.map(column => ({ column, range: wholeRange(definition, statistics, column) }));
      const distinct = await distinctColumns(inFiles, candidates, slice(source, rows));
      const known = { fact: definition, statistics, distinct, dimensionRows, blocks: new Set<string>() };
      return new Fact(session, inFiles, known, rows);
    });
  }

  /** Copies what most of the statements read. */
  async copy(statements: readonly string[]): Promise<void> {
    const { fact, statistics } = this.known;
    const names = fact.columns.map(({ name }) => name);
    const columnsOf = (sql: string) => columnsIn(rewrite(sql, this.known), names);
    const inBlocks = statements.map(sql => rewrite(sql, { ...this.known, blocks: new Set(names) }));
    const counted = names.filter(name => inBlocks.some(sql => sql.includes(blockOf(name))));
    const plan = planCopy(fact, statistics, this.#rows, statements.map(columnsOf), new Set(counted));
    if (!plan) return;
    const { columns, blocks } = plan;
    this.#copy = await withFork(this.#session, async session => {
      for (const sql of copySql(FACT, plan)) await session.run(sql);
      const place = (sql: string) => ({ session, sql: rewrite(sql, { ...this.known, blocks }) });
      return { session, place: sql => (isCovered(columnsOf(sql), columns) ? place(sql) : null) };
    });
  }

  /** Where a statement finds the fact at least cost, and how it asks there. */
  place(sql: string): Place {
    return this.#copy?.place(sql) ?? { session: this.#files, sql: rewrite(sql, this.known) };
  }

  isInCopy = ({ session }: Place): boolean => session === this.#copy?.session;

  /** Whether a row for each value of these columns is many rows. */
  hasManyIds(columns: readonly string[]): boolean {
    return columns.some(column => {
      const range = wholeRange(this.known.fact, this.known.statistics, column);
      return range !== null && Number(range.greatest) - Number(range.least) >= MANY_IDS;
    });
  }

  /** Gives back the memory. */
  async dropCopy(): Promise<void> {
    await this.#copy?.session.close();
    this.#copy = null;
  }

  async close(): Promise<void> {
    await this.dropCopy();
    await this.#files.close();
  }
}

/** Hands on another connection, but for one with which something failed: nobody else could close that. */
async function withFork<T>(session: Session, use: (fork: Connection) => Promise<T>): Promise<T> {
  const fork = await session.fork();
  try {
    return await use(fork);
  } catch (error) {
    await fork.close();
    throw error;
  }
}

/** The limits of a column of whole numbers. */
function wholeRange({ columns }: TableDefinition, statistics: TableStatistics, column: string) {
  const isWhole = columns.find(({ name }) => name === column)?.type === 'int64';
  return isWhole ? (statistics.get(column)?.range ?? null) : null;
}

/** As many files a slice as have SLICE_ROWS together, if each has as many rows. */
function slice({ definition, files }: TableSource, rows: number): Sliced {
  const each = Math.max(1, Math.floor((files.length * SLICE_ROWS) / Math.max(1, rows)));
  const starts = [...files.keys()].filter(index => index % each === 0);
  const slices = starts.map(start => `(${selectFiles(definition, files.slice(start, start + each))})`);
  return { table: FACT, slices, rows };
}

/** The names that stand in the SQL outside of comments and texts, whatever they mean there. */
function columnsIn(sql: string, names: readonly string[]): ReadonlySet<string> {
  const code = sql.replaceAll(/--.*$/gm, '').replaceAll(/'[^']*'/g, '');
  const words = new Set(code.match(/\w+/g));
  return new Set(names.filter(name => words.has(name)));
}
