/** The customers who judge a trial: evenly from all who can, so that a trial costs the same for any number of customers. */
import type { BoughtPairs } from '../../kernels/als.ts';
import type { Later } from './judging.ts';
import type { BlockPurchases } from './rank.ts';

/** Customers of a block, with what they bought before and in the window. */
export interface Candidates {
  readonly bought: BoughtPairs;
  readonly later: Later;
}

export interface Judges {
  readonly purchases: BlockPurchases;
  readonly later: Later;
}

/**
 * Every n-th of the customers who bought something later, so that they are `most` or fewer. They are the same whatever earlier
 * purchases are worth, so that trials can be compared customer by customer.
 */
export function judgesOf(blocks: readonly Candidates[], most: number): Judges {
  const able = blocks.map(({ later }) => customersWith(later));
  const step = Math.max(1, Math.ceil(able.reduce((sum, own) => sum + own.length, 0) / most));
  let before = 0;
  const chosen = able.map(own => {
    const first = before;
    before += own.length;
    return own.filter((_, i) => (first + i) % step === 0);
  });
  const each = <Part>(part: (block: Candidates, customer: number) => Part): Part[] =>
    blocks.flatMap((block, i) => chosen[i]!.map(customer => part(block, customer)));
  const range = (starts: Int32Array, customer: number) => [starts[customer]!, starts[customer + 1]!] as const;
  const items = each(({ bought }, own) => bought.items.subarray(...range(bought.ptr, own)));
  const weights = each(({ bought }, own) => bought.weights.subarray(...range(bought.ptr, own)));
  const truths = each(({ later }, own) => later.truths.subarray(...range(later.starts, own)));
  return {
    purchases: {
      ptr: startsOf(items),
      items: concat(items, length => new Int32Array(length)),
      weights: concat(weights, length => new Float32Array(length)),
    },
    later: { starts: startsOf(truths), truths: concat(truths, length => new Int32Array(length)) },
  };
}

function customersWith({ starts }: Later): number[] {
  const able: number[] = [];
  for (let customer = 0; customer + 1 < starts.length; customer++)
    if (starts[customer + 1]! > starts[customer]!) able.push(customer);
  return able;
}

function startsOf(parts: readonly { readonly length: number }[]): Int32Array {
  const starts = new Int32Array(parts.length + 1);
  parts.forEach(({ length }, i) => {
    starts[i + 1] = starts[i]! + length;
  });
  return starts;
}

function concat<Values extends Int32Array | Float32Array>(
  parts: readonly Values[],
  make: (length: number) => Values,
): Values {
  const all = make(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
