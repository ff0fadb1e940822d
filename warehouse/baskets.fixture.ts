/** How basket rules are spoiled, so that their check must see it. */

/** One unit of the sixth decimal: no check may round. */
const MITE = '0.000001';

/** Two rules of three products, with all figures right; the second has more evidence, and both have enough. */
const ruledByChance = (isBeyondChance: string): string => {
  const count = '(10 * rule_rank)';
  return `update mart_basket_rules set antecedent_2 = 11, baskets = 1000000, antecedent_baskets = ${count},
    consequent_baskets = ${count}, rule_baskets = ${count}, support = ${count} / 1000000, confidence = 1,
    lift = 1000000 / ${count}, is_beyond_chance = ${isBeyondChance}`;
};

/** As in checks.test.ts. */
export const BASKET_TAMPERING: Readonly<Record<string, readonly string[]>> = {
  mart_basket_rules: [
    `update mart_basket_rules set rest_amount = rest_amount + ${MITE} where rowid = 0`,
    'delete from mart_basket_rules where rowid = 0',
    'insert into mart_basket_rules select * from mart_basket_rules where rowid = 0',
    ...['support', 'confidence', 'lift'].map(
      figure => `update mart_basket_rules set ${figure} = ${figure} * 1.000001 where rule_rank = 2`,
    ),
    // The figures are those of the counts, but these are not those of the sales.
    'update mart_basket_rules set rule_baskets = 6, support = support * 2, confidence = confidence * 2, lift = lift * 2',
    'update mart_basket_rules set antecedent_baskets = 2, confidence = rule_baskets / 2.0, lift = rule_baskets * 4.5 / consequent_baskets',
    'update mart_basket_rules set consequent_baskets = 2, lift = rule_baskets * 4.5 / antecedent_baskets',
    'update mart_basket_rules set as_of = cast(as_of as date) - 60',
    'update mart_basket_rules set is_beyond_chance = true',
    ruledByChance('rule_rank = 1'),
    ruledByChance('rule_rank = 2'),
    'delete from fct_sales where sale_id = 1',
    `update fct_sales set net_amount_base = net_amount_base - ${MITE} where sale_id = 1`,
    'update fct_sales set customer_id = 2 where sale_id = 1',
    'update fct_sales set is_return = true where sale_id = 1',
  ],
};
