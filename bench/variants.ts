/** The same sales written in less friendly ways, and a file like Superstore's: each may be slower, none much slower. */
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TableContract } from '../datasets/contract.ts';
import { randomNumbers } from '../datasets/grocery/random.ts';
import { benchConfig, sharedPath } from './config.ts';
import { GROCERY_SALES, SUPERSTORE_SALES } from './contracts.ts';
import { type Data, keep } from './data.ts';

export interface CsvCase {
  readonly name: string;
  readonly path: string;
  readonly table: TableContract;
  readonly lineEnd: '\n' | '\r\n';
}

/** Makes a record of a variant, its line end left out, from the fields of a sale; `random` is the same for the same data. */
type Rewrite = (fields: string[], random: () => number) => string;

const SEED = 7;
const PIECE_BYTES = 2 ** 22;
const TRANSACTION = 8;
const SALES_DATE = 7;

/** Share of texts that get a doubled quote, and of those that get a line break: more than real exports have. */
const DOUBLED_QUOTES = 0.05;
const LINE_BREAKS = 0.02;
/** Share of texts with signs outside ASCII: more than any Western language has. */
const ACCENTED = 0.5;

const quote = (field: string): string => `"${field}"`;

/** A text of a sale as an exporter quotes it: now and then with a quote or a line break in it. */
function quotedText(field: string, random: () => number): string {
  const chance = random();
  if (chance < DOUBLED_QUOTES) return quote(`${field.slice(0, 9)}""${field.slice(9)}`);
  if (chance < DOUBLED_QUOTES + LINE_BREAKS) return quote(`${field.slice(0, 9)}\n${field.slice(9)}`);
  return quote(field);
}

const REWRITES: Readonly<Record<string, { readonly name: string; readonly rewrite: Rewrite }>> = {
  quoted: {
    name: 'texts quoted',
    rewrite: (fields, random) => {
      fields[SALES_DATE] = quote(fields[SALES_DATE]!);
      fields[TRANSACTION] = quotedText(fields[TRANSACTION]!, random);
      return fields.join(',');
    },
  },
  'all-quoted': {
    name: 'all fields quoted',
    rewrite: (fields, random) => {
      const text = quotedText(fields[TRANSACTION]!, random);
      return [...fields.slice(0, TRANSACTION).map(quote), text].join(',');
    },
  },
  crlf: { name: 'CRLF', rewrite: fields => fields.join(',') },
  latin1: {
    name: 'latin-1',
    rewrite: (fields, random) => {
      const text = fields[TRANSACTION]!;
      if (random() < ACCENTED) fields[TRANSACTION] = `${text.slice(0, 5)}é${text.slice(6, 12)}ü${text.slice(13)}`;
      return fields.join(',');
    },
  },
};

/** The plain file first. What cannot be made is a sentence. */
export async function csvCases(data: Data): Promise<{ readonly cases: CsvCase[]; readonly missing: string[] }> {
  const cases: CsvCase[] = [{ name: 'plain', path: data.sales, table: GROCERY_SALES, lineEnd: '\n' }];
  for (const [key, { name, rewrite }] of Object.entries(REWRITES)) {
    const path = join(benchConfig.cacheFolder, `sales-${data.bytes}-${key}.csv`);
    const lineEnd = key === 'crlf' ? '\r\n' : '\n';
    await keep(path, unfinished => rewriteFile(data.sales, unfinished, rewrite, lineEnd));
    const table: TableContract = key === 'latin1' ? { ...GROCERY_SALES, encoding: 'latin1' } : GROCERY_SALES;
    cases.push({ name, path, table, lineEnd });
  }
  const superstore = sharedPath('data/superstore/train_9800.csv', 'the row of Superstore');
  if ('missing' in superstore) return { cases, missing: [superstore.missing] };
  const path = join(benchConfig.cacheFolder, `superstore-${data.bytes}.csv`);
  await keep(path, unfinished => repeatFile(superstore.path, unfinished, data.bytes));
  return { cases: [...cases, { name: 'superstore-like', path, table: SUPERSTORE_SALES, lineEnd: '\n' }], missing: [] };
}

function rewriteFile(from: string, to: string, rewrite: Rewrite, lineEnd: string): void {
  const random = randomNumbers(SEED);
  const [input, output] = [openSync(from, 'r'), openSync(to, 'w')];
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  const next = () => readSync(input, piece, 0, PIECE_BYTES, null);
  let rest = '';
  let header = true;
  for (let size = next(); size > 0; size = next()) {
    const lines = (rest + piece.toString('latin1', 0, size)).split('\n');
    rest = lines.pop()!;
    let text = '';
    for (const line of lines) {
      text += (header ? line : rewrite(line.split(','), random)) + lineEnd;
      header = false;
    }
    writeSync(output, Buffer.from(text, 'latin1'));
  }
  closeSync(input);
  closeSync(output);
}

/** The header once, the records until there are as many bytes as asked for. */
function repeatFile(from: string, to: string, bytes: number): void {
  const all = readFileSync(from);
  const header = all.indexOf(10) + 1;
  const records = all.at(-1) === 10 ? all.subarray(header) : Buffer.concat([all.subarray(header), Buffer.from('\n')]);
  const output = openSync(to, 'w');
  writeSync(output, all, 0, header);
  for (let written = 0; written < bytes; written += records.length) writeSync(output, records);
  closeSync(output);
}
