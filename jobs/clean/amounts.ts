/**
 * The amounts of sale lines, exact:
 *
 *   gross = quantity × unit price        cost = quantity × unit cost
 *   net = gross − gross × discount rate, the product rounded to 6 places; or as it is given
 *   discount = gross − net
 *   base = line ÷ rate, or line = base × rate, whichever the source's prices are in; rounded to 6 places
 */

import {
  type Column,
  type FixedColumn,
  fixedColumn,
  halves,
  isValid,
  numberAt,
  setBit,
  setNumber,
} from '../../kernels/column.ts';
import { fault } from '../../kernels/faults.ts';
import { AMOUNT_MAX, divideScaled, multiplyScaled, multiplyWhole, SCALE } from '../../kernels/money.ts';

export interface AmountInputs {
  readonly length: number;
  /** int64 or decimal. */
  readonly quantity: Column | null;
  readonly unitPrice: Column | null;
  readonly unitCost: Column | null;
  readonly discountRate: Column | null;
  /** Given instead of being computed. */
  readonly net: Column | null;
  readonly cost: Column | null;
  /** Units of the line's currency for one of the base currency; null when all lines are in the base currency. */
  readonly rate: Column | null;
  readonly pricesIn: 'line' | 'base';
}

export interface Amounts {
  readonly unitPrice: FixedColumn;
  readonly gross: FixedColumn;
  readonly discount: FixedColumn;
  readonly net: FixedColumn;
  readonly cost: FixedColumn;
  readonly netBase: FixedColumn;
  readonly costBase: FixedColumn;
  /** E_RANGE where an amount does not fit DECIMAL(18,6), E_REQUIRED where the net amount lacks an ingredient. */
  readonly fault: Uint8Array;
}

type Operation = (a: bigint, b: bigint) => bigint | null;

export function computeAmounts(input: AmountInputs): Amounts {
  const { length } = input;
  const faults = new Uint8Array(length);
  const apply = (a: Column | null, b: Column | null, operation: Operation, fast: Fast | null) =>
    combine(length, a, b, faults, operation, fast);
  const multiply = (amount: Column | null, quantity: Column | null) =>
    quantity?.type === 'int64'
      ? apply(amount, quantity, multiplyWhole, fastWhole)
      : apply(amount, quantity, multiplyScaled, fastScaled);

  let unitPrice = asDecimal(input.unitPrice, length);
  let gross = multiply(input.unitPrice, input.quantity);
  const rate = input.discountRate ? orZero(asDecimal(input.discountRate, length)) : null;
  const offered = rate ? subtract(gross, apply(gross, rate, multiplyScaled, fastScaled), faults) : gross;
  let net = input.net ? asDecimal(input.net, length) : offered;
  let cost = input.cost ? asDecimal(input.cost, length) : multiply(input.unitCost, input.quantity);
  let netBase = net;
  let costBase = cost;
  if (input.rate && input.pricesIn === 'base') {
    const convert = (amount: FixedColumn) => apply(amount, input.rate, multiplyScaled, fastScaled);
    [unitPrice, gross, net, cost] = [convert(unitPrice), convert(gross), convert(net), convert(cost)];
  } else if (input.rate) {
    const convert = (amount: FixedColumn) => apply(amount, input.rate, divideScaled, null);
    [netBase, costBase] = [convert(net), convert(cost)];
  }
  const required = fault('E_REQUIRED');
  for (let row = 0; row < length; row++) {
    if (faults[row] === 0 && !(isValid(net, row) && isValid(netBase, row))) faults[row] = required;
  }
  // Whether the net amount was computed or given: what is between the two is the discount.
  const discount = subtract(gross, net, faults);
  return { unitPrice, gross, discount, net, cost, netBase, costBase, fault: faults };
}

/** Exact in doubles, or NaN when the result may not be: then the operation on BigInts decides. */
type Fast = (a: number, b: number) => number;

const fastWhole: Fast = (amount, n) => {
  const product = amount * n;
  return product <= Number.MAX_SAFE_INTEGER && product >= -Number.MAX_SAFE_INTEGER ? product : Number.NaN;
};

const fastScaled: Fast = (a, b) => {
  const product = a * b;
  if (!(product <= Number.MAX_SAFE_INTEGER && product >= -Number.MAX_SAFE_INTEGER)) return Number.NaN;
  const magnitude = product < 0 ? -product : product;
  const rest = magnitude % SCALE;
  const rounded = (magnitude - rest) / SCALE + (rest * 2 >= SCALE ? 1 : 0);
  return product < 0 ? -rounded : rounded;
};

/** One amount a row from two columns; null where either is null. */
function combine(
  length: number,
  a: Column | null,
  b: Column | null,
  faults: Uint8Array,
  operation: Operation,
  fast: Fast | null,
): FixedColumn {
  const out = fixedColumn('decimal', length);
  if (!a || !b) return out;
  const [left, right] = [a as FixedColumn, b as FixedColumn];
  const [leftHalf, rightHalf, outHalf] = [halves(left), halves(right), halves(out)];
  const range = fault('E_RANGE');
  for (let row = 0; row < length; row++) {
    if (!isValid(left, row) || !isValid(right, row)) continue;
    const quick = fast ? fast(numberAt(leftHalf, row), numberAt(rightHalf, row)) : Number.NaN;
    if (Number.isNaN(quick)) {
      const exact = operation(left.values[row]!, right.values[row]!);
      if (exact === null) {
        faults[row] = range;
        continue;
      }
      out.values[row] = exact;
    } else setNumber(outHalf, row, quick);
    setBit(out.validity, row);
  }
  return out;
}

/** A negative discount is added, so a difference may be too large as well. */
function subtract(a: FixedColumn, b: FixedColumn, faults: Uint8Array): FixedColumn {
  const out = fixedColumn('decimal', a.length);
  for (let row = 0; row < a.length; row++) {
    if (!isValid(a, row) || !isValid(b, row)) continue;
    const difference = a.values[row]! - b.values[row]!;
    if (difference > AMOUNT_MAX || difference < -AMOUNT_MAX) {
      faults[row] = fault('E_RANGE');
      continue;
    }
    out.values[row] = difference;
    setBit(out.validity, row);
  }
  return out;
}

/** A line that names no discount has none. Null values rest as zeros, so only the bitmap changes. */
const orZero = (column: FixedColumn): FixedColumn => ({
  ...column,
  validity: new Uint8Array(column.validity.length).fill(255),
});

/** A mapped amount as a decimal: whole numbers are scaled. */
function asDecimal(column: Column | null, length: number): FixedColumn {
  if (column?.type === 'decimal') return column;
  const out = fixedColumn('decimal', length);
  if (column?.type !== 'int64') return out;
  for (let row = 0; row < length; row++) {
    if (!isValid(column, row)) continue;
    out.values[row] = column.values[row]! * BigInt(SCALE);
    setBit(out.validity, row);
  }
  return out;
}
