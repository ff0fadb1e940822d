/** A choice of a recommender: from data to file, and from the file to what is published. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ChoiceFile } from '../coordinator/choicefile.ts';
import type { RunOptions } from '../coordinator/run.ts';
import type { RunSummary } from '../coordinator/summary.ts';
import { type TuneOptions, tune } from '../coordinator/tune.ts';
import { BASELINES, blendName, DEFAULT_CHOICE } from '../jobs/recommend/choice.ts';
import type { Json } from '../warehouse/warehouse.ts';
import { csv, GOODS, openStall, SOLD_HEADER } from './stall.ts';
import { publicationsOf, publishFrom, RUN_MS, useFolders, writeFiles } from './support.ts';
import { LAST_WINDOW, tasteFiles } from './tastes.ts';

const folder = useFolders();

const tuneHere = async (options: TuneOptions): Promise<ChoiceFile> =>
  (await tune({ threads: 0, quick: true, ...options })).file;

const copyOf = async (project: string): Promise<string> => {
  const copy = await folder();
  await cp(project, copy, { recursive: true });
  return copy;
};

interface Lists {
  readonly summary: RunSummary;
  /** What makes each list, and its version. */
  readonly sources: Json[][];
  readonly versions: Json[];
  /** Products on the longest list. */
  readonly longest: Json;
}

/** What a run publishes of recommendations. */
async function listsOf(options: RunOptions & { readonly project: string }): Promise<Lists> {
  const published = await publishFrom(options);
  const rows = await published.rows('select distinct list, source, model_version from recommendation order by list');
  const longest = await published.value('select max(rank) from recommendation');
  await published.close();
  const { summary } = published;
  return { summary, longest, sources: rows.map(row => row.slice(0, 2)), versions: rows.map(row => row[2]!) };
}

const fileIn = (project: string): string => join(project, 'recommend.json');

describe('a choice', () => {
  let stall: Awaited<ReturnType<typeof openStall>>;
  let file: ChoiceFile;
  beforeAll(async () => {
    stall = await openStall(folder, tasteFiles());
    file = await tuneHere(stall);
  }, RUN_MS);

  it('finds what customers of a kind have in common, and is kept in the project without publishing anything', async () => {
    const { lists, choice, windows, trials } = file;
    expect(choice.lists.new.als + choice.lists.new.ease).toBeGreaterThan(0);
    expect(lists.new.gain.lower).toBeGreaterThan(0.05);
    expect(lists.new.chosen.ndcg - lists.new.baseline.ndcg).toBeCloseTo(lists.new.gain.mean, 10);
    const best = trials.flatMap(({ results }) => results).filter(({ list }) => list === 'new');
    expect(lists.new.chosen.ndcg).toBeGreaterThan(0.9 * Math.max(...best.map(({ ndcg }) => ndcg)));
    expect(windows).toEqual({ learned: ['2024-01-01', '2024-02-15'], judged: ['2024-02-16', '2024-02-22'] });
    expect(LAST_WINDOW).toBe('2024-02-23');
    expect(JSON.parse(await readFile(fileIn(stall.project), 'utf8'))).toEqual(file);
    expect(await publicationsOf(stall.project)).toEqual([]);
  });

  it.each([1, 2])(
    'is the same file with %i threads',
    async threads => {
      const project = await folder();
      await tuneHere({ ...stall, project, threads });
      expect(await readFile(fileIn(project), 'utf8')).toBe(await readFile(fileIn(stall.project), 'utf8'));
    },
    RUN_MS,
  );

  it(
    'knows nothing of what is sold in the test window',
    async () => {
      const other = await openStall(folder, tasteFiles({ lastWindow: 2 }));
      const { data, ...rest } = await tuneHere(other);
      const { data: before, ...same } = file;
      expect(rest).toEqual(same);
      expect(data).not.toBe(before);
    },
    RUN_MS,
  );

  it(
    'has no EASE where the catalogue is too large for it',
    async () => {
      const own = await tuneHere({ ...stall, project: await folder(), looking: { easeItems: 20 } });
      expect(own.trials.every(({ ease }) => ease === null)).toBe(true);
      expect(own.trials.some(({ als }) => als !== null)).toBe(true);
      expect(own.choice.lists).toMatchObject({ again: { ease: 0 }, new: { ease: 0 } });
    },
    RUN_MS,
  );

  it(
    'is judged as a run tries out what it will publish',
    async () => {
      // Seven days earlier the test window of a run is the window that the choice was made on.
      const options = { ...stall, project: await copyOf(stall.project), customers: { asOf: LAST_WINDOW } };
      const published = await publishFrom(options);
      const rows = await published.rows(
        `select list, customers, ndcg from recommend_quality where relevance <> 'repeat' and not is_baseline order by list`,
      );
      await published.close();
      const expected = (['again', 'new'] as const).map(list => {
        const { customers, ndcg } = file.lists[list].chosen;
        return [list, customers, ndcg];
      });
      expect(rows.map(([list, customers, ndcg]) => [list, Number(customers), ndcg])).toEqual(expected);
    },
    RUN_MS,
  );

  it(
    'needs somebody who judges, and leaves what was chosen before as it is',
    async () => {
      const project = await copyOf(stall.project);
      const search = tuneHere({ ...stall, project, asOf: '2025-06-01' });
      await expect(search).rejects.toMatchObject({
        details: { code: 'E_HISTORY', what: expect.stringContaining('nobody bought anything') },
      });
      expect(JSON.parse(await readFile(fileIn(project), 'utf8'))).toEqual(file);
    },
    RUN_MS,
  );

  it(
    'needs a month of sales',
    async () => {
      const lines = Array.from({ length: 12 }, (_, day) => `${day + 1},2024-05-${String(day + 10)},Ann,apple,1`);
      const short = await openStall(folder, { 'goods.csv': GOODS, 'sold.csv': csv(SOLD_HEADER, ...lines) });
      await expect(tuneHere(short)).rejects.toMatchObject({ details: { code: 'E_HISTORY' } });
    },
    RUN_MS,
  );
});

describe('a run', () => {
  let stall: Awaited<ReturnType<typeof openStall>>;
  let before: Lists;
  let after: Lists;
  let file: ChoiceFile;
  beforeAll(async () => {
    stall = await openStall(folder, tasteFiles());
    before = await listsOf({ ...stall, customers: { recommend: { model: 'frequency' } } });
    file = await tuneHere(stall);
    after = await listsOf(stall);
  }, RUN_MS);

  it('publishes what was chosen, under another version, and says so', () => {
    expect(before.sources).toEqual([
      ['again', 'frequency'],
      ['new', 'popularity'],
    ]);
    const { lists } = file.choice;
    const [again, fresh] = after.summary.recommendations!;
    expect(fresh).toMatchObject({ list: 'new', chosen: blendName(lists.new), baseline: 'popularity', isBetter: true });
    expect(after.sources).toEqual([
      ['again', again!.isBetter ? blendName(lists.again) : 'frequency'],
      ['new', blendName(lists.new)],
    ]);
    expect(after.versions[1]).not.toBe(before.versions[1]);
    expect(after.summary.publication).toBe(before.summary.publication! + 1);
    expect(after.summary.warnings).toEqual([]);
  });

  it(
    'publishes the same habits under another version when earlier purchases are worth less',
    async () => {
      const project = await copyOf(stall.project);
      const choice = { ...DEFAULT_CHOICE, lists: BASELINES, halfLife: 7 };
      await writeFile(fileIn(project), JSON.stringify({ version: 1, data: '', choice }));
      const { sources, versions } = await listsOf({ ...stall, project });
      expect(sources).toEqual(before.sources);
      expect(versions[0]).not.toBe(before.versions[0]);
      expect(versions[1]).toBe(before.versions[1]);
    },
    RUN_MS,
  );

  it('computes nothing again that the search has computed', () => {
    const computed = (title: string) =>
      after.summary.stages.filter(stage => stage.title === title).map(own => own.computed);
    for (const title of ['plan', 'clean', 'customers']) expect(computed(title)).toEqual([0]);
  });

  it(
    'does as it is told rather than as was chosen',
    async () => {
      const model = blendName(file.choice.lists.new) === 'ease' ? 'als' : 'ease';
      const told = await listsOf({ ...stall, customers: { recommend: { model, rank: 8, iterations: 3, top: 3 } } });
      expect(told.summary.recommendations!.map(({ chosen }) => chosen)).toEqual([`frequency + ${model}`, model]);
      expect(told.longest).toBe(3);
    },
    RUN_MS,
  );

  it(
    'says that the choice was made on other data, and uses it',
    async () => {
      const input = await writeFiles(await folder(), tasteFiles({ lastWindow: 2 }));
      const { summary } = await listsOf({ ...stall, input });
      expect(summary.warnings).toEqual([expect.stringContaining('recommend.json was chosen on other data')]);
      expect(summary.recommendations!.map(({ chosen }) => chosen)).toEqual(
        (['again', 'new'] as const).map(list => blendName(file.choice.lists[list])),
      );
    },
    RUN_MS,
  );

  it(
    'looks at no customer when it is told so, and then at no choice',
    async () => {
      const own = await openStall(folder, tasteFiles());
      await mkdir(own.project, { recursive: true });
      await writeFile(fileIn(own.project), '{');
      const options = { ...own, customers: false as const };
      const { summary, publication } = await publishFrom(options).then(async published => {
        await published.close();
        return published;
      });
      expect(Object.keys(publication.tables)).not.toContain('recommendation');
      expect(summary.stages.some(({ title }) => title === 'customers')).toBe(false);
    },
    RUN_MS,
  );
});
