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
  /** All of these, and of each any one: `-- needs: a, b | c` is [[a], [b, c]]. What `from` needs is among them. */
  readonly needs: readonly (readonly string[])[];
  /** Other marts that it reads. */
  readonly from: readonly string[];
  readonly kind: Placement;
  readonly sql: string;
}

/** In the order of their names. */
export async function readMarts(): Promise<SqlFile[]> {
  const marts = await readFolder('marts');
  const ordered = afterSources(marts);
  const needs = new Map<string, SqlFile['needs']>();
  for (const { name, needs: own, from } of ordered) {
    const all = [...own, ...from.flatMap(source => needs.get(source)!)];
    needs.set(name, [...new Map(all.map(any => [any.join(), any])).values()]);
  }
  return marts.map(mart => ({ ...mart, needs: needs.get(mart.name)! }));
}

/** The marts in an order in which each follows all that it is made from. */
export function afterSources(marts: readonly SqlFile[]): SqlFile[] {
  const ordered = new Set<SqlFile>();
  while (ordered.size < marts.length) {
    const names = new Set(Array.from(ordered, ({ name }) => name));
    const next = marts.filter(mart => !ordered.has(mart) && mart.from.every(source => names.has(source)));
    invariant(next.length > 0, `marts made from each other, or from none that there is: ${waiting(marts, ordered)}`);
    for (const mart of next) ordered.add(mart);
  }
  return [...ordered];
}

const waiting = (marts: readonly SqlFile[], ordered: ReadonlySet<SqlFile>): string =>
  marts
    .filter(mart => !ordered.has(mart))
    .map(({ name }) => name)
    .join(', ');

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
    description: header.filter(line => !/^(grain|needs|kind|from): /.test(line)).join(' '),
    grain: tag('grain'),
    needs: tag('needs').map(any => list(any, '|')),
    from: tag('from'),
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
