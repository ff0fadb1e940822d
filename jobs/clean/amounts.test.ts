import { describe, expect, it } from 'vitest';
import { type Column, type FixedColumn, isValid, numberColumn } from '../../kernels/column.ts';
import { FAULTS } from '../../kernels/faults.ts';
import { createKernels } from '../../kernels/wasm.ts';
import { between, listOf, seeded } from '../../test/random.ts';
import { type AmountInputs, computeAmounts } from './amounts.ts';

const decimals = (values: readonly (number | bigint | null)[]): Column => numberColumn('decimal', values);
const wholes = (values: readonly (number | null)[]): Column => numberColumn('int64', values);
const at = (column: FixedColumn, row = 0): bigint | null => (isValid(column, row) ? column.values[row]! : null);

const kernels = createKernels(1 << 23);

const amounts = (inputs: Partial<AmountInputs> & { readonly length: number }) =>
  computeAmounts(kernels, {
    quantity: null,
    unitPrice: null,
    unitCost: null,
    discountRate: null,
    net: null,
    cost: null,
    rate: null,
    pricesIn: 'line',
    none: decimals(new Array(inputs.length).fill(null)),
    ...inputs,
  });

/** a × b / 10⁶ in whole numbers of any size, halves away from zero: the definition. */
function naiveProduct(a: bigint, b: bigint): bigint {
  const magnitude = (a < 0n ? -a : a) * (b < 0n ? -b : b);
  const rounded = magnitude / 1_000_000n + (magnitude % 1_000_000n >= 500_000n ? 1n : 0n);
  return a < 0n !== b < 0n ? -rounded : rounded;
}

describe('amounts of a sale line', () => {
  it('takes the discount off the gross amount, exactly', () => {
    const line = amounts({
      length: 1,
      quantity: wholes([7]),
      unitPrice: decimals([74_298_800]),
      discountRate: decimals([100_000]),
    });
    expect([at(line.gross), at(line.discount), at(line.net)]).toEqual([520_091_600n, 52_009_160n, 468_082_440n]);
  });

  it('rounds a discount half away from zero, for a sale and its return alike', () => {
    const line = amounts({
      length: 2,
      quantity: wholes([1, -1]),
      unitPrice: decimals([1, 1]),
      discountRate: decimals([500_000, 500_000]),
    });
    expect([at(line.discount, 0), at(line.discount, 1)]).toEqual([1n, -1n]);
    expect(at(line.net, 0)! + at(line.net, 1)!).toBe(0n);
  });

  it('gives a line without a discount rate no discount', () => {
    const line = amounts({
      length: 1,
      quantity: wholes([2]),
      unitPrice: decimals([3_000_000]),
      discountRate: decimals([null]),
    });
    expect(at(line.net)).toBe(6_000_000n);
  });

  it('multiplies prices by decimal quantities, such as kilograms', () => {
    const line = amounts({ length: 1, quantity: decimals([750_000]), unitPrice: decimals([3_990_000]) });
    expect(at(line.net)).toBe(2_992_500n);
  });

  it('turns list prices in the base currency into the line’s by the rate of the day', () => {
    const line = amounts({
      length: 1,
      quantity: wholes([2]),
      unitPrice: decimals([12_990_000]),
      unitCost: decimals([6_620_000]),
      rate: decimals([1_387_600]),
      pricesIn: 'base',
    });
    expect(at(line.netBase)).toBe(25_980_000n);
    expect(at(line.costBase)).toBe(13_240_000n);
    expect(at(line.net)).toBe(naiveProduct(25_980_000n, 1_387_600n));
    expect(at(line.unitPrice)).toBe(naiveProduct(12_990_000n, 1_387_600n));
  });

  it('turns prices in the line’s currency into the base currency by the rate of the day', () => {
    const line = amounts({
      length: 1,
      quantity: wholes([1]),
      unitPrice: decimals([10_000_000]),
      rate: decimals([3_000_000]),
    });
    expect([at(line.net), at(line.netBase)]).toEqual([10_000_000n, 3_333_333n]);
  });

  it('names what is missing and what does not fit, and gives no amount then', () => {
    const line = amounts({
      length: 2,
      quantity: wholes([1, 1_000_000]),
      unitPrice: decimals([null, 999_999_999_999_000_000n]),
    });
    expect([...line.fault].map(code => FAULTS[code])).toEqual(['E_REQUIRED', 'E_RANGE']);
    expect([at(line.net, 0), at(line.net, 1)]).toEqual([null, null]);
  });

  it('equals arithmetic on numbers of any size, where doubles are exact and where they are not', () => {
    const random = seeded(1);
    const size = () => BigInt(between(random, 0, 10 ** between(random, 1, 15)));
    const quantities = listOf(4_000, () => between(random, -1_000, 1_000));
    const prices = listOf(4_000, size);
    const rates = listOf(4_000, () => between(random, 0, 1_000_000));
    const line = amounts({
      length: 4_000,
      quantity: wholes(quantities),
      unitPrice: decimals(prices),
      discountRate: decimals(rates),
    });
    for (let row = 0; row < 4_000; row++) {
      const gross = prices[row]! * BigInt(quantities[row]!);
      if (gross > 999_999_999_999_999_999n || gross < -999_999_999_999_999_999n) {
        expect(at(line.net, row)).toBe(null);
        continue;
      }
      expect(at(line.gross, row)).toBe(gross);
      expect(at(line.net, row)).toBe(gross - naiveProduct(gross, BigInt(rates[row]!)));
    }
  });
});
