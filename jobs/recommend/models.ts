/** What recommenders have learned, as stages hand it on and as tasks hold it. */
import { strideOf, type UserHalf } from '../../kernels/als.ts';
import { type PackedItems, packItems } from '../../kernels/topn.ts';
import type { TrainingOptions } from '../../kernels/train.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { popularityOf, sum, userCoordinates } from './factors.ts';
import { asFloats, readSections } from './sections.ts';

/** What was learned from the purchases of one window. */
export interface Models {
  /** Products of the catalogue. */
  readonly items: number;
  readonly customers: number;
  /** Of each block how many customers have each product. Int32 [items] */
  readonly popularity: readonly Slice[];
  /** The products' factors. Float32 [items × stride] */
  readonly als: { readonly options: TrainingOptions; readonly factors: Slice } | null;
  /** What having bought one product says of another. Float32 [items × items] */
  readonly ease: { readonly weights: Slice } | null;
}

export interface LoadedAls extends Pick<UserHalf, 'y' | 'basis'> {
  readonly options: TrainingOptions;
  readonly stride: number;
  /** [items × stride] */
  readonly factors: Float32Array;
  readonly packed: PackedItems;
}

/** The models in the kernels' memory. */
export interface LoadedModels {
  readonly items: number;
  readonly customers: number;
  /** Customers who have each product. [items] */
  readonly popularity: Int32Array;
  readonly als: LoadedAls | null;
  /** [items × items] */
  readonly ease: Float32Array | null;
}

export async function loadModels(
  context: Pick<TaskContext, 'kernels' | 'lake'>,
  { items, customers, popularity, als, ease }: Models,
): Promise<LoadedModels> {
  const { kernels } = context;
  const counts = await popularityOf(context, popularity, { items });
  const read = async (slice: Slice) => asFloats((await readSections(context, [slice]))[0]!);
  const pairsEach = sum(counts) / Math.max(1, customers);
  return {
    items,
    customers,
    popularity: counts,
    als: als && alsOf(kernels, als.options, await read(als.factors), pairsEach),
    ease: ease && (await read(ease.weights)),
  };
}

/** What ranking needs of factors in the kernels' memory. */
export function alsOf(kernels: Kernels, options: TrainingOptions, factors: Float32Array, pairsEach: number): LoadedAls {
  const stride = strideOf(options.rank);
  const coordinates = userCoordinates(kernels, options, factors, pairsEach);
  return { options, stride, factors, ...coordinates, packed: packItems(kernels, factors, stride) };
}
