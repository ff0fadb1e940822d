/** What `npm run bench` takes. */
import { parseArgs } from 'node:util';
import { STUDY_ROWS } from './data.ts';

export interface Options {
  readonly tables: readonly string[];
  readonly rows: number;
  /** A folder of grocery sales that is there already. */
  readonly data: string | null;
  readonly runs: number;
  readonly markdown: boolean;
  readonly help: boolean;
}

export const HELP = `npm run bench -- [table…] [options]

Measures the hot loops and whole runs against named peers, each side in a process of its own, in turns.

tables (all but scale, unless some are named):
  csv      CSV to typed columns against DuckDB's read_csv, also quoted, CRLF, latin-1 and Superstore's
  parquet  CSV to Parquet against DuckDB's COPY
  encode   typed columns to the bytes of a Parquet file against parquet-wasm, hyparquet-writer, parquetjs-lite
  als      training by implicit ALS against implicit
  threads  two threads against one
  run      endcap run against the same job in DuckDB and in polars
  whole    endcap run with customers against the same job in DuckDB and implicit
  movielens  recommenders on 100,000 ratings of films, beside popularity
  scale    ten times the rows: 5 GB of CSV, made first; some minutes

options:
  --rows N     sales to make (default: ${STUDY_ROWS}); kept in .endcap/bench, or in the folder ENDCAP_BENCH_DIR
  --data DIR   measure the grocery sales in this folder instead
  --runs N     rounds; figures are medians with the least and the greatest (default: 5;
               whole runs at most 3, scale 1)
  --markdown   tables to paste into a page
  --help       this

ENDCAP_PYTHON names a Python that has the peers' packages; without it they are installed into the folder above.
ENDCAP_SHARED names the folder of the studies with the peers' scripts and the generator of the sales.`;

/** Throws a sentence about what cannot be understood. */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rows: { type: 'string', default: String(STUDY_ROWS) },
      data: { type: 'string' },
      runs: { type: 'string', default: '5' },
      markdown: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.find(name => !known.includes(name));
  if (unknown !== undefined) throw new Error(`there is no table ${unknown}; there are ${known.join(', ')}`);
  return {
    tables: positionals.length > 0 ? positionals : known.filter(name => name !== 'scale'),
    rows: count('--rows', values.rows, 100),
    data: values.data ?? null,
    runs: count('--runs', values.runs, 1),
    markdown: values.markdown,
    help: values.help,
  };
}

function count(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`${name} takes a whole number from ${least} on, not ${text}`);
  return value;
}
