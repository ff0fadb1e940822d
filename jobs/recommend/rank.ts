/** The lists of a block's customers: what each part of a blend says of each product, added up, and the best of it. */
import { loadBlock, userHalf } from '../../kernels/als.ts';
import { easeScores } from '../../kernels/ease.ts';
import { countOfUsers, penaltiesOf } from '../../kernels/factors.ts';
import { allocFloats } from '../../kernels/place.ts';
import { type Lists, pairScores, topItems, topOfScores } from '../../kernels/topn.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Blend, ListName } from './choice.ts';
import type { LoadedModels } from './models.ts';

/** What the customers bought before the window's end; see Bought. */
export interface BlockPurchases {
  readonly ptr: Int32Array;
  readonly items: Int32Array;
  readonly weights: Float32Array;
}

export interface Wanted {
  readonly list: ListName;
  readonly blend: Blend;
}

/** Customers [from, to) of the block, their factors if a blend has any, and a list for each wanted. */
export interface RankedPiece {
  readonly from: number;
  readonly to: number;
  readonly x: Float32Array | null;
  readonly penalties: Float32Array | null;
  readonly purchases: BlockPurchases;
  readonly lists: readonly Lists[];
}

/** Customers whose scores for all products are held at once. */
const PIECE_SCORES = 1 << 21;
const PIECE_CUSTOMERS = 2048;

/** Ranks piece by piece; a piece is good until the next is asked for. `top`: products on a list. */
export function* rank(
  kernels: Kernels,
  models: LoadedModels,
  block: BlockPurchases,
  wanted: readonly Wanted[],
  top: number,
): Generator<RankedPiece> {
  const customers = block.ptr.length - 1;
  const mark = kernels.mark();
  const factors = wanted.some(({ blend }) => blend.als !== 0) ? userFactors(kernels, models, block) : null;
  const size = Math.max(1, Math.min(PIECE_CUSTOMERS, Math.floor(PIECE_SCORES / models.items)));
  for (let from = 0; from < customers; from += size) {
    const to = Math.min(customers, from + size);
    const inner = kernels.mark();
    const stride = models.als?.stride ?? 0;
    const piece = {
      from,
      to,
      x: factors?.x.subarray(from * stride, to * stride) ?? null,
      penalties: factors?.penalties.subarray(from, to) ?? null,
      purchases: { ...block, ptr: block.ptr.subarray(from, to + 1) },
    };
    const parts = createParts(kernels, models, piece);
    const lists = wanted.map(({ list, blend }) =>
      list === 'new' ? newList(kernels, models, piece, blend, { top, parts }) : againList(piece, blend, { top, parts }),
    );
    yield { ...piece, lists };
    kernels.release(inner);
  }
  kernels.release(mark);
}

function userFactors(kernels: Kernels, { als }: LoadedModels, { ptr, items, weights }: BlockPurchases) {
  const { options, stride, y, basis } = als!;
  const pairs = { users: ptr.length - 1, ptr, items, weights };
  const x = allocFloats(kernels, pairs.users * stride);
  const mark = kernels.mark();
  const block = loadBlock(kernels, pairs, options.items);
  const penalties = penaltiesOf(countOfUsers(block), options.items, options);
  userHalf(kernels, options, block, { y, basis, penalties, x }, null);
  kernels.release(mark);
  return { x, penalties };
}

type Piece = Omit<RankedPiece, 'lists'>;

/** What parts say, each computed once, when it is asked for. */
interface Parts {
  /** Of all products. [customers × items] */
  dense(part: 'als' | 'ease'): Float32Array;
  /** Of those that were bought, in the order of the purchases. */
  pairs(part: keyof Blend): (pair: number, customer: number, item: number) => number;
  /** Share of the customers who have the product. [items] */
  readonly popularity: Float64Array;
}

function createParts(kernels: Kernels, models: LoadedModels, { x, purchases }: Piece): Parts {
  const { items, als, ease } = models;
  const first = purchases.ptr[0]!;
  const known = new Map<string, Float32Array>();
  const once = (name: string, compute: () => Float32Array) => {
    const found = known.get(name) ?? compute();
    known.set(name, found);
    return found;
  };
  const dense = (part: 'als' | 'ease') =>
    once(part, () =>
      part === 'ease'
        ? easeScores(kernels, ease!, items, { ptr: purchases.ptr, items: purchases.items })
        : pairScores(kernels, x!, als!.factors, als!.stride, everything(purchases.ptr.length - 1, items)),
    );
  const popularity = Float64Array.from(models.popularity, count => count / Math.max(1, models.customers));
  return {
    dense,
    popularity,
    pairs(part) {
      if (part === 'frequency') return pair => Math.log1p(purchases.weights[pair]!);
      if (part === 'popularity') return (_pair, _customer, item) => popularity[item]!;
      if (part === 'ease') {
        const scores = dense('ease');
        return (_pair, customer, item) => scores[customer * items + item]!;
      }
      const scores = once('pairs', () => pairScores(kernels, x!, als!.factors, als!.stride, purchases));
      return pair => scores[pair - first]!;
    },
  };
}

/** Every product, for each of so many customers. */
const everything = (customers: number, items: number) => ({
  ptr: Int32Array.from({ length: customers + 1 }, (_, customer) => customer * items),
  items: Int32Array.from({ length: customers * items }, (_, pair) => pair % items),
});

interface Ranking {
  readonly top: number;
  readonly parts: Parts;
}

/** Products that the customer did not buy. */
function newList(
  kernels: Kernels,
  models: LoadedModels,
  { x, purchases }: Piece,
  blend: Blend,
  { top, parts }: Ranking,
): Lists {
  const bought = { ptr: purchases.ptr, items: purchases.items };
  if (blend.als !== 0 && blend.ease === 0 && blend.popularity === 0)
    return topItems(kernels, models.als!.packed, x!, top, bought);
  if (blend.als === 0 && blend.ease === 0) return popularList(models, bought, top);
  const { items } = models;
  const table = allocFloats(kernels, (purchases.ptr.length - 1) * items);
  const dense = (['als', 'ease'] as const)
    .filter(part => blend[part] !== 0)
    .map(part => ({
      scores: parts.dense(part),
      weight: blend[part],
    }));
  for (let at = 0, item = 0; at < table.length; at++, item = item + 1 === items ? 0 : item + 1) {
    let score = blend.popularity * parts.popularity[item]!;
    for (const { scores, weight } of dense) score += weight * scores[at]!;
    table[at] = score;
  }
  return topOfScores(kernels, table, items, top, bought);
}

/** The same for all but for what each bought: the products that most customers have. */
function popularList(
  { items, popularity, customers }: LoadedModels,
  { ptr, items: bought }: Pick<BlockPurchases, 'ptr' | 'items'>,
  top: number,
): Lists {
  const order = Int32Array.from(popularity.keys()).sort((a, b) => popularity[b]! - popularity[a]! || a - b);
  const lists = emptyLists(ptr.length - 1, top);
  // The number of the last customer, from 1, who bought each.
  const boughtBy = new Int32Array(items);
  for (let customer = 0; customer + 1 < ptr.length; customer++) {
    for (let pair = ptr[customer]!; pair < ptr[customer + 1]!; pair++) boughtBy[bought[pair]!] = customer + 1;
    let at = customer * top;
    for (let place = 0; place < items && at < (customer + 1) * top; place++) {
      const item = order[place]!;
      if (boughtBy[item] === customer + 1) continue;
      lists.items[at] = item;
      lists.scores[at++] = popularity[item]! / Math.max(1, customers);
    }
  }
  return lists;
}

const emptyLists = (customers: number, top: number): Lists => ({
  items: new Int32Array(customers * top).fill(-1),
  scores: new Float32Array(customers * top).fill(Number.NEGATIVE_INFINITY),
});

/** Products that the customer bought. */
function againList({ purchases }: Piece, blend: Blend, { top, parts }: Ranking): Lists {
  const { ptr, items } = purchases;
  const customers = ptr.length - 1;
  const lists = emptyLists(customers, top);
  const terms = (Object.keys(blend) as (keyof Blend)[])
    .filter(part => blend[part] !== 0)
    .map(part => ({ weight: blend[part], score: parts.pairs(part) }));
  for (let customer = 0; customer < customers; customer++) {
    for (let pair = ptr[customer]!; pair < ptr[customer + 1]!; pair++) {
      const item = items[pair]!;
      let score = 0;
      for (const term of terms) score += term.weight * term.score(pair, customer, item);
      insert(lists, customer * top, top, Math.fround(score), item);
    }
  }
  return lists;
}

/** Of equal scores the item that comes first stays before. */
function insert({ items, scores }: Lists, start: number, top: number, score: number, item: number): void {
  let at = start + top - 1;
  if (score <= scores[at]!) return;
  for (; at > start && scores[at - 1]! < score; at--) {
    scores[at] = scores[at - 1]!;
    items[at] = items[at - 1]!;
  }
  scores[at] = score;
  items[at] = item;
}
