/** The file in which a project keeps what `endcap tune` has chosen: read by every run, and by people, who may edit it. */
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../base/errors.ts';
import { ITERATIONS_MAX, RANK_MAX, TOP_MAX } from '../base/limits.ts';
import { inWords, pathOf } from '../datasets/shape.ts';
import { type Choice, TIES } from '../jobs/recommend/choice.ts';
import type { Trial } from '../jobs/recommend/trials.ts';
import type { Tuning } from '../jobs/recommend/tune.ts';
import { layout } from '../lake/layout.ts';
import { NoObjectError, type ObjectStore } from '../lake/store.ts';
import type { Project } from './project.ts';

export interface ChoiceFile extends Pick<Tuning, 'lists' | 'sample'> {
  readonly version: typeof VERSION;
  readonly dataset: string;
  /** Hash of the data that it was chosen on. */
  readonly data: string;
  /** First and last day, YYYY-MM-DD: what was learned from, and what the lists were judged by. */
  readonly windows: Readonly<Record<'learned' | 'judged', readonly [first: string, last: string]>>;
  readonly choice: Choice;
  readonly trials: readonly TrialRecord[];
}

export interface TrialRecord extends Omit<Trial, 'results'> {
  readonly results: readonly {
    readonly list: string;
    readonly model: string;
    readonly customers: number;
    readonly ndcg: number;
    readonly recall: number;
  }[];
}

/** What a run needs of the file. */
export type SavedChoice = Pick<ChoiceFile, 'data' | 'choice'>;

const VERSION = 1;

const whole = (most: number) => z.int().min(1).max(most);
const above = z.number().positive();
const weight = z.number().min(0).default(0);
const parts = { als: weight, ease: weight, frequency: weight, popularity: weight };
/** A part that only decides between equals makes no list, and has no name: see blendName. */
const hasPart = (blend: Readonly<Record<string, number>>) => Object.values(blend).some(own => own > TIES);

const shape = z.object({
  version: z.literal(VERSION),
  data: z.string(),
  choice: z.strictObject({
    als: z.strictObject({
      rank: whole(RANK_MAX),
      iterations: whole(ITERATIONS_MAX),
      regularization: above,
      unobserved: above,
    }),
    ease: z.strictObject({ regularization: above }),
    halfLife: above.nullable(),
    lists: z.strictObject({
      again: z.strictObject(parts).refine(hasPart, `expected a part that weighs more than ${TIES}`),
      new: z.strictObject(parts).refine(({ frequency, ...others }) => frequency === 0 && hasPart(others), {
        error: 'expected als, ease or popularity: nobody has bought a new product before',
      }),
    }),
    top: whole(TOP_MAX),
  }),
});

/** Null when nothing was chosen yet. Throws E_CHOICE when the file cannot be used. */
export async function readChoice({ lake, path }: Pick<Project, 'lake' | 'path'>): Promise<SavedChoice | null> {
  const text = await readText(lake);
  if (text === null) return null;
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw unusable(path, 'it is not JSON', error instanceof Error ? error.message : undefined);
  }
  const result = shape.safeParse(content, { error: inWords });
  if (result.success) return result.data;
  const problems = result.error.issues.map(issue => `${pathOf(issue.path) || 'the file'}: ${issue.message}`);
  throw unusable(path, problems[0]!, problems.slice(1).join('; ') || undefined);
}

/** In one step: a run reads the choice from before, or this one. The one from before is kept beside it. */
export async function writeChoice(lake: ObjectStore, file: ChoiceFile): Promise<void> {
  const text = `${JSON.stringify(file, null, 2)}\n`;
  const before = await readText(lake);
  if (before === text) return;
  if (before !== null) await lake.write(layout.choiceBefore, Buffer.from(before));
  await lake.write(layout.choice, Buffer.from(text));
}

async function readText(lake: ObjectStore): Promise<string | null> {
  try {
    return (await lake.read(layout.choice)).toString('utf8');
  } catch (error) {
    if (error instanceof NoObjectError) return null;
    throw error;
  }
}

const unusable = (project: string, what: string, why: string | undefined): UserError =>
  new UserError({
    code: 'E_CHOICE',
    what: `the choice of a recommender cannot be used: ${what}`,
    where: join(project, layout.choice),
    why,
    unchanged: 'nothing was published',
    next: 'mend the file, or remove it: then endcap run DIR uses the defaults and endcap tune DIR chooses anew',
    exitCode: 2,
  });
