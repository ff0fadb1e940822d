import { describe, expect, it } from 'vitest';
import { int, text } from '../../datasets/contract.ts';
import { place } from '../../kernels/place.ts';
import { createKernels } from '../../kernels/wasm.ts';
import { memoryStore } from '../../lake/memory.ts';
import { decodeSlab } from '../../lake/slab.ts';
import { listOf } from '../../test/random.ts';
import type { TaskContext } from '../registry.ts';
import type { ChunkPlan } from './plan.ts';
import { checksum } from './scan.ts';
import { type TableShared, table } from './table.ts';

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
  const files = new Map<string, Uint8Array>();
  const context = {
    kernels,
    raw,
    lake: memoryStore(),
    shared: { tables: { names: { files: 'names.csv', key: ['Id'], columns: { Id: int(), Name: text() } } } },
    async write(name: string, bytes: Uint8Array, rows: number) {
      files.set(name, bytes);
      return { key: name, bytes: bytes.length, rows, sha256: '' };
    },
  } as unknown as TaskContext<TableShared>;
  const file = { file: 'names.csv', unpacked: null, table: 'names', header: ['Id', 'Name'], chunks };
  const plan = { ...file, size: start, sha256: '', records: CHUNKS * RECORDS };
  return { output: await table({ table: 'names', files: [plan], references: {}, order: ['Id'] }, context), files };
}

describe('a table', () => {
  it('of more chunks than fit into the memory of a task is cleaned chunk by chunk', async () => {
    const { output, files } = await manyChunks(1 << 21);
    const kept = CHUNKS * (RECORDS - 2);
    expect(output.balances).toEqual([
      { file: 'names.csv', read: CHUNKS * RECORDS, kept, duplicate: CHUNKS, quarantined: CHUNKS },
    ]);
    const { length, columns } = decodeSlab(files.get('names.slab')!);
    expect([length, columns.Name!.length]).toEqual([kept, kept]);
    expect(output.rejects.reduce((sum, { slice }) => sum + slice.rows, 0)).toBe(CHUNKS * 2);
  });
});
