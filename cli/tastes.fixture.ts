/** A stall whose customers have one of two tastes, so that a recommender can be better than what most customers buy. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunSummary } from '../coordinator/summary.ts';
import { type Contract, text } from '../datasets/contract.ts';
import { below, listOf, pick, seeded } from '../test/random.ts';
import { csv, SOLD_HEADER, STALL, withTable, writeContract } from '../test/stall.ts';
import { runHere, writeFiles } from '../test/support.ts';
import { type Answer, endcap } from './io.fixture.ts';

const CUSTOMERS = 240;
const DAYS = 56;

const SWEET = listOf(14, at => `sweet${at}`);
const SALTY = listOf(14, at => `salty${at}`);

/** Some goods have a name; of `unsold` nobody has bought any. */
const GOODS = csv(
  'Code,Price,Name',
  ...[...SWEET, ...SALTY].map((code, at) => `${code},1,${at % 2 === 0 ? `The ${code} one` : ''}`),
  'unsold,1,The unsold one',
);

const CONTRACT: Contract = {
  ...withTable(STALL, 'goods', { columns: { Name: text() } }),
  dimensions: { product: { from: 'goods', id: 'Code', attributes: { unit_price: 'Price', product_name: 'Name' } } },
};

/** Lines of receipts; customer `back` has given back what she bought. */
function sold(): string {
  const random = seeded(11);
  const start = Date.parse('2024-01-01');
  const day = (at: number) => new Date(start + at * 86_400_000).toISOString().slice(0, 10);
  const visits = listOf(DAYS, at =>
    listOf(90, () => {
      const customer = below(random, CUSTOMERS);
      const taste = below(random, 10) === 0 ? [...SWEET, ...SALTY] : customer % 2 === 0 ? SWEET : SALTY;
      return `${day(at)},c${customer},${pick(random, taste)},1`;
    }),
  ).flat();
  visits.unshift(`${day(0)},back,sweet0,1`, `${day(0)},back,sweet0,-1`);
  return csv(SOLD_HEADER, ...visits.map((visit, at) => `${at + 1},${visit}`));
}

export interface Tastes {
  /** A new folder, with the project below .endcap. */
  readonly cwd: string;
  run(): Promise<Answer>;
  /** Runs it into another project, as if the analysis day were this one. */
  runAsOf(day: string, project: string): Promise<RunSummary>;
}

export async function openTastes(): Promise<Tastes> {
  const cwd = await mkdtemp(join(tmpdir(), 'endcap-tastes-'));
  const input = await writeFiles(join(cwd, 'raw'), { 'goods.csv': GOODS, 'sold.csv': sold() });
  const contract = await writeContract(() => mkdtemp(join(cwd, 'contract-')), CONTRACT);
  const project = join(cwd, '.endcap', 'stall');
  return {
    cwd,
    run: () => endcap(cwd, ['run', input, '--project', project, '--contract', contract, '--threads', '0']),
    runAsOf: (asOf, other) => runHere({ input, contract, project: other, customers: { asOf } }),
  };
}
