/** What of reading is left to JavaScript: its regular expressions. */
import { isValid, type TextColumn } from './column.ts';
import { fault } from './faults.ts';

/** What is known of each record so far, to be changed. */
export interface Faults {
  readonly fault: Uint8Array;
  readonly faultColumn: Int16Array;
}

/**
 * Makes the values null that the pattern does not match, except in rows of `defaulted`, and writes E_PATTERN where their
 * records have no fault in a column before this one. The text moves together, in place.
 */
export function refusePattern(
  text: TextColumn,
  pattern: RegExp,
  { column, defaulted, faults }: { column: number; defaulted: Uint8Array | null; faults: Faults },
): TextColumn {
  const { length, offsets, bytes, validity } = text;
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const known = new Map<string, boolean>();
  const matches = (value: string): boolean => {
    let match = known.get(value);
    if (match === undefined) {
      match = pattern.test(value);
      if (known.size < KNOWN_MAX) known.set(value, match);
    }
    return match;
  };
  let used = 0;
  let start = 0;
  for (let row = 0; row < length; row++) {
    const end = offsets[row + 1]!;
    const asked = isValid(text, row) && !(defaulted && isValid({ validity: defaulted }, row));
    if (asked && !matches(all.toString('utf8', start, end))) {
      validity[row >> 3]! &= ~(1 << (row & 7));
      if (faults.fault[row] === 0 || faults.faultColumn[row]! > column) {
        faults.fault[row] = fault('E_PATTERN');
        faults.faultColumn[row] = column;
      }
    } else {
      if (used < start) bytes.copyWithin(used, start, end);
      used += end - start;
    }
    offsets[row + 1] = used;
    start = end;
  }
  return { ...text, bytes: bytes.subarray(0, used) };
}

/** Values that are remembered; columns of ids have more, and need not be. */
const KNOWN_MAX = 10_000;
