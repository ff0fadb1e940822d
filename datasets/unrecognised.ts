/** What to tell someone whose files fit no contract: what differs, and what to change. */
import { UserError } from '../base/errors.ts';
import type { Contract } from './contract.ts';
import type { Drift, Fit, SourceFile } from './fit.ts';
import { CLOSE, headerShare, patterns, renames } from './headers.ts';

/** E_HEADER: files that look like a table's, line by line what their headers lack and have more. */
export function driftError(contract: Contract, drifts: readonly Drift[]): UserError {
  const names = drifts.map(drift => `${drift.file.name} (table ${drift.table})`);
  return new UserError({
    code: 'E_HEADER',
    what: `${names.join(', ')} ${drifts.length > 1 ? 'do' : 'does'} not match contract ${contract.name} v${contract.version}`,
    why: lines(drifts.flatMap(drift => (drifts.length > 1 ? [drift.file.name, ...diff(drift)] : diff(drift)))),
    unchanged: 'nothing was read or published',
    next: lines(drifts.flatMap(drift => mend(contract, drift))),
    exitCode: 2,
  });
}

/** E_HEADER: a header that names a column twice, so that nobody can say which one is meant. */
export function doubledError(contract: Contract, table: string, file: string, doubled: readonly string[]): UserError {
  return new UserError({
    code: 'E_HEADER',
    what: `${file} (table ${table} of contract ${contract.name}) has columns twice`,
    why: `${doubled.join(', ')}: which one is meant?`,
    unchanged: 'nothing was read or published',
    next: 'rename one of them in the file',
    exitCode: 2,
  });
}

/** E_NO_FILE: the contract fits as far as there are files, but a required table has none. */
export function noFileError({ contract, missing, unclaimed }: Fit): UserError {
  return new UserError({
    code: 'E_NO_FILE',
    what: `no file for ${missing.length > 1 ? 'tables' : 'table'} ${missing.join(', ')} of contract ${contract.name}`,
    why: lines([
      ...missing.map(table => `${table}  ${describeTable(contract, table)}`),
      ...(unclaimed.length > 0 ? [`files of no table: ${listFiles(unclaimed)}`] : []),
    ]),
    unchanged: 'nothing was read or published',
    next: 'put the file into the folder, or leave the table out of a contract of your own',
    exitCode: 2,
  });
}

/** E_NO_CONTRACT: nothing fits; which contracts came closest, and what they lack. */
export function noContractError(files: readonly SourceFile[], fits: readonly Fit[]): UserError {
  return new UserError({
    code: 'E_NO_CONTRACT',
    what:
      files.length === 0
        ? 'there are no CSV files'
        : `no contract fits the ${files.length === 1 ? 'file' : `${files.length} files`}`,
    where: files.length === 0 ? undefined : listFiles(files),
    why: files.length === 0 ? undefined : lines(fits.slice(0, CLOSEST).flatMap(closeness)),
    unchanged: 'nothing was read or published',
    next:
      files.length === 0
        ? 'name a folder with CSV files, or type `endcap demo`'
        : '--contract NAME to see what differs from one of them, or --contract FILE for one of your own (datasets/README.md)',
    exitCode: 2,
  });
}

/** E_NO_CONTRACT: several contracts, or several tables of one, fit equally well. */
export function ambiguousError(names: readonly string[], file?: string): UserError {
  const subject = file === undefined ? 'the files fit several contracts' : `${file} fits several tables`;
  return new UserError({
    code: 'E_NO_CONTRACT',
    what: `${subject} equally well: ${names.join(', ')}`,
    unchanged: 'nothing was read or published',
    next:
      file === undefined ? `--contract ${names[0]}` : 'rename the file so that it matches the pattern of one of them',
    exitCode: 2,
  });
}

const CLOSEST = 3;
const FILES_NAMED = 8;

/** `− CustomerID  missing` and `+ Cust_ID  new, looks like CustomerID`. */
function diff({ match }: Drift): string[] {
  const guesses = renames(match);
  const lookalike = new Map([...guesses].map(([column, name]) => [name, column]));
  const width = Math.max(...[...match.missing, ...match.added].map(name => name.length));
  return [
    ...match.missing.map(column => `− ${column.padEnd(width)}  missing`),
    ...match.added.map(name => {
      const guess = lookalike.get(name);
      return `+ ${name.padEnd(width)}  new${guess === undefined ? '' : `, looks like ${guess}`}`;
    }),
  ];
}

function mend(contract: Contract, { table, file, match }: Drift): string[] {
  const guesses = renames(match);
  const aliases = match.missing.flatMap(column => {
    const name = guesses.get(column);
    const kind = contract.tables[table]!.columns[column]!.kind;
    return name === undefined
      ? []
      : [`tables.${table}.columns: ${quoted(column)}: ${kind}({ …, alias: ['${name}'] }), if that is the same column`];
  });
  if (aliases.length === match.missing.length) return aliases;
  return [...aliases, `add the missing columns to ${file.name}, or move it out of the folder if it is not ${table}`];
}

const quoted = (name: string): string => (/^\w+$/.test(name) ? name : `'${name}'`);

function closeness({ contract, missing, drifts, claims }: Fit): string[] {
  const found = [...claims.values()].filter(files => files.length > 0).length;
  const summary = `${contract.name}: ${found} of ${claims.size} tables found`;
  const close = drifts.filter(drift => headerShare(drift.match) >= CLOSE);
  if (found + close.length === 0) return [summary];
  return [
    missing.length === 0 ? summary : `${summary}, none for ${missing.join(', ')}`,
    ...close.flatMap(drift => [`~ ${drift.file.name} as ${drift.table}`, ...diff(drift).map(line => `  ${line}`)]),
  ];
}

function describeTable(contract: Contract, table: string): string {
  const { columns, files } = contract.tables[table]!;
  const names = Object.keys(columns).filter(column => columns[column]!.kind !== 'ignore');
  return `${patterns({ columns, files, key: [] }).join(' or ')} with ${names.join(', ')}`;
}

function listFiles(files: readonly SourceFile[]): string {
  const named = files.slice(0, FILES_NAMED).map(file => file.name);
  return named.join(', ') + (files.length > FILES_NAMED ? ` and ${files.length - FILES_NAMED} more` : '');
}

/** Several lines in one sentence of a UserError, each under the first. */
const lines = (all: readonly string[]): string => all.join(`\n${' '.repeat(13)}`);
