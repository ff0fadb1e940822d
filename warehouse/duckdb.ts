/**
 * The embedded warehouse: one DuckDB file a publication. Facts stay in the lake as views over their Parquet
 * files; dimensions and marts are tables in the file.
 *
 * The views name their files relative to the project folder, which every connection sets as the variable `lake`,
 * so the folder can be moved. DuckDB's own `file_search_path` would do for that, but it splits at commas, which
 * folder names may have, and `allowed_directories`, which keeps queries out of other folders, does not know it.
 * Without the variable, as in DuckDB's own shell, the views work from inside the project folder.
 */
import { open as openFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBMaterializedResult,
  DuckDBTimestampValue,
  type DuckDBValueConverter,
  JsonDuckDBValueConverter,
  StatementType,
} from '@duckdb/node-api';
import { DuckBuild } from './duckdb-build.ts';
import { asUserError } from './duckdb-errors.ts';
import type { Connection, Session } from './duckdb-fact.ts';
import { HASH_BITS } from './duckdb-members.ts';
import { literal, MACROS } from './duckdb-sql.ts';
import type * as warehouse from './warehouse.ts';
import type { Json } from './warehouse.ts';

/** A build may spill to disk, and a query too: neither may take the memory of the threads beside it. */
const MEMORY_LIMIT = '500MB';

/** Rows that DuckDB hands out at once, at most. */
const VECTOR_ROWS = 2048;

/** Begins a publication in a new file. */
export async function openDuckBuild({ file, lakeDir, threads }: warehouse.BuildOptions): Promise<warehouse.Build> {
  const settings = {
    threads: String(threads),
    preserve_insertion_order: 'false',
    perfect_ht_threshold: String(HASH_BITS),
  };
  const database = await open(
    file,
    lakeDir,
    settings,
    MACROS.map(macro => `create macro ${macro}`),
  );
  return new DuckBuild(await openSession(database, dirname(file)));
}

/** Opens a finished publication: queries can read it, the project folder's files, and nothing else. */
export async function openDuckWarehouse(file: string, lakeDir: string): Promise<warehouse.Warehouse> {
  const database = await open(file, lakeDir, { access_mode: 'READ_ONLY' }, [
    `set allowed_directories = [${literal(asFolder(lakeDir))}]`,
    'set enable_external_access = false',
    'set lock_configuration = true',
  ]);
  return {
    query: (sql, options = {}) => query(database, sql, options),
    close: database.close,
  };
}

interface Database {
  /** A connection that knows where the lake is. Results that stream need one each. */
  connect(): Promise<DuckDBConnection>;
  /** Also writes what is not yet in the file. */
  close(): Promise<void>;
}

let opened = 0;

async function open(
  file: string,
  lakeDir: string,
  settings: Record<string, string>,
  preparation: readonly string[],
): Promise<Database> {
  // Of this process and this opening alone: several may read one publication, and DuckDB leaves the folder behind.
  const spill = `${file}.spill-${process.pid}-${opened++}`;
  const instance = await DuckDBInstance.create(file, {
    memory_limit: MEMORY_LIMIT,
    temp_directory: spill,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...settings,
  });
  const database: Database = {
    async connect() {
      const connection = await instance.connect();
      await connection.run(`set variable lake = ${literal(asFolder(lakeDir))}`);
      return connection;
    },
    async close() {
      instance.closeSync();
      await rm(spill, { recursive: true, force: true });
    },
  };
  try {
    const connection = await database.connect();
    for (const sql of preparation) await connection.run(sql);
    connection.closeSync();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openSession(database: Database, folder: string): Promise<Session> {
  const connection = await database.connect();
  return {
    ...sessionOf(connection),
    fork: async () => sessionOf(await database.connect()),
    async close() {
      connection.closeSync();
      await database.close();
      // DuckDB flushes its file, not the folder that gives it its name.
      const handle = await openFile(folder, 'r');
      await handle.sync().finally(() => handle.close());
    },
  };
}

const sessionOf = (connection: DuckDBConnection): Connection => ({
  run: async sql => void (await connection.run(sql)),
  rows: async sql => (await connection.runAndReadAll(sql)).getRowsJson(),
  objects: async sql => (await connection.runAndReadAll(sql)).convertRowObjects(toJson),
  numbers: sql => numbers(connection, sql),
  close: async () => connection.closeSync(),
});

async function numbers(connection: DuckDBConnection, sql: string): Promise<Iterable<Float64Array[]>> {
  const result = await connection.run(sql);
  return piecesOf(result);
}

function* piecesOf(result: DuckDBMaterializedResult): Generator<Float64Array[]> {
  const buffers = Array.from({ length: result.columnCount }, () => new Float64Array(VECTOR_ROWS));
  for (let index = 0; index < result.chunkCount; index++) {
    const chunk = result.getChunk(index);
    // Each of its getters is a call of native code.
    const { rowCount } = chunk;
    yield buffers.map((buffer, column) => {
      const vector = chunk.getColumnVector(column);
      for (let row = 0; row < rowCount; row++) buffer[row] = vector.getItem(row) as number;
      return buffer.subarray(0, rowCount);
    });
  }
}

const asFolder = (path: string): string => (path.endsWith('/') ? path : `${path}/`);

async function query(
  database: Database,
  sql: string,
  { maxRows = Number.POSITIVE_INFINITY }: warehouse.QueryOptions,
): Promise<warehouse.QueryResult> {
  const connection = await database.connect();
  try {
    const statement = await prepareReading(connection, sql);
    const reader = await statement.streamAndRead();
    await (maxRows === Number.POSITIVE_INFINITY ? reader.readAll() : reader.readUntil(maxRows + 1));
    const rows = reader.convertRowObjects(toJson);
    return {
      columns: reader
        .deduplicatedColumnNames()
        .map((name, index) => ({ name, type: String(reader.columnType(index)) })),
      rows: rows.length > maxRows ? rows.slice(0, maxRows) : rows,
      truncated: rows.length > maxRows,
    };
  } catch (error) {
    throw asUserError(error, sql);
  } finally {
    connection.closeSync();
  }
}

/** A read-only database still lets `copy … to` write files and `attach` open others: only queries pass. */
async function prepareReading(connection: DuckDBConnection, sql: string) {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) throw new Error(`Expected one statement, seen ${statements.count}`);
  const statement = await statements.prepare(0);
  if (statement.statementType !== StatementType.SELECT) {
    throw new Error(`Expected a query, seen ${StatementType[statement.statementType]}: the warehouse is read-only`);
  }
  return statement;
}

const toJson: DuckDBValueConverter<Json> = (value, type, converter) => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBTimestampValue) return withSixDecimals(String(value));
  return JsonDuckDBValueConverter(value, type, converter);
};

const withSixDecimals = (time: string): string =>
  time.includes('.') ? time.padEnd('YYYY-MM-DD HH:mm:ss.SSSSSS'.length, '0') : time;
