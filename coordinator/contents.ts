import type { Contract } from '../datasets/contract.ts';
import type { CleanResult } from '../jobs/clean/driver.ts';
import { codeHash } from '../jobs/code.ts';
import type { Analysis } from '../jobs/customers/analysis.ts';
import { sha256 } from '../jobs/stage.ts';
import { filesOf, type PartFile, type Publication } from '../lake/manifest.ts';
import type { ObjectStore } from '../lake/store.ts';
import { currentPublication } from './status.ts';

/** What a run would publish, beside what is published. */
export interface Contents {
  readonly tables: Readonly<Record<string, readonly PartFile[]>>;
  readonly files: Readonly<Record<string, PartFile>>;
  /** Rows of the fact by raw file. */
  readonly kept: Readonly<Record<string, number>>;
  /** Hash of all data and of the code that makes a warehouse of it: equal means that there is nothing to publish. */
  readonly identity: string;
  readonly current: Publication | null;
}

export async function contentsOf(
  lake: ObjectStore,
  contract: Contract,
  cleaned: CleanResult,
  analysis: Analysis,
): Promise<Contents> {
  const dimensions = Object.entries(cleaned.dimensions).map(([name, file]) => [name, [file]] as const);
  const tables: Contents['tables'] = {
    fct_sales: cleaned.fact,
    quarantine: cleaned.quarantine,
    ...Object.fromEntries(dimensions),
    ...analysis.tables,
  };
  const { files = {}, absent } = analysis;
  const hashes = [
    ...Object.entries(tables),
    ...Object.entries(files).map(([name, file]) => [name, [file]] as const),
  ].map(([name, parts]) => [name, parts.map(part => part.sha256)]);
  const sales = cleaned.balances.filter(({ table }) => table === contract.sale.from);
  return {
    tables,
    files,
    kept: Object.fromEntries(sales.map(({ file, kept }) => [file, kept])),
    identity: sha256(JSON.stringify([await codeHash('load'), contract, hashes, absent])),
    current: await currentPublication(lake),
  };
}

/**
 * The segments that those of a new publication are compared with: of the publication before; when that is made anew, those
 * that it was compared with. No part of the identity, or a run that changes nothing would have something to publish.
 */
export async function previousSegments(
  lake: ObjectStore,
  { tables, current, identity }: Contents,
): Promise<{ tables: Contents['tables']; absent: Readonly<Record<string, string>> }> {
  if (tables.customer_rfm === undefined) return { tables, absent: {} };
  const schema = tables.customer_rfm[0]?.schema;
  const before = current?.identity === identity ? current.tables.previous_rfm : current?.tables.customer_rfm;
  const files = before?.filter(file => file.schema === schema) ?? [];
  const stats = await Promise.all(files.map(({ key }) => lake.stat(key)));
  if (files.length > 0 && stats.every(stat => stat !== null))
    return { tables: { ...tables, previous_rfm: files }, absent: {} };
  const why = current === null ? 'nothing was published before' : 'the publication before has no such segments';
  return { tables, absent: { previous_rfm: `${why}, so there is nothing to compare with` } };
}

/** All that a publication names is there: what somebody has removed is made and published anew. */
export async function isWhole(lake: ObjectStore, publication: Publication): Promise<boolean> {
  const keys = [publication.warehouse, ...filesOf(publication).map(({ key }) => key)];
  const stats = await Promise.all(keys.map(key => lake.stat(key)));
  return stats.every(stat => stat !== null);
}
