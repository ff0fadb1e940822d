/** How customers get their scores or clusters: what the first task finds out and all others go by. Amounts are texts. */
import { amountText, parseAmount } from '../../kernels/money.ts';
import type { CutPoints } from './cutpoints.ts';
import type { Clusters } from './kmeans.ts';
import { type ByMeasure, byMeasure } from './measures.ts';
import type { Tiles } from './ntile.ts';

export type Model =
  | { readonly kind: 'cuts'; readonly cuts: ByMeasure<readonly string[]> }
  | { readonly kind: 'tiles'; readonly tiles: ByMeasure<readonly Tile[]> }
  | ({ readonly kind: 'clusters' } & Clusters);

/** The second axis of the segments: the score of frequency, or (frequency + monetary) / 2, halves rounded up. */
export type Axis = 'F' | 'FM';

interface Tile {
  /** In the measure's whole units. */
  readonly value: string;
  readonly taken: number;
  readonly equals: number;
}

export const cutsModel = (cuts: CutPoints): Model => ({
  kind: 'cuts',
  cuts: byMeasure(measure => cuts[measure].map(amountText)),
});

export const cutsIn = (cuts: ByMeasure<readonly string[]>): CutPoints =>
  byMeasure(measure => cuts[measure].map(parseAmount));

export const tilesModel = (tiles: Tiles): Model => ({
  kind: 'tiles',
  tiles: byMeasure(measure => tiles[measure].map(end => ({ ...end, value: String(end.value) }))),
});

export const tilesIn = (tiles: ByMeasure<readonly Tile[]>): Tiles =>
  byMeasure(measure => tiles[measure].map(end => ({ ...end, value: BigInt(end.value) })));
