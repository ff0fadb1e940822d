/** What is recommended to one customer, and why, as data: see Answer. */
import { blendName, LISTS, type ListName } from '../jobs/recommend/choice.ts';
import { type Purchases, type Recommended, recommendTo } from '../jobs/recommend/foldin.ts';
import type { RecommendModel } from '../jobs/recommend/modelfile.ts';
import type { Customer } from './lookup.ts';

/** What is printed, as JSON has it. */
export interface Answer {
  readonly customer_id: string | null;
  readonly customer_name: string | null;
  /** The analysis day: what was bought on it or later does not count. */
  readonly as_of: string;
  readonly bought: readonly {
    readonly product_id: string;
    readonly product_name: string;
    readonly purchases: number;
  }[];
  readonly lists: Readonly<Record<ListName, AnswerList>>;
}

export interface AnswerList {
  /** What makes the list. */
  readonly source: string;
  readonly products: readonly AnswerProduct[];
  /** Beside the published list; null when there is none. */
  readonly published: Comparison | null;
}

export interface AnswerProduct {
  readonly rank: number;
  readonly product_id: string;
  readonly product_name: string;
  readonly score: number;
  readonly reason: string;
  /** They add up to the score. */
  readonly parts: Readonly<Record<string, number>>;
  /** What each purchase adds to the parts als and ease. */
  readonly contributions: readonly {
    readonly product_id: string;
    readonly product_name: string;
    readonly adds: number;
  }[];
}

interface Comparison {
  /** Ranks at which another product is published. */
  readonly differs: readonly number[];
  readonly why: string | null;
}

export interface About {
  readonly model: RecommendModel;
  readonly names: ReadonlyMap<string, string>;
  readonly top: number;
}

interface Asked {
  readonly customer: Customer | null;
  readonly purchases: Purchases;
  readonly published: Published | null;
}

export type Published = Readonly<Record<ListName, readonly { readonly id: string; readonly version: string }[]>>;

const DAY_MS = 86_400_000;

export function answerOf({ model, names, top }: About, { customer, purchases, published }: Asked): Answer {
  const { products, blends, asOf } = model;
  const named = (item: number) => ({
    product_id: products[item]!,
    product_name: names.get(products[item]!) ?? products[item]!,
  });
  const lists = recommendTo(model, purchases, top);
  const product = ({ item, score, parts, contributions, ...own }: Recommended, at: number): AnswerProduct => {
    const added = contributions.map(({ item: bought, adds }) => ({ ...named(bought), adds }));
    return {
      rank: at + 1,
      ...named(item),
      score,
      reason: reasonOf(own.purchases, added[0]),
      parts,
      contributions: added,
    };
  };
  const list = (name: ListName): AnswerList => ({
    source: purchases.items.length === 0 ? 'popularity' : blendName(blends[name]),
    products: lists[name].map(product),
    published: published && compare(model, name, { own: lists[name], published: published[name], top }),
  });
  return {
    customer_id: customer?.id ?? null,
    customer_name: customer?.name ?? null,
    as_of: new Date(asOf * DAY_MS).toISOString().slice(0, 10),
    bought: Array.from(purchases.items, (item, pair) => ({ ...named(item), purchases: purchases.counts[pair]! })),
    lists: Object.fromEntries(LISTS.map(name => [name, list(name)])) as Answer['lists'],
  };
}

/** As mart_recommend says it. */
function reasonOf(purchases: number, most: AnswerProduct['contributions'][number] | undefined): string {
  if (purchases > 0) return purchases === 1 ? 'you bought it once' : `you bought it ${purchases} times`;
  return most ? `because you bought ${most.product_name}` : 'many customers buy it';
}

function compare(
  { products, blends, versions, als, top: publishedTop }: RecommendModel,
  name: ListName,
  { own, published, top }: { own: readonly Recommended[]; published: Published[ListName]; top: number },
): Comparison | null {
  if (published.length === 0) return null;
  const length = Math.min(top, publishedTop, Math.max(own.length, published.length));
  const ranks = Array.from({ length }, (_, at) => at + 1);
  const differs = ranks.filter(rank => {
    const ours = own[rank - 1];
    return (ours && products[ours.item]) !== published[rank - 1]?.id;
  });
  if (differs.length === 0) return { differs, why: null };
  if (published[0]!.version !== versions[name]) return { differs, why: 'the published list is of another model' };
  const why =
    blends[name].als !== 0 && als
      ? `the run ends after ${als.options.userSteps} steps of conjugate gradient, and here factors are exact`
      : 'their scores are equal but for the last digit';
  return { differs, why };
}
