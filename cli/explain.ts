/** `endcap explain WHAT`: what a metric, a table, a segment or a customer is, and what it comes to in what is published. */
import { UserError, usageError } from '../base/errors.ts';
import { didYouMean } from '../datasets/nearest.ts';
import { METRICS } from '../warehouse/metrics.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { explainColumn } from './explain-column.ts';
import { explainCustomer, explainSegment, segmentNames } from './explain-customer.ts';
import { explainMetric, explainTable, tableNames } from './explain-table.ts';
import { type Explanation, printExplanation } from './explained.ts';
import type { ExitStatus, Session } from './io.ts';
import { type Opened, withWarehouse } from './project.ts';

/** In the order of precedence: the first of them that has the name is explained. */
const KINDS = ['table', 'metric', 'segment', 'column', 'customer'] as const;
type Kind = (typeof KINDS)[number];

export interface ExplainVerbOptions {
  /** Which of them is meant. */
  readonly as?: Kind;
}

export async function explainVerb(session: Session, what: string, { as }: ExplainVerbOptions): Promise<ExitStatus> {
  const name = what.trim();
  if (name === '') throw usageError('nothing is named', 'endcap explain revenue');
  const found = await withWarehouse(session, undefined, async opened => {
    for (const kind of as === undefined ? KINDS : [as]) {
      const explanation = await EXPLAINERS[kind](opened, name);
      if (explanation) return { explanation, currency: opened.summary?.currency ?? '' };
    }
    throw await unknown(opened.warehouse, name, as);
  });
  const { explanation, currency } = found;
  session.print(session.options.json ? JSON.stringify(explanation) : printExplanation(session, explanation, currency));
  return 0;
}

/** Null when nothing of the kind has the name. */
const EXPLAINERS: Readonly<Record<Kind, (opened: Opened, name: string) => Promise<Explanation | null>>> = {
  table: explainTable,
  metric: explainMetric,
  segment: explainSegment,
  column: explainColumn,
  customer: explainCustomer,
};

async function unknown(warehouse: Warehouse, name: string, as: Kind | undefined): Promise<UserError> {
  const kinds = as === undefined ? 'table, metric, segment, column or customer' : as;
  const isMeant = (kind: Kind) => as === undefined || as === kind;
  const candidates = [
    ...(isMeant('table') ? await tableNames(warehouse) : []),
    ...(isMeant('metric') ? METRICS.map(({ key }) => key) : []),
    ...(isMeant('segment') ? await segmentNames(warehouse) : []),
  ];
  return new UserError({
    code: 'E_UNKNOWN',
    what: `no ${kinds} is called ${name}${didYouMean(name, candidates)}`,
    next: 'endcap query "show tables"   lists the tables; endcap explain revenue   is a metric',
    exitCode: 2,
  });
}
