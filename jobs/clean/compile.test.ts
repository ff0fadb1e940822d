import { expect, it } from 'vitest';
import { date, decimal, int, timestamp } from '../../datasets/contract.ts';
import { compileColumn } from './compile.ts';

const boundsOf = (column: Parameters<typeof compileColumn>[0]) => {
  const { min, max } = compileColumn(column, {}, false);
  return [min, max];
};

it('bounds are those that the contract writes, to the last digit', () => {
  expect(boundsOf(int({ min: '-9223372036854775808', max: '+9007199254740993' }))).toEqual([
    -(2n ** 63n),
    9_007_199_254_740_993n,
  ]);
  expect(boundsOf(decimal({ min: '12345678901.234567', max: '99999999999.999999' }))).toEqual([
    12_345_678_901_234_567n,
    99_999_999_999_999_999n,
  ]);
  expect(boundsOf(decimal({ min: -0.5, max: 10_000 }))).toEqual([-500_000n, 10_000_000_000n]);
});

it('a last day is part of the range as a whole', () => {
  expect(boundsOf(date('YYYY-MM-DD', { min: '1970-01-02', max: '1970-01-03' }))).toEqual([1n, 2n]);
  expect(boundsOf(timestamp('YYYY-MM-DD HH:mm', { min: '1970-01-02', max: '1970-01-02' }))).toEqual([
    86_400_000_000n,
    172_799_999_999n,
  ]);
});
