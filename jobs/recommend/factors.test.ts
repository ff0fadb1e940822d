import { expect, it } from 'vitest';
import { createKernels } from '../../kernels/wasm.ts';
import { memoryStore } from '../../lake/memory.ts';
import type { Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { DEFAULT_CHOICE } from './choice.ts';
import { type FactorsShared, itemState } from './factors.ts';
import { writeSections } from './sections.ts';
import { trainingOptions } from './training.ts';

const ITEMS = 1000;
const STRIDE = 8;
const OPTIONS = trainingOptions({ ...DEFAULT_CHOICE.als, rank: STRIDE }, ITEMS);

it('adds up what many spans and blocks bring in the memory that one of them takes', async () => {
  const sums = (spans: number) => Float64Array.from({ length: ITEMS * STRIDE }, (_, at) => (at % 100) * spans);
  const gramian = (spans: number) =>
    Float64Array.from({ length: STRIDE ** 2 }, (_, at) => (at % (STRIDE + 1) === 0 ? spans : 0));
  const popularity = (blocks: number) => new Int32Array(ITEMS).fill(blocks);
  const one = await stateOf([{ sums: sums(64), gramian: gramian(64), popularity: popularity(64) }]);
  const each = { sums: sums(1), gramian: gramian(1), popularity: popularity(1) };
  expect(await stateOf(Array.from({ length: 64 }, () => each))).toEqual(one);
  expect(one[1]).not.toBe(0);
});

interface Part {
  readonly sums: Float64Array;
  readonly gramian: Float64Array;
  readonly popularity: Int32Array;
}

/** What is left of the right sides before the first step, in a memory that is too small for 64 parts. */
async function stateOf(parts: readonly Part[]): Promise<number[]> {
  const lake = memoryStore();
  const kernels = createKernels(1 << 20);
  let files = 0;
  const scratch = async (name: string, bytes: Uint8Array) => {
    const key = `${files++} ${name}`;
    await lake.write(key, bytes);
    return { key, bytes: bytes.length, rows: 0 };
  };
  const context = { kernels, lake, scratch } as unknown as TaskContext;
  const written: Record<keyof Part, Slice>[] = [];
  for (const part of parts) written.push(await writeSections(context, 'part', { ...part }));
  const shared: FactorsShared = {
    options: OPTIONS,
    customers: 2000,
    popularity: written.map(part => part.popularity),
    progress: null,
  };
  const progress = {
    state: null,
    sums: written.map(part => part.sums),
    gramians: written.map(part => part.gramian),
  };
  const { state } = await itemState(context, shared, progress);
  return [...state.r];
}
