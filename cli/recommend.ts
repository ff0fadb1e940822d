/** `endcap recommend CUSTOMER`: both lists of one customer, computed anew from the published model. */
import { usageError } from '../base/errors.ts';
import { boughtBy } from '../jobs/recommend/bought.ts';
import { blendName, LISTS, type ListName } from '../jobs/recommend/choice.ts';
import { foldIn, type Purchases, type Recommended } from '../jobs/recommend/foldin.ts';
import { decodeModel, type RecommendModel } from '../jobs/recommend/modelfile.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { ExitStatus, Session } from './io.ts';
import { type Customer, findCustomer, productNames, unknownCustomer, unknownProduct } from './lookup.ts';
import { type Opened, withWarehouse } from './project.ts';
import { printLists } from './recommended.ts';

export interface RecommendVerbOptions {
  /** Ids of products, with commas between them. */
  readonly bought?: string;
  readonly top?: number;
}

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

export async function recommendVerb(
  session: Session,
  customer: string | undefined,
  { bought, top }: RecommendVerbOptions,
): Promise<ExitStatus> {
  if (customer !== undefined && bought !== undefined)
    throw usageError('a customer and --bought: expected one of them', 'endcap recommend --bought 12,40');
  const answer = await withWarehouse(session, undefined, async opened => {
    const model = await readModel(opened);
    const names = await productNames(opened.warehouse);
    const about = { model, names, top: top ?? model.top };
    if (customer === undefined)
      return answerOf(about, { customer: null, purchases: asBought(bought ?? '', about), published: null });
    const found = await findCustomer(opened.warehouse, customer);
    const next = 'endcap recommend   without a customer: what suits someone of whom nothing is known';
    if (!found) throw await unknownCustomer(opened.warehouse, customer, next);
    const purchases = await purchasesOf(opened.warehouse, found, model);
    return answerOf(about, { customer: found, purchases, published: await publishedLists(opened.warehouse, found) });
  });
  session.print(session.options.json ? JSON.stringify(answer) : printLists(session, answer));
  return 0;
}

async function readModel({ project, publication }: Opened): Promise<RecommendModel> {
  const file = publication?.files?.recommend;
  if (!file) throw usageError('what is published has no recommender', 'endcap run DIR   makes one');
  if (!(await project.lake.stat(file.key)))
    throw usageError(`the file of the recommender is gone: ${file.key}`, 'endcap run DIR   makes it again');
  return decodeModel(await project.lake.read(file.key), file.key);
}

const DAY_MS = 86_400_000;

/** What the customer bought before the analysis day, counted as the run counts it. */
async function purchasesOf(warehouse: Warehouse, { sql }: Customer, model: RecommendModel): Promise<Purchases> {
  const { rows } = await warehouse.query(
    `select cast(product_id as varchar) as id, cast(sales_day as varchar) as day, is_return
     from fct_sales where customer_id = ${sql} order by sales_day`,
  );
  const places = placesOf(model);
  const known = rows.filter(({ id }) => places.has(String(id)));
  const returned = new Uint8Array((known.length + 7) >> 3);
  known.forEach(({ is_return }, row) => {
    if (is_return) returned[row >> 3]! |= 1 << (row & 7);
  });
  const lines = {
    starts: Int32Array.of(0, known.length),
    items: Int32Array.from(known, ({ id }) => places.get(String(id))!),
    days: Int32Array.from(known, ({ day }) => Date.parse(String(day)) / DAY_MS),
    returned,
  };
  const all = { until: model.asOf, end: model.asOf };
  return boughtBy(lines, all, { products: model.products.length, halfLife: model.halfLife });
}

const placesOf = ({ products }: RecommendModel): Map<string, number> => new Map(products.map((id, item) => [id, item]));

/** Products that were bought just now; one that is named twice was bought twice. */
function asBought(list: string, { model, names }: Pick<About, 'model' | 'names'>): Purchases {
  const places = placesOf(model);
  const counts = new Map<number, number>();
  for (const id of list.split(',').map(text => text.trim())) {
    if (id === '') continue;
    const item = places.get(id);
    if (item === undefined) throw unknownProduct(id, model.products, names);
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const weights = Float32Array.from(sorted, ([, count]) => count);
  return { items: Int32Array.from(sorted, ([item]) => item), counts: weights, weights };
}

interface About {
  readonly model: RecommendModel;
  readonly names: ReadonlyMap<string, string>;
  readonly top: number;
}

interface Asked {
  readonly customer: Customer | null;
  readonly purchases: Purchases;
  readonly published: Published | null;
}

type Published = Readonly<Record<ListName, readonly { readonly id: string; readonly version: string }[]>>;

async function publishedLists(warehouse: Warehouse, { sql }: Customer): Promise<Published> {
  const { rows } = await warehouse.query(
    `select list, cast(product_id as varchar) as id, model_version as version
     from recommendation where customer_id = ${sql} order by list, rank`,
  );
  const of = (list: ListName) =>
    rows.filter(row => row.list === list).map(({ id, version }) => ({ id: String(id), version: String(version) }));
  return { again: of('again'), new: of('new') };
}

function answerOf({ model, names, top }: About, { customer, purchases, published }: Asked): Answer {
  const { products, blends, asOf } = model;
  const named = (item: number) => ({
    product_id: products[item]!,
    product_name: names.get(products[item]!) ?? products[item]!,
  });
  const lists = foldIn(model, purchases, top);
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
      ? `the run ends after ${als.options.steps} steps of conjugate gradient, and here factors are exact`
      : 'their scores are equal but for the last digit';
  return { differs, why };
}
