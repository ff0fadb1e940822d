/** What of reading is left to JavaScript: its regular expressions. */
import { isValid, type TextColumn } from './column.ts';
import { fault } from './faults.ts';

/** What is known of each record so far, to be changed. */
interface Faults {
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
  const matcher = new Matcher(bytes, pattern);
  let used = 0;
  let start = 0;
  for (let row = 0; row < length; row++) {
    const end = offsets[row + 1]!;
    const asked = isValid(text, row) && !(defaulted && isValid({ validity: defaulted }, row));
    if (asked && !matcher.matches(start, end)) {
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

/** Short values are mostly codes: what came of them is kept, each in the place that its bytes give it. */
const PLACES = 1024;
const KEPT_BYTES = 16;

class Matcher {
  readonly #bytes: Uint8Array;
  readonly #buffer: Buffer;
  readonly #pattern: RegExp;
  readonly #kept = new Uint8Array(PLACES * KEPT_BYTES);
  /** 0 where nothing is kept: an empty value is not. */
  readonly #sizes = new Uint8Array(PLACES);
  readonly #verdicts = new Uint8Array(PLACES);

  constructor(bytes: Uint8Array, pattern: RegExp) {
    this.#bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#pattern = pattern;
  }

  /** Whether the pattern matches bytes[start, end). */
  matches(start: number, end: number): boolean {
    const size = end - start;
    if (size > KEPT_BYTES) return this.#test(start, end);
    const bytes = this.#bytes;
    let hash = size;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
    const kept = place * KEPT_BYTES;
    if (size > 0 && this.#sizes[place] === size) {
      let same = 0;
      while (same < size && this.#kept[kept + same] === bytes[start + same]) same++;
      if (same === size) return this.#verdicts[place] === 1;
    }
    const verdict = this.#test(start, end);
    for (let i = 0; i < size; i++) this.#kept[kept + i] = bytes[start + i]!;
    this.#sizes[place] = size;
    this.#verdicts[place] = Number(verdict);
    return verdict;
  }

  #test(start: number, end: number): boolean {
    return this.#pattern.test(this.#buffer.toString('utf8', start, end));
  }
}
