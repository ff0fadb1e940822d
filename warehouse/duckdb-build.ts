/** Builds a publication in a DuckDB file: tables and views over part files, marts, checks. */
import { invariant } from '../base/errors.ts';
import type { TableDefinition } from '../base/table.ts';
import { constantsSql, copySql, isCovered, planCopy } from './duckdb-copy.ts';
import { distinctColumns } from './duckdb-distinct.ts';
import { named } from './duckdb-errors.ts';
import { blockOf, withBlocks } from './duckdb-members.ts';
import { linesAsOrders } from './duckdb-orders.ts';
import { type Known, rewrite } from './duckdb-rewrite.ts';
import { identifier, literal, SQL_TYPES, selectFiles } from './duckdb-sql.ts';
import { readStatistics, type TableStatistics } from './duckdb-statistics.ts';
import { METRICS } from './metrics.ts';
import { missing, readChecks, readMarts, type SqlFile } from './sql.ts';
import type { Build, CheckReport, Json, MartReport, Placement, Progress, TableSource, Totals } from './warehouse.ts';

/** Rows of a failed check that its report shows. */
const SAMPLE_ROWS = 5;

/** One connection to the file that is being built. */
export interface Connection {
  /** One statement or several. */
  run(sql: string): Promise<void>;
  /** Whole numbers and decimals as text. */
  rows(sql: string): Promise<Json[][]>;
  /** As queries of users give them. */
  objects(sql: string): Promise<Record<string, Json>[]>;
  /** The columns of a query, all doubles and none null, in pieces. Each is good until the next one comes. */
  numbers(sql: string): AsyncIterable<readonly Float64Array[]>;
  close(): Promise<void>;
}

/** The first connection, whose closing closes the file. */
export interface Session extends Connection {
  /** Another connection: it has temporary tables of its own. */
  fork(): Promise<Connection>;
}

/** Where a statement is run, and what becomes of it there. */
interface Place {
  readonly session: Connection;
  readonly sql: string;
}

/** The fact in memory. */
interface Copy {
  readonly session: Connection;
  /** Null for statements that need other columns of the fact than are there. */
  place(sql: string): Place | null;
}

const FACT = 'fct_sales';

/** Columns of the fact in which no value may stand twice: the first never does, the other where an order is one line. */
const KEYS = ['sale_id', 'order_id'];

/** The SQL of a build, in DuckDB's words. */
export class DuckBuild implements Build {
  readonly #session: Session;
  /** Marts that this data set cannot have: their checks do not apply. */
  readonly #notBuilt = new Set<string>();
  /** Marts that are views: they are over the files, and checked there. */
  readonly #views = new Set<string>();
  readonly #dimensionRows = new Map<string, number>();
  #mapped: ReadonlySet<string> = new Set();
  #fact: TableSource | null = null;
  #known: Known | null = null;
  #copy: Copy | null = null;
  /** Sees the fact in its files, with what is known of it. */
  #files: Connection | null = null;
  #closed = false;

  constructor(session: Session) {
    this.#session = session;
  }

  async addTable(source: TableSource, placement: Placement): Promise<void> {
    const { definition, files } = source;
    const { name, grain, columns } = definition;
    const sql = `create ${placement} ${identifier(name)} as ${selectFiles(definition, files)}`;
    await named(`the table ${name}`, undefined, () =>
      this.#session.run(asOne([sql, ...comments(placement, name, grain, columns)])),
    );
    await this.#assertTypes(definition);
    if (name === FACT) this.#fact = source;
    else if (placement === 'table') this.#dimensionRows.set(name, await this.#count(name));
  }

  async buildMarts(mapped: ReadonlySet<string>, onProgress?: Progress): Promise<MartReport[]> {
    this.#mapped = mapped;
    const marts = await readMarts();
    const checks = await readChecks();
    const statements = [...marts, ...checks].filter(({ needs }) => missing(needs, mapped).length === 0);
    await named(`what is known of ${FACT}`, undefined, () => this.#prepareFact(statements));
    const reports: MartReport[] = [];
    for (const mart of marts) {
      reports.push(await named(`the mart ${mart.name}`, whereIs('marts', mart), () => this.#buildMart(mart)));
      onProgress?.(reports.length, marts.length);
    }
    return reports;
  }

  /** Learns what makes statements cheaper, and copies what most of them read. */
  async #prepareFact(statements: readonly SqlFile[]): Promise<void> {
    invariant(this.#fact, `no ${FACT}: it must be added first`);
    const { definition, files } = this.#fact;
    const statistics = await readStatistics(sql => this.#session.rows(sql), definition, files);
    const rows = statistics.values().next().value?.rows ?? 0;
    this.#files = await this.#session.fork();
    await this.#files.run(constantsSql(this.#fact, statistics));
    const candidates = KEYS.map(column => ({ column, range: wholeRange(definition, statistics, column) }));
    const distinct = await distinctColumns(this.#files, candidates, FACT, rows);
    const known = { fact: definition, statistics, distinct, dimensionRows: this.#dimensionRows };
    this.#known = { ...known, blocks: new Set() };
    const names = definition.columns.map(({ name }) => name);
    const columnsOf = (sql: string) => columnsIn(this.#rewrite(sql), names);
    const readers = statements.filter(({ kind, sql }) => kind === 'table' && sql.includes(FACT)).map(({ sql }) => sql);
    const inBlocks = readers.map(sql => rewrite(sql, { ...known, blocks: new Set(names) }));
    const counted = names.filter(name => inBlocks.some(sql => sql.includes(blockOf(name))));
    const plan = planCopy(definition, statistics, rows, readers.map(columnsOf), new Set(counted));
    if (!plan) return;
    const session = await this.#session.fork();
    for (const sql of copySql(FACT, plan)) await session.run(sql);
    const { columns, blocks } = plan;
    const place = (sql: string) => ({ session, sql: rewrite(sql, { ...known, blocks }) });
    this.#copy = { session, place: sql => (isCovered(columnsOf(sql), columns) ? place(sql) : null) };
  }

  #rewrite(sql: string): string {
    return this.#known ? rewrite(sql, this.#known) : sql;
  }

  /** Where a statement finds the fact at least cost, and how it asks there. */
  #place(sql: string): Place {
    return this.#copy?.place(sql) ?? { session: this.#files ?? this.#session, sql: this.#rewrite(sql) };
  }

  /** A view is made over the files, in SQL that users may read: it is exchanged only where reading it could not end. */
  #viewPlace(sql: string): Place {
    const { distinct, fact } = this.#known!;
    return { session: this.#session, sql: distinct.has('order_id') ? linesAsOrders(sql, fact) : sql };
  }

  async #buildMart(mart: SqlFile): Promise<MartReport> {
    const { name, needs, kind, description } = mart;
    const unmapped = missing(needs, this.#mapped);
    if (unmapped.length > 0) {
      this.#notBuilt.add(name);
      return { name, built: false, rows: null, reason: unmapped.join(', '), ms: 0, cpuMs: 0 };
    }
    if (kind === 'view') this.#views.add(name);
    const clock = startClock();
    const { session, sql } = kind === 'view' ? this.#viewPlace(mart.sql) : this.#place(mart.sql);
    const columns = (await session.rows(`describe ${sql}`)) as [name: string, type: string][];
    const statement = `create ${kind} ${identifier(name)} as ${withStorableTypes(sql, columns)}`;
    const metrics = METRICS.filter(({ key }) => columns.some(([column]) => column === key));
    const described = metrics.map(({ key, label, formula }) => ({ name: key, description: `${label}: ${formula}` }));
    await session.run(withBlocks(asOne([statement, ...comments(kind, name, description, described)])));
    const rows = kind === 'view' ? null : await this.#count(identifier(name));
    return { name, built: true, rows, reason: null, ...clock() };
  }

  async measure(sql: string): Promise<Record<string, Json>> {
    const place = this.#place(sql);
    const [row] = await place.session.objects(place.sql);
    return row!;
  }

  async runChecks(onProgress?: Progress): Promise<CheckReport[]> {
    const checks = await readChecks();
    const applying = checks.filter(
      ({ name, needs }) => !this.#notBuilt.has(name) && missing(needs, this.#mapped).length === 0,
    );
    const onCopy = applying.filter(check => this.#copy && this.#checkingPlace(check).session === this.#copy.session);
    const reports = new Map<string, CheckReport>();
    const run = async (check: SqlFile) => {
      const report = await named(`the check ${check.name}`, whereIs('checks', check), () => this.#runCheck(check));
      reports.set(check.name, report);
      onProgress?.(checks.length - applying.length + reports.size, checks.length);
    };
    for (const check of onCopy) await run(check);
    // The checks of views group all lines, for which they want the memory of the copy.
    await this.#dropCopy();
    for (const check of applying) if (!onCopy.includes(check)) await run(check);
    return applying.map(({ name }) => reports.get(name)!);
  }

  async #dropCopy(): Promise<void> {
    await this.#copy?.session.close();
    this.#copy = null;
  }

  #checkingPlace({ name, sql }: SqlFile): Place {
    return this.#views.has(name) ? { session: this.#session, sql: this.#rewrite(sql) } : this.#place(sql);
  }

  async #runCheck(check: SqlFile): Promise<CheckReport> {
    const clock = startClock();
    const { name } = check;
    const { session, sql } = this.#checkingPlace(check);
    const failures = Number((await session.rows(`select count(*) from (${sql})`))[0]![0]);
    const sample =
      failures === 0 ? [] : await session.objects(`select * from (${sql}) order by all limit ${SAMPLE_ROWS}`);
    return { name, passed: failures === 0, failures, sample, ...clock() };
  }

  async totals(): Promise<Totals> {
    const files = (await this.#session.rows(`
      select source_file, count(*), sum(net_amount_base), sum(sum(net_amount_base)) over ()
      from ${FACT} group by source_file order by source_file`)) as [string, string, string, string][];
    const counted = files.map(([source_file, rows, sum]) => ({
      source_file,
      rows: Number(rows),
      net_amount_base: sum,
    }));
    return {
      rows: counted.reduce((sum, { rows }) => sum + rows, 0),
      net_amount_base: files[0]?.[3] ?? '0.000000',
      files: counted,
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      // Closing alone would say nothing of a disk too full for what is not in the file yet.
      await this.#dropCopy();
      await this.#files?.close();
      await this.#session.run('checkpoint');
    } finally {
      await this.#session.close();
    }
  }

  /** The files' own types are what queries see, so they must be the ones that we promise. */
  async #assertTypes({ name, columns }: TableDefinition): Promise<void> {
    const seen = await this.#session.rows(`describe ${identifier(name)}`);
    columns.forEach((column, index) => {
      const type = seen[index]?.[1];
      const expected = SQL_TYPES[column.type];
      invariant(type === expected, `${name}.${column.name} is ${type} in its Parquet files: expected ${expected}`);
    });
  }

  async #count(from: string): Promise<number> {
    return Number((await this.#session.rows(`select count(*) from ${from}`))[0]![0]);
  }
}

/** The limits of a column of whole numbers. */
function wholeRange({ columns }: TableDefinition, statistics: TableStatistics, column: string) {
  const isWhole = columns.find(({ name }) => name === column)?.type === 'int64';
  return isWhole ? (statistics.get(column)?.range ?? null) : null;
}

function comments(
  placement: Placement,
  table: string,
  text: string,
  columns: readonly { readonly name: string; readonly description: string }[],
): string[] {
  const ofColumns = columns.map(
    ({ name, description }) => `column ${identifier(table)}.${identifier(name)} is ${literal(description)}`,
  );
  return [`${placement} ${identifier(table)} is ${literal(text)}`, ...ofColumns].map(text => `comment on ${text}`);
}

/** One transaction: each flushes the disk. */
const asOne = (statements: readonly string[]): string => ['begin', ...statements, 'commit'].join(';\n');

const whereIs = (folder: 'marts' | 'checks', { name }: SqlFile): string => `warehouse/${folder}/${name}.sql`;

/** DuckDB adds whole numbers up to 128 bits, which neither Parquet nor BigQuery have. */
function withStorableTypes(sql: string, columns: readonly (readonly [name: string, type: string])[]): string {
  const huge = columns.filter(([, type]) => type === 'HUGEINT').map(([name]) => identifier(name));
  if (huge.length === 0) return sql;
  return `select * replace (${huge.map(name => `cast(${name} as bigint) as ${name}`).join(', ')}) from (${sql})`;
}

/** The names that stand in the SQL outside of comments and texts, whatever they mean there. */
function columnsIn(sql: string, names: readonly string[]): ReadonlySet<string> {
  const code = sql.replaceAll(/--.*$/gm, '').replaceAll(/'[^']*'/g, '');
  const words = new Set(code.match(/\w+/g));
  return new Set(names.filter(name => words.has(name)));
}

/** Time that passes, and CPU time of the whole process. */
function startClock(): () => { ms: number; cpuMs: number } {
  const start = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { ms: Math.round(performance.now() - start), cpuMs: Math.round((user + system) / 1000) };
  };
}
