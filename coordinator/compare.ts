/** What differs between two publications or runs of a project. */
import { fileURLToPath } from 'node:url';
import { usageError } from '../base/errors.ts';
import { amountText, parseAmount } from '../kernels/money.ts';
import type { ObjectStore } from '../lake/store.ts';
import { openWarehouse } from '../warehouse/open.ts';
import type { Json, Warehouse } from '../warehouse/warehouse.ts';
import { listPublications, listRuns, readSummary } from './status.ts';

/** One side of a comparison. Amounts are exact texts. */
export interface Side {
  /** Null of a run that was not published. */
  readonly publication: number | null;
  readonly run: string;
  readonly currency: string;
  readonly rows: number;
  readonly net: string;
  /** Who bought or gave back anything. */
  readonly customers: number;
  /** Days of the first and the last sale; null where nothing was sold. */
  readonly from: string | null;
  readonly to: string | null;
  /** The analysis day of the segments; null where there are none. */
  readonly asOf: string | null;
  /** Whether segments are clusters rather than made of scores; null where there are none. */
  readonly isClustered: boolean | null;
}

/** Customers who are in one segment on the first side and in another, or the same, on the second. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly customers: number;
  /** Monetary value on either side, together. */
  readonly before: string;
  readonly after: string;
}

export interface Comparison {
  readonly a: Side;
  readonly b: Side;
  /** The most customers first; null unless both sides have segments. */
  readonly moves: readonly Move[] | null;
}

/** As marts call who is not on one of the sides. */
const NO_CUSTOMER = 'not a customer';

/**
 * @param a number of a publication, or the beginning of a run's id
 * @param b the same; null for what is published
 */
export async function compare(lake: ObjectStore, a: string, b: string | null): Promise<Comparison> {
  const targets = [await findTarget(lake, a), await findTarget(lake, b)];
  const open: Warehouse[] = [];
  try {
    for (const { warehouse } of targets) open.push(await openAt(lake, warehouse));
    const [first, second] = [await sideOf(open[0]!, targets[0]!), await sideOf(open[1]!, targets[1]!)];
    const hasBoth = first.asOf !== null && second.asOf !== null;
    const customers = Math.max(first.customers, second.customers);
    return { a: first, b: second, moves: hasBoth ? await movesBetween(open[0]!, open[1]!, customers) : null };
  } finally {
    for (const warehouse of open) await warehouse.close();
  }
}

interface Target {
  readonly publication: number | null;
  readonly run: string;
  readonly warehouse: string;
  readonly currency: string;
  readonly hasSegments: boolean;
}

async function findTarget(lake: ObjectStore, wanted: string | null): Promise<Target> {
  const publications = await listPublications(lake);
  if (wanted === null || /^\d{1,6}$/.test(wanted)) {
    const found = wanted === null ? publications.at(-1) : publications.find(({ n }) => n === Number(wanted));
    if (!found) {
      const what = wanted === null ? 'nothing is published yet' : `there is no publication ${wanted}`;
      throw usageError(what, 'endcap status   lists the publications');
    }
    return targetOf(lake, found.run, found.n);
  }
  const runs = (await listRuns(lake)).filter(({ run }) => run.startsWith(wanted));
  if (runs.length === 0) throw usageError(`there is no run ${wanted}`, 'endcap runs   lists them');
  if (runs.length > 1) throw usageError(`${runs.length} runs begin with ${wanted}`, `endcap diff ${runs[0]!.run}`);
  const { run } = runs[0]!;
  return targetOf(lake, run, publications.find(publication => publication.run === run)?.n ?? null);
}

async function targetOf(lake: ObjectStore, run: string, publication: number | null): Promise<Target> {
  const summary = await readSummary(lake, run);
  const name = publication === null ? `run ${run}` : `publication ${publication}`;
  if (!summary) throw usageError(`${name} built no warehouse`, 'endcap runs   lists the runs');
  const { warehouse, currency, marts } = summary;
  if (!(await lake.stat(warehouse)))
    throw usageError(`the warehouse of ${name} is gone: ${warehouse}`, 'endcap status');
  const hasSegments = marts.some(({ name: mart, built }) => mart === 'mart_rfm' && built);
  return { publication, run, warehouse, currency, hasSegments };
}

const openAt = (lake: ObjectStore, key: string): Promise<Warehouse> =>
  openWarehouse(fileURLToPath(new URL(key, lake.url)), fileURLToPath(lake.url));

async function sideOf(warehouse: Warehouse, { publication, run, currency, hasSegments }: Target): Promise<Side> {
  const [found] = (
    await warehouse.query(`select
      count(*) as n,
      cast(coalesce(sum(net_amount_base), 0) as decimal(38, 6)) as net,
      count(distinct customer_id) as customers,
      cast(min(sales_day) as varchar) as first_day,
      cast(max(sales_day) as varchar) as last_day
    from fct_sales`)
  ).rows;
  const segments = hasSegments
    ? (await warehouse.query('select cast(max(as_of) as varchar) as day, count(cluster) as n from customer_rfm'))
        .rows[0]!
    : null;
  const text = (value: Json | undefined) => (value === null || value === undefined ? null : String(value));
  return {
    publication,
    run,
    currency,
    rows: Number(found!.n),
    net: String(found!.net),
    customers: Number(found!.customers),
    from: text(found!.first_day),
    to: text(found!.last_day),
    asOf: text(segments?.day),
    isClustered: segments && Number(segments.n) > 0,
  };
}

/** Customers of both sides that are held at once. */
const CUSTOMERS_AT_ONCE = 100_000;

/** The two sides are files of their own, so customers are matched here, a part of their ids' hashes at a time. */
async function movesBetween(a: Warehouse, b: Warehouse, customers: number): Promise<Move[]> {
  const moves = new Map<string, { customers: number; before: bigint; after: bigint }>();
  const parts = Math.max(1, Math.ceil(customers / CUSTOMERS_AT_ONCE));
  const add = (from: string, to: string, before: bigint, after: bigint) => {
    const key = JSON.stringify([from, to]);
    const own = moves.get(key) ?? { customers: 0, before: 0n, after: 0n };
    moves.set(key, { customers: own.customers + 1, before: own.before + before, after: own.after + after });
  };
  for (let part = 0; part < parts; part++) {
    const [before, after] = [await segmentsOf(a, part, parts), await segmentsOf(b, part, parts)];
    for (const [id, { segment, monetary }] of before) {
      const now = after.get(id);
      add(segment, now?.segment ?? NO_CUSTOMER, monetary, now?.monetary ?? 0n);
    }
    for (const [id, { segment, monetary }] of after) if (!before.has(id)) add(NO_CUSTOMER, segment, 0n, monetary);
  }
  return [...moves]
    .map(([key, { customers: count, before, after }]): Move => {
      const [from, to] = JSON.parse(key) as [string, string];
      return { from, to, customers: count, before: amountText(before), after: amountText(after) };
    })
    .sort((x, y) => y.customers - x.customers || (`${x.from}\n${x.to}` < `${y.from}\n${y.to}` ? -1 : 1));
}

async function segmentsOf(warehouse: Warehouse, part: number, parts: number) {
  const { rows } = await warehouse.query(`select cast(customer_id as varchar) as id, segment, monetary
    from customer_rfm where hash(cast(customer_id as varchar)) % ${parts} = ${part}`);
  return new Map(
    rows.map(row => [String(row.id), { segment: String(row.segment), monetary: parseAmount(String(row.monetary)) }]),
  );
}

/** The second amount less the first. */
export const difference = (before: string, after: string): string =>
  amountText(parseAmount(after) - parseAmount(before));
