/** The job that makes a publication's warehouse: tables over the lake's files, marts, checks, and the count that proves them. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invariant } from '../../base/errors.ts';
import type { Contract } from '../../datasets/contract.ts';
import { conformedTables, mappedColumns } from '../../datasets/mapped.ts';
import type { PartFile } from '../../lake/manifest.ts';
import type { ObjectStore } from '../../lake/store.ts';
import { headlineMetrics, type Metric, metricsSql } from '../../warehouse/metrics.ts';
import { openBuild, openWarehouse } from '../../warehouse/open.ts';
import type { CheckReport, MartReport } from '../../warehouse/warehouse.ts';

export interface LoadInput {
  readonly contract: Contract;
  /** Part files by table; a table without any is empty. */
  readonly tables: Readonly<Record<string, readonly PartFile[]>>;
  /** Key of the file to be made. */
  readonly warehouse: string;
  readonly threads: number;
  /** What the tasks that wrote the fact say of it. */
  readonly expected: { readonly rows: number; readonly net: string };
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
const VIEWS = new Set(['fct_sales', 'quarantine']);

export async function load(lake: ObjectStore, input: LoadInput): Promise<LoadResult> {
  const { contract, tables, warehouse, threads, expected, onProgress } = input;
  const lakeDir = fileURLToPath(lake.url);
  const file = fileURLToPath(new URL(warehouse, lake.url));
  const mapped = mappedColumns(contract);
  await mkdir(dirname(file), { recursive: true });
  const build = await openBuild({ file, lakeDir, threads });
  try {
    for (const definition of conformedTables(contract)) {
      const files = (tables[definition.name] ?? []).map(({ key }) => key);
      await build.addTable({ definition, files }, VIEWS.has(definition.name) ? 'view' : 'table');
    }
    const totals = await build.totals();
    invariant(
      totals.rows === expected.rows && totals.net_amount_base === expected.net,
      `the published files hold ${totals.rows} rows of ${totals.net_amount_base}; ${expected.rows} of ${expected.net} were kept`,
    );
    const marts = await build.buildMarts(mapped, (done, total) => onProgress?.('marts', done, total));
    const checks = await build.runChecks((done, total) => onProgress?.('checks', done, total));
    await build.close();
    return { marts, checks, metrics: await headline(file, lakeDir, headlineMetrics(mapped)) };
  } finally {
    await build.close();
  }
}

/** The metrics of the summary, from the finished publication: what a reader would get. */
export async function headline(file: string, lakeDir: string, metrics: readonly Metric[]): Promise<HeadlineMetric[]> {
  const warehouse = await openWarehouse(file, lakeDir);
  try {
    const { rows } = await warehouse.query(metricsSql(metrics));
    return metrics.map(({ key, label, unit }) => ({ key, label, unit, value: String(rows[0]?.[key] ?? '') }));
  } finally {
    await warehouse.close();
  }
}
