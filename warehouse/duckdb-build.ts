/** Builds a publication in a DuckDB file: tables and views over part files, marts, checks. */
import { invariant } from '../base/errors.ts';
import type { TableDefinition } from '../base/table.ts';
import { named } from './duckdb-errors.ts';
import { type Connection, FACT, Fact, type Place, type Session } from './duckdb-fact.ts';
import { withBlocks } from './duckdb-members.ts';
import { linesAsOrders } from './duckdb-orders.ts';
import { rewrite } from './duckdb-rewrite.ts';
import { identifier, literal, SQL_TYPES, selectFiles } from './duckdb-sql.ts';
import { METRICS } from './metrics.ts';
import { afterSources, missing, readChecks, readMarts, type SqlFile } from './sql.ts';
import type { Build, CheckReport, Json, MartReport, Placement, Progress, TableSource, Totals } from './warehouse.ts';

/** Rows of a failed check that its report shows. */
const SAMPLE_ROWS = 5;

/** The SQL of a build, in DuckDB's words. */
export class DuckBuild implements Build {
  readonly #session: Session;
  /** Marts that this data set cannot have: their checks do not apply. */
  readonly #notBuilt = new Set<string>();
  /** Marts that are views: they are over the files, and checked there. */
  readonly #views = new Set<string>();
  readonly #dimensionRows = new Map<string, number>();
  #mapped: ReadonlySet<string> = new Set();
  /** Read while the dimensions are copied, which takes one thread. */
  #learning: Promise<Fact> | null = null;
  #fact: Fact | null = null;
  #closed = false;

  constructor(session: Session) {
    this.#session = session;
  }

  async addTable(source: TableSource, placement: Placement): Promise<void> {
    const { definition, files } = source;
    const { name, grain, columns } = definition;
    const sql = `create ${placement} ${identifier(name)} as ${selectFiles(definition, files)}`;
    await named(`the table ${name}`, undefined, () =>
      runAsOne(this.#session, [sql, ...comments(placement, name, grain, columns)]),
    );
    await this.#assertTypes(definition);
    if (name === FACT) {
      this.#learning = named(`what is known of ${FACT}`, undefined, () =>
        Fact.learn(this.#session, source, this.#dimensionRows),
      );
      // Whoever builds the marts hears of it.
      this.#learning.catch(() => undefined);
    } else if (placement === 'table') this.#dimensionRows.set(name, await this.#count(name));
  }

  async buildMarts(mapped: ReadonlySet<string>, onProgress?: Progress): Promise<MartReport[]> {
    this.#mapped = mapped;
    invariant(this.#learning, `no ${FACT}: it must be added first`);
    const marts = await readMarts();
    const fact = await this.#learning;
    this.#fact = fact;
    const reports = new Map<string, MartReport>();
    const build = async (mart: SqlFile) => {
      reports.set(mart.name, await named(`the mart ${mart.name}`, whereIs('marts', mart), () => this.#buildMart(mart)));
      onProgress?.(reports.size, marts.length);
    };
    const isEarly = ({ grain, from }: SqlFile) => from.length === 0 && fact.hasManyIds(grain);
    const others = afterSources(marts).filter(mart => !isEarly(mart));
    for (const mart of marts) if (isEarly(mart)) await build(mart);
    await named(`the copy of ${FACT}`, undefined, () => this.#copyFact(fact, others));
    for (const mart of others) await build(mart);
    return marts.map(({ name }) => reports.get(name)!);
  }

  /** For the marts that are still to be made, and for all checks. */
  async #copyFact(fact: Fact, marts: readonly SqlFile[]): Promise<void> {
    const statements = [...marts, ...(await readChecks())];
    const readers = statements.filter(
      ({ needs, kind, sql }) => missing(needs, this.#mapped).length === 0 && kind === 'table' && sql.includes(FACT),
    );
    await fact.copy(readers.map(({ sql }) => sql));
  }

  /** A view is made over the files, in SQL that users may read: it is exchanged only where reading it could not end. */
  #viewPlace(sql: string): Place {
    const { distinct, fact } = this.#fact!.known;
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
    const { session, sql } = kind === 'view' ? this.#viewPlace(mart.sql) : this.#fact!.place(mart.sql);
    const columns = (await session.rows(`describe ${sql}`)) as [name: string, type: string][];
    const statement = `create ${kind} ${identifier(name)} as ${withStorableTypes(sql, columns)}`;
    const metrics = METRICS.filter(({ key }) => columns.some(([column]) => column === key));
    const described = metrics.map(({ key, label, formula }) => ({ name: key, description: `${label}: ${formula}` }));
    await runAsOne(session, [withBlocks(statement), ...comments(kind, name, description, described)]);
    const rows = kind === 'view' ? null : await this.#count(identifier(name));
    return { name, built: true, rows, reason: null, ...clock() };
  }

  async measure(sql: string): Promise<Record<string, Json>> {
    const place = this.#fact!.place(sql);
    const [row] = await place.session.objects(place.sql);
    return row!;
  }

  async runChecks(onProgress?: Progress): Promise<CheckReport[]> {
    const checks = await readChecks();
    const applying = checks.filter(
      ({ name, needs }) => !this.#notBuilt.has(name) && missing(needs, this.#mapped).length === 0,
    );
    const onCopy = applying.filter(check => this.#fact!.isInCopy(this.#checkingPlace(check)));
    const reports = new Map<string, CheckReport>();
    const run = async (check: SqlFile) => {
      const report = await named(`the check ${check.name}`, whereIs('checks', check), () => this.#runCheck(check));
      reports.set(check.name, report);
      onProgress?.(checks.length - applying.length + reports.size, checks.length);
    };
    for (const check of onCopy) await run(check);
    // The checks of views may group all lines, for which they want the memory of the copy.
    await this.#fact!.dropCopy();
    for (const check of applying) if (!onCopy.includes(check)) await run(check);
    return applying.map(({ name }) => reports.get(name)!);
  }

  #checkingPlace({ name, sql }: SqlFile): Place {
    const fact = this.#fact!;
    return this.#views.has(name) ? { session: this.#session, sql: rewrite(sql, fact.known) } : fact.place(sql);
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
      const fact = await this.#learning?.catch(() => null);
      await fact?.close();
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

/** In one transaction, since each flushes the disk. */
async function runAsOne(session: Connection, statements: readonly string[]): Promise<void> {
  await session.run('begin');
  try {
    await session.run(statements.join(';\n'));
    await session.run('commit');
  } catch (error) {
    await session.run('rollback').catch(() => undefined);
    throw error;
  }
}

const whereIs = (folder: 'marts' | 'checks', { name }: SqlFile): string => `warehouse/${folder}/${name}.sql`;

/** DuckDB adds whole numbers up to 128 bits, which neither Parquet nor BigQuery have. */
function withStorableTypes(sql: string, columns: readonly (readonly [name: string, type: string])[]): string {
  const huge = columns.filter(([, type]) => type === 'HUGEINT').map(([name]) => identifier(name));
  if (huge.length === 0) return sql;
  return `select * replace (${huge.map(name => `cast(${name} as bigint) as ${name}`).join(', ')}) from (${sql})`;
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
