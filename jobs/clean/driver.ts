/** The job that turns raw files into the fact, its dimensions and the quarantine; stage by stage, in order. */
import { invariant } from '../../base/errors.ts';
import type { Contract } from '../../datasets/contract.ts';
import { DIMENSION_NAMES } from '../../datasets/sales.ts';
import { amountText, parseAmount } from '../../kernels/money.ts';
import { addCounts, addsUp, type Counts, NO_RECORDS, type PartFile, type PartitionFile } from '../../lake/manifest.ts';
import type { Driver } from '../driver.ts';
import { type ChunkOutput, type ChunkShared, tableReading } from './chunk.ts';
import { type BlockSlices, customerBlocks } from './customers.ts';
import type { DayOutput } from './day.ts';
import { type Cleaned, type MergeLimits, mergeDays, mergeRuns, type PlannedDay, planDays } from './days.ts';
import { type DimensionInput, type DimensionOutput, type DimensionShared, tableOf } from './dimension.ts';
import { bucketCount, type KeysShared } from './keys.ts';
import { referencesOf } from './lookups.ts';
import { findLosers } from './losers.ts';
import { derivedDimensions } from './members.ts';
import { tableOrder } from './order.ts';
import { sortingOf } from './pieces.ts';
import { type ChunkInput, chunkInput, type FilePlan } from './plan.ts';
import type { QuarantineInput, QuarantineOutput, QuarantineShared, ReasonOutput } from './quarantine.ts';
import type { Replaced } from './read.ts';
import type { RejectSlice } from './rejects.ts';
import type { TableInput, TableOutput, TableShared } from './table.ts';
import type { CleanedTable, TableFiles } from './tables.ts';

export interface CleanResult {
  readonly fact: readonly PartitionFile[];
  /** dim_customer …, by the table's name. */
  readonly dimensions: Readonly<Record<string, PartFile>>;
  readonly quarantine: readonly PartFile[];
  readonly balances: readonly (Counts & { readonly table: string; readonly file: string })[];
  readonly reasons: readonly (ReasonOutput & { readonly table: string; readonly file: string })[];
  /** Sum of net_amount_base over the fact, as text. */
  readonly net: string;
  readonly replaced: readonly Replaced[];
  readonly conflicts: readonly { readonly dimension: string; readonly members: number }[];
  /** Runs of lines by customer block, in the order of days; none unless they are wanted. */
  readonly customers: readonly (readonly BlockSlices[])[];
}

export async function clean(
  driver: Driver,
  contract: Contract,
  files: readonly FilePlan[],
  { rowsAtOnce, fanIn, blockRows }: MergeLimits,
  byCustomer: boolean,
): Promise<CleanResult> {
  const tables = await cleanTables(driver, contract, files);
  const sales = files.filter(({ table }) => table === contract.sale.from);
  const chunks = sales.flatMap(file => file.chunks.map(chunk => chunkInput(file, chunk)));
  const shared = chunkShared(contract, chunks);
  const cleaned = await cleanChunks(driver, chunks, shared);
  const losers = await findLosers(driver, { chunks, cleaned }, keysPart(shared));
  const days = planDays({ chunks, cleaned, losers });
  const planned = await mergeRuns(driver, days, sortingOf(contract, rowsAtOnce), fanIn);
  const records = chunks.reduce((sum, chunk) => sum + chunk.records, 0);
  const outputs = await mergeDays(driver, planned, {
    contract: salesPart(contract),
    tables: tables.files,
    rowsAtOnce,
    ...(byCustomer && { customerBlocks: customerBlocks(records, blockRows) }),
  });
  const dimensions = await makeDimensions(driver, contract, outputs, { tables: tables.files, rowsAtOnce });
  const rejects = [
    ...tables.rejects,
    ...[...cleaned, ...outputs].flatMap(output =>
      output.rejects.map(reject => ({ ...reject, table: contract.sale.from })),
    ),
  ];
  const quarantine = await quarantineRejects(driver, contract, { rejects, files, tables: tables.files });
  const fact = outputs.flatMap(({ parts }) => parts).sort((a, b) => (a.partition < b.partition ? -1 : 1));
  return {
    fact,
    dimensions: Object.fromEntries(dimensions.map(({ name, file }) => [name, file])),
    quarantine: quarantine.parts,
    balances: [...tables.balances, ...balanceChunks(contract, sales, { chunks, cleaned, planned, outputs })],
    reasons: quarantine.reasons,
    net: amountText(outputs.reduce((sum, { net }) => sum + parseAmount(net), 0n)),
    replaced: [...tables.replaced, ...cleaned.flatMap(({ replaced }) => replaced)],
    conflicts: dimensions
      .filter(({ conflicts }) => conflicts > 0)
      .map(({ name, conflicts }) => ({ dimension: name, members: conflicts })),
    customers: outputs.flatMap(({ customers = [] }) => customers),
  };
}

/** All tables but the sale lines', those that others reference first. */
async function cleanTables(driver: Driver, contract: Contract, files: readonly FilePlan[]) {
  const cleaned: Record<string, CleanedTable> = {};
  const balances: (Counts & { table: string; file: string })[] = [];
  const rejects: (RejectSlice & { table: string })[] = [];
  const replaced: Replaced[] = [];
  const shared: TableShared = { tables: contract.tables };
  for (const wave of referenceWaves(contract)) {
    const inputs = wave.map((table): TableInput => {
      const references = ownReferences(contract, table).map(name => [name, cleaned[name]!] as const);
      // A store's name for a file does not change what is in it: a file that was only touched is not cleaned again.
      const own = files.filter(file => file.table === table).map(({ generation: _, ...file }) => file);
      const { names: order } = tableOrder(contract, table);
      return { table, files: own, references: Object.fromEntries(references), order };
    });
    const outputs = await driver.stage<TableOutput>({
      kind: 'clean.table',
      title: 'tables',
      unit: 'tables',
      shared,
      inputs,
      rows: output => output.balances.reduce((sum, { read }) => sum + read, 0),
      rejected: output => output.balances.reduce((sum, { quarantined }) => sum + quarantined, 0),
    });
    outputs.forEach((output, i) => {
      const table = wave[i]!;
      cleaned[table] = output.cleaned;
      balances.push(...output.balances.map(balance => ({ table, ...balance })));
      rejects.push(...output.rejects.map(reject => ({ ...reject, table })));
      replaced.push(...output.replaced);
    });
  }
  for (const balance of balances) {
    const planned = files.find(({ file, table }) => file === balance.file && table === balance.table)!.records;
    invariant(
      planned === balance.read && addsUp(balance),
      `${balance.file}: ${planned} planned, ${JSON.stringify(balance)}`,
    );
  }
  return { files: cleaned, balances, rejects, replaced };
}

const ownReferences = (contract: Contract, table: string): string[] =>
  referencesOf(contract, table).filter(name => name !== contract.sale.from);

/** Tables in waves: each references only tables of earlier ones. Validation has refused circles. */
function referenceWaves(contract: Contract): string[][] {
  const waves: string[][] = [];
  let rest = Object.keys(contract.tables).filter(table => table !== contract.sale.from);
  while (rest.length > 0) {
    const wave = rest.filter(
      table => !ownReferences(contract, table).some(name => name !== table && rest.includes(name)),
    );
    invariant(wave.length > 0, `the tables ${rest.join(', ')} reference each other in a circle`);
    waves.push(wave);
    rest = rest.filter(table => !wave.includes(table));
  }
  return waves;
}

function chunkShared(contract: Contract, chunks: readonly ChunkInput[]): ChunkShared {
  const { from, sold, customer_id, sale_id } = contract.sale;
  return {
    reading: tableReading(contract, from),
    sold,
    buckets: bucketCount(chunks.reduce((sum, { records }) => sum + records, 0)),
    sale: { customer_id, sale_id },
  };
}

const keysPart = ({ reading, sold, buckets }: ChunkShared): KeysShared => ({ reading, sold, buckets });

function cleanChunks(driver: Driver, chunks: readonly ChunkInput[], shared: ChunkShared): Promise<ChunkOutput[]> {
  return driver.stage<ChunkOutput>({
    kind: 'clean.chunk',
    title: 'clean',
    unit: 'chunks',
    shared,
    inputs: chunks,
    rows: ({ read }) => read,
    rejected: ({ rejected }) => rejected,
  });
}

/** What of a contract decides the fact: titles, file patterns and limits are left out, so that changing them recomputes nothing. */
function salesPart(contract: Contract): Contract {
  const { name, currency, sale, dimensions } = contract;
  const tables = Object.entries(contract.tables).map(
    ([table, { key, columns, encoding = 'utf-8' }]) => [table, { files: '', key, columns, encoding }] as const,
  );
  return { name, version: 0, title: '', currency, sale, dimensions, tables: Object.fromEntries(tables) };
}

async function makeDimensions(
  driver: Driver,
  contract: Contract,
  merged: readonly DayOutput[],
  { tables, rowsAtOnce }: { tables: TableFiles; rowsAtOnce: number },
) {
  const derived = derivedDimensions(contract);
  const named = DIMENSION_NAMES.filter(name => contract.dimensions[name]);
  const names: DimensionInput['dimension'][] = [
    ...named,
    ...(contract.sale.location ? (['location'] as const) : []),
    ...(contract.sale.rates ? (['rate'] as const) : []),
  ];
  const inputs = names.map((dimension): DimensionInput => {
    const isDerived = (derived as readonly string[]).includes(dimension);
    const slices = isDerived
      ? merged.flatMap(({ members }) => members.flatMap(own => own[dimension] ?? []))
      : tables[tableOf(contract, dimension)]!.slices;
    return { dimension, isDerived, slices };
  });
  const shared: DimensionShared = { contract: salesPart(contract), tables, rowsAtOnce };
  return driver.stage<DimensionOutput>({
    kind: 'clean.dimension',
    title: 'dimensions',
    unit: 'tables',
    shared,
    inputs,
    rows: ({ file }) => file.rows,
  });
}

async function quarantineRejects(
  driver: Driver,
  contract: Contract,
  {
    rejects,
    files,
    tables,
  }: {
    rejects: readonly (RejectSlice & { table: string })[];
    files: readonly FilePlan[];
    tables: TableFiles;
  },
) {
  const groups = Map.groupBy(rejects, ({ table, file, range }) =>
    JSON.stringify([table, file, String(range).padStart(9, '0')]),
  );
  const inputs = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]): QuarantineInput => {
      const { table, file } = group[0]!;
      const { generation, unpacked } = files.find(plan => plan.file === file)!;
      return { table, file, generation, unpacked, rejects: group.map(({ slice }) => slice) };
    });
  const shared: QuarantineShared = { contract: salesPart(contract), tables };
  const outputs = await driver.stage<QuarantineOutput>({
    kind: 'clean.quarantine',
    title: 'quarantine',
    unit: 'ranges',
    shared,
    inputs,
    rows: ({ part }) => part.rows,
  });
  return {
    parts: outputs.map(({ part }) => part),
    reasons: outputs.flatMap(({ reasons }, i) =>
      reasons.map(reason => ({ table: inputs[i]!.table, file: inputs[i]!.file, ...reason })),
    ),
  };
}

/** Rule 1, chunk by chunk: what the planner counted is what came out, each record once. */
function balanceChunks(
  contract: Contract,
  files: readonly FilePlan[],
  {
    chunks,
    cleaned,
    planned,
    outputs,
  }: Cleaned & { planned: readonly (readonly PlannedDay[])[]; outputs: readonly DayOutput[] },
) {
  const counts: Counts[] = cleaned.map(({ read, rejected }) => ({ ...NO_RECORDS, read, quarantined: rejected }));
  planned.forEach((days, i) => {
    const sources = days.flatMap(day => day.chunks);
    sources.forEach((chunk, k) => {
      counts[chunk] = addCounts(counts[chunk]!, { ...outputs[i]!.counts[k]!, read: 0 });
    });
  });
  counts.forEach((count, i) => {
    const { file, start, end, records } = chunks[i]!;
    invariant(
      count.read === records && addsUp(count),
      `${file} bytes ${start}–${end}: ${records} planned, ${JSON.stringify(count)}`,
    );
  });
  return files.map(({ file }) => {
    const own = counts.filter((_, i) => chunks[i]!.file === file);
    return { table: contract.sale.from, file, ...own.reduce(addCounts, NO_RECORDS) };
  });
}
