/** `endcap recommend CUSTOMER`: both lists of one customer, computed anew from the published model. */
import { usageError } from '../base/errors.ts';
import { boughtBy } from '../jobs/recommend/bought.ts';
import type { ListName } from '../jobs/recommend/choice.ts';
import type { Purchases } from '../jobs/recommend/foldin.ts';
import { decodeModel, type RecommendModel } from '../jobs/recommend/modelfile.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { type About, answerOf, type Published } from './answer.ts';
import type { ExitStatus, Session } from './io.ts';
import { type Customer, findCustomer, productNames, unknownCustomer, unknownProduct } from './lookup.ts';
import { type Opened, withWarehouse } from './project.ts';
import { printLists } from './recommended.ts';

export interface RecommendVerbOptions {
  /** Ids of products, with commas between them. */
  readonly bought?: string;
  readonly top?: number;
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

async function publishedLists(warehouse: Warehouse, { sql }: Customer): Promise<Published> {
  const { rows } = await warehouse.query(
    `select list, cast(product_id as varchar) as id, model_version as version
     from recommendation where customer_id = ${sql} order by list, rank`,
  );
  const of = (list: ListName) =>
    rows.filter(row => row.list === list).map(({ id, version }) => ({ id: String(id), version: String(version) }));
  return { again: of('again'), new: of('new') };
}
