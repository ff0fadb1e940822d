import { describe, expect, it } from 'vitest';
import { customerOptions, customerWords, day, rfmCuts } from './options.ts';

const TEXT = 'recency=30,60,90,180;frequency=1,2,4,8;monetary=-0.5,100,250.25,1000';

describe('a day', () => {
  it('is one of the calendar', () => {
    expect(day('--as-of')('2024-02-29')).toBe('2024-02-29');
    for (const text of ['2023-02-29', '2024-13-01', '2024-1-1', '20240101', 'today', ''])
      expect(() => day('--as-of')(text), text).toThrow(/no such day/);
  });
});

describe('cuts', () => {
  it('are four numbers of each measure, in any order, and are written as they were read', () => {
    const cuts = rfmCuts(TEXT);
    expect(cuts.monetary).toEqual(['-0.5', '100', '250.25', '1000']);
    expect(rfmCuts(' monetary = 1, 2, 3, 4 ;frequency=1,2,3,4; recency=1,2,3,4').frequency).toEqual([
      '1',
      '2',
      '3',
      '4',
    ]);
    expect(customerWords({ rfm: 'fixed', rfmCuts: cuts })).toBe(` --rfm fixed --rfm-cuts "${TEXT}"`);
  });

  it.each([
    ['recency=1,2,3,4;frequency=1,2,3,4', /monetary is missing/],
    ['recency=1,2,3', /needs four numbers/],
    ['recency=1,2,3,3', /must rise/],
    ['recency=1,2,3,x', /needs four numbers/],
    ['recency=1,2,3,4;recency=1,2,3,4', /twice/],
    ['age=1,2,3,4', /not 'age/],
    ['recency=1,2,3,4=5', /expected recency/],
    ['recency=0.0000001,1,2,3', /six decimals/],
  ])('%s are refused', (text, why) => expect(() => rfmCuts(text)).toThrow(why));
});

describe('flags of customers', () => {
  it('must go together', () => {
    const cuts = rfmCuts(TEXT);
    expect(() => customerOptions({ rfm: 'fixed' })).toThrow(/needs to know/);
    expect(() => customerOptions({ rfmCuts: cuts })).toThrow(/quantiles finds its own/);
    expect(() => customerOptions({ rfm: 'kmeans', rfmAxis: 'F' })).toThrow(/instead of axes/);
    expect(customerOptions({ asOf: '2024-01-01', rfm: 'fixed', rfmCuts: cuts, rfmAxis: 'FM' })).toEqual({
      asOf: '2024-01-01',
      rfm: { method: 'fixed', cuts, axis: 'FM' },
      recommend: {},
    });
    expect(customerWords({ asOf: '2024-01-01', rfmAxis: 'FM' })).toBe(' --as-of 2024-01-01 --rfm-axis FM');
    expect(customerWords({})).toBe('');
    const als = { recommend: 'als', rank: 10, iterations: 8, top: 3 } as const;
    expect(customerOptions(als)).toMatchObject({ recommend: { model: 'als', rank: 10, iterations: 8, top: 3 } });
    expect(customerWords(als)).toBe(' --recommend als --rank 10 --iterations 8 --top 3');
    expect(() => customerOptions({ recommend: 'ease', rank: 10 })).toThrow(/--rank is of als; ease has none/);
    expect(() => customerOptions({ recommend: 'frequency', iterations: 3 })).toThrow(/--iterations is of als/);
    expect(customerOptions({ customers: false })).toBe(false);
    expect(customerWords({ customers: false })).toBe(' --no-customers');
  });
});
