/** What happens to a project and to its files while nobody looks: others at work on it, newer versions, changing input. */
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../coordinator/events.ts';
import { failureOf, SALES, saleLine, shopFiles, smallShop, textOf } from './shop.ts';
import { hashesOf, publicationsOf, publishFrom, RUN_MS, runHere, useFolders, writeFiles } from './support.ts';

const folder = useFolders();

async function prepare(shop = smallShop()) {
  return { input: await writeFiles(await folder(), shopFiles(shop)), project: await folder() };
}

/** Does something once, when the first stage of this name has ended. */
const after = (stage: string, act: (event: RunEvent) => void) => (event: RunEvent) => {
  if (event.ev === 'stage.finished' && event.stage === stage) act(event);
};

/** A run in a process of its own, which does this when its plan is ready; `print` and `wait` are in scope. */
function runElsewhere(input: string, project: string, act: string) {
  const source = `
    import { readSync, writeSync } from 'node:fs';
    import { run } from ${JSON.stringify(new URL('../coordinator/run.ts', import.meta.url).href)};
    const print = text => writeSync(1, text);
    const wait = () => readSync(0, Buffer.alloc(1));
    const onEvent = event => { if (event.ev === 'plan.ready') { ${act} } };
    const [input, project] = process.argv.slice(1);
    await run({ input, project, threads: 0, onEvent });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, input, project], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<string | number | null>(resolve =>
    child.once('exit', (code, signal) => resolve(signal ?? code)),
  );
  return { child, ended };
}

describe('a project', () => {
  it('that a newer version wrote is left alone', async () => {
    const { input, project } = await prepare();
    const written = JSON.stringify({ version: 99, dataset: 'grocery', more: 'than we know' });
    await writeFiles(project, { 'endcap.json': written });
    const error = await failureOf({ input, project });
    expect(error).toMatchObject({ code: 'E_VERSION', exitCode: 2, unchanged: 'nothing in it was changed' });
    expect(error.what).toContain(project);
    expect(await readFile(join(project, 'endcap.json'), 'utf8')).toBe(written);
  });

  it('of another data set is left alone', async () => {
    const { input, project } = await prepare();
    await writeFiles(project, { 'endcap.json': JSON.stringify({ version: 1, dataset: 'superstore' }) });
    const error = await failureOf({ input, project });
    expect(error).toMatchObject({ code: 'E_PROJECT', exitCode: 2 });
    expect(error.what).toBe(`${project} holds the data set 'superstore', not 'grocery'`);
  });

  it(
    'that another process is at work on is refused, and that process ends as if alone',
    async () => {
      const { input, project } = await prepare();
      const { child, ended } = runElsewhere(input, project, `print('planned'); wait();`);
      await new Promise(resolve => child.stdout.once('data', resolve));
      const error = await failureOf({ input, project });
      expect(error).toMatchObject({ code: 'E_BUSY', exitCode: 2 });
      expect(error.where).toContain(`process ${child.pid}`);
      child.stdin.end();
      expect(await ended).toBe(0);
      expect(await publicationsOf(project)).toHaveLength(1);
      expect(await runHere({ input, project })).toMatchObject({ outcome: 'unchanged', publication: 1 });
    },
    RUN_MS,
  );

  it(
    'whose process was killed is taken over, and what it had finished is not computed again',
    async () => {
      const { input, project } = await prepare();
      const { ended } = runElsewhere(input, project, `process.kill(process.pid, 'SIGKILL');`);
      expect(await ended).toBe('SIGKILL');
      expect(await publicationsOf(project)).toEqual([]);
      const computed: number[] = [];
      const onEvent = after('clean.scan', event => 'computed' in event && computed.push(event.computed));
      const resumed = await publishFrom({ input, project, onEvent });
      expect(computed).toEqual([0]);
      const undisturbed = await publishFrom({ input, project: await folder() });
      expect(hashesOf(resumed)).toEqual(hashesOf(undisturbed));
      await Promise.all([resumed.close(), undisturbed.close()]);
    },
    RUN_MS,
  );
});

describe('a file that changes while it is being read', () => {
  /** Something that the run reads after the stage: chunks after the scan, refused records' text after the days. */
  const CHANGES = [
    ['is replaced before its records are read', 'clean.scan', (file: string) => writeFileSync(file, changedSales())],
    [
      'is replaced before the text of its refused records is read',
      'clean.day',
      (file: string) => writeFileSync(file, changedSales()),
    ],
    ['is gone before its records are read', 'clean.scan', (file: string) => rmSync(file)],
  ] as const;

  /** The same length, so that only the content tells. */
  const changedSales = () =>
    Buffer.from(
      smallShop()
        .sales.map(line => `${line.replace('T', 'Z')}\n`)
        .join(''),
    );

  const spoilt = () => {
    const shop = smallShop();
    shop.sales[10] = saleLine(10, { quantity: 'x' });
    return shop;
  };

  it.each(CHANGES)(
    '%s: the run says so, and a later run reads it anew',
    async (_name, stage, change) => {
      const { input, project } = await prepare(spoilt());
      const file = join(input, 'sales.csv');
      const original = await readFile(file);
      const error = await failureOf({ input, project, onEvent: after(stage, () => change(file)) });
      expect(error).toMatchObject({ code: 'E_CHANGED', exitCode: 1 });
      expect(textOf(error)).toContain('sales.csv');
      await writeFile(file, original);
      const again = await publishFrom({ input, project });
      expect(await again.value(`select original from quarantine`)).toBe(saleLine(10, { quantity: 'x' }));
      expect(again.summary.sales[0]).toMatchObject({ kept: SALES - 1, quarantined: 1 });
      await again.close();
    },
    RUN_MS,
  );
});

describe('a file that has grown', () => {
  it(
    'has only its last chunk and the new ones cleaned, and only the days that are new merged',
    async () => {
      const { input, project } = await prepare();
      await runHere({ input, project, chunkBytes: 4096 });
      const february = (id: number) => saleLine(id, { sold: '2018-02-03 10:00:00.000' });
      await appendFile(
        join(input, 'sales.csv'),
        Array.from({ length: 10 }, (_, n) => `${february(1001 + n)}\n`).join(''),
      );
      const stages = new Map<string, { computed: number; reused: number }>();
      const onEvent = (event: RunEvent) => {
        if (event.ev === 'stage.finished') stages.set(event.stage, event);
      };
      const summary = await runHere({ input, project, chunkBytes: 4096, onEvent });
      expect(summary).toMatchObject({ outcome: 'published', publication: 2, money: { kept: '1025.000000' } });
      expect(stages.get('clean.table')).toMatchObject({ computed: 0 });
      expect(stages.get('clean.chunk')).toMatchObject({ computed: 1, reused: 4 });
      expect(stages.get('clean.day')).toMatchObject({ computed: 1, reused: 1 });
    },
    RUN_MS,
  );
});
