import { isUtf8 } from 'node:buffer';
import { invariant } from '../../base/errors.ts';
import { RAW_TEXT_BYTES_MAX } from '../../base/limits.ts';
import type { Contract, TableContract } from '../../datasets/contract.ts';
import { QUARANTINE_TABLE } from '../../datasets/sales.ts';
import {
  type Column,
  type FixedColumn,
  halves,
  isValid,
  numberAt,
  TextBuilder,
  type TextColumn,
  textColumn,
  valueText,
} from '../../kernels/column.ts';
import { constantText } from '../../kernels/constant.ts';
import { displayBytes, type Encoding } from '../../kernels/encoding.ts';
import { FAULTS, type FaultCode } from '../../kernels/faults.ts';
import { gather } from '../../kernels/gather.ts';
import { groupRows } from '../../kernels/groups.ts';
import { amountText } from '../../kernels/money.ts';
import { sumOf } from '../../kernels/rows.ts';
import { sortRows } from '../../kernels/sort.ts';
import type { Kernels } from '../../kernels/wasm.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { encodeParquet } from '../../lake/parquet/write.ts';
import { decodeSlab, type Rows } from '../../lake/slab.ts';
import { readSlice, type Slice } from '../../lake/slice.ts';
import type { TaskContext } from '../registry.ts';
import { conform } from './conform.ts';
import { saleLookups } from './lookups.ts';
import { reasonText } from './reasons.ts';
import { concatRows, gatherRows } from './rejects.ts';
import { assertUnchanged, readRawInto, type Source } from './source.ts';
import { loadTables, type TableFiles } from './tables.ts';
import { nullColumn } from './values.ts';

export interface QuarantineInput extends Source {
  readonly table: string;
  /** The store's name for the content that the rejects are of. */
  readonly generation: string;
  /** Rejects of one range of the file's bytes. */
  readonly rejects: readonly Slice[];
}

export interface QuarantineShared {
  readonly contract: Contract;
  readonly tables: TableFiles;
}

export interface ReasonOutput {
  readonly code: FaultCode;
  readonly column: string | null;
  readonly message: string;
  readonly rows: number;
  readonly firstLine: number;
  /** Sum of the amounts that can be computed, and how many cannot. */
  readonly net: string;
  readonly unknown: number;
}

export interface QuarantineOutput {
  readonly part: PartFile;
  readonly reasons: readonly ReasonOutput[];
}

/** Writes the quarantine of one range of a file: each record's reason, original text, and amount if it has one. */
export async function quarantine(
  input: QuarantineInput,
  { shared, lake, raw, kernels, write }: TaskContext<QuarantineShared>,
): Promise<QuarantineOutput> {
  const { contract } = shared;
  const parts = await Promise.all(input.rejects.map(async slice => decodeSlab(await readSlice(lake, slice))));
  const rows = byOffset(kernels, concatRows(parts));
  const net =
    input.table === contract.sale.from
      ? conform(
          kernels,
          contract,
          rows,
          await loadTables({ kernels, lake }, shared.tables, contract.tables, saleLookups(contract)),
        ).columns.net_amount_base!
      : nullColumn('decimal', rows.length);
  const reasons = groupReasons(kernels, contract.tables[input.table]!.columns, rows);
  const { length } = rows;
  const byReason = (text: (reason: Reason) => string) =>
    gather(kernels, textColumn(reasons.list.map(text)), reasons.ids);
  const columns = {
    table_name: constantText(kernels, input.table, length),
    file: constantText(kernels, input.file, length),
    line: rows.columns.$line!,
    byte_offset: rows.columns.$offset!,
    byte_length: rows.columns.$length!,
    outcome: byReason(({ code }) => (code === 'E_DUP_ROW' ? 'duplicate' : 'quarantined')),
    code: byReason(({ code }) => code),
    column_name: rows.columns.$column!,
    value: rows.columns.$value!,
    message: byReason(({ message }) => message),
    original: await originals(kernels, { raw, lake }, input, rows, contract.tables[input.table]!.encoding ?? 'utf-8'),
    duplicate_of_file: rows.columns.$winner_file!,
    duplicate_of_line: rows.columns.$winner_line!,
    net_amount_base: net,
  };
  const part = await write('quarantine.parquet', encodeParquet(kernels, QUARANTINE_TABLE, { length, columns }), length);
  const counted = countReasons(rows, net as FixedColumn, reasons);
  invariant(
    counted.reduce((sum, reason) => sum + reason.rows, 0) === length,
    'every quarantined record has one reason',
  );
  return { part, reasons: counted };
}

function byOffset(kernels: Kernels, rows: Rows): Rows {
  const order = Int32Array.from({ length: rows.length }, (_, row) => row);
  return gatherRows(kernels, rows, sortRows(kernels, order, [rows.columns.$offset!]));
}

type Stores = Pick<TaskContext, 'raw' | 'lake'>;

/** The records as they stand in the raw file, read by byte range where they did not come along; bytes that are invalid in its encoding show as U+FFFD. */
async function originals(
  kernels: Kernels,
  stores: Stores,
  input: QuarantineInput,
  rows: Rows,
  encoding: Encoding,
): Promise<TextColumn> {
  const offset = halves(rows.columns.$offset as FixedColumn);
  const length = halves(rows.columns.$length as FixedColumn);
  const startOf = (row: number) => numberAt(offset, row);
  const endOf = (row: number) => startOf(row) + Math.min(numberAt(length, row), RAW_TEXT_BYTES_MAX);
  const texts = new TextBuilder(rows.length, rows.length * 80);
  const window = createWindow(kernels, stores, input, rows.length > 0 ? endOf(rows.length - 1) : 0);
  const known = rows.columns.$original as TextColumn;
  for (let row = 0; row < rows.length; row++) {
    const [start, end] = [startOf(row), endOf(row)];
    const isKnown = isValid(known, row);
    // Mostly the bytes are there already, and waiting for a promise takes longer than all the rest.
    if (!isKnown && !window.has(start, end)) await window.moveTo(start);
    const bytes = isKnown ? textBytes(known, row) : window.bytes(start, end);
    const text = bytes.subarray(0, bytes.length - lineEndSize(bytes));
    if (encoding === 'utf-8' && isUtf8(text)) texts.push(text, 0, text.length);
    else texts.pushText(displayBytes(text, encoding));
  }
  await assertUnchanged(stores.raw, input);
  return texts.finish();
}

const textBytes = ({ bytes, offsets }: TextColumn, row: number): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset + offsets[row]!, offsets[row + 1]! - offsets[row]!);

const lineEndSize = (bytes: Buffer): number => (bytes.at(-1) !== 0x0a ? 0 : bytes.at(-2) === 0x0d ? 2 : 1);

/** Larger than what is kept of any record, and small enough to stay in the processor's cache. */
const WINDOW_BYTES = 256 * 1024;

/** Reads ranges in rising order, none behind `last`, through one window: so that many small records cost few reads. */
function createWindow(kernels: Kernels, stores: Stores, source: Source, last: number) {
  const address = kernels.alloc(WINDOW_BYTES);
  const held = Buffer.from(kernels.bytes.buffer as ArrayBuffer, address, WINDOW_BYTES);
  let heldStart = 0;
  let heldEnd = 0;
  return {
    has: (start: number, end: number) => start >= heldStart && end <= heldEnd,
    async moveTo(start: number) {
      const end = Math.min(start + WINDOW_BYTES, last);
      await readRawInto(stores, source, { start, end }, held.subarray(0, end - start));
      heldStart = start;
      heldEnd = end;
    },
    bytes: (start: number, end: number) => held.subarray(start - heldStart, end - heldStart),
  };
}

interface Reason {
  readonly code: FaultCode;
  readonly column: string | null;
  readonly message: string;
}

/** The reasons that there are, in order of their first row, and which of them each row has. */
interface Reasons {
  readonly list: readonly Reason[];
  readonly ids: Int32Array;
}

function groupReasons(kernels: Kernels, contracts: TableContract['columns'], { length, columns }: Rows): Reasons {
  const { $code, $column, $value } = columns as { $code: Column; $column: Column; $value: Column };
  // Whether there is a value is all that a message wants to know of it.
  const hasValue: Column = { type: 'boolean', length, values: $value.validity, validity: allValid(length) };
  const { ids, first } = groupRows(kernels, [$code, $column, hasValue], length);
  const list = Array.from(first, (row): Reason => {
    const code = FAULTS[Number(valueText($code, row))] as FaultCode;
    const column = valueText($column, row);
    return { code, column, message: reasonText(code, column, contracts[column ?? ''], valueText($value, row)) };
  });
  return { list, ids };
}

const allValid = (length: number): Uint8Array => new Uint8Array((length + 7) >> 3).fill(255);

function countReasons(rows: Rows, net: FixedColumn, { list, ids }: Reasons): ReasonOutput[] {
  const members = list.map((): number[] => []);
  for (let row = 0; row < rows.length; row++) members[ids[row]!]!.push(row);
  return list.map((reason, i) => {
    const own = members[i]!;
    const known = Int32Array.from(own.filter(row => isValid(net, row)));
    return {
      ...reason,
      rows: own.length,
      firstLine: Number(valueText(rows.columns.$line!, own[0]!)),
      net: amountText(sumOf(net, known)),
      unknown: own.length - known.length,
    };
  });
}
