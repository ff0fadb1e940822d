/**
 * Exact arithmetic on decimals scaled by 10⁶ (DECIMAL(18,6)). A product or quotient is formed with all its digits and
 * rounded once, half away from zero, so that a return cancels its sale. Numbers are used while they are exact (53 bits);
 * beyond that BigInt, which is never too short.
 */

/** Decimal places of an amount: 6. */
export const SCALE = 1_000_000;

/** Amounts at or beyond 10¹² do not fit DECIMAL(18,6). */
export const AMOUNT_MAX = 999_999_999_999_999_999n;

const SCALE_BIG = 1_000_000n;
const HALF = 500_000n;

/** a × b / 10⁶: the product of a scaled amount and a scaled factor. Null when it does not fit. */
export function multiplyScaled(a: bigint, b: bigint): bigint | null {
  return fits(divideRounded(a * b, SCALE_BIG));
}

/** a × n: the product of a scaled amount and a whole number. Null when it does not fit. */
export function multiplyWhole(a: bigint, n: bigint): bigint | null {
  return fits(a * n);
}

/** a / b of two scaled numbers, scaled. Null when b is 0 or the quotient does not fit. */
export function divideScaled(a: bigint, b: bigint): bigint | null {
  return b === 0n ? null : fits(divideRounded(a * SCALE_BIG, b));
}

const fits = (value: bigint): bigint | null => (value > AMOUNT_MAX || value < -AMOUNT_MAX ? null : value);

/** numerator / denominator to the nearest whole, halves away from zero. */
function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const rounded = d === SCALE_BIG ? (n + HALF) / d : (n * 2n + d) / (d * 2n);
  return negative ? -rounded : rounded;
}

/** A scaled amount as text with six decimals: 1234560000n → '1234.560000'. */
export function amountText(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(7, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** The inverse of amountText, for sums that come back from a warehouse. */
export function parseAmount(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) throw new Error(`not an amount: '${text}'`);
  const magnitude = BigInt(match[2]! + (match[3] ?? '').padEnd(6, '0'));
  return match[1] ? -magnitude : magnitude;
}
