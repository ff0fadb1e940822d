import { describe, expect, it } from 'vitest';
import type { CustomerInput } from '../customers/analysis.ts';
import type { Driver, StageRequest } from '../driver.ts';
import { alsTrial } from './search.ts';
import type { TrialShared } from './trial.ts';
import { createTrials, TUNE_LIMITS, type TuneLimits } from './trials.ts';

/** Blocks of 100 lines each, of 30 customers with 50 pairs. */
const BLOCKS = Array.from({ length: 8 }, (_, block) => ({ block, rows: 100, slices: [] }));
const ALS = { rank: 16, iterations: 6, regularization: 0.03, unobserved: 0.1 };

/** Which blocks are read, which are learned from, and what is said of it. */
async function lookedAt(limits: Partial<TuneLimits>) {
  const read: number[] = [];
  const learned: string[] = [];
  const driver: Driver = {
    async stage<Output>({ kind, inputs, shared }: StageRequest<Output>) {
      if (kind === 'recommend.pairs') {
        read.push(...(inputs as typeof BLOCKS).map(({ block }) => block));
        const outputs = (inputs as typeof BLOCKS).map(({ block }) => ({
          block,
          customers: 30,
          pairs: 50,
          sections: { weights: { key: '', hash: `block ${block}`, rows: 50 } },
        }));
        return outputs as unknown as Output[];
      }
      const { spans } = shared as TrialShared;
      learned.push(...spans.flat().map(({ weights }) => weights.hash));
      return inputs.map(() => ({ iterations: 4, results: [] })) as Output[];
    },
  };
  const trials = createTrials(driver, { blocks: BLOCKS } as unknown as CustomerInput, {
    catalogue: { slices: [], products: 40 },
    limits: { ...TUNE_LIMITS, ...limits },
    window: { until: 60, end: 70 },
  });
  const [first] = await trials.run('coarse', null, [alsTrial(ALS)]);
  await trials.run('fine', null, [alsTrial(ALS)]);
  return { read, learned: learned.slice(0, learned.length / 2), first: first!, sample: await trials.sample() };
}

const blocks = (count: number): string[] => BLOCKS.slice(0, count).map(({ block }) => `block ${block}`);

describe('trials', () => {
  it.each([
    ['all blocks, if they are few', {}, 8, 8],
    ['whole blocks in order up to so many lines', { lines: 350 }, 3, 3],
    ['of these as many as have so many customers', { lines: 350, customers: 65 }, 3, 2],
    ['at least one block', { lines: 1, customers: 1 }, 1, 1],
  ])('look at %s', async (_name, limits, read, learned) => {
    const looked = await lookedAt(limits);
    expect(looked.read).toEqual(BLOCKS.slice(0, read).map(({ block }) => block));
    expect(looked.learned).toEqual(blocks(learned));
    const sizes = { customers: learned * 30, pairs: learned * 50, products: 40 };
    expect(looked.sample).toEqual({ blocks: [learned, 8], ...sizes });
  });

  it('say after how many iterations they were best', async () => {
    expect((await lookedAt({})).first.als).toEqual({ ...ALS, iterations: 4 });
  });
});
