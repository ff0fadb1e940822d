/** What the customers of a block bought, as recommenders read it. */
import type { Column } from '../../kernels/column.ts';
import { gather } from '../../kernels/gather.ts';
import { indexOf } from '../../kernels/lookup.ts';
import type { Slice } from '../../lake/slice.ts';
import type { CustomerBlock } from '../customers/analysis.ts';
import { type CustomerRows, customerLines } from '../customers/lines.ts';
import { createResults } from '../customers/results.ts';
import type { TaskContext } from '../registry.ts';
import { type Bought, boughtBy } from './bought.ts';
import { readCatalogue } from './catalogue.ts';
import { type Sections, writeSections } from './sections.ts';
import type { Window } from './windows.ts';

export interface PairsShared {
  readonly window: Window;
  /** Days after which a purchase is worth half as much; null for never. */
  readonly halfLife: number | null;
  readonly catalogue: readonly Slice[];
}

export interface PairsOutput {
  readonly block: number;
  readonly customers: number;
  readonly pairs: number;
  /** See Bought; `weights` are the `counts` where nothing decays. `popularity`: customers who have each. Int32 [items] */
  readonly sections: Sections<keyof Omit<Bought, 'rows'> | 'popularity'>;
  /** One column: the customers' ids, rising. */
  readonly ids: readonly Slice[];
}

export async function pairs({ block, slices }: CustomerBlock, context: TaskContext<PairsShared>): Promise<PairsOutput> {
  const { kernels, shared } = context;
  const names = ['customer_id', 'product_id', 'sales_day', 'is_return'];
  const catalogue = await readCatalogue(context, shared.catalogue);
  const index = indexOf([catalogue.columns.product_id!]);
  const ids = createResults(context, 'customers.bin');
  const parts: Bought[] = [];
  for await (const { rows, starts } of customerLines(context, slices, names)) {
    const items = index(kernels)(rows.columns.product_id!).rows;
    const own = boughtBy(linesOf(rows, starts, items), shared.window, {
      products: catalogue.length,
      halfLife: shared.halfLife,
    });
    const customer_id = gather(kernels, rows.columns.customer_id!, own.rows);
    ids.add({ length: own.rows.length, columns: { customer_id } });
    parts.push(own);
  }
  const { rows, ...all } = concatBought(parts);
  const { weights, ...stored } = { ...all, popularity: popularityOf(all.items, catalogue.length) };
  const sections =
    shared.halfLife === null
      ? withWeights(await writeSections(context, 'pairs.bin', stored))
      : await writeSections(context, 'pairs.bin', { weights, ...stored });
  return {
    block,
    customers: rows.length,
    pairs: all.items.length,
    sections,
    ids: await ids.close(),
  };
}

function linesOf({ columns }: CustomerRows['rows'], starts: Int32Array, items: Int32Array) {
  const days = (columns.sales_day as Column & { readonly type: 'date' }).values;
  const returned = (columns.is_return as Column & { readonly type: 'boolean' }).values;
  return { starts, items, days, returned };
}

/** The customers of all parts, one behind the other. */
function concatBought(parts: readonly Bought[]): Bought {
  if (parts.length === 1) return parts[0]!;
  const count = (length: (part: Bought) => number) => parts.reduce((sum, part) => sum + length(part), 0);
  const customers = count(({ rows }) => rows.length);
  const [pairs, truths] = [count(({ items }) => items.length), count(({ truths: own }) => own.length)];
  const all: Bought = {
    rows: new Int32Array(customers),
    starts: new Int32Array(customers + 1),
    items: new Int32Array(pairs),
    counts: new Float32Array(pairs),
    weights: new Float32Array(pairs),
    truthStarts: new Int32Array(customers + 1),
    truths: new Int32Array(truths),
  };
  let [customer, pair, truth] = [0, 0, 0];
  for (const part of parts) {
    for (let i = 0; i < part.starts.length; i++) {
      all.starts[customer + i] = pair + part.starts[i]!;
      all.truthStarts[customer + i] = truth + part.truthStarts[i]!;
    }
    all.items.set(part.items, pair);
    all.counts.set(part.counts, pair);
    all.weights.set(part.weights, pair);
    all.truths.set(part.truths, truth);
    customer += part.rows.length;
    pair += part.items.length;
    truth += part.truths.length;
  }
  return all;
}

function popularityOf(items: Int32Array, products: number): Int32Array {
  const counts = new Int32Array(products);
  for (const item of items) counts[item]!++;
  return counts;
}

const withWeights = (sections: Omit<PairsOutput['sections'], 'weights'>): PairsOutput['sections'] => ({
  ...sections,
  weights: sections.counts,
});
