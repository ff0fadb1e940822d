/** Customers' measures → scores or clusters, and the segment that they mean. */
import { SCORES, scoreOfSpan, spanCounter, wholeUnits } from './cutpoints.ts';
import { type Clusters, nearest, scaledPoints } from './kmeans.ts';
import { byMeasure, halvesOf, MEASURES, type Measure, type Values } from './measures.ts';
import { type Axis, cutsIn, type Model, tilesIn } from './model.ts';
import { tileScorer } from './ntile.ts';
import { SEGMENTS, segmentOf, segmentOfCluster } from './segments.ts';

export interface Scored {
  /** Null where there are clusters. */
  readonly r: Int32Array | null;
  readonly f: Int32Array | null;
  readonly m: Int32Array | null;
  /** Of the second axis. */
  readonly second: Int32Array | null;
  /** Counted from 1; null where there are scores. */
  readonly cluster: Int32Array | null;
  /** Places in SEGMENTS. */
  readonly segment: Uint8Array;
}

/** Must be asked for customers in order, all once: the scores of `ntile` are counted. */
export type Scorer = (values: Values) => Scored;

export function createScorer(
  { model, axis }: { readonly model: Model; readonly axis: Axis },
  equalsBefore: readonly number[] | null,
): Scorer {
  if (model.kind === 'clusters') return values => clustered(values, model);
  const scorers =
    model.kind === 'tiles' ? tileScorers(tilesIn(model.tiles), equalsBefore!) : cutScorers(cutsIn(model.cuts));
  const segments = segmentNumbers();
  return values => {
    const [r, f, m] = MEASURES.map(measure => scorers[measure](values[measure])) as [
      Int32Array,
      Int32Array,
      Int32Array,
    ];
    const second = axis === 'F' ? f : f.map((score, row) => (score + m[row]! + 1) >> 1);
    const segment = Uint8Array.from(r, (recency, row) => segments[recency * (SCORES + 1) + second[row]!]!);
    return { r, f, m, second, cluster: null, segment };
  };
}

const cutScorers = (cuts: ReturnType<typeof cutsIn>) =>
  byMeasure(measure => {
    const spanOf = spanCounter(wholeUnits(cuts[measure], measure));
    return (values: BigInt64Array) => {
      const half = halvesOf(values);
      return Int32Array.from(values.keys(), row => scoreOfSpan(spanOf(half, row), measure));
    };
  });

const tileScorers = (tiles: ReturnType<typeof tilesIn>, equalsBefore: readonly number[]) =>
  byMeasure((measure: Measure) => {
    const ends = SCORES - 1;
    const at = MEASURES.indexOf(measure) * ends;
    const scoreOf = tileScorer(tiles[measure], measure, equalsBefore.slice(at, at + ends));
    return (values: BigInt64Array) => Int32Array.from(values, (_, row) => scoreOf(values, row));
  });

/** Places in SEGMENTS by recency score × 6 + second score. */
function segmentNumbers(): Uint8Array {
  const numbers = new Uint8Array((SCORES + 1) ** 2);
  for (let r = 1; r <= SCORES; r++)
    for (let second = 1; second <= SCORES; second++)
      numbers[r * (SCORES + 1) + second] = SEGMENTS.findIndex(({ name }) => name === segmentOf(r, second));
  return numbers;
}

function clustered(values: Values, model: Clusters): Scored {
  const points = scaledPoints(values, model);
  const cluster = new Int32Array(values.recency.length);
  for (let row = 0; row < cluster.length; row++) cluster[row] = nearest(points, row * 3, model.centroids) + 1;
  const places = model.centroids.map((_, i) => SEGMENTS.findIndex(({ name }) => name === segmentOfCluster(i + 1)));
  return {
    r: null,
    f: null,
    m: null,
    second: null,
    cluster,
    segment: Uint8Array.from(cluster, number => places[number - 1]!),
  };
}
