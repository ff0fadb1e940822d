/** The data that is measured: given, or made once and kept. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { generateGrocery } from '../datasets/grocery/generate.ts';
import { benchConfig, sharedPath } from './config.ts';

export interface Data {
  readonly folder: string;
  /** The sale lines: what the tables of single loops read. */
  readonly sales: string;
  readonly bytes: number;
  /** Records of the sale lines. */
  readonly rows: number;
  /** Who made it, with what. */
  readonly origin: string;
}

/** The rows of the study of the peers, and its customers; other sizes keep the proportion. */
export const STUDY_ROWS = 6_758_125;
const STUDY_CUSTOMERS = 98_759;
const SEED = 1;

/** The grocery sales in `given`, or as many as asked for from the study's generator, or else from the project's own. */
export async function groceryData(rows: number, given: string | null): Promise<Data> {
  if (given !== null) return describe(given, 'given');
  const customers = Math.max(10, Math.round((rows * STUDY_CUSTOMERS) / STUDY_ROWS));
  const study = sharedPath('bench/make-grocery.mjs', 'the data of the study');
  const maker = 'path' in study ? 'make-grocery.mjs' : 'datasets/grocery/generate.ts';
  const origin = `${maker}, ${customers.toLocaleString('en')} customers, seed ${SEED}, no dirt`;
  const folder = join(benchConfig.cacheFolder, `grocery-${rows}-${'path' in study ? 'study' : 'own'}`);
  await keep(folder, async unfinished => {
    console.error(`  making ${rows.toLocaleString('en')} sales in ${folder}`);
    mkdirSync(unfinished, { recursive: true });
    if ('path' in study) makeByStudy(study.path, rows, customers, unfinished);
    else
      await generateGrocery({ rows, customers, seed: SEED, dirt: 0 }, (file, bytes) =>
        appendFileSync(join(unfinished, file), bytes),
      );
  });
  return describe(folder, origin);
}

/** Calls `make` with a path beside `path`, unless `path` is there; what is made half is not found the next time. */
export async function keep(path: string, make: (unfinished: string) => void | Promise<void>): Promise<void> {
  if (existsSync(path)) return;
  const unfinished = `${path}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(benchConfig.cacheFolder, { recursive: true });
  await make(unfinished);
  renameSync(unfinished, path);
}

function makeByStudy(script: string, rows: number, customers: number, folder: string): void {
  const options = { rows, customers, seed: SEED, dirt: 0, out: folder };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  // A hundred million sales are more than Node's usual heap holds.
  const { status, stderr } = spawnSync(process.execPath, ['--max-old-space-size=12288', script, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr}`);
}

function describe(folder: string, origin: string): Data {
  const sales = join(folder, 'sales.csv');
  if (!existsSync(sales)) throw new Error(`${sales} is not there: --data names a folder of grocery sales`);
  return { folder, sales, bytes: statSync(sales).size, rows: countLines(sales) - 1, origin: originOf(folder, origin) };
}

/** The study's generator leaves a note of what it was asked for. */
function originOf(folder: string, otherwise: string): string {
  const note = join(folder, 'truth.json');
  if (otherwise !== 'given' || !existsSync(note)) return otherwise === 'given' ? folder : otherwise;
  const { generator, args } = JSON.parse(readFileSync(note, 'utf8')) as {
    generator: string;
    args: { customers: number; seed: number; dirt: number };
  };
  return `${generator}, ${args.customers.toLocaleString('en')} customers, seed ${args.seed}, dirt ${args.dirt}`;
}

/** Also brings the file into the page cache, for both sides alike. */
export function countLines(path: string): number {
  const piece = Buffer.allocUnsafe(2 ** 22);
  const file = openSync(path, 'r');
  let lines = 0;
  for (
    let size = readSync(file, piece, 0, piece.length, null);
    size > 0;
    size = readSync(file, piece, 0, piece.length, null)
  ) {
    const bytes = piece.subarray(0, size);
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  }
  closeSync(file);
  return lines;
}
