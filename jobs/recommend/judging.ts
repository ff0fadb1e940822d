/** How lists are judged by what customers bought later: when a choice is made, and when it is tried out. */
import { LISTS, type ListName } from './choice.ts';
import { addMeasures, type Measures, measure, NO_MEASURES } from './measures.ts';
import type { LoadedModels } from './models.ts';
import type { RankedPiece, Wanted } from './rank.ts';

/** What each customer bought in the window behind the one that was learned from. */
export interface Later {
  /** [customers + 1] */
  readonly starts: Int32Array;
  /** Places in the catalogue, rising for each customer. */
  readonly truths: Int32Array;
}

/** What is known so far of the lists of one blend. */
export interface Tally {
  readonly list: ListName;
  readonly measures: { judged: Measures; repeat: Measures };
  /** How often each product is on a list. [items] */
  readonly listed: Int32Array;
  /** NDCG of each customer who judged, and which of the block's customers that was. */
  readonly gains: number[];
  readonly judges: number[];
  readonly novelties: Float64Array;
}

/** A tally for each wanted list, in their order. */
export function talliesOf(
  { items, customers, popularity }: Pick<LoadedModels, 'items' | 'customers' | 'popularity'>,
  wanted: readonly Wanted[],
): Tally[] {
  const novelties = Float64Array.from(popularity, count => -Math.log2(Math.max(1, count) / customers));
  return wanted.map(({ list }) => ({
    list,
    measures: { judged: NO_MEASURES, repeat: NO_MEASURES },
    listed: new Int32Array(items),
    gains: [],
    judges: [],
    novelties,
  }));
}

/** `again` is judged by all that was bought later, `new` by what was never bought before. */
export function judge(
  { from, to, purchases, lists }: RankedPiece,
  { starts, truths: all }: Later,
  tallies: readonly Tally[],
): void {
  for (let customer = from; customer < to; customer++) {
    const truths = all.subarray(starts[customer]!, starts[customer + 1]!);
    const own = purchases.items.subarray(purchases.ptr[customer - from]!, purchases.ptr[customer - from + 1]!);
    // Who bought nothing later cannot judge.
    if (truths.length === 0) continue;
    const { repeated, fresh } = split(truths, own);
    tallies.forEach((tally, i) => {
      const top = lists[i]!.items.length / (to - from);
      const list = lists[i]!.items.subarray((customer - from) * top, (customer - from + 1) * top);
      const relevant = tally.list === 'new' ? fresh : truths;
      if (relevant.length > 0) add(tally, customer, list, relevant);
      if (tally.list === 'again' && repeated.length > 0)
        tally.measures.repeat = addMeasures(tally.measures.repeat, measure(list, repeated, tally.novelties));
    });
  }
}

/** The blends of all lists, one behind the other. */
export const wantedOf = <Blend>(blends: Readonly<Record<ListName, readonly Blend[]>>) =>
  LISTS.flatMap(list => blends[list].map((blend, index) => ({ list, blend, index })));

function add(tally: Tally, customer: number, list: Int32Array, truths: Int32Array): void {
  const own = measure(list, truths, tally.novelties);
  tally.measures.judged = addMeasures(tally.measures.judged, own);
  tally.gains.push(own.ndcg);
  tally.judges.push(customer);
  for (const item of list) if (item >= 0) tally.listed[item]!++;
}

/** Both are rising. */
function split(truths: Int32Array, own: Int32Array): { repeated: Int32Array; fresh: Int32Array } {
  const isOwn = truths.map(() => 0);
  for (let i = 0, j = 0; i < truths.length && j < own.length; ) {
    if (truths[i]! < own[j]!) i++;
    else if (truths[i]! > own[j]!) j++;
    else isOwn[i++] = 1;
  }
  return { repeated: truths.filter((_, i) => isOwn[i] === 1), fresh: truths.filter((_, i) => isOwn[i] === 0) };
}
