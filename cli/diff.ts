/** `endcap diff A B`: what differs between two publications or runs. */
import { type Comparison, compare, difference, type Side } from '../coordinator/compare.ts';
import { count, money, placesOf, thousands } from './format.ts';
import type { ExitStatus, Session } from './io.ts';
import { projectOf } from './project.ts';
import { alignedTable } from './table.ts';

export async function diffVerb(session: Session, a: string, b: string | undefined): Promise<ExitStatus> {
  const { lake } = await projectOf(session);
  const compared = await compare(lake, a, b ?? null);
  if (session.options.json) session.print(JSON.stringify(compared));
  else {
    session.out.write(measuresTable(session, compared));
    session.print('');
    session.out.write(movesTable(session, compared));
  }
  return 0;
}

const right = (title: string) => ({ title, align: 'right' as const });

const nameOf = ({ publication, run }: Side): string =>
  publication === null ? `run ${run}` : `publication ${publication}`;

function measuresTable({ outStyle: style }: Session, { a, b }: Comparison): string {
  const counts = (title: string, before: number, after: number) => [
    title,
    thousands(before),
    thousands(after),
    signed(thousands(after - before)),
  ];
  const days = (title: string, before: string, after: string) => [
    title,
    before,
    after,
    before === after ? '' : 'moved',
  ];
  const rows = [
    counts('rows', a.rows, b.rows),
    ['net sales', `${money(a.net)} ${a.currency}`, `${money(b.net)} ${b.currency}`, changeOf(a, b)],
    counts('customers', a.customers, b.customers),
    days('first sale', a.from ?? 'none', b.from ?? 'none'),
    days('last sale', a.to ?? 'none', b.to ?? 'none'),
    days('segments as of', a.asOf ?? 'none', b.asOf ?? 'none'),
  ];
  return alignedTable([{ title: '' }, right(nameOf(a)), right(nameOf(b)), right('change')], rows, { style });
}

const changeOf = (a: Side, b: Side): string =>
  a.currency === b.currency ? signed(money(difference(a.net, b.net))) : 'another currency';

/** Growth has a sign too; no change has none. */
const signed = (text: string): string => (/[1-9]/.test(text) && !text.startsWith('−') ? `+${text}` : text);

function movesTable({ outStyle: style }: Session, { a, b, moves }: Comparison): string {
  if (!moves) {
    const lacking = [a, b].filter(({ asOf }) => asOf === null).map(nameOf);
    return `${lacking.join(' and ')}: no segments, so no moves between them\n`;
  }
  const moved = moves.filter(({ from, to }) => from !== to).reduce((sum, { customers }) => sum + customers, 0);
  const places = Math.max(2, ...moves.flatMap(({ before, after }) => [placesOf(before), placesOf(after)]));
  const rows = moves.map(({ from, to, customers, before, after }) => [
    from,
    to === from ? style.dim('stay') : to,
    thousands(customers),
    money(before, places),
    money(after, places),
  ]);
  const columns = [{ title: 'from' }, { title: 'to' }, right('customers'), right('net before'), right('net after')];
  const kind = ({ isClustered }: Side) => (isClustered ? 'clusters' : 'scores');
  const warning =
    kind(a) === kind(b) ? '' : `The segments of ${nameOf(a)} are of ${kind(a)}, those of ${nameOf(b)} of ${kind(b)}.\n`;
  return `${warning}${count(moved, 'customer')} came, went or changed the segment\n${alignedTable(columns, rows, { style })}`;
}
