import type { Contract } from '../../datasets/contract.ts';
import { valueText } from '../../kernels/column.ts';
import { fault } from '../../kernels/faults.ts';
import { type Counts, NO_RECORDS, type PartFile } from '../../lake/manifest.ts';
import { encodeSlab, type Rows } from '../../lake/slab.ts';
import type { TaskContext } from '../registry.ts';
import { recordRejects, tableReading } from './chunk.ts';
import { checkReferences } from './conform.ts';
import { displayText } from './display.ts';
import { hashContent } from './keys.ts';
import { chunkInput, type FilePlan } from './plan.ts';
import { type ChunkRecords, type Replaced, readChunk, replacedValues } from './read.ts';
import { concatRows, gatherRows, type Reject, type RejectSlice, writeRejects } from './rejects.ts';
import { type LookupTables, loadTables, type TableFiles } from './tables.ts';
import { emptyColumns } from './values.ts';

export interface TableInput {
  readonly table: string;
  readonly files: readonly Omit<FilePlan, 'generation'>[];
  /** The tables that this one references, cleaned before. */
  readonly references: TableFiles;
}

export interface TableShared {
  readonly tables: Contract['tables'];
}

export interface TableOutput {
  readonly file: PartFile;
  readonly balances: readonly (Counts & { readonly file: string })[];
  readonly rejects: readonly RejectSlice[];
  readonly replaced: readonly Replaced[];
}

/** Cleans one small table as a whole: reads its files, resolves keys that come twice, checks references. */
export async function table(
  input: TableInput,
  { shared, lake, raw, kernels, write }: TaskContext<TableShared>,
): Promise<TableOutput> {
  const contract = shared as unknown as Contract;
  const references = await loadTables(lake, input.references, keysOf(shared));
  const reading = tableReading({ ...contract, sale: { from: '' } as Contract['sale'] }, input.table);
  const seen = new Map<string, Seen>();
  const kept: Rows[] = [];
  const replaced: Replaced[] = [];
  const rejected: { file: string; rows: Rows; rejects: Reject[] }[] = [];
  const balances: (Counts & { file: string })[] = [];
  for (const file of input.files) {
    let counts: Counts = NO_RECORDS;
    for (const piece of file.chunks) {
      const chunk = chunkInput(file, piece);
      const mark = kernels.mark();
      const records = await readChunk({ raw, lake, kernels }, chunk, reading);
      replaced.push(...replacedValues(records, reading));
      const rejects = recordRejects(records, chunk);
      rejects.push(...keyRejects(records, reading.contract.key, seen));
      rejects.push(...referenceRejects(contract, input.table, records, references, rejects));
      const lost = new Set(rejects.map(({ row }) => row));
      const rows = Int32Array.from({ length: records.rows.length }, (_, row) => row).filter(row => !lost.has(row));
      kept.push(gatherRows(records.rows, rows));
      rejected.push({ file: file.file, rows: records.rows, rejects: rejects.sort((a, b) => a.row - b.row) });
      const duplicate = rejects.filter(({ code }) => code === fault('E_DUP_ROW')).length;
      counts = {
        read: counts.read + records.rows.length,
        kept: counts.kept + rows.length,
        duplicate: counts.duplicate + duplicate,
        quarantined: counts.quarantined + rejects.length - duplicate,
      };
      kernels.release(mark);
    }
    balances.push({ file: file.file, ...counts });
  }
  const rows = kept.length > 0 ? concatRows(kept) : { length: 0, columns: emptyColumns(reading.contract.columns) };
  return {
    file: await write(`${input.table}.slab`, encodeSlab(rows), rows.length),
    balances,
    rejects: await writeRejects(rejected, write),
    replaced,
  };
}

export const keysOf = ({ tables }: { tables: Contract['tables'] }): Record<string, readonly string[]> =>
  Object.fromEntries(Object.entries(tables).map(([name, { key }]) => [name, key]));

interface Seen {
  readonly content: string;
  readonly file: string;
  readonly line: number;
}

/** The first record of a key wins; equal ones after it are duplicates, others conflicts. */
function keyRejects(records: ChunkRecords, key: readonly string[], seen: Map<string, Seen>): Reject[] {
  const columns = key.map(name => records.rows.columns[name]!);
  const lanes = new Uint32Array(4);
  const rejects: Reject[] = [];
  for (let row = 0; row < records.rows.length; row++) {
    if (records.fault[row] !== 0) continue;
    const values = columns.map(column => valueText(column, row));
    const id = JSON.stringify(values);
    hashContent(lanes, records, row);
    const content = lanes.join();
    const winner = seen.get(id);
    if (!winner) {
      seen.set(id, { content, file: records.file, line: Number(valueText(records.rows.columns.$line!, row)) });
      continue;
    }
    const code = fault(winner.content === content ? 'E_DUP_ROW' : 'E_DUP_KEY');
    const value = columns.map(column => displayText(column, row)).join(', ');
    rejects.push({ row, code, column: key.join(', '), value, winner });
  }
  return rejects;
}

function referenceRejects(
  contract: Contract,
  table: string,
  { rows }: ChunkRecords,
  references: LookupTables,
  before: readonly Reject[],
): Reject[] {
  const lost = new Set(before.map(({ row }) => row));
  const rejects: Reject[] = [];
  checkReferences(contract, table, rows, references, (row, code, column) => {
    if (lost.has(row)) return;
    lost.add(row);
    rejects.push({ row, code, column, value: displayText(rows.columns[column]!, row) });
  });
  return rejects;
}
