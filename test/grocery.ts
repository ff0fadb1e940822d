/** Grocery data sets with planted defects, and the truth about each: from our own generator, and from the one beside the project. */
import { execFile } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type GroceryOptions, type GroceryTruth, generateGrocery } from '../datasets/grocery/generate.ts';

/** What make-grocery.mjs says of the files that it made. Revenue is in 0.00001 of the currency. */
export interface BenchTruth {
  readonly sales: { readonly records: number; readonly rejected: Readonly<Record<string, number>> };
  readonly customers: { readonly records: number; readonly tolerated: Readonly<Record<string, number>> };
  readonly clean: BenchTotal & { readonly checksum: string };
  readonly undated: BenchTotal;
  readonly by_day: Readonly<Record<string, BenchTotal>>;
  readonly by_category: Readonly<Record<string, BenchTotal>>;
  readonly by_city: Readonly<Record<string, BenchTotal & { readonly name: string }>>;
  readonly by_employee: Readonly<Record<string, BenchTotal>>;
}

export interface BenchTotal {
  readonly rows: number;
  readonly units: number;
  readonly revenue: number;
}

/** The revenue as the warehouse writes it. */
export function amountOf({ revenue }: BenchTotal): string {
  const digits = String(revenue).padStart(6, '0');
  return `${digits.slice(0, -5)}.${digits.slice(-5)}0`;
}

/** Runs make-grocery.mjs: a customer for ten sales, one in fifty of them spoilt. */
export async function makeBenchGrocery(script: string, folder: string, rows: number): Promise<BenchTruth> {
  const options = ['--rows', `${rows}`, '--customers', `${rows / 10}`, '--dirt', '0.02', '--out', folder];
  await promisify(execFile)(process.execPath, [script, ...options]);
  return JSON.parse(await readFile(join(folder, 'truth.json'), 'utf8')) as BenchTruth;
}

export function makeOwnGrocery(folder: string, options: GroceryOptions): Promise<GroceryTruth> {
  return generateGrocery(options, (file, bytes) => appendFile(join(folder, file), bytes));
}
