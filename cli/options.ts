/** Texts of the command line as values; what does not fit is a UserError. */
import { usageError } from '../base/errors.ts';
import { CHUNK_BYTES_MAX, CHUNK_BYTES_MIN } from '../base/limits.ts';
import { bytes } from './format.ts';

export function wholeNumber(name: string, least: number, most: number): (text: string) => number {
  return text => {
    const value = Number(text.replaceAll('_', ''));
    if (/^\d[\d_]*$/.test(text) && value >= least && value <= most) return value;
    throw usageError(`${name} ${text}: expected a whole number from ${least} to ${most}`);
  };
}

const FACTORS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** 65536, 64KB, 64K, 64KiB, 1MB: K is 1024, as everywhere in memory. */
export function byteSize(name: string): (text: string) => number {
  return text => {
    const match = /^(\d+(?:\.\d+)?)\s*([KMG]?)(?:i?B)?$/i.exec(text.trim());
    const value = match ? Math.round(Number(match[1]) * (FACTORS[match[2]!.toUpperCase()] ?? Number.NaN)) : Number.NaN;
    if (value >= CHUNK_BYTES_MIN && value <= CHUNK_BYTES_MAX) return value;
    throw usageError(
      `${name} ${text}: expected a size from ${CHUNK_BYTES_MIN / 1024}KB to ${CHUNK_BYTES_MAX / 1024 ** 2}MB`,
      `${name} 16MB   (it may be ${bytes(CHUNK_BYTES_MIN)} or more; results do not depend on it)`,
    );
  };
}
