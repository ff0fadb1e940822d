import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { TaskFailure } from '../cluster/cluster.ts';
import type { Task } from '../cluster/task.ts';
import { failureDetails } from './failure.ts';

const TASK: Task = { kind: 'clean.day', id: '', plan: '', index: 4 };

/** What is told when every attempt at a task ended so. */
const toldOf = ({ name, message }: Error) =>
  failureDetails(new TaskFailure(TASK, 3, { name, message, retry: true }), 'shop');

/** The error that `act` throws. */
function thrown(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  return expect.fail('nothing was thrown');
}

describe('a failure for want of memory', () => {
  const advice = {
    code: 'E_MEMORY',
    why: expect.stringContaining('up to 1 GiB for the task at hand'),
    next: expect.stringContaining('--threads 1'),
    unchanged: expect.any(String),
  };

  it('of a thread, which died of it, is told as such', async () => {
    // Slowly: a thread that asks for much at once can take the process with it.
    const source = 'const all = []; setInterval(() => { for (let i = 0; i < 1000; i++) all.push({ i }); }, 0);';
    const worker = new Worker(source, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 8 } });
    const error = await new Promise<Error>(resolve => worker.once('error', resolve));
    await worker.terminate();
    expect(toldOf(error)).toMatchObject({ ...advice, where: error.message });
  });

  it('of a buffer that the system does not give is told as such', () => {
    const error = thrown(() => new ArrayBuffer(2 ** 52));
    expect(toldOf(error)).toMatchObject(advice);
    expect(failureDetails(error, 'shop')).toMatchObject(advice);
  });

  it('is not what other failures are told as', () => {
    expect(toldOf(new Error('EIO: i/o error'))).toMatchObject({ code: 'E_TASK' });
    const spilled = 'the mart mart_order: Out of Memory Error: failed to offload data block of size 256.0 KiB';
    expect(failureDetails(new Error(spilled), 'shop')).toMatchObject({ code: 'E_DISK', where: spilled });
    expect(toldOf(new Error('ENOSPC: no space left on device'))).toMatchObject({ code: 'E_DISK' });
  });
});
