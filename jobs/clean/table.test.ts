import { describe, expect, it } from 'vitest';
import { int, text } from '../../datasets/contract.ts';
import { valueText } from '../../kernels/column.ts';
import { place } from '../../kernels/place.ts';
import { createKernels, type Kernels } from '../../kernels/wasm.ts';
import { decodeRuns } from '../../lake/assemble.ts';
import { memoryStore } from '../../lake/memory.ts';
import { decodeSlab } from '../../lake/slab.ts';
import type { Slice } from '../../lake/slice.ts';
import { listOf } from '../../test/random.ts';
import type { TaskContext } from '../registry.ts';
import type { ChunkPlan } from './plan.ts';
import { checksum } from './scan.ts';
import { type TableInput, type TableShared, table } from './table.ts';

const CHUNKS = 60;
const RECORDS = 2_000;

/** A table of many chunks in one file: the first record of each comes twice, the second of each is refused. */
async function manyChunks(bytes: number) {
  const kernels = createKernels(bytes);
  const raw = memoryStore();
  const chunks: ChunkPlan[] = [];
  const contents = listOf(CHUNKS, chunk =>
    Buffer.from(
      listOf(RECORDS, row => {
        const id = chunk * RECORDS + Math.max(1, row);
        return row === 2 ? 'x,no number\n' : `${id},name of ${id}\n`;
      }).join(''),
    ),
  );
  let start = 0;
  contents.forEach((content, chunk) => {
    const end = start + content.length;
    const firstLine = 1 + chunk * RECORDS;
    const placed = kernels.bytes.subarray(place(kernels, content), kernels.mark()).subarray(0, content.length);
    chunks.push({ start, end, firstLine, records: RECORDS, sha256: '', checksum: checksum(kernels, placed) });
    kernels.release(0);
    start = end;
  });
  await raw.write('names.csv', Buffer.concat(contents));
  const files = new Map<string, Buffer>();
  const context = {
    kernels,
    raw,
    lake: memoryStore(),
    shared: { tables: { names: { files: 'names.csv', key: ['Id'], columns: { Id: int(), Name: text() } } } },
    async writer(name: string) {
      const pieces: Buffer[] = [];
      return {
        write: async (bytes: Uint8Array) => void pieces.push(Buffer.from(bytes)),
        async close(rows: number) {
          files.set(name, Buffer.concat(pieces));
          return { key: name, bytes: files.get(name)!.length, rows, sha256: '' };
        },
        abort: async () => undefined,
      };
    },
  } as unknown as TaskContext<TableShared>;
  const file = { file: 'names.csv', unpacked: null, table: 'names', header: ['Id', 'Name'], chunks };
  const plan = { ...file, size: start, sha256: '', records: CHUNKS * RECORDS };
  return {
    kernels,
    output: await table({ table: 'names', files: [plan], references: {}, order: ['Id'] }, context),
    files,
  };
}

/** The slices of a file as rows. */
function rowsOf(kernels: Kernels, file: Buffer, slices: readonly Slice[]) {
  const address = place(kernels, file);
  return slices.map(({ key }) => {
    const [start, end] = key.split('#')[1]!.split('-').map(Number) as [number, number];
    return decodeRuns(kernels, [{ address: address + start, size: end - start }]);
  });
}

describe('a table', () => {
  it('of more chunks than fit into the memory of a task is cleaned chunk by chunk', async () => {
    const { output, files, kernels } = await manyChunks(5 << 20);
    const kept = CHUNKS * (RECORDS - 2);
    expect(output.balances).toEqual([
      { file: 'names.csv', read: CHUNKS * RECORDS, kept, duplicate: CHUNKS, quarantined: CHUNKS },
    ]);
    expect(output.cleaned.rows).toBe(kept);
    kernels.release(0);
    const runs = rowsOf(kernels, files.get('table.bin')!, output.cleaned.slices);
    expect(runs.map(({ length }) => length)).toEqual(listOf(CHUNKS, () => RECORDS - 2));
    const last = runs.at(-1)!.columns;
    expect([Object.keys(last), valueText(last.Id!, 0), valueText(last.Name!, 0)]).toEqual([
      ['Id', 'Name'],
      String((CHUNKS - 1) * RECORDS + 1),
      `name of ${(CHUNKS - 1) * RECORDS + 1}`,
    ]);
    expect(output.rejects.map(({ slice }) => slice.rows)).toEqual(listOf(CHUNKS, () => 2));
    const rejects = decodeSlab(
      files.get('rejects.slab')!.subarray(0, Number(/-(\d+)$/.exec(output.rejects[0]!.slice.key)![1])),
    );
    expect(listOf(2, row => valueText(rejects.columns.$winner_line!, row))).toEqual(['1', null]);
  });

  it('of more records than its keys may take of the memory is refused before it is read', async () => {
    const files = [
      { file: 'names.csv', records: 10_000_000 },
      { file: 'names_2.csv', records: 6_000_001 },
    ];
    const input = { table: 'names', files, references: {}, order: ['Id'] } as unknown as TableInput;
    await expect(table(input, {} as TaskContext<TableShared>)).rejects.toMatchObject({
      details: {
        code: 'E_MEMORY',
        what: expect.stringMatching(/^the table names has 16000001 records/),
        where: 'names.csv, names_2.csv',
      },
    });
  });
});
