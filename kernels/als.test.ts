import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { lossOf } from '../bench/loss.ts';
import { seeded } from '../test/random.ts';
import {
  bestFactors,
  type Carts,
  exact,
  type Matrix,
  matrixOf,
  options,
  pairsOf,
  plainLoss,
  randomCarts,
  turned,
} from './als.fixture.ts';
import { itemPass, loadBlock, strideOf, userHalf } from './als.ts';
import { basisOf, gramianOf, timesMatrix } from './basis.ts';
import { addCountsOfItems, commonPenalties, countOfUsers, initialFactors, penaltiesOf } from './factors.ts';
import { foldIn } from './foldin.ts';
import { directionsOf, factorsOf, startItems, stepItems } from './itemhalf.ts';
import { allocDoubles, allocFloats } from './place.ts';
import { type Trained, type TrainingOptions, train } from './train.ts';
import { createKernels, type Kernels } from './wasm.ts';

let kernels: Kernels;
beforeEach(() => {
  kernels = createKernels(2 ** 26);
});

/** The factors of all customers, in blocks of `blockUsers`. */
function usersOf(model: TrainingOptions, carts: Carts, factors: Float32Array, blockUsers = carts.length): Float32Array {
  const stride = strideOf(model.rank);
  const basis = basisOf(gramianOf(kernels, factors, stride), stride, model.unobserved, model.strength);
  const y = timesMatrix(kernels, factors, basis.transposed, stride);
  const all = new Float32Array(carts.length * stride);
  for (let from = 0; from < carts.length; from += blockUsers) {
    const block = loadBlock(kernels, pairsOf(carts.slice(from, from + blockUsers)), model.items);
    const x = allocFloats(kernels, block.users * stride);
    const penalties = penaltiesOf(countOfUsers(block), model.items, model);
    userHalf(kernels, model, block, { y, basis, penalties, x }, null);
    all.set(x, from * stride);
  }
  return all;
}

function trained(model: TrainingOptions, ...spans: readonly (readonly Carts[])[]): Trained[] {
  const loaded = spans.map(span => span.map(carts => loadBlock(kernels, pairsOf(carts), model.items)));
  return [...train(kernels, loaded, model)].map(({ iteration, x, y }) => ({ iteration, x, y }));
}

function lossesOf(model: TrainingOptions, carts: Carts): number[] {
  const block = loadBlock(kernels, pairsOf(carts), model.items);
  return Array.from(train(kernels, [[block]], model), ({ x, y }) =>
    plainLoss(model, carts, matrixOf(x[0]!, model.rank), matrixOf(y, model.rank)),
  );
}

/** How far two matrices are apart, of the largest number in the second. */
function distance(one: Matrix, other: Matrix): number {
  const numbers = other.flat();
  expect(one.flat().length).toBe(numbers.length);
  const apart = one.flat().map((value, at) => Math.abs(value - numbers[at]!));
  return Math.max(0, ...apart) / Math.max(1e-30, ...numbers.map(Math.abs));
}

const MODELS: readonly Partial<TrainingOptions>[] = [
  { rank: 1 },
  { rank: 8, exponent: 0 },
  { rank: 10, target: 1, unobserved: 1, exponent: 0 },
  { rank: 10, exponent: 0.5 },
  { rank: 64, items: 70 },
  { rank: 128, items: 40, strength: 0.5 },
];

describe.each(MODELS)('rank $rank, exponent $exponent', given => {
  const model = options({ ...given, ...exact });
  const carts = randomCarts(seeded(model.rank), 13, model.items, 15);

  it('finds the best factors of customers, as exact elimination does', () => {
    const y = initialFactors(kernels, model, 7);
    const best = bestFactors(model, carts, matrixOf(y, model.rank));
    expect(distance(matrixOf(usersOf(model, carts, y), model.rank), best)).toBeLessThan(2e-4);
  });

  it('finds those of items, from customers in several spans', () => {
    const one = { ...model, iterations: 1 };
    const [last] = trained(one, [carts.slice(0, 7), carts.slice(7, 8)], [carts.slice(8)]);
    const x = last!.x.flatMap(block => matrixOf(block, model.rank));
    const best = bestFactors(model, turned(carts, model.items), x);
    expect(distance(matrixOf(last!.y, model.rank), best)).toBeLessThan(1e-3);
  });

  it('leaves zeros behind the factors', () => {
    const [last] = trained({ ...model, iterations: 1 }, [carts]);
    const stride = strideOf(model.rank);
    for (const factors of [...last!.x, last!.y])
      expect(factors.some((value, at) => at % stride >= model.rank && value !== 0)).toBe(false);
  });

  it('folds one customer in as all are', () => {
    const y = initialFactors(kernels, model, 7);
    const gramian = gramianOf(kernels, y, strideOf(model.rank));
    const best = bestFactors(model, carts, matrixOf(y, model.rank));
    carts.slice(0, 5).forEach((cart, user) => {
      const penalty = penaltiesOf(Int32Array.of(cart.size), model.items, model)[0]!;
      const x = foldIn(model, pairsOf([cart]), { y, gramian, penalty });
      expect(distance([[...x.subarray(0, model.rank)]], [best[user]!])).toBeLessThan(1e-4);
    });
  });
});

describe('training', () => {
  it('brings the loss down with each iteration', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const model = options({ iterations: 8, rank: 4, items: 20, seed, exponent: seed % 2, strength: 0.1 });
      const carts = randomCarts(seeded(seed), 60, model.items, 8);
      const losses = lossesOf(model, carts);
      losses.slice(1).forEach((loss, at) => {
        expect(loss).toBeLessThan(losses[at]! * (1 + 1e-6));
      });
    }
  });

  it('brings it as far down as exact solutions in turns', () => {
    const model = options({ iterations: 4, rank: 4, items: 20, strength: 0.1, ...exact });
    const carts = randomCarts(seeded(1), 60, model.items, 8);
    let items = matrixOf(initialFactors(kernels, model, 1), model.rank);
    const plain = Array.from({ length: model.iterations }, () => {
      const customers = bestFactors(model, carts, items);
      items = bestFactors(model, turned(carts, model.items), customers);
      return plainLoss(model, carts, customers, items);
    });
    lossesOf(model, carts).forEach((loss, at) => {
      expect(loss / plain[at]!).toBeCloseTo(1, 5);
    });
  });

  it('measures its loss', () => {
    const model = options({ rank: 5, target: 1, unobserved: 0.7 });
    const carts = randomCarts(seeded(3), 40, model.items, 9);
    const [first, second] = [carts.slice(0, 11), carts.slice(11)];
    const blocks = [first, second].map(part => loadBlock(kernels, pairsOf(part), model.items));
    const penalties = penaltiesOf(
      Int32Array.from(turned(carts, model.items), cart => cart.size),
      carts.length,
      model,
    );
    for (const { x, y } of train(kernels, [blocks], model)) {
      const held = blocks.map((block, at) => ({
        factors: x[at]!,
        penalties: penaltiesOf(countOfUsers(block), model.items, model),
      }));
      const loss = lossOf(kernels, model, blocks, { x: held, y: { factors: y, penalties } });
      const customers = x.flatMap(block => matrixOf(block, model.rank));
      expect(loss / plainLoss(model, carts, customers, matrixOf(y, model.rank))).toBeCloseTo(1, 6);
    }
  });

  it('recommends what those who buy alike have bought', () => {
    const size = 50;
    // Even customers buy even items, odd ones odd items: each all of them but the one with his own number.
    const bought = (user: number, item: number) => item % 2 === user % 2 && item !== user;
    const carts = Array.from(
      { length: size },
      (_, user) =>
        new Map(Array.from({ length: size }, (_, item) => [item, 1] as const).filter(([i]) => bought(user, i))),
    );
    for (const rank of [3, 6, 10]) {
      const model = options({ rank, items: size, iterations: 10, strength: 0.002 });
      const y = trained(model, [carts]).at(-1)!.y;
      const customers = matrixOf(usersOf(model, carts, y), rank);
      for (const [user, x] of customers.entries()) {
        const scores = matrixOf(y, rank).map(item => item.reduce((sum, value, at) => sum + value * x[at]!, 0));
        const others = scores.flatMap((score, item) => (bought(user, item) ? [] : [[score, item] as const]));
        expect(others.sort(([a], [b]) => b - a)[0]![1]).toBe(user);
      }
    }
  });

  it('gives nothing to who bought nothing, and nothing to what nobody bought', () => {
    const model = options({ items: 5 });
    const [last] = trained(model, [[new Map(), new Map([[2, 1]])], []], [[new Map()]], []);
    const stride = strideOf(model.rank);
    const isZero = (factors: Float32Array, row: number) =>
      factors.subarray(row * stride, (row + 1) * stride).every(value => value === 0);
    expect(last!.x.map(x => Array.from({ length: x.length / stride }, (_, row) => isZero(x, row)))).toEqual([
      [true, false],
      [],
      [true],
    ]);
    expect([0, 1, 2, 3, 4].map(row => isZero(last!.y, row))).toEqual([true, true, false, true, true]);
  });

  it('can do without customers', () => {
    const y = trained(options({}), []).at(-1)!.y;
    expect(y.every(value => value === 0)).toBe(true);
  });
});

describe('bits', () => {
  /** More customers than a sub-block has. */
  const carts = randomCarts(seeded(5), 5000, 30, 12);
  const model = options({ rank: 10, items: 30 });
  const cut = (...ends: number[]): Carts[] => ends.map((end, at) => carts.slice(at === 0 ? 0 : ends[at - 1]!, end));

  it('of a customer are the same in any block', () => {
    const y = initialFactors(kernels, model, 1);
    const whole = usersOf(model, carts, y);
    for (const blockUsers of [1700, 613]) expect(hashOf(usersOf(model, carts, y, blockUsers))).toBe(hashOf(whole));
    expect(usersOf(model, carts.slice(3000, 3001), y)).toEqual(whole.slice(3000 * 16, 3001 * 16));
  });

  it('of training are the same when each span is worked on in a memory of its own', () => {
    const spans = [cut(3000, 3500), [carts.slice(3500)]];
    const once = trained(model, ...spans).at(-1)!;
    const apart = trainedApart(spans);
    expect(hashOf(apart.y)).toBe(hashOf(once.y));
    expect(apart.x.map(hashOf)).toEqual(once.x.map(hashOf));
    expect(hashOf(trained(model, [carts]).at(-1)!.y)).not.toBe(hashOf(once.y));
  });

  it('depend on the seed', () => {
    const [one, other] = [1, 2].map(seed => trained({ ...model, seed, iterations: 1 }, [carts])[0]!.y.slice());
    expect(hashOf(one!)).not.toBe(hashOf(other!));
  });

  /** As workers do it: all that they hand to one another are Y, p, and each span's sums. */
  function trainedApart(spans: readonly (readonly Carts[])[]) {
    const workers = spans.map(span => workerOf(span));
    const stride = strideOf(model.rank);
    const pairs = workers.flatMap(({ blocks }) => blocks).reduce((sum, { items }) => sum + items.length, 0);
    const common = commonPenalties(model, { users: carts.length, pairs });
    const counts = new Int32Array(model.items);
    for (const { blocks } of workers) for (const block of blocks) addCountsOfItems(block, counts);
    const penalties = penaltiesOf(counts, carts.length, model);
    let y = initialFactors(kernels, model, model.seed);
    for (let iteration = 1; iteration <= model.iterations; iteration++) {
      const sums = workers.map(worker => worker.users(y.slice(), common.users));
      const basis = basisOf(added(sums.map(({ gramian }) => gramian)), stride, model.unobserved, common.items);
      const state = startItems(kernels, model, basis, added(sums.map(({ targets }) => targets)));
      for (let step = 0; step < model.itemSteps; step++) {
        const p = directionsOf(kernels, model, basis, state).slice();
        stepItems(kernels, model, state, { basis, products: added(workers.map(worker => worker.pass(p))), penalties });
      }
      y = factorsOf(kernels, model, basis, state);
    }
    return { y, x: workers.flatMap(({ x }) => x) };
  }

  function workerOf(span: readonly Carts[]) {
    const own = createKernels(2 ** 25);
    const stride = strideOf(model.rank);
    const blocks = span.map(block => loadBlock(own, pairsOf(block), model.items));
    const x = blocks.map(block => allocFloats(own, block.users * stride));
    const given = blocks.map(block => penaltiesOf(countOfUsers(block), model.items, model));
    return {
      blocks,
      x,
      users(factors: Float32Array, penalty: number) {
        const sums = { targets: allocDoubles(own, 30 * stride), gramian: allocDoubles(own, stride * stride) };
        const basis = basisOf(gramianOf(own, factors, stride), stride, model.unobserved, penalty);
        const y = timesMatrix(own, factors, basis.transposed, stride);
        for (const [at, block] of blocks.entries())
          userHalf(own, model, block, { y, basis, penalties: given[at]!, x: x[at]! }, sums);
        return { targets: sums.targets.slice(), gramian: sums.gramian.slice() };
      },
      pass(p: Float32Array) {
        const products = allocDoubles(own, 30 * stride);
        for (const [at, block] of blocks.entries()) itemPass(own, model, block, { x: x[at]!, p, products });
        return products.slice();
      },
    };
  }
});

const added = (sums: readonly Float64Array[]): Float64Array =>
  sums.reduce((total, own) => total.map((value, at) => value + own[at]!), new Float64Array(sums[0]!.length));

const hashOf = (numbers: Float32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength))
    .digest('hex');
