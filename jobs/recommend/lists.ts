import type { TableDefinition } from '../../base/table.ts';
import { type Column, dateColumn, doubleColumn, int32Column, setBit } from '../../kernels/column.ts';
import { constantText } from '../../kernels/constant.ts';
import { gather } from '../../kernels/gather.ts';
import { alsReasons, easeReasons, type TurnedItems, turnItems } from '../../kernels/reasons.ts';
import { rowNumbers } from '../../kernels/sort.ts';
import { pairScores } from '../../kernels/topn.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { PartFile } from '../../lake/manifest.ts';
import type { Rows } from '../../lake/slab.ts';
import type { Slice } from '../../lake/slice.ts';
import { type PartStream, streamPart } from '../clean/parts.ts';
import type { TaskContext } from '../registry.ts';
import { readCatalogue } from './catalogue.ts';
import { type Blend, blendName, LISTS, type ListName } from './choice.ts';
import { type LoadedModels, loadModels, type Models } from './models.ts';
import type { PairsOutput } from './pairs.ts';
import { type RankedPiece, rank } from './rank.ts';
import { asFloats, readBought, readSections } from './sections.ts';

export interface ListsInput {
  readonly blocks: readonly Pick<PairsOutput, 'sections' | 'ids'>[];
}

export interface ListsShared {
  readonly definition: TableDefinition;
  readonly models: Models;
  readonly catalogue: readonly Slice[];
  readonly blends: Readonly<Record<ListName, Blend>>;
  readonly versions: Readonly<Record<ListName, string>>;
  readonly top: number;
  /** The analysis day. */
  readonly asOf: number;
}

export interface ListsOutput {
  /** Table recommendation: a file a list, sorted by customer and rank. */
  readonly parts: readonly PartFile[];
}

/** Writes the lists of a span's customers. */
export async function lists({ blocks }: ListsInput, context: TaskContext<ListsShared>): Promise<ListsOutput> {
  const { kernels, shared } = context;
  const models = await loadModels(context, shared.models);
  const catalogue = (await readCatalogue(context, shared.catalogue)).columns.product_id!;
  const turned = models.als && turnItems(models.als.factors, models.als.stride);
  const wanted = LISTS.map(list => ({ list, blend: shared.blends[list] }));
  const files: PartStream[] = [];
  try {
    for (const list of LISTS) files.push(await streamPart(context, shared.definition, list));
    for (const { sections, ids } of blocks) {
      const mark = kernels.mark();
      const bought = await readBought(context, sections);
      const [counts] = await readSections(context, [sections.counts]);
      const customers = (await readCatalogue(context, ids)).columns.customer_id!;
      const { blends, versions, top, asOf } = shared;
      const about = { models, turned, catalogue, customers, counts: asFloats(counts!), blends, versions, top, asOf };
      for (const piece of rank(kernels, models, bought, wanted, shared.top)) {
        for (const [i, file] of files.entries()) {
          const inner = kernels.mark();
          const rows = listRows(kernels, piece, LISTS[i]!, about);
          await file.add(rows, rowNumbers(kernels, rows.length));
          kernels.release(inner);
        }
      }
      kernels.release(mark);
    }
    const parts: PartFile[] = [];
    for (const file of files) parts.push(await file.finish());
    return { parts };
  } catch (error) {
    for (const file of files) await file.abort();
    throw error;
  }
}

interface About extends Pick<ListsShared, 'blends' | 'versions' | 'top' | 'asOf'> {
  readonly models: LoadedModels;
  readonly turned: TurnedItems | null;
  /** product_id of each place in the catalogue. */
  readonly catalogue: Column;
  /** customer_id of each customer of the block. */
  readonly customers: Column;
  /** Purchases of each pair. */
  readonly counts: Float32Array;
}

function listRows(kernels: Kernels, piece: RankedPiece, list: ListName, about: About): Rows {
  const { items, scores } = piece.lists[LISTS.indexOf(list)]!;
  const places = placesOf(items);
  const { length } = places;
  const [customer, product, reason] = [new Int32Array(length), new Int32Array(length), new Int32Array(length)];
  const [rankColumn, score, purchases] = [int32Column(length), doubleColumn(length), int32Column(length)];
  const reasons = reasonsOf(kernels, piece, list, about);
  const asOf = dateColumn(length);
  asOf.values.fill(about.asOf);
  for (const column of [rankColumn, score, asOf]) column.validity.fill(255);
  places.forEach((place, row) => {
    const own = Math.floor(place / about.top);
    customer[row] = piece.from + own;
    product[row] = items[place]!;
    reason[row] = reasons === null ? -1 : reasons[place]!;
    rankColumn.values[row] = (place % about.top) + 1;
    score.values[row] = scores[place]!;
    if (list !== 'again') return;
    purchases.values[row] = about.counts[pairOf(piece, own, items[place]!)]!;
    setBit(purchases.validity, row);
  });
  const { [list]: blend } = about.blends;
  return {
    length,
    columns: {
      customer_id: gather(kernels, about.customers, customer),
      list: constantText(kernels, list, length),
      rank: rankColumn,
      product_id: gather(kernels, about.catalogue, product),
      score,
      source: constantText(kernels, blendName(blend), length),
      reason_product_id: gather(kernels, about.catalogue, reason),
      purchases,
      model_version: constantText(kernels, about.versions[list], length),
      as_of: asOf,
    },
  };
}

/** Places that name a product. */
function placesOf(items: Int32Array): Int32Array {
  const places = new Int32Array(items.length);
  let count = 0;
  for (let place = 0; place < items.length; place++) if (items[place]! >= 0) places[count++] = place;
  return places.subarray(0, count);
}

/** Of each place the purchase that speaks for it most, by the model with the greatest weight; null when none has reasons. */
function reasonsOf(
  kernels: Kernels,
  { lists: ranked, purchases, x, penalties }: RankedPiece,
  list: ListName,
  { blends, models, turned }: About,
): Int32Array | null {
  const { items } = ranked[LISTS.indexOf(list)]!;
  const blend = blends[list];
  if (list === 'again') return null;
  if (blend.ease !== 0 && blend.ease >= blend.als) {
    const { ptr, items: own } = purchases;
    return easeReasons(kernels, models.ease!, models.items, { ptr, items: own }, items).items;
  }
  if (blend.als === 0) return null;
  const { options, factors, stride } = models.als!;
  const loss = { a0: options.unobserved, t0: options.target, penalties: penalties! };
  return alsReasons(kernels, turned!, loss, purchases, pairScores(kernels, x!, factors, stride, purchases), items)
    .items;
}

/** The pair of a customer of the piece and a product that the customer bought. */
function pairOf({ purchases }: RankedPiece, customer: number, item: number): number {
  let low = purchases.ptr[customer]!;
  let high = purchases.ptr[customer + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (purchases.items[middle]! < item) low = middle + 1;
    else high = middle;
  }
  return low;
}
