/** How well factors fit: see kernels/als.ts. */
import { type AlsBlock, type AlsModel, strideOf } from '../kernels/als.ts';
import { gramianOf } from '../kernels/basis.ts';
import { place } from '../kernels/place.ts';
import type { Kernels } from '../kernels/wasm.ts';

interface Exports {
  alsPairLoss(
    starts: number,
    items: number,
    weights: number,
    x: number,
    y: number,
    size: number,
    from: number,
    to: number,
    target: number,
  ): number;
  alsPenalty(rows: number, count: number, size: number, penalties: number): number;
}

/** Factors with what holds them back. */
export interface Held {
  readonly factors: Float32Array;
  readonly penalties: Float32Array;
}

/** The loss that is minimized; `x` has the factors of each block's customers. */
export function lossOf(
  kernels: Kernels,
  model: AlsModel,
  blocks: readonly AlsBlock[],
  { x, y }: { readonly x: readonly Held[]; readonly y: Held },
): number {
  const { alsPairLoss, alsPenalty } = kernels.exports as unknown as Exports;
  const stride = strideOf(model.rank);
  const mark = kernels.mark();
  const penalty = ({ factors, penalties }: Held) =>
    alsPenalty(place(kernels, factors), penalties.length, stride * 4, place(kernels, penalties));
  const itemFactors = place(kernels, y.factors);
  const gramian = new Float64Array(stride * stride);
  let loss = penalty(y);
  blocks.forEach((block, index) => {
    const inner = kernels.mark();
    const held = x[index]!;
    const pairs = [block.ptr.byteOffset, block.items.byteOffset, block.weights.byteOffset] as const;
    const factors = place(kernels, held.factors);
    loss += alsPairLoss(...pairs, factors, itemFactors, stride * 4, 0, block.users, model.target) + penalty(held);
    gramianOf(kernels, held.factors, stride).forEach((value, at) => {
      gramian[at]! += value;
    });
    kernels.release(inner);
  });
  // Σ all s² is the trace of XᵀX YᵀY, whose halves above and below the diagonal are equal.
  gramianOf(kernels, y.factors, stride).forEach((value, at) => {
    const row = Math.floor(at / stride);
    const column = at % stride;
    if (column >= row) loss += model.unobserved * value * gramian[at]! * (column > row ? 2 : 1);
  });
  kernels.release(mark);
  return loss;
}
