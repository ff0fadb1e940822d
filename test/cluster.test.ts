import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { type Bench, testCluster } from '../cluster/cluster.conformance.ts';
import { type Cluster, type RunAttempt, TaskFailure } from '../cluster/cluster.ts';
import { inlineCluster } from '../cluster/inline.ts';
import { threadCluster } from '../cluster/threads.ts';
import { runAttempt } from '../jobs/attempt.ts';
import { planStage } from '../jobs/stage.ts';
import { layout } from '../lake/layout.ts';
import { openStore } from '../lake/open.ts';
import type { ObjectStore } from '../lake/store.ts';

const base = mkdtempSync(join(tmpdir(), 'endcap-cluster-'));
afterAll(() => rmSync(base, { recursive: true }));

let lakes = 0;
const newLake = (): string => `${pathToFileURL(join(base, String(lakes++))).href}/`;

async function benchOf(lakeUrl: string, cluster: Cluster): Promise<Bench> {
  const lake = await openStore(lakeUrl);
  return {
    cluster,
    async plan(probes) {
      const stage = planStage({ kind: 'probe.echo', code: 'test', raw: lakeUrl, shared: null, inputs: probes });
      await lake.write(layout.plan(stage.hash), stage.document);
      return stage.tasks;
    },
    committed: async () => (await keysOf(lake, 'lake/commits/')).map(key => basename(key, '.json')),
    marks: async () => (await keysOf(lake, 'lake/scratch/')).length,
    close: () => cluster.close(),
  };
}

async function keysOf(lake: ObjectStore, prefix: string): Promise<string[]> {
  const keys = [];
  for await (const { key } of lake.list(prefix)) keys.push(key);
  return keys;
}

async function openInline(run: RunAttempt = runAttempt): Promise<Bench> {
  const lakeUrl = newLake();
  return benchOf(lakeUrl, inlineCluster(run, lakeUrl));
}

async function openThreads(threadUrl = new URL('../workers/thread.ts', import.meta.url)): Promise<Bench> {
  const lakeUrl = newLake();
  return benchOf(lakeUrl, threadCluster(threadUrl, lakeUrl, 2));
}

testCluster('tasks in this process', openInline);
testCluster('tasks on threads', openThreads);

it('an attempt whose code throws instead of answering is tried again like any other', async () => {
  let calls = 0;
  const bench = await openInline(async message => {
    if (++calls < 3) throw new Error('lost');
    return runAttempt(message);
  });
  const tasks = await bench.plan([{ value: 1 }]);
  for await (const { attempts } of bench.cluster.execute(tasks)) expect(attempts).toBe(3);
  expect(calls).toBe(3);
});

it('a thread that dies is replaced, and its task is tried again, and then named', async () => {
  const bench = await openThreads(new URL('./dying.child.ts', import.meta.url));
  const tasks = await bench.plan([{ value: 1 }]);
  const execute = async () => {
    for await (const _ of bench.cluster.execute(tasks, { attempts: 2 })) expect.fail('the thread should have died');
  };
  const failure = await execute().catch((error: unknown) => error);
  await bench.close();
  expect(failure).toBeInstanceOf(TaskFailure);
  expect((failure as TaskFailure).attempts).toBe(2);
  expect((failure as TaskFailure).message).toMatch(/^task probe\.echo 0 failed after 2 attempts: /);
});
