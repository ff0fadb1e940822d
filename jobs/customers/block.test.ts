import { describe, expect, it } from 'vitest';
import { RUN_SLAB_ROWS } from '../../base/limits.ts';
import { type FixedColumn, numberColumn, textColumn } from '../../kernels/column.ts';
import { createKernels, KernelMemoryError, type Kernels } from '../../kernels/wasm.ts';
import { decodeRuns } from '../../lake/assemble.ts';
import { memoryStore } from '../../lake/memory.ts';
import { encodeRun, slabCuts } from '../../lake/run.ts';
import { placeSlice, readSlices } from '../../lake/slice.ts';
import { below, listOf, seeded } from '../../test/random.ts';
import type { DayRun, Sorting } from '../clean/pieces.ts';
import type { TaskContext } from '../registry.ts';
import { type BlockOutput, block, blockSorting } from './block.ts';

const kernels = createKernels(1 << 28);

const DAYS = 30;
const LINES = 90;

/** Runs of one day each: LINES × 20 lines of customers in order, which are told apart by their net amounts. */
async function someRuns(customers: number) {
  const random = seeded(4);
  const lake = memoryStore();
  const runs: DayRun[] = [];
  const expected: { who: number; net: number }[] = [];
  let net = 0;
  for (let day = 0; day < DAYS; day++) {
    const lines = listOf(LINES * 20, () => below(random, customers))
      .sort((a, b) => a - b)
      .map(who => ({ who, net: net++ }));
    expected.push(...lines);
    const columns = {
      customer_id: textColumn(lines.map(({ who }) => String.fromCodePoint(0x41 + who))),
      sales_day: { ...dayNumbers(lines.length, day), type: 'date' as const },
      net_amount_base: numberColumn(
        'decimal',
        lines.map(line => line.net),
      ),
      $source: { ...dayNumbers(lines.length, 0), type: 'int32' as const },
    };
    const mark = kernels.mark();
    const order = Int32Array.from(lines.keys());
    const run = encodeRun(
      kernels,
      { length: lines.length, columns },
      order,
      slabCuts([{ name: 0, end: lines.length }]),
    );
    await lake.write(`day ${day}`, run.bytes);
    kernels.release(mark);
    const file = { key: `day ${day}`, bytes: 0, rows: lines.length };
    runs.push({ files: [''], slices: run.slices.map(slice => placeSlice(file, slice)) });
  }
  expected.sort((a, b) => a.who - b.who || a.net - b.net);
  return { lake, runs, expected };
}

type Runs = Awaited<ReturnType<typeof someRuns>>;

const dayNumbers = (length: number, day: number) => ({
  length,
  values: new Int32Array(length).fill(day),
  validity: new Uint8Array((length + 7) >> 3).fill(255),
});

interface Gathered {
  readonly output: BlockOutput;
  readonly bytes: Buffer;
}

async function gatherWith(own: Kernels, { lake, runs }: Runs, rowsAtOnce: number): Promise<Gathered> {
  const pieces: Buffer[] = [];
  const context = {
    kernels: own,
    lake,
    shared: blockSorting(rowsAtOnce),
    async writer(name: string) {
      return {
        write: async (bytes: Uint8Array) => void pieces.push(Buffer.from(bytes)),
        close: async (rows: number) => ({ key: name, bytes: 0, rows, sha256: '' }),
        abort: async () => undefined,
      };
    },
  } as unknown as TaskContext<Sorting>;
  const output = await block({ block: 3, runs }, context);
  return { output, bytes: Buffer.concat(pieces) };
}

describe('a block of more rows than a slab', async () => {
  const some = await someRuns(25);
  const { lake, expected } = some;
  const gather = (rowsAtOnce: number) => gatherWith(kernels, some, rowsAtOnce);

  /** Net amounts in the order of the block. */
  async function netsOf({ output, bytes }: Gathered): Promise<number[]> {
    await lake.write('block.bin', bytes);
    const mark = kernels.mark();
    const { columns } = decodeRuns(kernels, await readSlices(kernels, lake, output.slices));
    const nets = Array.from((columns.net_amount_base as FixedColumn).values, Number);
    kernels.release(mark);
    return nets;
  }

  it('has every line once, in order, in slabs of the same rows, and the sum of what they are worth', async () => {
    const { output, bytes } = await gather(1_000_000);
    expect(await netsOf({ output, bytes })).toEqual(expected.map(({ net }) => net));
    const rows = expected.length;
    expect(rows).toBeGreaterThan(3 * RUN_SLAB_ROWS);
    const sum = (rows * (rows - 1)) / 2;
    expect(output).toMatchObject({ block: 3, rows, net: (sum / 1e6).toFixed(6) });
    expect(output.slices.slice(0, -1).every(slice => slice.rows === RUN_SLAB_ROWS)).toBe(true);
    expect(output.slices.reduce((count, slice) => count + slice.rows, 0)).toBe(rows);
  });

  // Pieces that are larger and smaller than a slab, and smaller than the lines of a customer.
  it.each([40_000, 20_000, 3_000, 700])('is the same bytes when %i rows are sorted at once', async rowsAtOnce => {
    const whole = await gather(1_000_000);
    const pieces = await gather(rowsAtOnce);
    expect(pieces.output).toEqual(whole.output);
    expect(pieces.bytes.equals(whole.bytes)).toBe(true);
  });
});

it('a customer that does not fit into the memory is sorted some days at a time', async () => {
  const one = await someRuns(1);
  const small = 4 << 20;
  await expect(gatherWith(createKernels(small), one, 1_000_000)).rejects.toThrow(KernelMemoryError);
  const { output } = await gatherWith(createKernels(small), one, 4_000);
  expect(output).toEqual((await gatherWith(kernels, one, 1_000_000)).output);
});
