import { describe, expect, it } from 'vitest';
import { createKernels } from '../../kernels/wasm.ts';
import { memoryStore } from '../../lake/memory.ts';
import { listOf, seeded } from '../../test/random.ts';
import type { TaskContext } from '../registry.ts';
import { compare } from './compare.ts';
import { writeSections } from './sections.ts';

const JUDGES = 400;

/** A customer's NDCG is a number of their own, and what a list adds to it for each of them. */
const random = seeded(3);
const own = listOf(JUDGES, () => random());
const better = (by: number) => own.map(gain => gain + by);
/** Better by about as much on average, but for many customers worse: ± 0.007 for all of them. */
const perhaps = (by: number) => own.map(gain => gain + by + 0.25 * (random() - 0.5));

async function winnerOf(...lists: readonly (readonly number[])[]) {
  const lake = memoryStore();
  const kernels = createKernels(1 << 22);
  const context = {
    kernels,
    lake,
    async scratch(key: string, bytes: Uint8Array) {
      await lake.write(key, bytes);
      return { key, bytes: bytes.length, rows: 0 };
    },
  } as unknown as TaskContext;
  const gains = listOf(lists.length, i => [`gains${i}`, Float64Array.from(lists[i]!)] as const);
  const written: Record<string, never> = (await writeSections(context, 'gains', Object.fromEntries(gains))) as never;
  return compare({ gains: Object.values(written) }, context);
}

describe('of lists in order of effort', () => {
  it.each([
    ['the best', [better(0), better(0.01), better(0.02)], 2],
    ['the first, if none is better', [better(0.02), better(0.01), better(0)], 0],
    ['the first of equals', [better(0), better(0)], 0],
    ['the least that is as good as the best for all one knows', [better(0), better(0.019), perhaps(0.02)], 1],
    ['the first, if what is better may be chance', [better(0), perhaps(0.001)], 0],
  ])('is taken %s', async (_name, lists, winner) => {
    expect((await winnerOf(...lists)).winner).toBe(winner);
  });

  it('is told how much better than the first the winner is', async () => {
    const { gain } = await winnerOf(better(0), better(0.02));
    for (const value of [gain.mean, gain.lower, gain.upper]) expect(value).toBeCloseTo(0.02, 10);
  });

  it('are judged by those who have judged all', async () => {
    const some = better(0.5).map((gain, judge) => (judge < 100 ? Number.NaN : gain - 0.6));
    // Who did not judge the second list would have spoken for it.
    expect(await winnerOf(better(0), some)).toMatchObject({ winner: 0, gain: { mean: 0 } });
    const others = better(0).map((gain, judge) => (judge < 100 ? Number.NaN : gain));
    const { gain, winner } = await winnerOf(others, better(0.1));
    expect(winner).toBe(1);
    expect(gain.mean).toBeCloseTo(0.1, 10);
  });
});
