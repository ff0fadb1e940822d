/** What the tests of the whole system have in common: folders that go away, runs, and what they published. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';
import { config } from '../base/config.ts';
import { type RunOptions, run } from '../coordinator/run.ts';
import { listPublications } from '../coordinator/status.ts';
import type { RunSummary } from '../coordinator/summary.ts';
import { openContract } from '../datasets/open.ts';
import type { Publication } from '../lake/manifest.ts';
import { openStore } from '../lake/open.ts';
import { openWarehouse } from '../warehouse/open.ts';
import { readMarts } from '../warehouse/sql.ts';
import type { Json } from '../warehouse/warehouse.ts';

/** For what starts a run: far more than it takes, because other work may have the machine. */
export const RUN_MS = 120_000;

/** Call it on the top of a test file: gives new empty folders, which are removed after the file's last test. */
export function useFolders(): () => Promise<string> {
  const made: string[] = [];
  afterAll(async () => {
    for (const path of made) await rm(path, { recursive: true, force: true });
  });
  return async () => {
    const path = await mkdtemp(join(tmpdir(), 'endcap-test-'));
    made.push(path);
    return path;
  };
}

export type Files = Readonly<Record<string, string | Uint8Array>>;

export async function writeFiles(folder: string, files: Files): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** A run in this thread, unless the options say otherwise. */
export const runHere = (options: RunOptions & { readonly project: string }): Promise<RunSummary> =>
  run({ threads: 0, ...options });

/** A publication, opened as a reader would. */
export interface Published {
  readonly summary: RunSummary;
  readonly publication: Publication;
  query(sql: string): Promise<Record<string, Json>[]>;
  /** Each row as the list of its values. */
  rows(sql: string): Promise<Json[][]>;
  /** The only value of the only row. */
  value(sql: string): Promise<Json>;
  close(): Promise<void>;
}

/** Runs the pipeline and opens what it published. */
export async function publishFrom(options: RunOptions & { readonly project: string }): Promise<Published> {
  const summary = await runHere(options);
  const publication = (await publicationsOf(options.project)).at(-1);
  if (summary.outcome === 'refused' || !publication) throw new Error(`refused: ${summary.refusals.join('; ')}`);
  const warehouse = await openWarehouse(join(options.project, publication.warehouse), options.project);
  const query = async (sql: string) => [...(await warehouse.query(sql)).rows];
  const rows = async (sql: string) => (await query(sql)).map(row => Object.values(row));
  const value = async (sql: string) => {
    const [[only] = [], ...more] = await rows(sql);
    if (only === undefined || more.length > 0) throw new Error(`not one value: ${sql}`);
    return only;
  };
  return { summary, publication, query, rows, value, close: () => warehouse.close() };
}

/** Publications of a project, oldest first; none where there is no project. */
export const publicationsOf = async (project: string): Promise<Publication[]> =>
  listPublications(await openStore(`${pathToFileURL(project).href}/`));

/** The SHA-256 of every published part file, by table; those of the publication before are no part of what was computed. */
export const hashesOf = ({ publication }: Pick<Published, 'publication'>): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(publication.tables)
      .filter(([table]) => table !== 'previous_rfm')
      .map(([table, parts]) => [table, parts.map(({ sha256 }) => sha256)]),
  );

/** Every table and mart as JSON, a row a line: marts in the order of their grain, tables of their columns. */
export async function dumpAll(published: Published): Promise<Map<string, string>> {
  const orders = await grains(published);
  for (const table of Object.keys(published.publication.tables)) orders.set(table, 'all');
  const dumps = new Map<string, string>();
  for (const [table, order] of orders) {
    const rows = await published.query(`select * from ${table} order by ${order} nulls first`);
    dumps.set(table, `[${rows.map(row => `\n${JSON.stringify(row)}`).join(',')}\n]\n`);
  }
  return dumps;
}

/** A hash over all rows of each mart, in the order of its grain. */
export async function martDigests(published: Published): Promise<Record<string, Json>> {
  const digests: Record<string, Json> = {};
  for (const [mart, order] of await grains(published)) {
    const rows = `string_agg(cast(mart as varchar), chr(10) order by ${order})`;
    digests[mart] = await published.value(`select md5(${rows}) from ${mart} as mart`);
  }
  return digests;
}

/** The columns that order each mart that was made. */
async function grains({ summary }: Published): Promise<Map<string, string>> {
  const built = new Set(summary.marts.filter(mart => mart.built).map(({ name }) => name));
  const marts = (await readMarts()).filter(({ name }) => built.has(name));
  return new Map(marts.map(({ name, grain }) => [name, grain.join(', ')]));
}

/** The folder of data that is too large for the repository, or null; then a sentence says what is not tested. */
export function sharedFolder(path: string): string | null {
  const folder = join(config.sharedFolder, path);
  if (existsSync(folder)) return folder;
  console.warn(`${folder} is not there, so what needs it is not tested; ENDCAP_SHARED says where it is`);
  return null;
}

/** Fixtures are mostly faults: the contract is the same but for how many it allows. */
export async function lenientContract(folder: () => Promise<string>, name: string): Promise<string> {
  const contract = await openContract(name);
  const tables = Object.entries(contract.tables).map(([table, own]) => [table, { ...own, maxRejectRate: 1 }] as const);
  const content = JSON.stringify({ ...contract, tables: Object.fromEntries(tables) });
  return join(await writeFiles(await folder(), { 'contract.json': content }), 'contract.json');
}
