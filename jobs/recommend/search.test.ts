import { describe, expect, it } from 'vitest';
import { DEFAULT_CHOICE } from './choice.ts';
import { alsTrial, around, effortOf, grid, lastTrial, THOROUGH } from './search.ts';

const als = { rank: 32, iterations: 6, regularization: 0.03, unobserved: 0.1 };

describe('the trials', () => {
  it('are every combination, and of ranks those that make sense for so many products', () => {
    const { ranks, regularizations, unobserved } = THOROUGH;
    const ranksFor = (products: number) => [...new Set(grid(THOROUGH, products).map(({ rank }) => rank))];
    expect(grid(THOROUGH, 452)).toHaveLength(ranks.length * regularizations.length * unobserved.length);
    expect(ranksFor(452)).toEqual([16, 32, 64]);
    expect(ranksFor(40)).toEqual([16, 32]);
    expect(ranksFor(3)).toEqual([16]);
    expect(ranksFor(200_000)).toEqual([16, 32]);
    expect(ranksFor(5_000_000)).toEqual([16]);
  });

  it('go on around the best: three times as large and as small, with half and twice the rank', () => {
    const near = around(als, THOROUGH, { products: 452, step: 3 });
    expect(near[0]).toEqual({ ...als, iterations: 16 });
    const values = (of: (own: typeof als) => number) => [...new Set(near.map(of))].sort((a, b) => a - b);
    expect(values(own => own.regularization)).toEqual([0.01, 0.03, 0.09]);
    expect(values(own => own.unobserved)).toEqual([0.03, 0.1, 0.3]);
    expect(values(own => own.rank)).toEqual([16, 32, 64]);
    expect(near).toHaveLength(11);
    expect(around(als, THOROUGH, { products: 452, step: 1 }).map(({ rank }) => rank)).toEqual([32, 16, 64]);
    expect(around(als, THOROUGH, { products: 33, step: 3 }).every(({ rank }) => rank <= 32)).toBe(true);
  });

  it('end with blends of all that was learned, which without EASE are those of ALS', () => {
    const ease = { regularization: 500 };
    expect(lastTrial(als, null).wanted.every(({ blend }) => blend.ease === 0)).toBe(true);
    const { wanted } = lastTrial(als, ease);
    expect(wanted[0]).toEqual(alsTrial(als).wanted[0]);
    expect(new Set(wanted.map(own => JSON.stringify(own))).size).toBe(wanted.length);
    for (const { list, blend } of wanted) expect(blend.frequency > 0).toBe(list === 'again');
  });

  it('take more effort the more has to be learned', () => {
    const { again, new: fresh } = DEFAULT_CHOICE.lists;
    const [nothing, one] = [{ ...again, als: 0 }, fresh];
    expect([nothing, one, again, { ...again, ease: 1 }].map(effortOf)).toEqual([1, 2, 3, 5]);
  });
});
