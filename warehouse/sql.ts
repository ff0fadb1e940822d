/** Reads marts/*.sql and checks/*.sql. What a file needs and promises stands in the comments on its top. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invariant } from '../base/errors.ts';
import type { Placement } from './warehouse.ts';

export interface SqlFile {
  /** The file's name without `.sql`: the mart, or what is checked. */
  readonly name: string;
  readonly description: string;
  /** The columns that are unique together and order a dump. Empty for checks. */
  readonly grain: readonly string[];
  /** All of these, and of each any one: `-- needs: a, b | c` is [[a], [b, c]]. */
  readonly needs: readonly (readonly string[])[];
  readonly kind: Placement;
  readonly sql: string;
}

export const readMarts = (): Promise<SqlFile[]> => readFolder('marts');

export const readChecks = (): Promise<SqlFile[]> => readFolder('checks');

/** What is needed and not mapped, in the header's words. Empty if all is there. */
export function missing(needs: SqlFile['needs'], mapped: ReadonlySet<string>): string[] {
  return needs.filter(any => !any.some(column => mapped.has(column))).map(any => any.join(' or '));
}

async function readFolder(folder: 'marts' | 'checks'): Promise<SqlFile[]> {
  const path = join(import.meta.dirname, folder);
  const names = (await readdir(path)).filter(name => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async name => parse(name.slice(0, -'.sql'.length), await readFile(join(path, name), 'utf8'))),
  );
}

function parse(name: string, sql: string): SqlFile {
  const header: string[] = [];
  for (const line of sql.split('\n')) {
    if (!line.startsWith('-- ')) break;
    header.push(line.slice('-- '.length));
  }
  const tag = (key: string) => list(header.find(line => line.startsWith(`${key}: `))?.slice(key.length + 2), ',');
  const kind = tag('kind')[0] ?? 'table';
  invariant(kind === 'view' || kind === 'table', `${name}.sql: kind '${kind}': expected view or table`);
  return {
    name,
    description: header.filter(line => !/^(grain|needs|kind): /.test(line)).join(' '),
    grain: tag('grain'),
    needs: tag('needs').map(any => list(any, '|')),
    kind,
    sql: sql.trim(),
  };
}

function list(text: string | undefined, separator: string): string[] {
  return (text ?? '')
    .split(separator)
    .map(item => item.trim())
    .filter(item => item !== '');
}
