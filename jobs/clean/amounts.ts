/**
 * The amounts of sale lines, exact:
 *
 *   gross = quantity × unit price        cost = quantity × unit cost
 *   net = gross − gross × discount rate, the product rounded to 6 places; or as it is given
 *   discount = gross − net
 *   base = line ÷ rate, or line = base × rate, whichever the source's prices are in; rounded to 6 places
 */
import { type AmountOperation, combineAmounts, countBoth, orZero } from '../../kernels/amounts.ts';
import { type Column, type FixedColumn, isValid } from '../../kernels/column.ts';
import { fault } from '../../kernels/faults.ts';
import { allocBytes } from '../../kernels/place.ts';
import type { Kernels } from '../../kernels/wasm.ts';

/** Columns of one length; null for what the contract does not map. All but the quantity are decimals. */
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
  /** All null: what an amount becomes that lacks a column. */
  readonly none: Column;
}

/** Views of the kernels' memory, or columns of the input. */
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

export function computeAmounts(kernels: Kernels, input: AmountInputs): Amounts {
  const { length, quantity } = input;
  const faults = allocBytes(kernels, length).fill(0);
  const none = input.none as FixedColumn;
  const apply = (operation: AmountOperation, a: Column | null, b: Column | null): FixedColumn =>
    a === null || a === none || b === null || b === none
      ? none
      : combineAmounts(kernels, operation, a as FixedColumn, b as FixedColumn, faults);
  const timesQuantity = (amount: Column | null) =>
    apply(quantity?.type === 'int64' ? 'multiplyWhole' : 'multiplyScaled', amount, quantity);

  let unitPrice = (input.unitPrice ?? none) as FixedColumn;
  let gross = timesQuantity(input.unitPrice);
  // A line that names no discount has none.
  const discountRate = input.discountRate && orZero(kernels, input.discountRate as FixedColumn);
  const offered = discountRate ? apply('subtract', gross, apply('multiplyScaled', gross, discountRate)) : gross;
  let net = (input.net ?? offered) as FixedColumn;
  let cost = (input.cost ?? timesQuantity(input.unitCost)) as FixedColumn;
  let netBase = net;
  let costBase = cost;
  if (input.rate && input.pricesIn === 'base') {
    const convert = (amount: FixedColumn) => apply('multiplyScaled', amount, input.rate);
    [unitPrice, gross, net, cost] = [convert(unitPrice), convert(gross), convert(net), convert(cost)];
  } else if (input.rate) {
    const convert = (amount: FixedColumn) => apply('divideScaled', amount, input.rate);
    [netBase, costBase] = [convert(net), convert(cost)];
  }
  if (countBoth(kernels, net, netBase) < length) markMissing(net, netBase, faults);
  // Whether the net amount was computed or given: what is between the two is the discount.
  const discount = apply('subtract', gross, net);
  return { unitPrice, gross, discount, net, cost, netBase, costBase, fault: faults };
}

function markMissing(net: FixedColumn, netBase: FixedColumn, faults: Uint8Array): void {
  const required = fault('E_REQUIRED');
  for (let row = 0; row < faults.length; row++) {
    if (faults[row] === 0 && !(isValid(net, row) && isValid(netBase, row))) faults[row] = required;
  }
}
