/** Recommenders on MovieLens 100K, whose orders are real: the last fifth of the ratings, of films not rated before. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Blend, blendName, blendOf } from '../jobs/recommend/choice.ts';
import { addMeasures, type Measures, meanOf, measure, NO_MEASURES } from '../jobs/recommend/measures.ts';
import { alsOf, type LoadedModels } from '../jobs/recommend/models.ts';
import { rank } from '../jobs/recommend/rank.ts';
import { trainingOptions } from '../jobs/recommend/training.ts';
import { type BoughtPairs, loadBlock } from '../kernels/als.ts';
import { easeWeights, itemGramian } from '../kernels/ease.ts';
import { train } from '../kernels/train.ts';
import { createKernels, type Kernels } from '../kernels/wasm.ts';
import { sharedPath } from './config.ts';
import { goal, type Report } from './report.ts';

const TOP = 10;
/** Fixed beforehand, and not searched for. */
const ALS = { rank: 16, iterations: 10, regularization: 0.05, unobserved: 0.1 };
const EASE_REGULARIZATION = 500;

interface Ratings {
  readonly learned: BoughtPairs;
  /** Of each person the films rated later, rising. */
  readonly later: readonly Int32Array[];
  readonly films: number;
}

export async function movielensTable(): Promise<Report> {
  const title = 'MovieLens 100K: the last fifth of the ratings in the order of time, films not rated before';
  const found = sharedPath('data/movielens-100k', 'MovieLens 100K');
  if ('missing' in found) return { title, head: [], rows: [], notes: [found.missing], goals: [] };
  const ratings = readRatings(join(found.path, 'u.data'));
  const kernels = createKernels();
  const models = learn(kernels, ratings);
  const blends = [blendOf({ popularity: 1 }), blendOf({ als: 1 }), blendOf({ ease: 1 })];
  const measured = blends.map(blend => judge(kernels, models, ratings, blend));
  const [popularity, ...others] = measured as [Measures, ...Measures[]];
  const digits = (value: number) => value.toFixed(4);
  return {
    title,
    head: ['list', `Recall@${TOP}`, `NDCG@${TOP}`, `MAP@${TOP}`, `HitRate@${TOP}`, 'people'],
    rows: measured.map((own, i) => [
      blendName(blends[i]!),
      digits(own.recall),
      digits(own.ndcg),
      digits(own.map),
      digits(own.hit),
      String(own.customers),
    ]),
    notes: [
      `ALS: ${JSON.stringify(ALS)}; EASE: λ ${EASE_REGULARIZATION}. Every rating counts as one, whatever its stars.`,
    ],
    goals: [
      goal(
        'the better of ALS and EASE, NDCG, times popularity',
        Math.max(...others.map(({ ndcg }) => ndcg)) / popularity.ndcg,
        '≥',
        1,
        ' ×',
      ),
    ],
  };
}

/** Lines of person, film, stars and second. */
function readRatings(path: string): Ratings {
  const all = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map(line => line.split('\t').map(Number) as [number, number, number, number])
    .sort((a, b) => a[3] - b[3] || a[0] - b[0] || a[1] - b[1]);
  const cut = Math.floor(all.length * 0.8);
  const people = Math.max(...all.map(([person]) => person));
  const films = Math.max(...all.map(([, film]) => film));
  const lists = (ratings: typeof all) =>
    Array.from({ length: people }, (_, person) =>
      Int32Array.from(ratings.filter(own => own[0] === person + 1).map(([, film]) => film - 1)).sort(),
    );
  const known = lists(all.slice(0, cut));
  const later = lists(all.slice(cut)).map((own, person) => own.filter(film => !known[person]!.includes(film)));
  const ptr = new Int32Array(people + 1);
  known.forEach((own, person) => {
    ptr[person + 1] = ptr[person]! + own.length;
  });
  const items = Int32Array.from(known.flatMap(own => [...own]));
  return { learned: { users: people, ptr, items, weights: new Float32Array(items.length).fill(1) }, later, films };
}

function learn(kernels: Kernels, { learned, films }: Ratings): LoadedModels {
  const options = trainingOptions(ALS, films);
  let factors = new Float32Array();
  for (const { y } of train(kernels, [[loadBlock(kernels, learned, films)]], options)) factors = y.slice();
  const popularity = new Int32Array(films);
  for (const film of learned.items) popularity[film]!++;
  const ease = easeWeights(kernels, itemGramian(kernels, films, [learned]), films, EASE_REGULARIZATION);
  const als = alsOf(kernels, options, factors, learned.items.length / learned.users);
  return { items: films, customers: learned.users, popularity, als, ease };
}

/** Of the people who rated anything in both times. */
function judge(kernels: Kernels, models: LoadedModels, { learned, later }: Ratings, blend: Blend): Measures {
  const novelties = Float64Array.from(models.popularity, count => -Math.log2(Math.max(1, count) / models.customers));
  let sum = NO_MEASURES;
  for (const { from, to, lists } of rank(kernels, models, learned, [{ list: 'new', blend }], TOP)) {
    for (let person = from; person < to; person++) {
      if (later[person]!.length === 0 || learned.ptr[person] === learned.ptr[person + 1]) continue;
      const list = lists[0]!.items.subarray((person - from) * TOP, (person - from + 1) * TOP);
      sum = addMeasures(sum, measure(list, later[person]!, novelties));
    }
  }
  return meanOf(sum);
}
