/** `endcap check`: every check again, and every count and sum again, on what readers see now. */

import { createHash } from 'node:crypto';
import type { RunSummary } from '../coordinator/summary.ts';
import { addCounts, type Counts, filesOf, NO_RECORDS, type Publication } from '../lake/manifest.ts';
import type { ObjectStore } from '../lake/store.ts';
import { readChecks } from '../warehouse/sql.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { count, money, thousands } from './format.ts';
import type { ExitStatus, Session } from './io.ts';
import { withWarehouse } from './project.ts';
import { alignedTable } from './table.ts';

export interface CheckResult {
  readonly name: string;
  readonly failures: number;
  /** What was compared, or found. */
  readonly detail: string;
}

export async function checkVerb(session: Session, { run }: { readonly run?: string }): Promise<ExitStatus> {
  const results = await withWarehouse(session, run, async ({ warehouse, project, publication, summary }) => {
    const files = publication ? [await filesSound(project.lake, publication)] : [];
    if (files.some(({ failures }) => failures > 0)) return files;
    return [
      ...files,
      ...(summary ? await recount(warehouse, summary) : []),
      ...(await runChecks(warehouse, summary?.checks.names ?? [])),
    ];
  });
  const failed = results.filter(({ failures }) => failures > 0);
  if (session.options.json)
    session.print(JSON.stringify({ passed: results.length - failed.length, failed: failed.length, checks: results }));
  else {
    session.out.write(resultTable(session, results));
    session.say(`\nPASS=${results.length - failed.length} FAIL=${failed.length}`);
  }
  return failed.length > 0 ? 3 : 0;
}

function resultTable({ outStyle: style }: Session, results: readonly CheckResult[]): string {
  const columns = [
    { title: 'result' },
    { title: 'check' },
    { title: 'failures', align: 'right' as const },
    { title: '' },
  ];
  const rows = results.map(({ name, failures, detail }) => [
    failures === 0 ? style.green('✔ pass') : style.red('✖ fail'),
    name,
    thousands(failures),
    detail,
  ]);
  return alignedTable(columns, rows, { style });
}

/** Every file has the bytes that were published. What is lost or damaged comes first: no query can be trusted then. */
async function filesSound(lake: ObjectStore, publication: Publication): Promise<CheckResult> {
  const files = filesOf(publication);
  const { warehouse } = publication;
  const bad: string[] = (await lake.stat(warehouse)) ? [] : [warehouse];
  for (const { key, sha256 } of files) {
    const bytes = (await lake.stat(key)) ? await lake.read(key) : null;
    if (!bytes || createHash('sha256').update(bytes).digest('hex') !== sha256) bad.push(key);
  }
  const detail =
    bad.length === 0
      ? `${count(files.length, 'file')}, each there with its bytes`
      : `lost or damaged: ${bad.join(', ')}; remove what is damaged, and endcap run DIR makes it again`;
  return { name: 'files of the publication', failures: bad.length, detail };
}

/** The summary's numbers against what the tables hold. */
async function recount(warehouse: Warehouse, summary: RunSummary): Promise<CheckResult[]> {
  const sales = summary.sales.reduce(addCounts, NO_RECORDS);
  const [fact] = (
    await warehouse.query(
      'select count(*) as n, cast(coalesce(sum(net_amount_base), 0) as decimal(38, 6)) as net from fct_sales',
    )
  ).rows;
  const rows = Number(fact?.n);
  const net = String(fact?.net);
  return [
    {
      name: 'rows of fct_sales',
      failures: Math.abs(rows - sales.kept),
      detail: `${thousands(rows)} of ${thousands(sales.kept)} kept`,
    },
    {
      name: 'net sales',
      failures: net === summary.money.kept ? 0 : 1,
      detail: `${money(net)} of ${money(summary.money.kept)} kept`,
    },
    await recountFiles(warehouse, summary),
  ];
}

/** Each file's records by what became of them: kept rows in the fact, the others in the quarantine. */
async function recountFiles(warehouse: Warehouse, { sales, tables }: RunSummary): Promise<CheckResult> {
  const kept = await countBy(
    warehouse,
    'select source_file as file, count(*) as n from fct_sales group by source_file',
  );
  const refused = await countBy(
    warehouse,
    "select file || ' ' || outcome as file, count(*) as n from quarantine group by file, outcome",
  );
  const wrong = (file: string, counts: Counts) =>
    (refused.get(`${file} duplicate`) ?? 0) !== counts.duplicate ||
    (refused.get(`${file} quarantined`) ?? 0) !== counts.quarantined;
  const files = [
    ...sales.filter(each => (kept.get(each.file) ?? 0) !== each.kept || wrong(each.file, each)),
    ...tables.filter(each => wrong(each.file, each)),
  ];
  const detail =
    files.length > 0
      ? files.map(({ file }) => file).join(', ')
      : `${count(sales.length + tables.length, 'file')}: kept, duplicate, quarantined`;
  return { name: 'records of each file', failures: files.length, detail };
}

async function countBy(warehouse: Warehouse, sql: string): Promise<Map<string, number>> {
  const { rows } = await warehouse.query(sql);
  return new Map(rows.map(row => [String(row.file), Number(row.n)]));
}

/** The checks that the run found to apply. */
async function runChecks(warehouse: Warehouse, names: readonly string[]): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, sql, description } of (await readChecks()).filter(check => names.includes(check.name))) {
    const found = await warehouse.query(`select count(*) as n from (${sql})`);
    const failures = Number(found.rows[0]?.n);
    results.push({ name, failures, detail: failures === 0 ? '' : description });
  }
  return results;
}
