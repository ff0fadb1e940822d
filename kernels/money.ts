/** Decimals scaled by 10⁶ (DECIMAL(18,6)), as whole numbers and as text; amounts.ts computes with columns of them. */

/** Decimal places of an amount: 6. */
export const SCALE = 1_000_000;

/** Amounts at or beyond 10¹² do not fit DECIMAL(18,6). */
export const AMOUNT_MAX = 999_999_999_999_999_999n;

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
