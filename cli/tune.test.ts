/** `endcap tune` as a person types it, and what a run then does with the choice. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { takeLock } from '../coordinator/lock.ts';
import { openStore } from '../lake/open.ts';
import { STALL } from '../test/stall.ts';
import { RUN_MS, useFolders, writeFiles } from '../test/support.ts';
import { tasteFiles } from '../test/tastes.ts';
import { type Answer, endcap } from './io.fixture.ts';

const newFolder = useFolders();

let shop: string;
let chosen: Answer;

const cli = (...argv: string[]) => endcap(shop, argv);
/** What every command takes here: with the contract's whole path, for it is looked for where the process is. */
let common: string[];

beforeAll(async () => {
  shop = await newFolder();
  await writeFiles(join(shop, 'data'), tasteFiles());
  await writeFile(join(shop, 'contract.json'), JSON.stringify(STALL));
  common = ['data', '--contract', join(shop, 'contract.json'), '--project', 'books', '--threads', '0'];
  chosen = await endcap(shop, ['tune', ...common, '--quick']);
}, RUN_MS);

const choiceFile = (): string => join(shop, 'books', 'recommend.json');

describe('tune', () => {
  it('says what was chosen, how good it was and on what, and where it is kept', () => {
    expect(chosen).toMatchObject({ code: 0 });
    expect(chosen.out).toMatch(/^✔ Chosen after \d+ trials in .*books\/recommend\.json\n/);
    expect(chosen.out).toContain('learned from 2024-01-01 to 2024-02-15, judged by 2024-02-16 to 2024-02-22');
    expect(chosen.out).toMatch(/new +\S*(als|ease)\S* .* popularity +0\.\d{4} +\+0\.\d{4} +\+0\.\d{4} to \+0\.\d{4}/);
    expect(chosen.out).toMatch(/Best trials {2}again\n[\s\S]*Best trials {2}new\n/);
    expect(chosen.err).toMatch(/✔ search +\d+\/\d+ trials/);
  });

  it('publishes nothing, and is no run', async () => {
    expect((await cli('status', '--project', 'books')).out).toContain('nothing yet');
    expect(JSON.parse((await cli('runs', '--project', 'books', '--json')).out).runs).toEqual([]);
  });

  it(
    'ends with the run that uses the choice',
    async () => {
      const [, command] = /next +(?:node \S+|npx endcap|endcap) (run .*)$/m.exec(chosen.err)!;
      const { code, out } = await cli(...command!.split(' '), '--threads', '0');
      expect(code).toBe(0);
      expect(out).toContain('Recommendations  tried out on the last days');
      expect(out).toMatch(/new +\S*(als|ease).* model published/);
      const query = "select distinct source from recommendation where list = 'new'";
      const { rows } = JSON.parse((await cli('query', query, '--json', '--project', 'books')).out);
      const { choice } = JSON.parse(await readFile(choiceFile(), 'utf8'));
      for (const part of ['als', 'ease']) expect(rows[0].source.includes(part)).toBe(choice.lists.new[part] > 0);
    },
    RUN_MS,
  );

  it(
    'tells programs of it as JSON, the choice last',
    async () => {
      const { code, out } = await cli('tune', ...common, '--quick', '--json', '-q');
      expect(code).toBe(0);
      const events = out
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line));
      expect(events[0]).toMatchObject({ v: 1, ev: 'run.started', verb: 'tune' });
      expect(events.at(-1)).toMatchObject({ ev: 'tune.finished' });
      expect(events.at(-1).choice).toEqual(JSON.parse(await readFile(choiceFile(), 'utf8')));
    },
    RUN_MS,
  );

  it('does not begin while a run has the project', async () => {
    const release = await takeLock(await openStore(`${pathToFileURL(join(shop, 'books')).href}/`), 'another');
    const { code, err } = await cli('tune', ...common);
    await release();
    expect(code).toBe(2);
    expect(err).toMatch(/^error E_BUSY/);
  });
});

describe('a choice that was spoilt', () => {
  it('stops a run before it begins, and says where and what to do', async () => {
    const text = await readFile(choiceFile(), 'utf8');
    await writeFile(choiceFile(), text.replace(/"rank": \d+/, '"rank": "many"'));
    const { code, err } = await cli('run', ...common);
    await writeFile(choiceFile(), text);
    expect(code).toBe(2);
    expect(err).toMatch(/^error E_CHOICE .*choice\.als\.rank: expected a (whole )?number/m);
    expect(err).toMatch(/where +\S*books\/recommend\.json/);
    expect(err).toMatch(/next .*mend the file, or remove it/);
  });
});
