import { describe, expect, it } from 'vitest';
import { UserError } from '../base/errors.ts';
import { DEFAULT_CHOICE } from '../jobs/recommend/choice.ts';
import { layout } from '../lake/layout.ts';
import { memoryStore } from '../lake/memory.ts';
import { type ChoiceFile, readChoice, writeChoice } from './choicefile.ts';

const FILE = {
  version: 1,
  dataset: 'stall',
  data: '0123456789abcdef',
  windows: { learned: ['2024-01-01', '2024-02-15'], judged: ['2024-02-16', '2024-02-22'] },
  choice: DEFAULT_CHOICE,
  trials: [],
} as unknown as ChoiceFile;

/** What reading says of a file with this text. */
async function complaint(text: string): Promise<UserError['details']> {
  const lake = memoryStore();
  await lake.write(layout.choice, Buffer.from(text));
  const error: unknown = await readChoice({ lake, path: 'shop' }).catch((reason: unknown) => reason);
  if (error instanceof UserError) return error.details;
  throw error;
}

/** The file with another value at a path. */
function changed(path: string, value: unknown): string {
  const file = structuredClone(FILE) as unknown as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop()!;
  const place = names.reduce((own, name) => own[name] as Record<string, unknown>, file);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return JSON.stringify(file);
}

describe('the file of a choice', () => {
  it('is read as it was written, and is no more than a default where there is none', async () => {
    const lake = memoryStore();
    expect(await readChoice({ lake, path: 'shop' })).toBeNull();
    await writeChoice(lake, FILE);
    expect(await readChoice({ lake, path: 'shop' })).toEqual({ version: 1, data: FILE.data, choice: FILE.choice });
  });

  it('keeps what it replaces, but not for the same again', async () => {
    const lake = memoryStore();
    const read = async (key: string) => JSON.parse((await lake.read(key)).toString());
    const second = { ...FILE, data: 'fedcba9876543210' };
    await writeChoice(lake, FILE);
    await writeChoice(lake, FILE);
    expect(await lake.stat(layout.choiceBefore)).toBeNull();
    await writeChoice(lake, second);
    await writeChoice(lake, second);
    expect(await read(layout.choiceBefore)).toEqual(FILE);
    expect(await read(layout.choice)).toEqual(second);
  });

  it('may leave out parts that weigh nothing', async () => {
    const lake = memoryStore();
    await lake.write(layout.choice, Buffer.from(changed('choice.lists.new', { ease: 2 })));
    expect((await readChoice({ lake, path: 'shop' }))!.choice.lists.new).toEqual({
      als: 0,
      ease: 2,
      frequency: 0,
      popularity: 0,
    });
  });

  it.each([
    ['choice.als.rank', 0, 'choice.als.rank'],
    ['choice.als.rank', 1.5, 'choice.als.rank'],
    ['choice.als.rank', undefined, 'choice.als.rank: expected'],
    ['choice.als.unobserved', -1, 'choice.als.unobserved'],
    ['choice.als.power', 2, 'choice.als'],
    ['choice.ease.regularization', 0, 'choice.ease.regularization'],
    ['choice.halfLife', '28', 'choice.halfLife: expected a number'],
    ['choice.lists.again', {}, 'choice.lists.again: expected a part that weighs more than 0.0001'],
    ['choice.lists.new', { als: 1e-5 }, 'choice.lists.new: expected als, ease or popularity'],
    ['choice.lists.new', { frequency: 1 }, 'choice.lists.new: expected als, ease or popularity'],
    ['choice.top', 1_000, 'choice.top'],
    ['version', 2, 'version'],
    ['choice', null, 'choice: expected an object'],
  ])('is refused with %s as %j', async (path, value, what) => {
    const details = await complaint(changed(path, value));
    expect(details).toMatchObject({ code: 'E_CHOICE', exitCode: 2, where: 'shop/recommend.json' });
    expect(details.what).toContain(what);
    expect(details.next).toContain('endcap tune DIR');
  });

  it.each(['', '{"version": 1,', '[]', 'null'])('is refused as %j', async text => {
    expect(await complaint(text)).toMatchObject({ code: 'E_CHOICE' });
  });
});
