import { valueText } from '../../kernels/column.ts';
import type { PartFile } from '../../lake/manifest.ts';
import type { TaskContext } from '../registry.ts';
import { readCatalogue } from './catalogue.ts';
import { popularityOf } from './factors.ts';
import type { ListsShared } from './lists.ts';
import { encodeModel } from './modelfile.ts';
import { asFloats, readSections } from './sections.ts';

export interface ModelShared extends Omit<ListsShared, 'definition'> {
  /** Days after which a purchase is worth half as much; null for never. */
  readonly halfLife: number | null;
}

/** Writes what was learned as one file of the publication: see modelfile.ts. */
export async function model(_input: unknown, context: TaskContext<ModelShared>): Promise<{ readonly file: PartFile }> {
  const { models, catalogue, blends, versions, top, asOf, halfLife } = context.shared;
  const { product_id: ids } = (await readCatalogue(context, catalogue)).columns;
  const { als, ease, items, customers } = models;
  const popularity = await popularityOf(context, models.popularity, { items });
  const [factors] = als ? await readSections(context, [als.factors]) : [];
  const [weights] = ease ? await readSections(context, [ease.weights]) : [];
  const bytes = encodeModel({
    products: Array.from({ length: items }, (_, item) => valueText(ids!, item)!),
    popularity,
    customers,
    asOf,
    halfLife,
    top,
    blends,
    versions,
    als: als && { options: als.options, factors: asFloats(factors!) },
    ease: ease && asFloats(weights!),
  });
  return { file: await context.write('model.bin', bytes, items) };
}
