/** The peer of most tables: DuckDB in this process, told the same types and formats as the contract says. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { ColumnContract, TableContract } from '../datasets/contract.ts';

export async function withDuckDb<Result>(
  threads: number,
  work: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  const database = await DuckDBInstance.create(':memory:', { threads: String(threads) });
  const connection = await database.connect();
  try {
    // Both sides write what they read in the order of the file only if that costs nothing.
    await connection.run('set preserve_insertion_order = false');
    return await work(connection);
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

/** `read_csv` with everything said, so that no time goes into sniffing. */
export function readCsvSql(path: string, names: readonly string[], table: TableContract, lineEnd = '\n'): string {
  const columns = names.map(name => `${literal(name)}: '${sqlType(table.columns[name]!)}'`);
  const options = [
    literal(path),
    'header = true',
    'auto_detect = false',
    `delim = ','`,
    `quote = '"'`,
    `escape = '"'`,
    `nullstr = ''`,
    ...(lineEnd === '\r\n' ? [`new_line = '\\r\\n'`] : []),
    `columns = {${columns.join(', ')}}`,
    ...formatOptions(Object.values(table.columns)),
    ...(table.encoding === 'latin1' ? [`encoding = 'latin-1'`] : []),
  ];
  return `read_csv(${options.join(', ')})`;
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function sqlType({ kind }: ColumnContract): string {
  const types = { int: 'BIGINT', decimal: 'DECIMAL(18,6)', date: 'DATE', timestamp: 'TIMESTAMP', boolean: 'BOOLEAN' };
  return types[kind as keyof typeof types] ?? 'VARCHAR';
}

/** DuckDB takes one format for all dates and one for all times: the first of the contract's. */
function formatOptions(columns: readonly ColumnContract[]): string[] {
  return (['date', 'timestamp'] as const).flatMap(kind => {
    const format = columns.find(column => column.kind === kind)?.formats?.[0];
    return format === undefined ? [] : [`${kind}format = ${literal(strptime(format))}`];
  });
}

const strptime = (format: string): string =>
  format
    .replace('YYYY', '%Y')
    .replace('MM', '%m')
    .replace('DD', '%d')
    .replace('HH', '%H')
    .replace('mm', '%M')
    .replace('SSS', '%g')
    .replace('ss', '%S');
