/** Who gets a project when several want it, in any order of their steps. */
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { UserError } from '../base/errors.ts';
import { layout } from '../lake/layout.ts';
import { memoryStore } from '../lake/memory.ts';
import { type ObjectStore, writeJson } from '../lake/store.ts';
import { below, listOf, seeded } from '../test/random.ts';
import { type LockHolder, readLock, takeLock } from './lock.ts';

type Step = (operation: 'list' | 'read' | 'write' | 'remove', key: string) => Promise<void>;

/** The store, but for a step that is done before each operation. */
function stepped(store: ObjectStore, step: Step): ObjectStore {
  return {
    ...store,
    read: (key, range) => step('read', key).then(() => store.read(key, range)),
    write: (key, bytes, options) => step('write', key).then(() => store.write(key, bytes, options)),
    remove: key => step('remove', key).then(() => store.remove(key)),
    async *list(prefix) {
      await step('list', prefix);
      yield* store.list(prefix);
    },
  };
}

/** Does something once, before the first operation of this kind on a key that ends so. */
function meanwhile(
  store: ObjectStore,
  kind: Parameters<Step>[0],
  end: string,
  act: () => Promise<unknown>,
): ObjectStore {
  let done = false;
  return stepped(store, async (operation, key) => {
    if (done || operation !== kind || !key.endsWith(end)) return;
    done = true;
    await act();
  });
}

const holder = (changes: Partial<LockHolder>): LockHolder => ({
  run: 'theirs',
  pid: 0x7fff_ffff,
  host: hostname(),
  processStart: '1',
  since: '2026-11-21T14:00:00.000Z',
  ...changes,
});

const put = (store: ObjectStore, n: number, changes: Partial<LockHolder> = {}) =>
  writeJson(store, layout.lock(n), holder(changes));

/** What the second of two runs is told. */
async function refusalOf(taking: Promise<unknown>) {
  const error: unknown = await taking.then(
    () => expect.fail('the lock was taken'),
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error.details;
  throw error;
}

async function lockKeys(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(layout.locks)) keys.push(key);
  return keys;
}

describe('a project', () => {
  it('that nobody has is taken, held against others, and given back', async () => {
    const store = memoryStore();
    expect(await readLock(store)).toBe(null);
    const release = await takeLock(store, 'ours');
    expect(await readLock(store)).toMatchObject({ n: 1, state: 'held', holder: { run: 'ours', pid: process.pid } });
    expect(await refusalOf(takeLock(store, 'theirs'))).toMatchObject({ code: 'E_BUSY', exitCode: 2 });
    await release();
    expect(await readLock(store)).toMatchObject({ n: 1, state: 'released' });
    await takeLock(store, 'theirs');
    expect(await lockKeys(store)).toEqual([layout.lock(2)]);
  });

  it.each([
    ['whose process is gone', {}],
    ['whose process is gone, where no one knows when it began', { processStart: null }],
    ['whose process number another process has by now', { pid: process.pid }],
  ])('%s is free', async (_name, changes) => {
    const store = memoryStore();
    await put(store, 3, changes);
    expect(await readLock(store)).toMatchObject({ n: 3, state: 'dead' });
    await takeLock(store, 'ours');
    expect(await readLock(store)).toMatchObject({ n: 4, state: 'held', holder: { run: 'ours' } });
  });

  it('that a run on another machine has is not free, and one is told which file to remove if that machine is gone', async () => {
    const store = memoryStore();
    await put(store, 3, { host: 'elsewhere' });
    expect(await readLock(store)).toMatchObject({ state: 'held' });
    const { where, next } = await refusalOf(takeLock(store, 'ours'));
    expect(where).toContain('on elsewhere');
    expect(next).toContain(layout.lock(3));
    expect(await lockKeys(store)).toEqual([layout.lock(3)]);
  });

  it('whose lock was superseded between its listing and its reading is its new holder’s', async () => {
    const store = memoryStore();
    await put(store, 1);
    const slow = meanwhile(store, 'read', layout.lock(1), () => takeLock(store, 'theirs'));
    expect((await refusalOf(takeLock(slow, 'ours'))).what).toContain('theirs');
    expect(await readLock(store)).toMatchObject({ n: 2, state: 'held', holder: { run: 'theirs' } });
  });

  it('stays its holder’s when a slow run creates a lower lock, and that one is taken away again', async () => {
    const store = memoryStore();
    const slow = meanwhile(store, 'write', layout.lock(1), async () => {
      await takeLock(store, 'second').then(release => release());
      await takeLock(store, 'third');
    });
    expect((await refusalOf(takeLock(slow, 'ours'))).what).toContain('third');
    expect(await readLock(store)).toMatchObject({ n: 2, holder: { run: 'third' } });
    expect(await lockKeys(store)).toEqual([layout.lock(2)]);
  });
});

/** Lets several tasks take steps one at a time; `choose` says whose is next. */
async function interleave(tasks: readonly ((step: Step) => Promise<void>)[], choose: (count: number) => number) {
  const waiting: (() => void)[] = [];
  let running = tasks.length;
  const next = () => {
    running--;
    if (running === 0 && waiting.length > 0) {
      running++;
      waiting.splice(choose(waiting.length), 1)[0]!();
    }
  };
  const step: Step = () =>
    new Promise(resolve => {
      waiting.push(resolve);
      next();
    });
  await Promise.all(tasks.map(task => task(step).finally(next)));
}

describe('of runs that want a project at once', () => {
  const STARTS = {
    'that is new': async () => undefined,
    'whose last run died': (store: ObjectStore) => put(store, 4),
    'that was given back': async (store: ObjectStore) => (await takeLock(store, 'before'))(),
  };

  it.each(Object.entries(STARTS))(
    '%s exactly one gets it, however their steps follow one another',
    async (_, start) => {
      const random = seeded(7);
      for (let round = 0; round < 500; round++) {
        const store = memoryStore();
        await start(store);
        const won: string[] = [];
        const takers = listOf(2, n => async (step: Step) => {
          const taken = takeLock(stepped(store, step), `run ${n}`);
          await taken.then(() => won.push(`run ${n}`)).catch(error => expect(error.details.code).toBe('E_BUSY'));
        });
        await interleave(takers, count => below(random, count));
        expect(won).toHaveLength(1);
        expect(await readLock(store)).toMatchObject({ state: 'held', holder: { run: won[0] } });
      }
    },
  );

  it('no two ever have it together, though each gives it back and comes again', async () => {
    const random = seeded(8);
    let taken = 0;
    for (let round = 0; round < 500; round++) {
      const store = memoryStore();
      const holders = new Set<number>();
      const runs = listOf(3, n => async (step: Step) => {
        for (let turn = 0; turn < 3; turn++) {
          const release = await takeLock(stepped(store, step), `run ${n}`).catch(() => null);
          if (!release) continue;
          holders.add(n);
          expect([...holders]).toEqual([n]);
          taken++;
          await step('read', '');
          holders.delete(n);
          await release();
        }
      });
      await interleave(runs, count => below(random, count));
    }
    expect(taken).toBeGreaterThan(500);
  });
});
