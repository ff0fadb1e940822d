/** The job that makes a publication's warehouse: tables over the lake's files, marts, checks, and the count that proves them. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invariant } from '../../base/errors.ts';
import type { TableDefinition } from '../../base/table.ts';
import type { Contract } from '../../datasets/contract.ts';
import { conformedTables, customerTables, mappedColumns } from '../../datasets/mapped.ts';
import type { PartFile } from '../../lake/manifest.ts';
import type { ObjectStore } from '../../lake/store.ts';
import { headlineMetrics, metricsSql } from '../../warehouse/metrics.ts';
import { openBuild } from '../../warehouse/open.ts';
import type { Build, CheckReport, MartReport, Totals } from '../../warehouse/warehouse.ts';

export interface LoadInput {
  readonly contract: Contract;
  /** Part files by table; a table without any is empty. */
  readonly tables: Readonly<Record<string, readonly PartFile[]>>;
  /** Why a table or a column's values are not there, in a sentence, by `table` or `table.column`: for marts to say. */
  readonly absent: Readonly<Record<string, string>>;
  /** Key of the file to be made. */
  readonly warehouse: string;
  readonly threads: number;
  /** What the tasks that wrote the fact say of it: rows by raw file, and the sum of net_amount_base. */
  readonly expected: { readonly rows: Readonly<Record<string, number>>; readonly net: string };
  /** Told of each mart and check that is done. */
  readonly onProgress?: (stage: 'marts' | 'checks', done: number, total: number) => void;
}

export interface LoadResult {
  readonly marts: readonly MartReport[];
  readonly checks: readonly CheckReport[];
  readonly metrics: readonly HeadlineMetric[];
}

export interface HeadlineMetric {
  readonly key: string;
  readonly label: string;
  readonly value: string;
  readonly unit: string;
}

/** Large tables stay in the lake; what every query joins is copied. */
const VIEWS = new Set(['fct_sales', 'quarantine', 'previous_rfm']);

export async function load(lake: ObjectStore, input: LoadInput): Promise<LoadResult> {
  const { contract, tables, absent, warehouse, threads, expected, onProgress } = input;
  const lakeDir = fileURLToPath(lake.url);
  const file = fileURLToPath(new URL(warehouse, lake.url));
  const definitions = conformedTables(contract);
  const computed = computedColumns(customerTables(contract), tables).filter(column => !(column in absent));
  const mapped = new Set([...mappedColumns(contract), ...computed]);
  await mkdir(dirname(file), { recursive: true });
  const build = await openBuild({ file, lakeDir, threads });
  try {
    for (const definition of definitions) {
      const files = (tables[definition.name] ?? []).map(({ key }) => key);
      await build.addTable({ definition, files }, VIEWS.has(definition.name) ? 'view' : 'table');
    }
    assertEqual(await build.totals(), expected);
    const marts = await build.buildMarts(mapped, (done, total) => onProgress?.('marts', done, total));
    const metrics = await headline(build, mapped);
    const checks = await build.runChecks((done, total) => onProgress?.('checks', done, total));
    await build.close();
    return { marts: marts.map(mart => withSentence(mart, absent)), checks, metrics };
  } catch (error) {
    // What went wrong first is what matters, not that the rest could not be written either.
    await build.close().catch(() => undefined);
    throw error;
  }
}

/** `table.column` of the tables that jobs have made beside what the contract fills. */
function computedColumns(definitions: readonly TableDefinition[], tables: LoadInput['tables']): string[] {
  return definitions
    .filter(({ name }) => (tables[name] ?? []).length > 0)
    .flatMap(({ name, columns }) => columns.map(column => `${name}.${column.name}`));
}

/** What a mart lacks, in words: of what a job has not made, why it has not. */
function withSentence(mart: MartReport, absent: LoadInput['absent']): MartReport {
  if (mart.reason === null) return mart;
  const columns = mart.reason.split(/, | or /);
  const isLacking = (name: string) => columns.some(column => column === name || column.startsWith(`${name}.`));
  const sentence = Object.entries(absent).find(([name]) => isLacking(name))?.[1];
  return { ...mart, reason: sentence ?? `needs ${mart.reason}` };
}

/** The warehouse counts and adds up the files themselves: what it finds is what was kept, file by file. */
function assertEqual(totals: Totals, { rows, net }: LoadInput['expected']): void {
  for (const file of new Set([...Object.keys(rows), ...totals.files.map(({ source_file }) => source_file)])) {
    const kept = rows[file] ?? 0;
    const found = totals.files.find(({ source_file }) => source_file === file)?.rows ?? 0;
    invariant(found === kept, `${file}: ${kept} rows were kept, the published files hold ${found}`);
  }
  invariant(totals.net_amount_base === net, `${net} was kept, the published files hold ${totals.net_amount_base}`);
}

/** The metrics of the summary. */
async function headline(build: Build, mapped: ReadonlySet<string>): Promise<HeadlineMetric[]> {
  const metrics = headlineMetrics(mapped);
  const values = await build.measure(metricsSql(metrics));
  // Of no rows at all there is nothing to add up.
  const known = metrics.filter(({ key }) => values[key] !== null);
  return known.map(({ key, label, unit }) => ({ key, label, unit, value: String(values[key]) }));
}
