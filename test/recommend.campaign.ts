/**
 * The recommender on shops of the study's generator, whose customers have habits and tastes. A search chooses on the days
 * before the last fourteen; these try the choice out, once. Prints what each list reached, beside what it has to beat and
 * the best that EASE comes to with a penalty chosen on those very days.
 */
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { type ChoiceFile, writeChoice } from '../coordinator/choicefile.ts';
import { tune } from '../coordinator/tune.ts';
import { blendOf, type Choice } from '../jobs/recommend/choice.ts';
import { openStore } from '../lake/open.ts';
import { publishFrom, sharedFolder, useFolders } from './support.ts';

const folder = useFolders();
const SEEDS = [1, 2, 3];
const THREADS = 2;
/** As many sales as system 001 has. */
const ROWS = 6_758_125;
const EASE_PENALTIES = [500, 2_000, 5_000];
/** By how much a list may be worse than EASE at its best. */
const TOLERANCE = 0.005;

interface Quality {
  readonly list: string;
  readonly relevance: string;
  readonly model: string;
  readonly is_baseline: boolean;
  readonly is_published: boolean;
  readonly recall: number;
  readonly ndcg: number;
}

test.each(SEEDS)('a shop of seed %i', { timeout: 3_600_000 }, async seed => {
  const generator = sharedFolder('bench/make-grocery.mjs');
  if (!generator) return;
  const [input, project] = [await folder(), await folder()];
  const options = ['--rows', `${ROWS}`, '--seed', `${seed}`, '--dirt', '0', '--holdout', '--out', input];
  execFileSync(process.execPath, [generator, ...options], { stdio: 'ignore' });
  const { file } = await tune({ input, project, threads: THREADS });
  const tried = await qualityOf(input, project);
  const ease: Quality[] = [];
  for (const regularization of EASE_PENALTIES) {
    await choose(project, file, {
      ...file.choice,
      ease: { regularization },
      lists: { ...file.choice.lists, new: blendOf({ ease: 1 }) },
    });
    ease.push(...(await qualityOf(input, project)).filter(({ list, is_baseline }) => list === 'new' && !is_baseline));
  }
  console.log(`seed ${seed}, chosen: ${JSON.stringify(file.choice)}`);
  console.table([...tried, ...ease]);
  const best = { recall: Math.max(...ease.map(own => own.recall)), ndcg: Math.max(...ease.map(own => own.ndcg)) };
  const of = (list: string, relevance: string, isBaseline: boolean) =>
    tried.find(own => own.list === list && own.relevance === relevance && own.is_baseline === isBaseline)!;
  const fresh = of('new', 'new', false);
  expect(fresh.recall).toBeGreaterThan(best.recall - TOLERANCE);
  expect(fresh.ndcg).toBeGreaterThan(best.ndcg - TOLERANCE);
  const [again, habits] = [of('again', 'all', false), of('again', 'all', true)];
  expect(again.recall).toBeGreaterThanOrEqual(habits.recall);
  expect(again.ndcg).toBeGreaterThanOrEqual(habits.ndcg);
});

async function qualityOf(input: string, project: string): Promise<Quality[]> {
  const published = await publishFrom({ input, project, threads: THREADS });
  const columns = 'list, relevance, model, is_baseline, is_published, recall, ndcg';
  const rows = await published.query(`select ${columns} from recommend_quality order by list, relevance, is_baseline`);
  await published.close();
  return rows as unknown as Quality[];
}

async function choose(project: string, file: ChoiceFile, choice: Choice): Promise<void> {
  await writeChoice(await openStore(`${pathToFileURL(project).href}/`), { ...file, choice });
}
