/** `endcap why FILE:LINE`: what became of one record. */
import { resolve } from 'node:path';
import { UserError, usageError } from '../base/errors.ts';
import { type FoundRecord, openRawFile } from '../coordinator/rawfile.ts';
import type { RunSummary } from '../coordinator/summary.ts';
import { didYouMean } from '../datasets/nearest.ts';
import type { Json, Warehouse } from '../warehouse/warehouse.ts';
import type { ExitStatus, Session } from './io.ts';
import { sqlText, withWarehouse } from './project.ts';
import type { Refused } from './quarantine.ts';

import { padEnd } from './style.ts';

/** What became of a line, as data; `outcome` says which of the others are there. */
export interface Fate {
  readonly file: string;
  readonly line: number;
  readonly outcome: 'kept' | 'duplicate' | 'quarantined' | 'header' | 'blank' | 'unread';
  /** The line on which the record begins, if it is not the one asked for. */
  readonly begins?: number;
  readonly table?: string;
  /** The fact's row. */
  readonly row?: Record<string, Json>;
  readonly refused?: Refused;
  readonly original?: string;
  /** The raw file was written after the run read it. */
  readonly changed?: boolean;
}

export async function whyVerb(
  session: Session,
  place: string,
  { run }: { readonly run?: string },
): Promise<ExitStatus> {
  const match = /^(.+):([1-9]\d*)$/.exec(place.trim());
  if (!match) throw usageError(`${place}: expected FILE:LINE`, 'endcap why sales.csv:118');
  const fate = await withWarehouse(session, run, ({ warehouse, summary, publication }) => {
    if (!summary) throw usageError('the summary of that run is gone', 'endcap run DIR');
    return findFate(
      warehouse,
      summary,
      fileNamed(session, summary, match[1]!),
      Number(match[2]),
      publication?.publishedAt,
    );
  });
  session.print(session.options.json ? JSON.stringify(fate) : describeFate(session, fate));
  return 0;
}

/** The raw file that a person means: by its name, its path, or the end of it. */
function fileNamed({ cwd }: Session, { input, sales, tables, unclaimed }: RunSummary, name: string): string {
  const files = [...[...sales, ...tables].map(({ file }) => file), ...unclaimed];
  const exact = files.find(file => file === name || resolve(input, file) === resolve(cwd, name));
  const ending = files.filter(file => file.endsWith(`/${name}`));
  const found = exact ?? (ending.length === 1 ? ending[0] : undefined);
  if (found !== undefined) return found;
  throw new UserError({
    code: 'E_NO_FILE',
    what: `the run read no file ${name}${didYouMean(name, files)}`,
    where: input,
    next: `it read ${files.slice(0, 12).join(', ')}`,
    exitCode: 2,
  });
}

async function findFate(
  warehouse: Warehouse,
  summary: RunSummary,
  file: string,
  line: number,
  readBefore?: string,
): Promise<Fate> {
  if (summary.unclaimed.includes(file)) return { file, line, outcome: 'unread' };
  const balance = [...summary.sales, ...summary.tables].find(each => each.file === file)!;
  const sale = summary.sales.some(each => each.file === file);
  const raw = await openRawFile(summary.input, file, balance.delimiter);
  try {
    const changed = raw !== null && readBefore !== undefined && raw.modifiedAt > Date.parse(readBefore);
    const known = { file, line, table: balance.table, ...(changed && { changed }) };
    const begins = sale ? await beginning(warehouse, file, line) : null;
    const direct = await fateOf(warehouse, file, sale, line);
    if (direct && !raw) return { ...known, ...direct };
    if (!raw) throw gone(file, summary.input);
    const record = await raw.recordAt(line);
    if ('lines' in record) {
      if (direct) return { ...known, ...direct };
      throw noLine(file, line, record.lines);
    }
    if (direct) return { ...known, ...direct, ...(record.line === line && { original: record.text }) };
    return { ...known, ...(await fateInside(warehouse, file, sale, line, begins, record)) };
  } finally {
    await raw?.close();
  }
}

type PartOfFate = Pick<Fate, 'outcome'> & Partial<Fate>;

/** A line on which no record begins that the warehouse knows: header, blank, inside a record, or a dimension's record. */
async function fateInside(
  warehouse: Warehouse,
  file: string,
  sale: boolean,
  line: number,
  begins: number | null,
  record: FoundRecord,
): Promise<PartOfFate> {
  if (record.blank) return { outcome: 'blank' };
  // A sale's record is a row or refused, so the last that begins before the line is the one that the line is part of.
  const first = sale ? begins : record.index === 0 ? null : record.line;
  if (first === null) return { outcome: 'header', original: record.text };
  const fate = await fateOf(warehouse, file, sale, first);
  return { ...(fate ?? { outcome: 'kept' }), ...(first !== line && { begins: first }), original: record.text };
}

/** What became of the record that begins on a line, as the warehouse knows it. */
async function fateOf(warehouse: Warehouse, file: string, sale: boolean, line: number): Promise<PartOfFate | null> {
  const place = (prefix: string) => `where ${prefix}file = ${sqlText(file)} and ${prefix}line = ${line}`;
  const [refused] = (await warehouse.query(`select * from quarantine ${place('')}`)).rows as unknown as Refused[];
  if (refused) return { outcome: refused.outcome, refused };
  if (!sale) return null;
  const [row] = (await warehouse.query(`select * from fct_sales ${place('source_')}`)).rows;
  return row ? { outcome: 'kept', row } : null;
}

/** The line on which the last record begins that does not begin after `line`. */
async function beginning(warehouse: Warehouse, file: string, line: number): Promise<number | null> {
  const sql = `select max(line) as n from (
    select max(source_line) as line from fct_sales where source_file = ${sqlText(file)} and source_line <= ${line}
    union all select max(line) from quarantine where file = ${sqlText(file)} and line <= ${line})`;
  const found = (await warehouse.query(sql)).rows[0]?.n;
  return found === null || found === undefined ? null : Number(found);
}

function noLine(file: string, line: number, lines: number): UserError {
  const next = `endcap why ${file}:${lines}`;
  return new UserError({ code: 'E_NO_LINE', what: `${file} has no line ${line}: it has ${lines}`, next, exitCode: 2 });
}

function gone(file: string, input: string): UserError {
  return new UserError({
    code: 'E_NO_FILE',
    what: `${file} is gone, and no record of it begins on that line`,
    where: input,
    next: 'put the file back to ask about lines inside records',
    exitCode: 2,
  });
}

const WORDS: Readonly<Record<Fate['outcome'], string>> = {
  kept: 'kept',
  duplicate: 'left out as a duplicate',
  quarantined: 'quarantined',
  header: 'the header: it names the columns and is no record',
  blank: 'a blank line: no record',
  unread: 'not read: no table of the contract claims this file',
};

function describeFate({ outStyle: style }: Session, fate: Fate): string {
  const { file, line, outcome, begins, row, refused, original, table, changed } = fate;
  const colour = outcome === 'kept' ? style.green : outcome === 'quarantined' ? style.red : style.yellow;
  const of = outcome === 'kept' ? ` as a row of ${row ? 'fct_sales' : `table ${table}`}` : '';
  const lines = [`${style.bold(`${file}:${line}`)}  ${colour(WORDS[outcome])}${of}`];
  if (begins !== undefined) lines.push(`  this line is inside the record that begins on line ${begins}`);
  if (refused) lines.push(...reasonLines(refused).map(text => `  ${text}`));
  if (row) lines.push(...vertical(row, style.dim).map(text => `  ${text}`));
  const text = original ?? refused?.original;
  if (text !== undefined && outcome !== 'blank')
    lines.push(`  ${style.dim('original')}  ${text.replace(/\r?\n/g, '\n            ')}`);
  if (changed)
    lines.push(`  ${style.yellow('!')} the file was written after the run read it: its lines may be others now`);
  return lines.join('\n');
}

function reasonLines({
  code,
  message,
  column_name: column,
  value,
  duplicate_of_file: file,
  duplicate_of_line: line,
}: Refused): string[] {
  const seen = column !== null && value !== null ? [`${column} is '${value}'`] : [];
  return [`${code}  ${message}`, ...seen, ...(file === null ? [] : [`the record that was kept: ${file}:${line}`])];
}

function vertical(row: Record<string, Json>, dim: (text: string) => string): string[] {
  const width = Math.max(...Object.keys(row).map(name => name.length));
  return Object.entries(row).map(
    ([name, value]) => `${dim(padEnd(name, width))}  ${value === null ? dim('null') : String(value)}`,
  );
}
