import { describe, expect, it } from 'vitest';
import type { TableDefinition } from '../../base/table.ts';
import { numberColumn, textColumn } from '../../kernels/column.ts';
import { createKernels } from '../../kernels/wasm.ts';
import type { Rows } from '../../lake/slab.ts';
import { between, listOf, seeded } from '../../test/random.ts';
import type { TaskContext } from '../registry.ts';
import { createParts } from './parts.ts';
import { gatherRows } from './rejects.ts';

const kernels = createKernels();

const DEFINITION: TableDefinition = {
  name: 'lines',
  grain: 'a line',
  partitionBy: null,
  clusterBy: [],
  columns: [
    { name: 'id', type: 'int64', nullable: false, description: '' },
    { name: 'text', type: 'text', nullable: true, description: '' },
    { name: 'twin', type: 'int64', nullable: false, description: '' },
  ],
};

/** Files in memory. */
function fakeContext() {
  const files = new Map<string, Buffer>();
  const aborted: string[] = [];
  const context = {
    kernels,
    async write(name: string, bytes: Uint8Array, rows: number) {
      files.set(name, Buffer.from(bytes));
      return { key: name, bytes: bytes.length, rows, sha256: '' };
    },
    async writer(name: string) {
      const pieces: Buffer[] = [];
      return {
        write: async (bytes: Uint8Array) => void pieces.push(Buffer.from(bytes)),
        async close(rows: number) {
          files.set(name, Buffer.concat(pieces));
          return { key: name, bytes: 0, rows, sha256: '' };
        },
        abort: async () => void aborted.push(name),
      };
    },
  } as unknown as TaskContext;
  return { context, files, aborted };
}

function table(length: number, textOf: (row: number) => string | null): Rows {
  const id = numberColumn(
    'int64',
    listOf(length, row => (row * 7_919) % 100_003),
  );
  return { length, columns: { id, text: textColumn(listOf(length, textOf)), twin: id } };
}

/** The rows with a third of them left out, written as a whole and in pieces that are cut anywhere. */
async function bothWays(rows: Rows, seed: number) {
  const start = kernels.mark();
  const random = seeded(seed);
  const { context, files } = fakeContext();
  const parts = createParts(context, DEFINITION);
  const kept = Int32Array.from(listOf(rows.length, row => row).filter(row => row % 3 > 0));
  await parts.add('whole', rows, kept, true);
  for (let from = 0; from < rows.length; ) {
    const to = Math.min(rows.length, from + between(random, 1, Math.ceil(rows.length / 3)));
    const mark = kernels.mark();
    const piece = gatherRows(kernels, rows, Int32Array.from(listOf(to - from, i => from + i)));
    const own = kept.filter(row => row >= from && row < to).map(row => row - from);
    await parts.add('pieces', piece, own, false);
    kernels.bytes.fill(0xff, mark, kernels.mark());
    kernels.release(mark);
    from = to;
  }
  kernels.release(start);
  expect((await parts.finish()).map(({ partition, rows: count }) => [partition, count])).toEqual([
    ['whole', kept.length],
    ['pieces', kept.length],
  ]);
  return { whole: files.get('whole.parquet')!, pieces: files.get('pieces.parquet')! };
}

describe('the part file of a day', () => {
  it.each([1, 2, 3])('has the same bytes when it is written in pieces, seed %i', async seed => {
    const rows = table(500_000, row => (row % 11 === 0 ? null : `text ${row % 1_000}`));
    const { whole, pieces } = await bothWays(rows, seed);
    expect(pieces.equals(whole)).toBe(true);
  });

  it('has the same bytes when row groups are cut early because texts are long', async () => {
    const long = 'x'.repeat(1_500);
    const { whole, pieces } = await bothWays(
      table(100_000, row => long.slice(row % 700)),
      4,
    );
    expect(pieces.equals(whole)).toBe(true);
  });

  it('is not there when no row is left, and is left behind by nobody who gives up', async () => {
    const { context, files, aborted } = fakeContext();
    const rows = table(10, String);
    const parts = createParts(context, DEFINITION);
    await parts.add('none', rows, new Int32Array(), false);
    await parts.add('open', rows, Int32Array.of(1, 2), false);
    await parts.abort();
    expect([[...files], aborted]).toEqual([[], ['open.parquet']]);
  });
});
