import { describe, expect, it } from 'vitest';
import { below, listOf, seeded } from '../../test/random.ts';
import { type Candidates, type Judges, judgesOf } from './judges.ts';

const random = seeded(11);

/** Customers with up to four products before, each worth another weight, and up to two later. */
function someBlock(): Candidates {
  const users = below(random, 30);
  const before = listOf(users, () => listOf(below(random, 5), () => below(random, 90)));
  const later = listOf(users, () => listOf(below(random, 3), () => below(random, 90)));
  const items = Int32Array.from(before.flat());
  return {
    bought: {
      users,
      ptr: startsOf(before),
      items,
      weights: Float32Array.from(items, (item, pair) => item + pair / 128),
    },
    later: { starts: startsOf(later), truths: Int32Array.from(later.flat()) },
  };
}

function startsOf(lists: readonly (readonly number[])[]): Int32Array {
  let end = 0;
  return Int32Array.from([0, ...lists.map(({ length }) => (end += length))]);
}

/** Of each customer what was bought before, what that is worth, and what was bought later. */
const customersOf = ({ bought: { ptr, items, weights }, later }: Candidates) =>
  listOf(ptr.length - 1, user => ({
    items: [...items.subarray(ptr[user], ptr[user + 1])],
    weights: [...weights.subarray(ptr[user], ptr[user + 1])],
    truths: [...later.truths.subarray(later.starts[user], later.starts[user + 1])],
  }));

const asBlock = ({ purchases: { ptr, items, weights }, later }: Judges): Candidates => ({
  bought: { users: ptr.length - 1, ptr, items, weights },
  later,
});

describe('judges', () => {
  it.each([1, 2, 7, 40, 1_000])('are at most %i, evenly of all who bought something later', most => {
    for (let round = 0; round < 20; round++) {
      const blocks = listOf(1 + below(random, 4), someBlock);
      const able = blocks.flatMap(customersOf).filter(({ truths }) => truths.length > 0);
      const judges = customersOf(asBlock(judgesOf(blocks, most)));
      const step = Math.max(1, Math.ceil(able.length / most));
      expect(judges).toEqual(able.filter((_, i) => i % step === 0));
      expect(judges.length).toBeLessThanOrEqual(most);
      if (able.length <= most) expect(judges).toHaveLength(able.length);
    }
  });
});
