/** What was found out about recommenders, as text. */
import { CUSTOMERS_MIN } from '../base/limits.ts';
import type { Verdict } from '../jobs/recommend/gate.ts';
import { thousands } from './format.ts';
import type { Style } from './style.ts';
import { alignedTable, type Column } from './table.ts';

type Gain = Verdict['gain'];

/** A list, and who makes it how well. */
export interface ListFigures {
  readonly list: string;
  readonly chosen: string;
  readonly baseline: string;
  /** NDCG of both, and by how much the first is better. */
  readonly ndcg: readonly [chosen: number, baseline: number];
  readonly gain: Gain;
  readonly customers: number;
  readonly note: string;
}

const right = (title: string): Column => ({ title, align: 'right' });

/** Both lists beside their baselines. */
export const listTable = (lists: readonly ListFigures[], style: Style): string =>
  alignedTable(
    [
      { title: 'list' },
      { title: 'model' },
      right('NDCG'),
      { title: 'baseline' },
      right('NDCG'),
      right('gain'),
      { title: '95 % of chance' },
      right('customers'),
      { title: '' },
    ],
    lists.map(({ list, chosen, baseline, ndcg, gain, customers, note }) => [
      list,
      chosen,
      ndcg[0].toFixed(4),
      baseline,
      ndcg[1].toFixed(4),
      signed(gain.mean),
      `${signed(gain.lower)} to ${signed(gain.upper)}`,
      thousands(customers),
      note,
    ]),
    { indent: 4, style },
  );

/** What a run published of what was chosen; nothing when nothing was tried out. */
export function recommendations(verdicts: readonly Verdict[], style: Style): string {
  if (verdicts.length === 0) return '';
  const lists = verdicts.map(({ list, chosen, baseline, gain, customers, results, isBetter }) => {
    const ndcg = [results[0].ndcg, results[1].ndcg] as const;
    const few = customers < CUSTOMERS_MIN ? `: ${thousands(customers)} customers are too few to tell` : '';
    const note = isBetter ? style.green('model published') : `baseline published${few}`;
    return { list, chosen, baseline, ndcg, gain, customers, note };
  });
  return `  ${style.bold('Recommendations')}  tried out on the last days\n${listTable(lists, style)}`;
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
