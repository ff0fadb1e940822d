/** What recommenders have learned, as stages hand it on and as tasks hold it. */
import { strideOf } from '../../kernels/als.ts';
import { fullMatrix, gramianOf } from '../../kernels/itemhalf.ts';
import { type PackedItems, packItems } from '../../kernels/topn.ts';
import type { TrainingOptions } from '../../kernels/train.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { popularityOf } from './factors.ts';
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

export interface LoadedAls {
  readonly options: TrainingOptions;
  readonly stride: number;
  /** [items × stride] */
  readonly y: Float32Array;
  /** a0 YᵀY. [stride × stride] */
  readonly matrix: Float32Array;
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
  const weights = ease && (await readSections(context, [ease.weights]))[0]!;
  return {
    items,
    customers,
    popularity: await popularityOf(context, popularity, { items }),
    als: als && (await loadAls(context, als)),
    ease: weights && asFloats(weights),
  };
}

async function loadAls(
  context: Pick<TaskContext, 'kernels' | 'lake'>,
  { options, factors }: NonNullable<Models['als']>,
): Promise<LoadedAls> {
  const { kernels } = context;
  const [bytes] = await readSections(context, [factors]);
  return alsOf(kernels, options, asFloats(bytes!));
}

/** What ranking needs of factors in the kernels' memory. */
export function alsOf(kernels: TaskContext['kernels'], options: TrainingOptions, y: Float32Array): LoadedAls {
  const stride = strideOf(options.rank);
  const matrix = fullMatrix(gramianOf(kernels, y, stride), stride, options.unobserved);
  return { options, stride, y, matrix, packed: packItems(kernels, y, stride) };
}
