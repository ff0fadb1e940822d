/** Rules from counted itemsets: who has bought some products buys another more often than others do. */
import { CHANCE_MAX, CONFIDENCE_MIN, ITEMS_MAX } from './limits.ts';

export interface CountedItemsets {
  /** As of mineItemsets, in order, single items included. Int32 [sets × ITEMS_MAX] */
  readonly sets: Int32Array;
  /** Baskets that hold each set. [sets] */
  readonly baskets: Float64Array;
}

export interface RankingLimits {
  /** Baskets in all. */
  readonly total: number;
  /** Baskets that a rule's products must be in together. */
  readonly least: number;
  /** Products that are in as many. */
  readonly products: number;
}

/** A rule from the items of the set `antecedent` to the item of the set `consequent`; `both` is the set of all of them. */
export interface Rule {
  readonly antecedent: number;
  readonly consequent: number;
  readonly both: number;
  readonly support: number;
  readonly confidence: number;
  readonly lift: number;
  /** Whether its products are together more often than chance explains. */
  readonly isBeyondChance: boolean;
}

/**
 * All rules whose right side is bought more often with the left one than without it; those beyond chance first, of these
 * those of the highest lift, of these those with most baskets, of these those with the lowest items.
 */
export function rankRules(counted: CountedItemsets, limits: RankingLimits): Rule[] {
  const { sets, baskets } = counted;
  const evidence = Array.from({ length: ITEMS_MAX + 1 }, (_, size) => evidenceNeeded(limits.products, size));
  const rules: Rule[] = [];
  for (let both = 0; both < baskets.length; both++) {
    if (baskets[both]! < limits.least) continue;
    const items = itemsOf(sets, both);
    if (items.length === 1) continue;
    for (const item of items) {
      const antecedent = findSet(
        sets,
        items.filter(other => other !== item),
      );
      const rule = ruleOf(baskets, { antecedent, consequent: findSet(sets, [item]), both }, limits.total);
      if (rule.lift <= 1 || rule.confidence < CONFIDENCE_MIN) continue;
      const isBeyondChance = evidenceOf(baskets[both]!, rule.lift) > evidence[items.length]!;
      rules.push({ ...rule, isBeyondChance });
    }
  }
  // Sets are in the order of their items.
  return rules.sort(
    (a, b) =>
      Number(b.isBeyondChance) - Number(a.isBeyondChance) ||
      b.lift - a.lift ||
      baskets[b.both]! - baskets[a.both]! ||
      a.antecedent - b.antecedent ||
      a.consequent - b.consequent,
  );
}

type RuleSets = Pick<Rule, 'antecedent' | 'consequent' | 'both'>;

function ruleOf(baskets: Float64Array, sets: RuleSets, total: number): Omit<Rule, 'isBeyondChance'> {
  const [left, right, both] = [baskets[sets.antecedent]!, baskets[sets.consequent]!, baskets[sets.both]!];
  return { ...sets, support: both / total, confidence: both / left, lift: (both * total) / (left * right) };
}

/**
 * −ln of a bound of the chance that products that have nothing to do with each other are in so many baskets together:
 * the one of Chernoff for draws without replacement (Hoeffding 1963). `count / lift` is how many are to be expected.
 */
const evidenceOf = (count: number, lift: number): number => count * (Math.log(lift) - 1 + 1 / lift);

/** What that must be above, so that of all rules that there could be hardly one is above it by chance (Bonferroni). */
function evidenceNeeded(products: number, size: number): number {
  let possible = size;
  for (let i = 0; i < size; i++) possible *= (products - i) / (i + 1);
  return Math.log(Math.max(1, possible) / CHANCE_MAX);
}

export function itemsOf(sets: Int32Array, set: number): number[] {
  const items = sets.subarray(set * ITEMS_MAX, (set + 1) * ITEMS_MAX);
  return Array.from(items).filter(item => item >= 0);
}

/** The set of these items: it must be there, since what is less than a frequent set is as frequent. */
function findSet(sets: Int32Array, items: readonly number[]): number {
  let low = 0;
  let high = sets.length / ITEMS_MAX;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparedTo(sets, middle, items) < 0) low = middle + 1;
    else high = middle;
  }
  if (low * ITEMS_MAX >= sets.length || comparedTo(sets, low, items) !== 0)
    throw new RangeError(`items ${items.join(', ')} were not counted`);
  return low;
}

function comparedTo(sets: Int32Array, set: number, items: readonly number[]): number {
  for (let i = 0; i < ITEMS_MAX; i++) {
    const difference = sets[set * ITEMS_MAX + i]! - (items[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
