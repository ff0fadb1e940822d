/** `endcap query SQL`: one question to what is published. */
import { usageError } from '../base/errors.ts';
import { QUERY_ROWS_PRINTED } from '../base/limits.ts';
import type { Json, QueryResult } from '../warehouse/warehouse.ts';
import { count } from './format.ts';
import type { ExitStatus, Session } from './io.ts';
import { withWarehouse } from './project.ts';
import type { Style } from './style.ts';
import { alignedTable, type Column, csvTable, markdownTable } from './table.ts';

export interface QueryVerbOptions {
  readonly csv?: boolean;
  readonly md?: boolean;
  readonly run?: string;
}

export async function queryVerb(session: Session, sql: string, options: QueryVerbOptions): Promise<ExitStatus> {
  const text = (sql === '-' ? await session.readInput() : sql).trim();
  if (text === '') throw usageError('the query is empty', 'endcap query "show tables"');
  const whole = session.options.json || options.csv || options.md;
  await withWarehouse(session, options.run, async ({ warehouse }) => {
    const result = await warehouse.query(text, whole ? {} : { maxRows: QUERY_ROWS_PRINTED });
    if (session.options.json) session.print(jsonOf(result));
    else if (options.csv) session.out.write(csvTable(namesOf(result), textRows(result)));
    else if (options.md) session.out.write(markdownTable(columnsOf(result), textRows(result)));
    else printForPeople(session, result);
  });
  return 0;
}

/** {"columns":["a","b"],"rows":[{"a":1,"b":"x"}]}, a row a line, so that a long answer can be read with less. */
export function jsonOf(result: QueryResult): string {
  const rows = result.rows.map(row => JSON.stringify(row)).join(',\n');
  return `{"columns":${JSON.stringify(namesOf(result))},"rows":[${rows}]}`;
}

function printForPeople(session: Session, result: QueryResult): void {
  session.out.write(queryTable(result, session.outStyle));
  if (result.truncated) {
    session.say(
      `only the first ${count(QUERY_ROWS_PRINTED, 'row')} are printed; --csv, --md and --json print all of them`,
    );
  } else session.say(session.errStyle.dim(`(${count(result.rows.length, 'row')})`));
}

const CELL_WIDTH = 60;

export const queryTable = (result: QueryResult, style: Style): string =>
  alignedTable(columnsOf(result), textRows(result, 'null'), { cellWidth: CELL_WIDTH, style });

const namesOf = ({ columns }: QueryResult): string[] => columns.map(({ name }) => name);

const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL|FLOAT|DOUBLE)/;

const columnsOf = ({ columns }: QueryResult): Column[] =>
  columns.map(({ name, type }) => ({ title: name, align: NUMERIC.test(type) ? 'right' : 'left' }));

/** Nothing is an empty cell in CSV and Markdown, and a word on the screen. */
function textRows({ columns, rows }: QueryResult, nothing = ''): string[][] {
  return rows.map(row => columns.map(({ name }) => cellText(row[name] ?? null, nothing)));
}

function cellText(value: Json, nothing: string): string {
  if (value === null) return nothing;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
