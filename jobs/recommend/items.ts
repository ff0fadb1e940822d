import { itemPass, loadBlock, strideOf } from '../../kernels/als.ts';
import { directionsOf } from '../../kernels/itemhalf.ts';
import { allocDoubles } from '../../kernels/place.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { type FactorsShared, itemState, type Progress } from './factors.ts';
import type { PairsOutput } from './pairs.ts';
import { asFloats, readBought, readSections, writeSections } from './sections.ts';

export interface ItemsInput {
  /** Purchases of the span's blocks, and their customers' factors. */
  readonly blocks: readonly (PairsOutput['sections'] & { readonly x: Slice })[];
  /** Whether this task also hands on the state, which is the same in all. */
  readonly isFirst: boolean;
}

export interface ItemsShared extends FactorsShared {
  readonly progress: Progress;
}

export interface ItemsOutput {
  /** What the span's customers make of p. Float64 [items × stride] */
  readonly products: Slice;
  readonly state: Slice | null;
}

/** One step of the items' half of an iteration, for one span. */
export async function items({ blocks, isFirst }: ItemsInput, context: TaskContext<ItemsShared>): Promise<ItemsOutput> {
  const { kernels, shared } = context;
  const { options } = shared;
  const { basis, state } = await itemState(context, shared, shared.progress);
  const p = directionsOf(kernels, options, basis, state);
  const products = allocDoubles(kernels, options.items * strideOf(options.rank)).fill(0);
  for (const { x, ...sections } of blocks) {
    const mark = kernels.mark();
    const block = loadBlock(kernels, await readBought(context, sections), options.items);
    const [factors] = await readSections(context, [x]);
    itemPass(kernels, options, block, { x: asFloats(factors!), p, products });
    kernels.release(mark);
  }
  if (!isFirst) return { state: null, ...(await writeSections(context, 'items.bin', { products })) };
  const whole = new Float32Array(state.y.length * 3);
  [state.y, state.r, state.p].forEach((part, i) => void whole.set(part, i * state.y.length));
  return writeSections(context, 'items.bin', { products, state: whole });
}
