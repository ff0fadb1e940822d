/** The planner's count of records, over bytes in the kernels' memory. kernels/lines.ts states the rules, and tests compare. */
import type { LineLimits, Scan } from './lines.ts';
import type { Kernels } from './wasm.ts';

interface Exports {
  countRecords(
    start: number,
    until: number,
    end: number,
    final: number,
    delimiter: number,
    recordBytes: number,
    multilineBytes: number,
    out: number,
  ): number;
}

/** Addresses in the kernels' memory. */
export interface Stretch {
  /** Where a record begins. */
  readonly start: number;
  /** Records that begin at this address or behind it are not counted. */
  readonly until: number;
  /** How far the bytes are there; at or behind `until`. */
  readonly end: number;
  /** Nothing follows behind `end`. */
  readonly final: boolean;
}

/**
 * Counts the records and lines that begin in [start, until). The `end` of what it returns is where the first one begins
 * that was not counted: at or behind `until`, unless bytes behind `end` are needed to tell where that one ends.
 */
export function countRecords(
  kernels: Kernels,
  { start, until, end, final }: Stretch,
  { delimiter, limits }: { readonly delimiter: number; readonly limits: LineLimits },
): Scan {
  const { countRecords: count } = kernels.exports as unknown as Exports;
  const mark = kernels.mark();
  const out = kernels.alloc(16);
  const { recordBytes, multilineBytes } = limits;
  const next = count(start, until, end, final ? 1 : 0, delimiter, recordBytes, multilineBytes, out);
  const [records, lines] = new BigUint64Array(kernels.bytes.buffer, out, 2);
  kernels.release(mark);
  return { end: next >>> 0, records: Number(records), lines: Number(lines) };
}
