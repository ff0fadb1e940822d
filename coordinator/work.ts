/** What a run or a search begins with: the raw files and their contract, the project, which is its alone, and workers. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CHUNK_BYTES } from '../base/limits.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { inlineCluster } from '../cluster/inline.ts';
import { threadCluster } from '../cluster/threads.ts';
import { runAttempt } from '../jobs/attempt.ts';
import { MERGE_LIMITS, type MergeLimits } from '../jobs/clean/days.ts';
import { openStore } from '../lake/open.ts';
import type { ObjectStore } from '../lake/store.ts';
import { type Discovery, discover } from './discover.ts';
import { takeLock } from './lock.ts';
import { createProject, type Project } from './project.ts';

export interface WorkOptions {
  /** The folder of raw files. */
  readonly input: string;
  /** (Default: .endcap/<dataset>) */
  readonly project?: string | undefined;
  /** A built-in contract's name, or a file's path. (Default: whichever fits) */
  readonly contract?: string | undefined;
  /** Worker threads; 0 runs tasks in this one. (Default: as many as there are cores) */
  readonly threads?: number | undefined;
  readonly chunkBytes?: number | undefined;
  /** For tests: limits that small inputs reach. */
  readonly merging?: Partial<MergeLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Work {
  readonly id: string;
  readonly input: string;
  readonly raw: ObjectStore;
  readonly found: Discovery;
  readonly project: Project;
  readonly cluster: Cluster;
  readonly threads: number;
  readonly chunkBytes: number;
  readonly limits: MergeLimits;
  readonly signal: AbortSignal | undefined;
  /** Gives the project back. */
  readonly release: () => Promise<void>;
}

/** Throws E_BUSY when another run has the project. */
export async function beginWork(options: WorkOptions): Promise<Work> {
  const { signal, threads = availableParallelism(), chunkBytes = CHUNK_BYTES } = options;
  const input = resolve(options.input);
  const raw = await openStore(`${pathToFileURL(input).href}/`);
  const found = await discover(raw, options.contract);
  const project = await createProject(options.project, found.contract.name);
  const id = runId(new Date());
  const release = await takeLock(project.lake, id);
  const cluster = openCluster(project.url, threads);
  const limits = { ...MERGE_LIMITS, ...options.merging };
  return { id, input, raw, found, project, cluster, threads, chunkBytes, limits, signal, release };
}

function openCluster(lakeUrl: string, threads: number): Cluster {
  if (threads === 0) return inlineCluster(runAttempt, lakeUrl);
  return threadCluster(new URL('../workers/thread.ts', import.meta.url), lakeUrl, threads);
}

/** Sorts by time, and two runs of one minute differ: 20261120-0200-7f3a. */
function runId(now: Date): string {
  const [day, time] = now.toISOString().split('T') as [string, string];
  return `${day.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}-${randomBytes(2).toString('hex')}`;
}
