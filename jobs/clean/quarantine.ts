import { invariant } from '../../base/errors.ts';
import { RAW_TEXT_BYTES_MAX } from '../../base/limits.ts';
import type { Contract } from '../../datasets/contract.ts';
import { QUARANTINE_TABLE } from '../../datasets/sales.ts';
import { type FixedColumn, isValid, textColumn, valueText } from '../../kernels/column.ts';
import { displayBytes, type Encoding } from '../../kernels/encoding.ts';
import { FAULTS, type FaultCode } from '../../kernels/faults.ts';
import { amountText } from '../../kernels/money.ts';
import type { PartFile } from '../../lake/manifest.ts';
import { encodeParquet } from '../../lake/parquet/write.ts';
import { decodeSlab, type Rows } from '../../lake/slab.ts';
import { readSlice, type Slice } from '../../lake/slice.ts';
import type { ObjectStore } from '../../lake/store.ts';
import type { TaskContext } from '../registry.ts';
import { conform } from './conform.ts';
import { reasonText } from './reasons.ts';
import { concatRows, gatherRows } from './rejects.ts';
import { assertUnchanged, readRaw } from './scan.ts';
import { keysOf } from './table.ts';
import { loadTables, type TableFiles } from './tables.ts';
import { fixedText, mapTexts, nullColumn } from './values.ts';

export interface QuarantineInput {
  readonly table: string;
  readonly file: string;
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
  const rows = byOffset(concatRows(parts));
  const net =
    input.table === contract.sale.from
      ? await netAmounts(contract, rows, lake, shared.tables)
      : nullColumn('decimal', rows.length);
  const columnsOf = contract.tables[input.table]!.columns;
  const codeAt = (row: number) => FAULTS[Number(valueText(rows.columns.$code!, row))] as FaultCode;
  const columnAt = (row: number) => valueText(rows.columns.$column!, row);
  const valueAt = (row: number) => valueText(rows.columns.$value!, row);
  const messageAt = (row: number) =>
    reasonText(codeAt(row), columnAt(row), columnsOf[columnAt(row) ?? ''], valueAt(row));
  const { length } = rows;
  const columns = {
    table_name: fixedText(input.table, length),
    file: fixedText(input.file, length),
    line: rows.columns.$line!,
    byte_offset: rows.columns.$offset!,
    byte_length: rows.columns.$length!,
    outcome: mapTexts(length, row => (codeAt(row) === 'E_DUP_ROW' ? 'duplicate' : 'quarantined')),
    code: mapTexts(length, codeAt),
    column_name: rows.columns.$column!,
    value: rows.columns.$value!,
    message: mapTexts(length, messageAt),
    original: textColumn(await originals(raw, input, rows, contract.tables[input.table]!.encoding ?? 'utf-8')),
    duplicate_of_file: rows.columns.$winner_file!,
    duplicate_of_line: rows.columns.$winner_line!,
    net_amount_base: net,
  };
  const part = await write('quarantine.parquet', encodeParquet(kernels, QUARANTINE_TABLE, { length, columns }), length);
  const reasons = countReasons(rows, net as FixedColumn, { codeAt, columnAt, messageAt });
  invariant(
    reasons.reduce((sum, reason) => sum + reason.rows, 0) === length,
    'every quarantined record has one reason',
  );
  return { part, reasons };
}

function byOffset(rows: Rows): Rows {
  const offsets = (rows.columns.$offset as FixedColumn).values;
  const order = Int32Array.from({ length: rows.length }, (_, row) => row);
  return gatherRows(
    rows,
    order.sort((a, b) => (offsets[a]! < offsets[b]! ? -1 : offsets[a]! > offsets[b]! ? 1 : 0)),
  );
}

async function netAmounts(contract: Contract, rows: Rows, lake: ObjectStore, files: TableFiles) {
  const tables = await loadTables(lake, files, keysOf(contract));
  return conform(contract, rows, tables).columns.net_amount_base!;
}

/** The records as they stand in the raw file, read by byte range; bytes that are invalid in its encoding show as U+FFFD. */
async function originals(raw: ObjectStore, input: QuarantineInput, rows: Rows, encoding: Encoding): Promise<string[]> {
  const read = windowReader(raw, input.file);
  const texts: string[] = [];
  for (let row = 0; row < rows.length; row++) {
    const start = Number(valueText(rows.columns.$offset!, row));
    const size = Math.min(Number(valueText(rows.columns.$length!, row)), RAW_TEXT_BYTES_MAX);
    const bytes = await read(start, start + size);
    texts.push(displayBytes(bytes, encoding).replace(/\r?\n$/, ''));
  }
  await assertUnchanged(raw, input);
  return texts;
}

const WINDOW_BYTES = 1 << 20;

/** Reads ranges in rising order through one window, so that many small records cost few reads. */
function windowReader(raw: ObjectStore, file: string) {
  let window: Buffer = Buffer.alloc(0);
  let windowStart = 0;
  return async (start: number, end: number): Promise<Buffer> => {
    if (start < windowStart || end > windowStart + window.length) {
      window = await readRaw(raw, file, { start, end: Math.max(end, start + WINDOW_BYTES) });
      windowStart = start;
    }
    return window.subarray(start - windowStart, end - windowStart);
  };
}

interface RowFacts {
  codeAt(row: number): FaultCode;
  columnAt(row: number): string | null;
  messageAt(row: number): string;
}

function countReasons(rows: Rows, net: FixedColumn, { codeAt, columnAt, messageAt }: RowFacts): ReasonOutput[] {
  const groups = new Map<string, number[]>();
  for (let row = 0; row < rows.length; row++) {
    const id = `${codeAt(row)} ${columnAt(row) ?? ''} ${messageAt(row)}`;
    const group = groups.get(id);
    if (group) group.push(row);
    else groups.set(id, [row]);
  }
  return [...groups.values()].map(members => {
    const first = members[0]!;
    const known = members.filter(row => isValid(net, row));
    return {
      code: codeAt(first),
      column: columnAt(first),
      message: messageAt(first),
      rows: members.length,
      firstLine: Number(valueText(rows.columns.$line!, first)),
      net: amountText(known.reduce((sum, row) => sum + net.values[row]!, 0n)),
      unknown: members.length - known.length,
    };
  });
}
