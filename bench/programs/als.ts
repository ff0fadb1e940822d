/** Trains implicit ALS in one thread, or measures the loss of factors that another program trained. */

import { readFileSync } from 'node:fs';
import { type AlsBlock, type BoughtPairs, ITEM_STEPS, loadBlock, strideOf, USER_STEPS } from '../../kernels/als.ts';
import { gramianOf } from '../../kernels/basis.ts';
import { addCountsOfItems, countOfUsers, penaltiesOf } from '../../kernels/factors.ts';
import { foldIn } from '../../kernels/foldin.ts';
import { packItems, topItems } from '../../kernels/topn.ts';
import { type Trained, type TrainingOptions, train } from '../../kernels/train.ts';
import { createKernels } from '../../kernels/wasm.ts';
import { lossOf } from '../loss.ts';
import { printUsage, programOptions, timed } from '../usage.ts';

export interface AlsOptions {
  /** Three numbers, customers, items and pairs; then as in BoughtPairs, one behind the other. */
  readonly pairs: string;
  readonly rank: number;
  readonly iterations: number;
  /** λ, the same for all rows. */
  readonly strength: number;
  /** Where X [users × rank] and behind it Y [items × rank] are, in floats: then nothing is trained. */
  readonly factors: string | null;
}

export interface AlsDetail {
  readonly loss: number;
  readonly iterationCpuS: readonly number[];
  /** One customer's exact solution. */
  readonly foldInMs: number;
  /** The ten best products of each customer that the customer did not buy. */
  readonly topCpuS: number;
}

/** Customers of a block, about as many as the pipeline's have. */
const BLOCK_USERS = 4096;
const FOLDED = 200;
const TOP = 10;

const options = programOptions<AlsOptions>();
const kernels = createKernels();
const all = readPairs(options.pairs);
const model: TrainingOptions = {
  rank: options.rank,
  items: all.itemCount,
  // The loss of implicit: a bought pair's confidence is its weight and 1, that of all others 1.
  unobserved: 1,
  target: 1,
  userSteps: USER_STEPS,
  itemSteps: ITEM_STEPS,
  iterations: options.iterations,
  seed: 1,
  strength: options.strength,
  exponent: 0,
};
if (options.factors === null) await measureTraining();
else {
  const blocks = loadBlocks();
  printUsage(null, {
    loss: loss(blocks, readFactors(blocks, options.factors)),
    iterationCpuS: [],
    foldInMs: 0,
    topCpuS: 0,
  });
}

async function measureTraining(): Promise<void> {
  const iterationCpuS: number[] = [];
  const { result, ...time } = await timed(async () => {
    const blocks = loadBlocks();
    const training = train(kernels, [blocks], model);
    let last: Trained | undefined;
    for (;;) {
      const { result: next, cpuS } = await timed(() => training.next());
      if (next.done) return { blocks, last: last! };
      last = next.value;
      iterationCpuS.push(cpuS);
    }
  });
  const { blocks, last } = result;
  const topCpuS = await topTime(blocks, last);
  const detail: AlsDetail = { loss: loss(blocks, last), iterationCpuS, foldInMs: await foldInMs(last.y), topCpuS };
  printUsage(time, detail);
}

/** Lists of ten, block by block, what was bought left out. */
async function topTime(blocks: readonly AlsBlock[], { x, y }: Pick<Trained, 'x' | 'y'>): Promise<number> {
  const { cpuS } = await timed(() => {
    const packed = packItems(kernels, y, strideOf(model.rank));
    blocks.forEach((block, at) => {
      const mark = kernels.mark();
      topItems(kernels, packed, x[at]!, TOP, block);
      kernels.release(mark);
    });
  });
  return cpuS;
}

function readPairs(path: string): BoughtPairs & { readonly itemCount: number } {
  const { buffer, byteOffset } = readFileSync(path);
  const [users, itemCount, pairs] = new Int32Array(buffer, byteOffset, 3) as unknown as [number, number, number];
  const items = byteOffset + 4 * (users + 4);
  return {
    users,
    itemCount,
    ptr: new Int32Array(buffer, byteOffset + 12, users + 1),
    items: new Int32Array(buffer, items, pairs),
    weights: new Float32Array(buffer, items + 4 * pairs, pairs),
  };
}

function loadBlocks(): AlsBlock[] {
  const blocks: AlsBlock[] = [];
  for (let from = 0; from < all.users; from += BLOCK_USERS) {
    const users = Math.min(BLOCK_USERS, all.users - from);
    const start = all.ptr[from]!;
    const end = all.ptr[from + users]!;
    const ptr = all.ptr.slice(from, from + users + 1).map(at => at - start);
    const pairs = { users, ptr, items: all.items.subarray(start, end), weights: all.weights.subarray(start, end) };
    blocks.push(loadBlock(kernels, pairs, all.itemCount));
  }
  return blocks;
}

/** Factors of another program, with the zeros behind them that ours have. */
function readFactors(blocks: readonly AlsBlock[], path: string): Pick<Trained, 'x' | 'y'> {
  const { buffer, byteOffset } = readFileSync(path);
  const stride = strideOf(model.rank);
  let at = byteOffset;
  const next = (rows: number): Float32Array => {
    const padded = new Float32Array(rows * stride);
    for (let row = 0; row < rows; row++, at += 4 * model.rank)
      padded.set(new Float32Array(buffer, at, model.rank), row * stride);
    return padded;
  };
  return { x: blocks.map(({ users }) => next(users)), y: next(all.itemCount) };
}

function loss(blocks: readonly AlsBlock[], { x, y }: Pick<Trained, 'x' | 'y'>): number {
  const counts = new Int32Array(model.items);
  for (const block of blocks) addCountsOfItems(block, counts);
  const held = blocks.map((block, at) => ({
    factors: x[at]!,
    penalties: penaltiesOf(countOfUsers(block), model.items, model),
  }));
  const penalties = penaltiesOf(counts, all.users, model);
  return lossOf(kernels, model, blocks, { x: held, y: { factors: y, penalties } });
}

async function foldInMs(y: Float32Array): Promise<number> {
  const given = { y, gramian: gramianOf(kernels, y, strideOf(model.rank)), penalty: model.strength };
  const { wallS } = await timed(() => {
    for (let user = 0; user < FOLDED; user++) {
      const [start, end] = [all.ptr[user]!, all.ptr[user + 1]!];
      foldIn(model, { items: all.items.subarray(start, end), weights: all.weights.subarray(start, end) }, given);
    }
  });
  return (wallS * 1000) / FOLDED;
}
