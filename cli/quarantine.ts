/** `endcap quarantine show`: the reasons, then records as they stand in their files. */
import type { Json } from '../warehouse/warehouse.ts';
import { count, thousands } from './format.ts';
import type { ExitStatus, Session } from './io.ts';
import { projectFlag, sqlText, withWarehouse } from './project.ts';
import { cut } from './style.ts';
import { alignedTable } from './table.ts';

export interface QuarantineFilter {
  readonly code?: string;
  readonly file?: string;
  readonly run?: string;
}

/** One record of the quarantine. */
export interface Refused {
  readonly table_name: string;
  readonly file: string;
  readonly line: number;
  readonly byte_offset: number;
  readonly byte_length: number;
  readonly outcome: 'quarantined' | 'duplicate';
  readonly code: string;
  readonly column_name: string | null;
  readonly value: string | null;
  readonly message: string;
  readonly original: string;
  readonly duplicate_of_file: string | null;
  readonly duplicate_of_line: number | null;
}

export async function quarantineShow(
  session: Session,
  options: QuarantineFilter & { readonly limit: number },
): Promise<ExitStatus> {
  await withWarehouse(session, options.run, async ({ warehouse, project }) => {
    const where = whereOf(options);
    const reasons = (await warehouse.query(`${REASONS} ${where} group by all order by rows desc, code, column_name`))
      .rows;
    const records = (
      await warehouse.query(`select * from quarantine ${where} order by file, byte_offset limit ${options.limit}`)
    ).rows;
    if (session.options.json) session.print(JSON.stringify({ reasons, records }));
    else {
      const total = reasons.reduce((sum, reason) => sum + Number(reason.rows), 0);
      printReasons(session, reasons, total, options);
      printRecords(session, records as unknown as Refused[], total);
      const flags = `${options.run ? ` --run ${options.run}` : ''}${await projectFlag(session, project.path)}`;
      const first = records[0];
      if (!first) return;
      session.say(`\n  ${session.errStyle.dim('next')}  ${session.command} why ${first.file}:${first.line}${flags}`);
      session.say(`        ${session.command} quarantine export${flags}   writes them as CSV files to be mended`);
    }
  });
  return 0;
}

const REASONS = `select outcome, code, column_name, message, count(*) as rows,
  arg_min(file, (file, line)) as first_file, min_by(line, (file, line)) as first_line from quarantine`;

/** The condition of a filter. */
export function whereOf({ code, file }: QuarantineFilter): string {
  const conditions = [
    ...(code === undefined ? [] : [`code = ${sqlText(code.toUpperCase())}`]),
    ...(file === undefined ? [] : [`(file = ${sqlText(file)} or file like ${sqlText(`%/${file}`)})`]),
  ];
  return conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
}

function printReasons(
  session: Session,
  reasons: readonly Record<string, Json>[],
  total: number,
  { code, file }: QuarantineFilter,
): void {
  const what = [...(code ? [code] : []), ...(file ? [`of ${file}`] : [])].join(' ');
  if (total === 0) {
    session.print(
      what === '' ? 'The quarantine is empty: every record became a row.' : `The quarantine has no record ${what}.`,
    );
    return;
  }
  const columns = [
    { title: 'code' },
    { title: 'reason' },
    { title: 'records', align: 'right' as const },
    { title: 'first at' },
  ];
  const rows = reasons.map(reason => [
    String(reason.code),
    String(reason.message),
    thousands(Number(reason.rows)),
    `${reason.first_file}:${reason.first_line}`,
  ]);
  session.out.write(alignedTable(columns, rows, { style: session.outStyle, cellWidth: 72 }));
}

const ORIGINAL_WIDTH = 200;

function printRecords(session: Session, records: readonly Refused[], total: number): void {
  const { outStyle: style } = session;
  for (const {
    file,
    line,
    code,
    value,
    original,
    column_name: column,
    duplicate_of_file: twin,
    duplicate_of_line: twinLine,
  } of records) {
    const seen = column === null || value === null ? '' : `  ${column} is '${cut(value, 40)}'`;
    const of = twin === null ? '' : `  the first is ${twin}:${twinLine}`;
    session.print(`\n${style.bold(`${file}:${line}`)}  ${style.yellow(code)}${seen}${of}`);
    session.print(`  ${cut(original.replace(/\r?\n/g, '⏎'), ORIGINAL_WIDTH)}`);
  }
  if (total > records.length && records.length > 0)
    session.say(`\n… and ${count(total - records.length, 'record')} more: --limit, --code and --file choose which`);
}
