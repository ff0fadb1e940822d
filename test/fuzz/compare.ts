/** The compiled reader (kernels/read.ts) held against the plain one (kernels/records.ts and convert.ts), cell by cell. */
import { type Column, valueText } from '../../kernels/column.ts';
import { FAULTS } from '../../kernels/faults.ts';
import type { LineLimits } from '../../kernels/lines.ts';
import { readRecords } from '../../kernels/read.ts';
import type { ColumnReader } from '../../kernels/reader.ts';
import { indexFields } from '../../kernels/records.ts';
import { createKernels, type Kernels } from '../../kernels/wasm.ts';
import { convertColumn, type RecordFaults } from '../plain/convert.ts';

export interface ReadCase {
  readonly bytes: Buffer;
  readonly delimiter: number;
  readonly limits: LineLimits;
  readonly readers: readonly (ColumnReader | null)[];
}

/** What both readers say of a file. */
interface Outcome {
  readonly records: number;
  readonly fault: Uint8Array;
  readonly faultColumn: Int16Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly line: Int32Array;
  readonly columns: readonly (Column | null)[];
}

/** The first difference, in a sentence, or null. Both readers are given the same bytes. */
export function firstDifference(input: ReadCase): string | null {
  const plain = readPlainly(input);
  const compiled = readCompiled(input);
  if (plain.records !== compiled.records) return `${plain.records} records, compiled ${compiled.records}`;
  for (let record = 0; record < plain.records; record++) {
    const difference = recordDifference(plain, compiled, record);
    if (!difference) continue;
    const raw = input.bytes.subarray(plain.start[record], plain.end[record]);
    return `record ${record}, ${JSON.stringify(raw.toString('latin1').slice(0, 500))}: ${difference}`;
  }
  return columnDifference(plain, compiled);
}

function recordDifference(plain: Outcome, compiled: Outcome, record: number): string | null {
  for (const what of ['start', 'end', 'line'] as const)
    if (plain[what][record] !== compiled[what][record])
      return `its ${what} is ${plain[what][record]}, compiled ${compiled[what][record]}`;
  const faultOf = ({ fault, faultColumn }: Outcome) => `${FAULTS[fault[record]!]} of column ${faultColumn[record]}`;
  if (faultOf(plain) !== faultOf(compiled)) return `fault ${faultOf(plain)}, compiled ${faultOf(compiled)}`;
  for (const [position, column] of plain.columns.entries()) {
    if (!column) continue;
    const expected = valueText(column, record);
    const found = valueText(compiled.columns[position]!, record);
    if (expected !== found)
      return `column ${position} (${column.type}) is ${JSON.stringify(expected)}, compiled ${JSON.stringify(found)}`;
  }
  return null;
}

/** Everything that Arrow readers may look at, padding bits and the values of nulls included. */
function columnDifference(plain: Outcome, compiled: Outcome): string | null {
  for (const [position, column] of plain.columns.entries()) {
    const other = compiled.columns[position];
    if (!column || !other) {
      if (column !== other) return `column ${position} is read by one alone`;
      continue;
    }
    if (column.type !== other.type || column.length !== other.length) return `column ${position} is of another type`;
    if (!sameBytes(column.validity, other.validity)) return `column ${position} has another bitmap`;
    if (column.type === 'text' && other.type === 'text') {
      if (!sameBytes(column.offsets, other.offsets)) return `column ${position} has other offsets`;
      if (!sameBytes(column.bytes, other.bytes)) return `column ${position} has other bytes`;
    } else if (column.type !== 'text' && other.type !== 'text' && !sameBytes(column.values, other.values))
      return `column ${position} has other values, some of them of nulls`;
  }
  return null;
}

const sameBytes = (a: NodeJS.ArrayBufferView, b: NodeJS.ArrayBufferView): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

function readPlainly({ bytes, delimiter, limits, readers }: ReadCase): Outcome {
  const index = indexFields(bytes, readers.length, delimiter, limits);
  const { records, recordStart: start, recordEnd: end, line } = index;
  const faults: RecordFaults = {
    code: index.fault.slice(0, records),
    column: new Int16Array(records).fill(-1),
  };
  const columns = readers.map((reader, column) => reader && convertColumn({ bytes, index, column, reader, faults }));
  return { records, fault: faults.code, faultColumn: faults.column, start, end, line, columns };
}

let kernels: Kernels | undefined;

/** Around the chunk lie bytes that mean something, and in the memory is what was there before. */
function readCompiled({ bytes, ...rest }: ReadCase): Outcome {
  kernels ??= createKernels(2 ** 26);
  kernels.release(0);
  kernels.alloc(64);
  const address = kernels.alloc(bytes.length);
  kernels.bytes.fill(0xc3, address - 64, address);
  kernels.bytes.fill(0x22, address, address + bytes.length + 64);
  kernels.bytes.set(bytes, address);
  return readRecords(kernels, { ...rest, address, size: bytes.length, hashed: null });
}
