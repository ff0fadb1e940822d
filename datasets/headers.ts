/** How the header of a file and the columns of a table fit each other. */
import { contentName } from '../base/compression.ts';
import type { TableContract } from './contract.ts';
import { nearest } from './nearest.ts';

export interface HeaderMatch {
  /** Where each column that is in the file stands in its header, from 0; columns in the contract's order, ignored ones left out. */
  readonly positions: ReadonlyMap<string, number>;
  /** Columns that are read and are not in the header. */
  readonly missing: readonly string[];
  /** Header names that the table does not know. */
  readonly added: readonly string[];
  /** Names, or columns by two names, that the header has twice. */
  readonly doubled: readonly string[];
}

/** Finds a table's columns, by name or alias, in whatever order the header has them. */
export function matchHeader(table: TableContract, header: readonly string[]): HeaderMatch {
  const names = headerNames(header);
  const doubled = new Set(names.filter((name, index) => name !== '' && names.indexOf(name) !== index));
  const known = new Set<string>();
  const positions = new Map<string, number>();
  const missing: string[] = [];
  for (const [column, { kind, alias }] of Object.entries(table.columns)) {
    const found = [column, ...(alias ?? [])].filter(name => names.includes(name));
    for (const name of found) known.add(name);
    if (found.length > 1) doubled.add(found.join(' and '));
    if (kind === 'ignore') continue;
    if (found[0] === undefined) missing.push(column);
    else positions.set(column, names.indexOf(found[0]));
  }
  const added = names.filter((name, index) => name !== '' && !known.has(name) && names.indexOf(name) === index);
  return { positions, missing, added, doubled: [...doubled] };
}

/** Header cells as names: without the byte order mark, the carriage return and the blanks around them. */
export const headerNames = (header: readonly string[]): string[] => header.map(cell => cell.trim());

/** From this share of columns on, a file was probably meant to be the table's. */
export const CLOSE = 0.5;

/** Share of the columns to be read that the header has, 0 to 1. */
export function headerShare({ positions, missing }: HeaderMatch): number {
  return positions.size / Math.max(1, positions.size + missing.length);
}

/** For each missing column, the new header name that it was probably renamed to. */
export function renames({ missing, added }: HeaderMatch): Map<string, string> {
  const guesses = new Map<string, string>();
  const free = new Set(added);
  for (const column of missing) {
    const guess = nearest(column, free);
    if (guess === null) continue;
    guesses.set(column, guess);
    free.delete(guess);
  }
  // When one column went and one came, they are probably one, however different their names.
  const [lost, ...others] = missing.filter(column => !guesses.has(column));
  if (lost !== undefined && others.length === 0 && free.size === 1) guesses.set(lost, [...free][0]!);
  return guesses;
}

/** Whether a file name matches one of the table's patterns: `*` is any characters, case does not count. */
export function nameMatches(table: TableContract, file: string): boolean {
  return patterns(table).some(pattern => isMatch(pattern, file));
}

/** Whether a pattern that matches says something about the table: `*.csv` does not. */
export function nameTells(table: TableContract, file: string): boolean {
  return patterns(table).some(
    pattern => /[\p{L}\p{N}]/u.test(contentName(pattern).replace(/\.\w+$/, '')) && isMatch(pattern, file),
  );
}

export const patterns = (table: TableContract): readonly string[] =>
  typeof table.files === 'string' ? [table.files] : table.files;

/** A compressed file has two names: its own, and that of what is in it. */
const isMatch = (pattern: string, file: string): boolean =>
  [baseName(file), contentName(baseName(file))].some(name => globToRegExp(pattern).test(name));

const baseName = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

const globToRegExp = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .split('*')
      .map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    'iu',
  );
