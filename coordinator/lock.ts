/**
 * One writer a project. Locks are numbered objects, created only if absent: the highest number holds the project until
 * it is released, or its process is gone. Numbers only grow, and whoever has taken one looks again whether it is the highest: a slow
 * taker gives way to a newer holder.
 *
 *   free ── create n+1 ──▶ held ── release ──▶ free
 *                           └── process dies ─▶ free (seen by the next run)
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { errnoOf, UserError } from '../base/errors.ts';
import { layout, numberOf } from '../lake/layout.ts';
import { type ObjectStore, readJson, writeJson } from '../lake/store.ts';

export interface LockHolder {
  readonly run: string;
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the kernel's own count: another process may get the same pid. */
  readonly processStart: string | null;
  readonly since: string;
}

export interface LockState {
  readonly n: number;
  readonly holder: LockHolder;
  readonly state: 'held' | 'released' | 'dead';
}

/** Takes the project for a run; the returned function gives it back. Throws E_BUSY when another run has it. */
export async function takeLock(lake: ObjectStore, run: string): Promise<() => Promise<void>> {
  const before = await readLock(lake);
  if (before?.state === 'held') throw busy(before);
  const n = (before?.n ?? 0) + 1;
  const own: LockHolder = {
    run,
    pid: process.pid,
    host: hostname(),
    processStart: processStart(process.pid),
    since: new Date().toISOString(),
  };
  if (!(await writeJson(lake, layout.lock(n), own, { ifAbsent: true }))) throw busy((await readLock(lake))!);
  // A taker that was held up may create a number that has come and gone: then a higher one is there.
  const highest = (await readLock(lake))!;
  if (highest.n > n) {
    await lake.remove(layout.lock(n));
    throw busy(highest);
  }
  for await (const { key } of lake.list(layout.locks)) if (numberOf(key) < n) await lake.remove(key);
  // The mark is empty, so that a full disk has room for it. Without it the lock ends with this process.
  return async () =>
    void (await lake.write(layout.released(n), Buffer.alloc(0), { ifAbsent: true }).catch(() => false));
}

/** Who holds the project, or held it last. */
export async function readLock(lake: ObjectStore): Promise<LockState | null> {
  let n = 0;
  let released = 0;
  for await (const { key } of lake.list(layout.locks)) {
    if (key.endsWith('.json')) n = Math.max(n, numberOf(key));
    else released = Math.max(released, numberOf(key));
  }
  if (n === 0) return null;
  const holder = await readJson<LockHolder>(lake, layout.lock(n));
  // Removed since it was listed, so there is a higher one by now.
  if (!holder) return readLock(lake);
  return { n, holder, state: released >= n ? 'released' : isAlive(holder) ? 'held' : 'dead' };
}

/** A process of another machine is taken for alive: we cannot look. */
function isAlive({ pid, host, processStart: start }: LockHolder): boolean {
  if (host !== hostname()) return true;
  if (start !== null) return processStart(pid) === start;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be signalled, but is there.
    return errnoOf(error) === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat: start time in ticks since boot. Null where there is no such file system. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not looked yet.
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function busy({ n, holder: { run, pid, host, since } }: Pick<LockState, 'n' | 'holder'>): UserError {
  return new UserError({
    code: 'E_BUSY',
    what: `another run has this project: ${run}`,
    where: `process ${pid} on ${host}, since ${since}`,
    why: 'two runs at once would do the same work twice',
    unchanged: 'that run goes on; nothing was changed by this one',
    next: `wait for it to end, or give this run a project of its own: --project DIR; if that machine is gone, remove ${layout.lock(n)}`,
    exitCode: 2,
  });
}
