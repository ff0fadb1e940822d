import { afterAll, describe, expect, it } from 'vitest';
import { between, listOf, type Random, seeded } from '../../test/random.ts';
import { type Baskets, basketsOf, joinBaskets } from './baskets.ts';
import { countItemsets } from './counting.ts';
import { CONFIDENCE_MIN, ITEMS_MAX } from './limits.ts';
import { mineItemsets } from './mining.ts';
import { itemsOf, rankRules } from './ranking.ts';

interface Line {
  readonly order: number;
  readonly item: number;
  readonly amount: number;
}

const ITEMS = 7;

const pack = (lines: readonly Line[]): Baskets =>
  basketsOf({
    orders: Int32Array.from(lines, ({ order }) => order),
    ordersMax: Math.max(0, ...lines.map(({ order }) => order)) + 1,
    items: Int32Array.from(lines, ({ item }) => item),
    itemCount: ITEMS,
    amounts: BigInt64Array.from(lines, ({ amount }) => BigInt(amount)),
  });

/** Lines in no order; some are on no order, some are of a product that is no item; some products come twice. */
function randomLines(random: Random, orders: number): Line[] {
  const amount = () => between(random, -50, 500);
  const lines = listOf(orders * 3, () => ({
    order: between(random, -1, orders - 1),
    // The first items are bought more often.
    item: Math.floor(random() ** 3 * (ITEMS + 1)) - 1,
    amount: amount(),
  }));
  // The last items are mostly bought together.
  const habit = lines.filter(({ order }) => order % 4 === 0);
  return [
    ...lines,
    ...habit.flatMap(({ order }) => [ITEMS - 3, ITEMS - 2, ITEMS - 1].map(item => ({ order, item, amount: amount() }))),
  ];
}

/** Lines by order. */
const ordersOf = (lines: readonly Line[]): Line[][] => [
  ...Map.groupBy(
    lines.filter(({ order }) => order >= 0),
    ({ order }) => order,
  ).values(),
];

/** All sets of 1 to ITEMS_MAX items, in order. */
function allSets(first = 0, prefix: readonly number[] = []): number[][] {
  if (prefix.length === ITEMS_MAX) return [];
  return listOf(ITEMS - first, i => first + i).flatMap(item => [
    [...prefix, item],
    ...allSets(item + 1, [...prefix, item]),
  ]);
}

const holds = (lines: readonly Line[], set: readonly number[]): boolean =>
  set.every(item => lines.some(line => line.item === item));

const flat = (sets: readonly (readonly number[])[]): Int32Array =>
  Int32Array.from(sets.flatMap(set => listOf(ITEMS_MAX, i => set[i] ?? -1)));

const listed = (sets: Int32Array): number[][] => listOf(sets.length / ITEMS_MAX, set => itemsOf(sets, set));

const found = { beyond: 0, chance: 0 };
afterAll(() => {
  expect(found.beyond).toBeGreaterThan(100);
  expect(found.chance).toBeGreaterThan(100);
});

describe.each(listOf(30, seed => seed))('random baskets, seed %i', seed => {
  const random = seeded(seed);
  const lines = randomLines(random, between(random, 1, 300));
  const orders = ordersOf(lines);
  const least = between(random, 1, 8);
  const frequent = allSets().filter(set => orders.filter(order => holds(order, set)).length >= least);

  it('are the orders with a line', () => {
    const { count, totals } = pack(lines);
    expect(count).toBe(orders.length);
    const sums = orders.map(order => order.reduce((sum, { amount }) => sum + amount, 0));
    expect([...totals].map(Number).sort()).toEqual(sums.sort());
  });

  it('have the sets of items that brute force finds, and no more than may be', () => {
    const several = frequent.filter(({ length }) => length > 1);
    const limits = { itemCount: ITEMS, least };
    expect(listed(mineItemsets(pack(lines), { ...limits, most: several.length })!)).toEqual(several);
    if (several.length > 0) expect(mineItemsets(pack(lines), { ...limits, most: several.length - 1 })).toBeNull();
  });

  it('count the sets, and what is bought beside them', () => {
    const { baskets, rests } = countItemsets(pack(lines), flat(allSets()), ITEMS);
    allSets().forEach((set, i) => {
      const holding = orders.filter(order => holds(order, set));
      expect(baskets[i]).toBe(holding.length);
      const rest = holding.flat().filter(({ item }) => !set.includes(item));
      if (set.length < ITEMS_MAX) expect(rests[i]).toBe(BigInt(rest.reduce((sum, { amount }) => sum + amount, 0)));
    });
  });

  it('are the same in several parts', () => {
    const parts = [...Map.groupBy(lines, ({ order }) => order % 3).values()].map(pack);
    expect(countItemsets(joinBaskets(parts), flat(allSets()), ITEMS)).toEqual(
      countItemsets(pack(lines), flat(allSets()), ITEMS),
    );
  });

  it('have the rules that brute force finds', () => {
    const sets = flat(frequent);
    const baskets = Float64Array.from(countItemsets(pack(lines), sets, ITEMS).baskets);
    const limits = { total: orders.length, least, products: frequent.filter(({ length }) => length === 1).length };
    const rules = rankRules({ sets, baskets }, limits).map(rule => ({
      left: itemsOf(sets, rule.antecedent),
      right: itemsOf(sets, rule.consequent)[0]!,
      ...rule,
    }));
    const count = (set: readonly number[]) => orders.filter(order => holds(order, set)).length;
    const expected = frequent
      .flatMap(set => set.map(right => ({ left: set.filter(item => item !== right), right, both: count(set) })))
      .filter(({ left }) => left.length > 0)
      .map(rule => ({ ...rule, chance: (count(rule.left) * count([rule.right])) / orders.length }))
      .filter(({ left, both, chance }) => both > chance && both / count(left) >= CONFIDENCE_MIN)
      .map(({ left, right, both, chance }) => {
        const possible = (left.length + 1) * choose(limits.products, left.length + 1);
        // The bound of Chernoff, as it is usually written.
        const bound = Math.exp(both - chance) * (chance / both) ** both;
        return { left, right, isBeyondChance: bound * possible < 0.05 };
      });
    const named = ({ left, right, isBeyondChance }: (typeof expected)[number]) =>
      `${left} → ${right}${isBeyondChance ? '' : '?'}`;
    expect(rules.map(named).sort()).toEqual(expected.map(named).sort());
    for (const { isBeyondChance } of rules) found[isBeyondChance ? 'beyond' : 'chance']++;
    for (const rule of rules) {
      const both = count([...rule.left, rule.right]);
      expect(rule.support).toBe(both / orders.length);
      expect(rule.confidence).toBe(both / count(rule.left));
      expect(rule.lift).toBeCloseTo(rule.confidence / (count([rule.right]) / orders.length), 12);
    }
    rules.slice(1).forEach((rule, i) => {
      const before = rules[i]!;
      const key = ({ left, right }: typeof rule) => [...flat([left]), right];
      const order = [
        Number(before.isBeyondChance) - Number(rule.isBeyondChance),
        before.lift - rule.lift,
        count([...before.left, before.right]) - count([...rule.left, rule.right]),
      ];
      const byItems = key(rule).map((item, at) => item - key(before)[at]!);
      expect([...order, ...byItems].find(difference => difference !== 0)).toBeGreaterThan(0);
    });
  });
});

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);

it('chance is told from habit', () => {
  const random = seeded(1);
  const order = (index: number): Line[] =>
    listOf(ITEMS, item => ({ order: index, item, amount: 1 })).filter(() => random() < 0.4);
  const rulesOf = (lines: readonly Line[]) => {
    const sets = flat(allSets());
    const baskets = Float64Array.from(countItemsets(pack(lines), sets, ITEMS).baskets);
    const rules = rankRules({ sets, baskets }, { total: 3_000, least: 3, products: ITEMS });
    expect(rules.length).toBeGreaterThan(10);
    return rules
      .filter(({ isBeyondChance }) => isBeyondChance)
      .map(rule => [itemsOf(sets, rule.antecedent), itemsOf(sets, rule.consequent)]);
  };
  const chance = listOf(3_000, order).flat();
  expect(rulesOf(chance)).toEqual([]);
  // Every other order that has the first product has the last one too.
  const habit = chance.filter(({ item, order }) => item === 0 && order % 2 === 0).map(line => ({ ...line, item: 6 }));
  const rules = rulesOf([...chance, ...habit]);
  expect(rules).toContainEqual([[0], [6]]);
  expect(rules).toContainEqual([[6], [0]]);
});

it('amounts that do not fit are not told', () => {
  const most = 10n ** 18n - 1n;
  const amounts = BigInt64Array.from(listOf(10, line => (line % 2 === 0 ? 1n : most)));
  const orders = Int32Array.from(listOf(10, line => line >> 1));
  const items = Int32Array.from(listOf(10, line => line % 2));
  const baskets = basketsOf({ orders, ordersMax: 5, items, itemCount: 2, amounts });
  expect(countItemsets(baskets, flat([[0], [0, 1], [1]]), 2).rests).toEqual([null, 0n, 5n]);
});
